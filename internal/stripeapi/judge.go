package stripeapi

import (
	"net/http"

	"stripe-mcp/internal/outcome"
)

// codeApprovalRequired is Stripe's error code for requests that a person must approve.
const codeApprovalRequired = "approval_required"

// outcome returns what judge says now.
func (c *call) outcome() outcome.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.judge()
}

// judge returns the outcome of all attempts so far. Earlier calls whose key this one inherited count too. The least certain
// attempt decides: if Stripe may have carried one out, only Stripe's success or its clear refusal settles the outcome.
func (c *call) judge() outcome.Outcome {
	if c.blocked != nil {
		return outcome.Refused
	}
	verdict := outcome.Failed
	if c.intent != nil && c.intent.Inherited() {
		verdict = outcome.Unknown
	}
	for _, a := range c.attempts {
		switch {
		case !a.sent:
		case a.trouble == noTrouble && a.refusal == nil:
			return outcome.Succeeded
		case a.refusal == nil || a.status >= http.StatusInternalServerError:
			verdict = outcome.Unknown
		case verdict == outcome.Unknown && !c.settledBy(a):
		case a.refusal.Code == codeApprovalRequired:
			verdict = outcome.PendingApproval
		default:
			verdict = outcome.Failed
		}
	}
	if verdict == outcome.Unknown && c.effect == Reads {
		return outcome.Failed
	}
	return verdict
}

// settledBy reports whether a refusal says that the request was not applied, by this attempt or an earlier one. Only Stripe
// itself can say so, and it signs with a request id. It answers 401, 403, 409 and 429 before it looks at the idempotency key,
// so they say nothing about earlier attempts.
func (c *call) settledBy(a attempt) bool {
	if a.requestID == "" || a.refusal.Type == typeIdempotency {
		return false
	}
	switch a.status {
	case http.StatusBadRequest, http.StatusPaymentRequired:
		return true
	case http.StatusNotFound:
		return c.effect != Ends
	}
	return false
}
