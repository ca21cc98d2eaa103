package stripeapi

import (
	"context"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"stripe-mcp/internal/journal"
)

// begin records a request that creates something before it is sent, and gives it its idempotency key. An error means that
// it must not be sent.
func (t *transport) begin(ctx context.Context, call *call, req *retryablehttp.Request) error {
	body, err := req.BodyBytes()
	if err != nil {
		return err
	}
	intent, err := t.journal.Begin(ctx, journal.Request{
		Method: req.Method, Path: req.URL.Path, Body: string(body), Account: t.account, SecretKey: req.Header.Get("Authorization"),
	})
	call.mu.Lock()
	defer call.mu.Unlock()
	call.intent, call.began = intent, time.Now()
	if err != nil {
		if ctx.Err() == nil { // else time is up, and failure says so
			call.blocked = err
		}
		return err
	}
	req.Header.Set("Idempotency-Key", intent.Key())
	return nil
}

// settle records how it ended.
func (t *transport) settle(ctx context.Context, call *call) {
	outcome := call.outcome()
	last, _ := call.last()
	err := call.intent.Settle(ctx, journal.Result{
		Outcome:    string(outcome),
		Object:     last.object.ID,
		Amount:     last.object.amount(),
		Currency:   last.object.Currency,
		RequestID:  last.requestID,
		Attempts:   len(call.attempts),
		DurationMS: time.Since(call.began).Milliseconds(),
		Settled:    outcome != Unknown || last.savedError(), // which is settled when the caller knows of it
		Final:      outcome == Failed,
	})
	if err != nil {
		t.logger.ErrorContext(ctx, "the outcome of a request could not be recorded; an equal one will find what it made", "error", err)
	}
}

// found reports whether Stripe answered with what an earlier request made.
func (c *call) found() bool {
	last, _ := c.last()
	return c.intent != nil && c.intent.Inherited() && last.replayed
}

// savedError reports whether Stripe repeated an internal error that it keeps for this idempotency key: no further attempt
// can learn more.
func (a attempt) savedError() bool { return a.replayed && a.status >= http.StatusInternalServerError }
