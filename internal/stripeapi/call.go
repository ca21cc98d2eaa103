package stripeapi

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// effect is what a request does to the account.
type effect int

const (
	reads effect = iota
	writes
)

// call records what became of one request over all its attempts.
type call struct {
	effect effect

	mu       sync.Mutex
	attempts []attempt
	sent     bool // an attempt may have reached Stripe
	dropped  bool // the caller left before anything was sent
}

// attempt is one try at sending a request.
type attempt struct {
	sent       bool // a connection was there, so the request may have arrived
	status     int  // HTTP status, 0 when no complete answer came
	requestID  string
	retryAfter time.Duration
	replayed   bool        // Stripe repeated a saved answer (Idempotent-Replayed)
	refusal    *apiError   // Stripe's own error object
	trouble    troubleKind // why there is no usable answer
	cause      error       // the fault of the network behind trouble, for its kind only: its text may quote a URL
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
	return &call{effect: writes} // the careful assumption
}

// add records a finished attempt.
func (c *call) add(a attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempts = append(c.attempts, a)
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
	c.sent = true
}

// untilSent returns the context under which a write runs: it ends with the caller's as long as nothing was sent, and
// only with the caller's deadline afterwards, because a write that is under way has to be seen through.
func (c *call) untilSent(caller context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(caller))
	if deadline, ok := caller.Deadline(); ok {
		ctx, cancel = withDeadline(ctx, cancel, deadline)
	}
	stop := context.AfterFunc(caller, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.sent {
			c.dropped = true
			cancel()
		}
	})
	return ctx, func() { stop(); cancel() }
}

func withDeadline(ctx context.Context, cancel context.CancelFunc, deadline time.Time) (context.Context, context.CancelFunc) {
	bounded, release := context.WithDeadline(ctx, deadline)
	return bounded, func() { release(); cancel() }
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
