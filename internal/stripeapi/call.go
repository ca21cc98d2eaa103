package stripeapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"stripe-mcp/internal/journal"
)

// effect is what a request does to the account.
type effect int

const (
	reads   effect = iota
	writes         // changes something, and repeating it is harmless
	ends           // writes, and is answered with 404 when it was done already
	creates        // makes something that a repetition would make twice
)

// call records what became of one request over all its attempts.
type call struct {
	effect effect
	list   bool                    // the answer is a list
	parse  func(body []byte) error // whether an answer is what was asked for; set before anything is sent, nil for not caring
	began  time.Time

	mu       sync.Mutex
	intent   *journal.Intent // of what creates something
	blocked  error           // why the journal forbids sending
	attempts []attempt
	pending  bool // an attempt is under way, or may have been applied
}

// attempt is one try at sending a request.
type attempt struct {
	sent       bool // a connection was there, so the request may have arrived
	object     object
	status     int // HTTP status, 0 when no complete answer came
	requestID  string
	date       string // Stripe's clock, as its answers show it
	retryAfter time.Duration
	replayed   bool        // Stripe repeated a saved answer (Idempotent-Replayed)
	refusal    *apiError   // Stripe's own error object
	trouble    troubleKind // why there is no usable answer
	cause      error       // the fault of the network behind trouble, for its kind only: its text may quote a URL
}

// object is what the journal keeps of an answer.
type object struct {
	Object      string `json:"object"`
	ID          string `json:"id"`
	AmountTotal int64  `json:"amount_total"` // of a Checkout session
	Currency    string `json:"currency"`
	Items       struct {
		Data []struct {
			Quantity int64 `json:"quantity"`
			Price    struct {
				UnitAmount int64 `json:"unit_amount"`
			} `json:"price"`
		} `json:"data"`
	} `json:"items"` // of a subscription
}

// amount returns what an object costs, in minor units: a session as a whole, a subscription for one period.
func (o object) amount() int64 {
	total := o.AmountTotal
	for _, item := range o.Items.Data {
		total += item.Quantity * item.Price.UnitAmount
	}
	return total
}

// apiError is what we read of Stripe's error object; anything else in it, such as a client_secret, stays out.
type apiError struct {
	Type            string `json:"type"`
	Code            string `json:"code"`
	DeclineCode     string `json:"decline_code"`
	Param           string `json:"param"`
	Message         string `json:"message"`
	DocURL          string `json:"doc_url"`
	ApprovalRequest struct {
		DashboardURL string `json:"dashboard_url"`
	} `json:"approval_request"`
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
	return &call{effect: creates} // the careful assumption
}

// add records a finished attempt. What Stripe plainly refused counts as not sent.
func (c *call) add(a attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempts = append(c.attempts, a)
	c.pending = c.judge() == Unknown
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

// afterCaller is how long a write that is under way is seen through after its caller has gone. A process that is asked to
// stop has little more.
const afterCaller = 8 * time.Second

// untilSent returns the context under which a write runs: it ends with the caller's as long as nothing can have come of
// it, and otherwise with the caller's deadline or a little after the caller, because a write that is under way has to be
// seen through.
func (c *call) untilSent(caller context.Context) (context.Context, context.CancelFunc) {
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
		time.AfterFunc(afterCaller, cancel)
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

// parseRefusal reads Stripe's error object from a body, or returns nil when the body holds none.
func parseRefusal(status int, body []byte) *apiError {
	if status < http.StatusBadRequest {
		return nil
	}
	var envelope struct {
		Error *apiError `json:"error"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Error == nil || envelope.Error.Type == "" {
		return nil
	}
	return envelope.Error
}
