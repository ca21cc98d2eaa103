package stripeapi

import (
	"net/http"

	"stripe-mcp/internal/outcome"
)

// codeApprovalRequired is the error code of requests that a person has to approve.
const codeApprovalRequired = "approval_required"

// outcome decides over all attempts of a call.
func (c *call) outcome() outcome.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.judge()
}

// judge decides over the attempts so far, and over those of earlier calls whose key this one inherited. The least certain
// one counts: after one that may have been applied, only Stripe's success or its own final no settles the matter.
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

// settledBy reports whether a refusal says that the request was not applied, by this attempt or an earlier one. Stripe
// answers 401, 403, 409 and 429 before it looks at the idempotency key, so they say nothing about earlier attempts.
func (c *call) settledBy(a attempt) bool {
	switch a.status {
	case http.StatusBadRequest, http.StatusPaymentRequired:
		return a.refusal.Type != "idempotency_error"
	case http.StatusNotFound:
		return c.effect != Ends && a.refusal.Type != "idempotency_error"
	}
	return false
}
