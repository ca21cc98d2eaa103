package cli

import (
	"context"
	"time"

	"stripe-mcp/internal/mcpserver"
	"stripe-mcp/internal/policy"
	"stripe-mcp/internal/stripeapi"
)

// confirmedTime is what a question and the call that it allows may take together. Clients give up at 60 s.
const confirmedTime = 55 * time.Second

// typeConfirmation is the error type of calls that nobody agreed to.
const typeConfirmation = "not_confirmed"

// asks reports whether a person is to be asked about a call.
func (a *app) asks(ctx context.Context, call policy.Call) bool {
	asks, insists := a.policy.Asks(call)
	return insists || asks && mcpserver.CanAsk(ctx)
}

// ask asks the person at the client. since is when the question was put. Only an explicit yes is one; everything else is a
// refusal.
func ask(ctx context.Context, call policy.Call) (since time.Time, refusal *stripeapi.Error) {
	answer, since := mcpserver.Ask(ctx, policy.Question(call))
	message, hint := "", "Do not try again unless the person asks for it"
	switch answer {
	case mcpserver.Accepted:
		return since, nil
	case mcpserver.Declined:
		message = "the person said no"
	case mcpserver.Dismissed:
		message = "the person closed the question without a choice"
	case mcpserver.TimedOut:
		message, hint = "nobody answered the question in time", "Tell the person that a question is waiting to be answered, then call again"
	case mcpserver.Failed:
		message, hint = "the client did not answer the question", "Call again when the client can show it"
	case mcpserver.Stale:
		message, hint = "this confirmation belongs to another call or was used before", "Call again without it, to have the person asked anew"
	case mcpserver.Asked:
		message = "the person is being asked"
	case mcpserver.Impossible:
		message = "the owner wants a person to be asked, and this client cannot ask"
		hint = "Use a client that supports elicitation, or have the owner set confirm: auto or never in the configuration"
	}
	return since, stripeapi.Refuse(typeConfirmation, "nothing was sent: "+message, hint)
}
