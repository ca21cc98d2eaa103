package stripeapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
)

// ending is a request that ends an object for good, or plans its end.
type ending[T any] struct {
	asked   asked
	params  *stripe.Params
	request func() (T, error)
	read    func(ctx context.Context, id string) (T, error)
	done    func(T) bool
	instead func(T) string // what is said of an object that has not ended

	what, deed, verb, past string // in words
	over                   []int  // HTTP statuses with which Stripe answers the second time
}

// end sends an ending and finds out what happened. The answer can get lost. Stripe also refuses a second ending, although the
// object has ended. In both cases end reads the object, and done decides.
func end[T any](ctx context.Context, c *Client, e ending[T]) (Reply[T], error) {
	sending, release := leaveTime(ctx)
	defer release()
	ended, _, err := write(sending, c, e.asked, e.params, e.request)
	failure := outcome.As(err)
	var note string
	switch {
	case failure == nil && e.done(ended):
		return Reply[T]{Object: ended}, nil
	case failure == nil: // "I have, and it has not"
		note = "read again, because Stripe's answer to the " + e.deed + " did not show it"
		failure = &outcome.Error{
			Outcome: outcome.Unknown, Type: outcome.TypeUnexpected, Retryable: true,
			Message: "Stripe answered, and " + e.instead(ended),
			Hint:    "Look at it in a moment (stripe_get_" + e.what + " or the Dashboard). Calling again does no harm",
		}
	case failure.Outcome == outcome.Unknown:
		note = "read again, because the answer to the " + e.deed + " was lost"
	case slices.Contains(e.over, failure.Status):
		note = "it had been " + e.past + " before"
	default:
		return Reply[T]{}, failure
	}
	found, err := e.read(ctx, e.asked.id)
	unread := outcome.As(err)
	if unread == nil && e.done(found) {
		return Reply[T]{found, note}, nil
	}
	return Reply[T]{}, e.unended(failure, unread, found)
}

// unended describes the failure of an ending after which found was read, or could not be read.
func (e ending[T]) unended(failure, unread *outcome.Error, found T) *outcome.Error {
	switch {
	case unread == nil && failure.Type == outcome.TypeUnexpected:
		failure.Message = "Stripe answered, and " + e.instead(found)
	case unread == nil && failure.Outcome == outcome.Unknown:
		failure.Message = "the " + e.deed + " was sent and its answer got lost; a moment later " + e.instead(found)
	case unread == nil:
	case unread.Status == http.StatusNotFound:
		return unread // it never existed
	case failure.Status == http.StatusNotFound && failure.Outcome != outcome.Unknown:
		return &outcome.Error{
			Outcome: outcome.Unknown, Type: unread.Type, RequestID: unread.RequestID, Retryable: true, Status: unread.Status,
			Message: "Stripe found nothing to " + e.verb + ", as it does for what is " + e.past + " already, and the " + e.what + " could not be read: " + unread.Message,
			Hint:    "Call again with the same arguments: repeating it does no harm",
		}
	}
	return failure
}
