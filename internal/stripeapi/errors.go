package stripeapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/secret"
)

// troubleKind says why an attempt brought no usable answer.
type troubleKind int

const (
	noTrouble  troubleKind = iota
	noAnswer               // nothing came back
	cutOff                 // the answer broke off
	redirected             // a redirect, which Stripe's API never sends
	noTurn                 // too many requests waited before it, so its time ran out
	foreign                // an answer that is not Stripe's, such as a proxy's page
	unrelated              // an answer about something else than what was asked for
	misshapen              // the object that was asked for, in a shape that cannot be understood
)

var (
	errRedirected = errors.New("the answer was a redirect")
	errForeign    = errors.New("the answer was not one of Stripe's objects")
	errNoTurn     = errors.New("too many requests are waiting before this one")
	errTooLate    = errors.New("the idempotency key is too old for another attempt")
)

// failure returns the error for a call that did not succeed.
func (c *call) failure(ctx context.Context) *outcome.Error {
	if c.blocked != nil {
		return refusedByJournal(c.blocked)
	}
	failure := &outcome.Error{Outcome: c.outcome(), Type: outcome.TypeNetwork}
	last, tried := c.last()
	switch {
	case !tried:
		failure.Message, failure.Retryable = "the time for one call ran out before anything was sent", true
		if errors.Is(ctx.Err(), context.Canceled) {
			failure.Message = "the call was cancelled, or this server stopped, before anything was sent"
		}
		if failure.Outcome != outcome.Unknown { // unknown here means that the key is an earlier call's, whose outcome is not known
			return failure
		}
	case last.refusal != nil:
		quote(failure, last)
	default:
		failure.Message = last.describe()
		failure.Retryable = last.trouble != redirected && last.trouble != misshapen && (failure.Outcome == outcome.Unknown || !last.final())
		if last.trouble == misshapen {
			failure.Type = outcome.TypeUnexpected
		}
	}
	failure.Status = last.status
	failure.RequestID = fit(last.requestID)
	if failure.Outcome == outcome.Unknown && tried && (!last.sent || last.refusal != nil && last.status < http.StatusInternalServerError) {
		failure.Message = "the answer to an earlier attempt got lost; the last one was: " + failure.Message
	}
	failure.Hint = c.hint(failure, last)
	return failure
}

// refusedByJournal returns the error for a call that the journal did not let out.
func refusedByJournal(cause error) *outcome.Error {
	if refusal := outcome.As(cause); refusal != nil { // by the owner's rules, which it asked
		return refusal
	}
	if _, ok := errors.AsType[*journal.UnresolvedError](cause); ok {
		return outcome.Refuse("earlier_call_unresolved", cause.Error()+". Nothing was sent now",
			"Look whether the object exists (list, get or the Dashboard). If it does not, call again: the next equal call is a new operation")
	}
	if running, ok := errors.AsType[*journal.RunningError](cause); ok {
		refusal := outcome.Refuse("earlier_call_running", cause.Error()+". Nothing was sent now",
			"Make the same call again at "+running.At()+" or later. It then gets the object that the other one has made, or is a new operation")
		refusal.Retryable = true
		return refusal
	}
	hint := "Creating needs a journal, so that a crash cannot make anything twice. Make state_dir writable, or set journal: false to do without"
	return outcome.Refuse("journal_unavailable", cause.Error()+". Nothing was sent", cmp.Or(journal.Hint(cause), hint))
}

// quote copies Stripe's own words into e. They may name a key or quote a customer, so fit cleans them.
func quote(e *outcome.Error, a attempt) {
	e.Type = fit(a.refusal.Type)
	e.Code = fit(string(a.refusal.Code))
	e.DeclineCode = fit(string(a.refusal.DeclineCode))
	e.Param = fit(string(a.refusal.Param))
	e.DocURL = fit(string(a.refusal.DocURL))
	e.ApprovalURL = fit(string(a.refusal.ApprovalRequest.DashboardURL))
	e.Message = cmp.Or(strings.TrimSpace(fit(string(a.refusal.Message))), fmt.Sprintf("Stripe refused it and gave no reason (HTTP %d)", a.status))
	e.Retryable = a.status == http.StatusConflict || a.status == http.StatusTooManyRequests ||
		a.status >= http.StatusInternalServerError || passes(e)
}

// fit makes one of Stripe's texts safe to show.
func fit(text string) string {
	const longest = 1000
	return plain.Clean(secret.Redact(outcome.InLine(text)), longest)
}

// final reports whether somebody else's answer to an attempt will be the same next time, such as that of a wrong api_base.
func (a attempt) final() bool {
	switch a.status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return a.trouble == foreign && a.status >= http.StatusBadRequest && a.status < http.StatusInternalServerError
}

// describe says in words why an attempt has no usable answer from Stripe.
func (a attempt) describe() string {
	switch a.trouble {
	case redirected:
		return fmt.Sprintf("the answer was a redirect (HTTP %d), which Stripe never sends and which is not followed", a.status)
	case foreign:
		return fmt.Sprintf("the answer (HTTP %d) was not Stripe's; a proxy or a wrong api_base may be in the way", a.status)
	case unrelated:
		return "the answer was about something else than what was asked for; a proxy or a cache may be in the way"
	case misshapen:
		return strings.TrimSpace("Stripe's answer has an unexpected shape and cannot be shown. " + a.object.describe())
	case cutOff:
		return "the answer from Stripe broke off before its end"
	case noTurn:
		return "too many calls are waiting before this one: its turn would come after the time for one call. It was not sent"
	case noTrouble, noAnswer:
	}
	if a.sent {
		if errors.Is(a.cause, context.DeadlineExceeded) {
			return "Stripe did not answer within the time for one call"
		}
		return "the connection broke after the request was sent and before Stripe's answer came"
	}
	return "Stripe could not be reached: " + unreachable(a.cause)
}
