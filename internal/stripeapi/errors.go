package stripeapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/secret"
)

// Error is a call that did not succeed, reduced to what is safe to show: Stripe's refusal, a fault of the network, or
// our own refusal to send.
type Error struct {
	Outcome     Outcome `json:"outcome"`
	Type        string  `json:"type"` // Stripe's error type, network_error, or the reason of our refusal
	Code        string  `json:"code,omitempty"`
	DeclineCode string  `json:"decline_code,omitempty"`
	Param       string  `json:"param,omitempty"`
	Message     string  `json:"message"`
	// Problems lists what is wrong with the arguments, where that is the matter.
	Problems    []string `json:"problems,omitempty"`
	Hint        string   `json:"hint,omitempty"`         // what to do next
	ApprovalURL string   `json:"approval_url,omitempty"` // where a person can approve a pending request
	RequestID   string   `json:"request_id,omitempty"`
	DocURL      string   `json:"doc_url,omitempty"`
	Retryable   bool     `json:"retryable"` // whether the same call may succeed later as it is
	status      int      // HTTP status, 0 without an answer
}

// Error returns the message with its hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + ". " + e.Hint
}

// Error types of our own, beside Stripe's.
const (
	TypeInvalidArguments = "invalid_arguments" // the arguments do not fit the tool
	TypeNetwork          = "network_error"     // Stripe did not answer
)

// Unauthorized reports whether Stripe did not accept the key.
func (e *Error) Unauthorized() bool { return e.status == http.StatusUnauthorized }

// Unavailable reports whether the network or Stripe was at fault.
func (e *Error) Unavailable() bool {
	return e.Type == TypeNetwork || e.status >= http.StatusInternalServerError || e.status == http.StatusTooManyRequests
}

// Refuse returns the error for a call that was not sent.
func Refuse(kind, message, hint string) *Error {
	return &Error{Outcome: Refused, Type: kind, Message: message, Hint: hint}
}

// asError returns err as an *Error, or nil when it is none.
func asError(err error) *Error {
	failure, _ := errors.AsType[*Error](err)
	return failure
}

// troubleKind is why an attempt brought no usable answer.
type troubleKind int

const (
	noTrouble  troubleKind = iota
	noAnswer               // nothing came back
	cutOff                 // the answer broke off
	redirected             // a redirect, which Stripe's API never sends
	foreign                // an answer that is not Stripe's, such as a proxy's page
)

var (
	errRedirected = errors.New("the answer was a redirect")
	errForeign    = errors.New("the answer was not one of Stripe's objects")
	errTooLate    = errors.New("the idempotency key is too old for another attempt")
)

// failure describes a call that did not succeed.
func (c *call) failure(ctx context.Context) *Error {
	if c.blocked != nil {
		return refusedByJournal(c.blocked)
	}
	failure := &Error{Outcome: c.outcome(), Type: TypeNetwork}
	last, tried := c.last()
	switch {
	case !tried:
		failure.Message, failure.Retryable = "the time for one call ran out before anything was sent", true
		if errors.Is(ctx.Err(), context.Canceled) {
			failure.Message = "the call was cancelled, or this server stopped, before anything was sent"
		}
		if failure.Outcome != Unknown { // else an earlier call's key was to be used, and what it did is still open
			return failure
		}
	case failure.Outcome == Succeeded:
		failure.Message = "Stripe did it, but its answer could not be understood"
		failure.Hint = "Do not call again: read " + last.object.ID + " instead"
		return failure
	case last.refusal != nil:
		failure.quote(last)
	default:
		failure.Message = last.describe(ctx)
		failure.Retryable = last.trouble != redirected
	}
	failure.status = last.status
	failure.RequestID = last.requestID
	if failure.Outcome == Unknown && tried && (!last.sent || last.refusal != nil && last.status < http.StatusInternalServerError) {
		failure.Message = "the answer to an earlier attempt got lost; the last one was: " + failure.Message
	}
	failure.Hint = c.hint(failure, last)
	return failure
}

// refusedByJournal describes a call that the journal kept from being sent.
func refusedByJournal(cause error) *Error {
	if _, ok := errors.AsType[*journal.ExpiredError](cause); ok {
		return Refuse("earlier_call_unresolved", cause.Error()+", and it is too late to find out by repeating it. Nothing was sent now",
			"Look whether the object exists (list, get or the Dashboard). If it does not, call again: the next equal call is a new operation")
	}
	return Refuse("journal_unavailable", cause.Error()+". Nothing was sent",
		"Creating needs a journal, so that a crash cannot make anything twice. Make state_dir writable, or set journal: false to do without")
}

// quote takes over Stripe's own words, which may name a key or quote what a customer wrote.
func (e *Error) quote(a attempt) {
	e.Type = a.refusal.Type
	e.Code = a.refusal.Code
	e.DeclineCode = a.refusal.DeclineCode
	e.Param = a.refusal.Param
	e.DocURL = a.refusal.DocURL
	e.ApprovalURL = a.refusal.ApprovalRequest.DashboardURL
	e.Message = secret.Redact(a.refusal.Message)
	e.Retryable = a.status == http.StatusConflict || a.status == http.StatusTooManyRequests ||
		a.status >= http.StatusInternalServerError
}

// describe says in words what went wrong with an attempt that Stripe did not answer.
func (a attempt) describe(ctx context.Context) string {
	switch a.trouble {
	case redirected:
		return fmt.Sprintf("the answer was a redirect (HTTP %d), which Stripe never sends and which is not followed", a.status)
	case foreign:
		return fmt.Sprintf("the answer (HTTP %d) was not Stripe's; a proxy or a wrong api_base may be in the way", a.status)
	case cutOff:
		return "the answer from Stripe broke off before its end"
	case noTrouble, noAnswer:
	}
	if a.sent {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(a.cause, context.DeadlineExceeded) {
			return "Stripe did not answer within the time for one call"
		}
		return "the connection broke after the request was sent and before Stripe's answer came"
	}
	return "Stripe could not be reached: " + unreachable(a.cause)
}

// unreachable names the kind of a network fault; the library's text may quote addresses with credentials.
func unreachable(cause error) string {
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		timeout     interface{ Timeout() bool }
	)
	switch {
	case errors.As(cause, &dns):
		return "the host name does not resolve"
	case errors.As(cause, &certificate):
		return "its certificate is not trusted by this machine; see ca_file if a company proxy re-signs connections"
	case errors.Is(cause, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(cause, context.Canceled):
		return "the call was cancelled before a connection was there"
	case errors.As(cause, &timeout) && timeout.Timeout():
		return "no connection within the time allowed"
	}
	return "no connection could be made"
}
