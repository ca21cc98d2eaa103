package stripeapi

import (
	"context"
	"errors"
	"sync"
	"time"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/outcome"
)

// call records what happened to one request in all its attempts.
type call struct {
	effect    Effect
	asked     asked
	list      bool             // the answer is a list of what is asked
	answer    answer           // takes the objects; nil where only the answer's status matters
	receipt   *journal.Receipt // follows the answer to the caller
	acting    string           // key of the configuration that names the account to act for, or empty
	operation *operation       // that the request is a part of, or nil
	part      int              // of the operation, from 1 on

	mu       sync.Mutex
	intent   *journal.Intent // nil when the request is not journalled
	blocked  error           // why the journal forbids sending, or nil
	began    time.Time
	attempts []attempt
	pending  bool // an attempt is under way, or may have been applied

	// Of a list that was answered.
	hasMore bool     // Stripe has more after the last row
	lastRow string   // id of its last row
	leftOut []string // ids of the rows that cannot be understood
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callFrom returns the call that the sender put into the context.
func callFrom(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{effect: Makes} // the safe assumption: it is journalled
}

// begin takes in the intent under which the call is recorded, or why it must not be sent.
func (c *call) begin(intent *journal.Intent, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.intent, c.began = intent, time.Now()
	if err != nil && !errors.Is(err, context.Canceled) { // else the caller has left, and failure says so
		c.blocked = err
	}
	if c.operation != nil {
		c.operation.intent, c.operation.began = intent, c.began
	}
	return err
}

// result is what the journal records of the call.
func (c *call) result() journal.Result {
	verdict := c.outcome()
	last, _ := c.last()
	return journal.Result{
		Outcome:    string(verdict),
		Object:     last.object.ID,
		Amount:     last.object.amount(),
		Currency:   last.object.Currency,
		RequestID:  last.requestID,
		Attempts:   len(c.attempts),
		DurationMS: time.Since(c.began).Milliseconds(),
		// A saved error is settled when the caller knows of it. What waits for approval is not: the next equal call asks again.
		Settled: verdict != outcome.Unknown && verdict != outcome.PendingApproval || last.savedError(),
		Final:   verdict == outcome.Failed,
	}
}

// add records a finished attempt. An attempt that Stripe plainly refused no longer counts as pending.
func (c *call) add(a attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempts = append(c.attempts, a)
	c.pending = c.judge() == outcome.Unknown
}

// last returns the last attempt, and whether there was one. It decides how a failure is described.
func (c *call) last() (attempt, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.attempts) == 0 {
		return attempt{}, false
	}
	return c.attempts[len(c.attempts)-1], true
}

// markSent notes that from now on the request may have arrived.
func (c *call) markSent() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = true
}

// lifetime returns the context of a request. A read ends with its caller. So does a write that Stripe cannot have carried
// out. Any other write goes on until the caller's deadline, or a little longer than the caller.
func (c *call) lifetime(caller context.Context) (context.Context, context.CancelFunc) {
	if c.effect == Reads || c.part > 1 { // the operation sees itself through
		return caller, func() {}
	}
	ctx, cancel := limits.UntilDeadline(caller)
	stop := context.AfterFunc(caller, func() {
		if !errors.Is(caller.Err(), context.Canceled) {
			return // the time is over, but the caller still waits for the answer
		}
		if !c.abandon(caller) {
			cancel()
			return
		}
		time.AfterFunc(limits.SeeThrough, cancel)
	})
	return ctx, func() { stop(); cancel() }
}

// abandon notes that the caller has left. It returns false when Stripe cannot have carried the request out.
func (c *call) abandon(caller context.Context) bool {
	c.mu.Lock()
	pending, intent := c.pending, c.intent
	c.mu.Unlock()
	if pending && intent != nil {
		_ = intent.Abandon(caller) // without this record the key is taken over when this process ends
	}
	return pending
}
