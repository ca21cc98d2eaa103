// Package outcome is the vocabulary of how a call ends. Every layer that can say no returns an *Error from here.
package outcome

import (
	"errors"
	"net/http"
	"strings"
)

// Outcome is how a call ended, as far as it can be known. Every write ends in exactly one.
type Outcome string

const (
	// Succeeded means that Stripe did what was asked.
	Succeeded Outcome = "succeeded"
	// Refused means that we did not send it.
	Refused Outcome = "refused"
	// Failed means that nothing changed: it never left, or Stripe said no.
	Failed Outcome = "failed"
	// PendingApproval means that a person must approve the request in the Dashboard first.
	PendingApproval Outcome = "pending_approval"
	// Unknown means that it was sent and that the answer could not be learned. It may have happened.
	Unknown Outcome = "unknown"
)

// Error types of our own, beside Stripe's.
const (
	TypeInvalidArguments = "invalid_arguments"   // the arguments do not fit the tool
	TypeConfiguration    = "configuration_error" // the owner has to correct the configuration
	TypeNetwork          = "network_error"       // Stripe did not answer
	TypeUnexpected       = "unexpected_answer"   // Stripe's answer is not what this program knows
	TypeInternal         = "internal_error"      // a fault of this program
)

// Error is a call that did not succeed, reduced to what is safe to show. Its JSON is what clients and scripts read.
type Error struct {
	Outcome     Outcome  `json:"outcome"`
	Type        string   `json:"type"` // Stripe's error type, or one of ours
	Code        string   `json:"code,omitempty"`
	DeclineCode string   `json:"decline_code,omitempty"`
	Param       string   `json:"param,omitempty"`
	Message     string   `json:"message"`
	Problems    []string `json:"problems,omitempty"`     // what is wrong with the arguments
	Hint        string   `json:"hint,omitempty"`         // what to do next
	ApprovalURL string   `json:"approval_url,omitempty"` // where a person can approve a pending request
	RequestID   string   `json:"request_id,omitempty"`
	DocURL      string   `json:"doc_url,omitempty"`
	Retryable   bool     `json:"retryable"` // whether the same call may succeed later as it is
	Status      int      `json:"-"`         // HTTP status, 0 without an answer
	Use         string   `json:"-"`         // name of the tool that does what was meant, with which the hint ends if it is on; else with the Dashboard
}

// Error returns the message with its hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + ". " + e.Hint
}

// Lines returns the error in words for a model: the outcome and the message on the first line, the hint on the second, where
// there is one. Neither holds a line break.
func (e *Error) Lines() string {
	lines := strings.ReplaceAll(string(e.Outcome), "_", " ") + ": " + InLine(e.Message) + "\n"
	if e.Hint != "" {
		lines += "hint: " + InLine(e.Hint) + "\n"
	}
	return lines
}

// InLine returns text without line breaks of any kind.
func InLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
			return ' '
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n"))
}

// Unauthorized reports whether Stripe did not accept the key.
func (e *Error) Unauthorized() bool { return e.Status == http.StatusUnauthorized }

// KeyRefused reports whether it is the key that Stripe did not accept, at all or for the connected account.
func (e *Error) KeyRefused() bool {
	switch e.Code { // https://docs.stripe.com/error-codes
	case "account_invalid", "api_key_expired", "platform_account_required", "platform_api_key_expired", "secret_key_required":
		return true
	}
	return e.Unauthorized()
}

// Unavailable reports whether the network or Stripe was at fault.
func (e *Error) Unavailable() bool {
	return e.Type == TypeNetwork || e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests
}

// Refuse returns the error for a call that was not sent.
func Refuse(kind, message, hint string) *Error {
	return &Error{Outcome: Refused, Type: kind, Message: message, Hint: hint}
}

// As returns err as an *Error, or nil when it is none.
func As(err error) *Error {
	failure, _ := errors.AsType[*Error](err)
	return failure
}
