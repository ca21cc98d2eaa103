package account

import (
	"context"
	"time"

	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/policy"
	"stripe-mcp/internal/stripeapi"
)

// Asker puts questions to the person at the client.
type Asker interface {
	// CanAsk reports whether the client can show a question.
	CanAsk() bool
	// Ask asks a yes-or-no question. It returns the reply and the time at which the question was asked.
	Ask(ctx context.Context, question string) (reply Reply, since time.Time)
}

// Reply says how a question ended.
type Reply int

// The replies. Only Accepted allows anything.
const (
	Impossible Reply = iota // the client cannot ask
	Accepted
	Declined
	Dismissed // closed without a choice
	TimedOut
	Unanswered // the client left, or sent something that is not an answer
	Stale      // the answer belongs to another question, or was used before
	Asked      // the client shows the question now and calls again with the answer
)

// typeConfirmation is the error type of calls that need a person's yes and did not get it.
const typeConfirmation = "not_confirmed"

// permit decides whether a call is sent, and asks the person if need be. It returns the context for sending, which ends when
// the call's time is over.
func (a *Account) permit(
	ctx context.Context, call policy.Call, client *stripeapi.Client, asker Asker,
) (context.Context, context.CancelFunc, *outcome.Error) {
	budget, cancel := client.WithBudget(ctx)
	if refusal := a.Policy.Check(budget, call); refusal != nil {
		return budget, cancel, refusal
	}
	asks, insists := a.Policy.Asks(call)
	possible := asker != nil && asker.CanAsk()
	if !asks || !possible && !insists {
		return budget, cancel, nil
	}
	if !possible {
		return budget, cancel, notConfirmed(Impossible)
	}
	cancel()
	reply, since := asker.Ask(ctx, policy.Question(call))
	shared, release := context.WithDeadline(ctx, since.Add(limits.Confirmed))
	budget, cancel = client.WithBudget(shared)
	return budget, func() { cancel(); release() }, notConfirmed(reply)
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
	case TimedOut:
		message, hint = "nobody answered the question in time", "Tell the person that a question is waiting to be answered, then call again"
	case Unanswered:
		message, hint = "the client did not answer the question", "Call again when the client can show it"
	case Stale:
		message, hint = "this confirmation belongs to another call or was used before", "Call again without it, to have the person asked anew"
	case Asked:
		message = "the person is being asked"
	case Impossible:
		message = "the owner wants a person to be asked, and this client cannot ask"
		hint = "Use a client that supports elicitation, or have the owner set confirm: auto or never in the configuration"
	}
	return outcome.Refuse(typeConfirmation, "nothing was sent: "+message, hint)
}
