package stripeapi

import "net/http"

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

// codeApprovalRequired is the error code of requests that a person has to approve.
const codeApprovalRequired = "approval_required"

// outcome decides over all attempts of a call.
func (c *call) outcome() Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.judge()
}

// judge decides over the attempts so far, and over those of earlier calls whose key this one inherited. The least certain
// one counts: after one that may have been applied, only Stripe's success or its own final no settles the matter.
func (c *call) judge() Outcome {
	if c.blocked != nil {
		return Refused
	}
	outcome := Failed
	if c.intent != nil && c.intent.Inherited() {
		outcome = Unknown
	}
	for _, a := range c.attempts {
		switch {
		case !a.sent:
		case a.trouble == noTrouble && a.refusal == nil:
			return Succeeded
		case a.refusal == nil || a.status >= http.StatusInternalServerError:
			outcome = Unknown
		case outcome == Unknown && !c.settledBy(a):
		case a.refusal.Code == codeApprovalRequired:
			outcome = PendingApproval
		default:
			outcome = Failed
		}
	}
	if outcome == Unknown && c.effect == reads {
		return Failed
	}
	return outcome
}

// settledBy reports whether a refusal says that the request was not applied, by this attempt or an earlier one. Stripe
// answers 401, 403, 409 and 429 before it looks at the idempotency key, so they say nothing about earlier attempts.
func (c *call) settledBy(a attempt) bool {
	switch a.status {
	case http.StatusBadRequest, http.StatusPaymentRequired:
		return a.refusal.Type != "idempotency_error"
	case http.StatusNotFound:
		return c.effect != ends && a.refusal.Type != "idempotency_error"
	}
	return false
}
