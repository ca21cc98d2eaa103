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

// call records what became of one request over all its attempts.
type call struct {
	effect  Effect
	id      string                 // of the object that the path names, empty for none
	list    bool                   // the answer is a list
	parse   func(body []byte) bool // whether an answer is what was asked for; nil where that does not matter
	receipt *journal.Receipt       // follows the answer to the caller

	mu       sync.Mutex
	intent   *journal.Intent // of what is journalled
	blocked  error           // why the journal forbids sending
	began    time.Time
	attempts []attempt
	pending  bool // an attempt is under way, or may have been applied
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callFrom returns the record that the request's sender put into its context.
func callFrom(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{effect: Makes} // the careful assumption
}

// add records a finished attempt. What Stripe plainly refused counts as not sent.
func (c *call) add(a attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempts = append(c.attempts, a)
	c.pending = c.judge() == outcome.Unknown
}

// last returns the attempt that decided how the failure reads, and whether there was any.
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

// lifetime returns the context under which a request runs. A read ends with its caller. So does a write, as long as nothing
// can have come of it. A write that is under way has to be seen through: it ends with the caller's deadline, or a little
// after the caller.
func (c *call) lifetime(caller context.Context) (context.Context, context.CancelFunc) {
	if c.effect == Reads {
		return caller, func() {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(caller))
	if deadline, ok := caller.Deadline(); ok {
		cancel()
		ctx, cancel = context.WithDeadline(context.WithoutCancel(caller), deadline)
	}
	stop := context.AfterFunc(caller, func() {
		if !errors.Is(caller.Err(), context.Canceled) {
			return // its time is over and it waits for the word on that, which is no reason to hand over
		}
		if !c.abandon(caller) {
			cancel()
			return
		}
		time.AfterFunc(limits.SeeThrough, cancel)
	})
	return ctx, func() { stop(); cancel() }
}

// abandon takes note that the caller has gone. It returns false when nothing can have come of the call.
func (c *call) abandon(caller context.Context) bool {
	c.mu.Lock()
	pending, intent := c.pending, c.intent
	c.mu.Unlock()
	if pending && intent != nil {
		_ = intent.Abandon(caller) // unrecorded, the intent is handed over when this process ends
	}
	return pending
}

// found reports whether Stripe answered with what an earlier request made.
func (c *call) found() bool {
	last, _ := c.last()
	return c.intent != nil && c.intent.Inherited() && last.replayed
}
