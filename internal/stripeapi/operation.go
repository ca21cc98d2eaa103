package stripeapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/outcome"
)

// operation is several requests that make one object. The journal records them as one: the first request begins the intent, the
// keys of the others follow from its key, and its outcome is that of all. An equal operation that takes the key over finds every
// request that was carried out, and goes on with the first one that was not.
type operation struct {
	client *Client
	rest   string // what the later requests say. It tells operations apart whose first requests are equal

	parts    int
	intent   *journal.Intent // from the first request on
	began    time.Time
	last     *call
	attempts int // at all requests before the last one
}

// part sends the next request of an operation.
func part[T any](ctx context.Context, o *operation, want asked, params *stripe.Params, request func() (T, error)) (T, *outcome.Error) {
	if o.last != nil {
		o.attempts += len(o.last.attempts)
	}
	o.parts++
	o.last = &call{effect: o.client.effect, asked: want, receipt: o.client.receipt, operation: o, part: o.parts}
	result, err := send(ctx, o.last, params, request)
	return result, outcome.As(err)
}

// join lets a request after the first one use the operation's intent. It returns false for the first one.
func (c *call) join() bool {
	o := c.operation
	if o == nil || o.intent == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.intent, c.began = o.intent, time.Now()
	return true
}

// key returns the idempotency key of a request that the journal records.
func (c *call) key() string {
	if c.part > 1 {
		return fmt.Sprintf("%s-%d", c.intent.Key(), c.part)
	}
	return c.intent.Key()
}

// body returns what the journal compares requests by.
func (c *call) body(form []byte) string {
	if c.operation == nil {
		return string(form)
	}
	return string(form) + "&" + c.operation.rest
}

// seeThrough returns the context of the requests after the first one. Once something was made, the operation goes on for a while
// after its caller has left, as a single request does.
func (o *operation) seeThrough(caller context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := limits.UntilDeadline(caller)
	stop := context.AfterFunc(caller, func() {
		if errors.Is(caller.Err(), context.Canceled) {
			_ = o.intent.Abandon(caller) // without this record the key is taken over when this process ends
			time.AfterFunc(limits.SeeThrough, cancel)
		}
	})
	return ctx, func() { stop(); cancel() }
}

// settle records how the operation ended. made is the object as far as it is known.
func (o *operation) settle(ctx context.Context, failure *outcome.Error, made object) {
	if o.intent == nil {
		return // the journal did not let it out
	}
	result := o.last.result()
	result.Outcome, result.Settled, result.Final = string(outcome.Succeeded), true, false
	if failure != nil {
		open := failure.Outcome == outcome.Unknown || failure.Outcome == outcome.PendingApproval
		last, _ := o.last.last()
		result.Outcome, result.Settled, result.Final = string(failure.Outcome), !open || last.savedError(), failure.Outcome == outcome.Failed
	}
	result.Object, result.Amount, result.Currency = made.ID, made.amount(), made.Currency
	result.Attempts += o.attempts
	result.DurationMS = time.Since(o.began).Milliseconds()
	recordOutcome(ctx, o.client.logger, o.intent, result)
}

// unfinished returns the failure of an operation whose object exists and is not finished. remove takes it away again after a
// plain no. Only when it is gone has nothing changed.
func (o *operation) unfinished(failure *outcome.Error, id string, remove func() bool) *outcome.Error {
	begun := fit(id) + " was begun"
	switch {
	case failure.Outcome != outcome.Failed:
		failure.Message = begun + " and may not be finished: " + failure.Message
	case !remove():
		failure.Outcome, failure.Retryable = outcome.Unknown, true
		failure.Message = begun + ", could not be finished, and is not known to be gone again: " + failure.Message
		failure.Hint = o.last.again() + ". Or look at " + fit(id) + " in the Dashboard"
	case o.intent.Inherited() && failure.Status == http.StatusNotFound:
		failure.Message = "an earlier equal call began " + fit(id) + ", and it is gone. Nothing else was made"
		failure.Hint, failure.Retryable = "Call again: that is a new operation", true
	default:
		failure.Message = strings.TrimSuffix(failure.Message, ".") + ". The draft " + fit(id) + " was deleted again"
	}
	return failure
}
