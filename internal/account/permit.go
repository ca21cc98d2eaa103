package account

import (
	"context"
	"time"

	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/policy"
)

// Asker puts questions to the person at the client.
type Asker interface {
	// CanAsk reports whether the client can show a question.
	CanAsk() bool
	// Ask puts a yes-or-no question.
	Ask(ctx context.Context, question string) Response
}

// Response is what came of a question.
type Response struct {
	Reply Reply
	Since time.Time // from when on the client waits for the call
	Order string    // names the question, when the same yes can come more than once
}

// Reply is what the person said, or why there is no word.
type Reply int

// The replies. Only Accepted allows anything.
const (
	Impossible Reply = iota // the client cannot ask
	Accepted
	Declined
	Dismissed // closed without a choice
	Unshown   // refused by the client itself
	TimedOut
	Unanswered // the client left, or answered what is no answer
	Stale      // it belongs to another question, or another answer was given before
	Asked      // the client shows the question now and will call again with the answer
)

// typeConfirmation is the error type of calls that need a person's yes and did not get it.
const typeConfirmation = "not_confirmed"

// permit decides whether a call is sent, and asks the person if need be. It returns the context for sending, which ends when
// the call's time is over.
func (o *order) permit(ctx context.Context, call *policy.Call) (context.Context, context.CancelFunc, *outcome.Error) {
	budget, cancel := o.client.WithBudget(ctx)
	if refusal := o.account.Policy.Check(budget, call); refusal != nil {
		return budget, cancel, refusal
	}
	asks, insists := o.account.Policy.Asks(*call)
	possible := o.asker != nil && o.asker.CanAsk()
	if !asks || !possible && !insists {
		return budget, cancel, nil
	}
	if !possible {
		return budget, cancel, notConfirmed(Impossible)
	}
	cancel()
	response := o.asker.Ask(ctx, policy.Question(*call))
	if o.confirmed = response.Reply == Accepted; o.confirmed {
		o.receipt.Confirm(response.Order)
	}
	shared, release := context.WithDeadline(ctx, response.Since.Add(limits.Confirmed))
	budget, cancel = o.client.WithBudget(shared)
	return budget, func() { cancel(); release() }, notConfirmed(response.Reply)
}

// notConfirmed returns the refusal that a reply leads to, or nil when the person said yes.
func notConfirmed(reply Reply) *outcome.Error {
	message, hint := "", "Do not try again unless the person asks for it"
	switch reply {
	case Accepted:
		return nil
	case Declined:
		message = "the person said no"
	case Dismissed:
		message = "the person closed the question without a choice"
	case Unshown:
		message = "the client refused the question at once, without showing it to a person"
		hint = "Tell the person that this client shows no questions: another one can, or they can do it in the Dashboard"
	case TimedOut:
		message, hint = "the person did not answer the question in time", "Tell the person that a question is waiting to be answered, then call again"
	case Unanswered:
		message, hint = "the client did not answer the question", "Call again when the client can show it"
	case Stale:
		message, hint = "this confirmation belongs to another call, or another answer was given before", "Call again without it, to have the person asked anew"
	case Asked:
		message = "the person is being asked"
	case Impossible:
		message = "the owner wants a person to be asked, and this client cannot ask"
		hint = "Use a client that supports elicitation, or have the owner set confirm: auto or never in the configuration"
	}
	return outcome.Refuse(typeConfirmation, "nothing was sent: "+message, hint)
}
