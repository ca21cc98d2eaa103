package account

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/stripeapi"
)

// Settlement is what could be learned of an order of unknown outcome.
type Settlement struct {
	Order journal.Order
	Said  string // what was learned, for people
	// Nothing says that Stripe has nothing that the order can have made. Else it takes the owner's word.
	Nothing bool
}

// Settle asks Stripe what came of an order of unknown outcome. It does not send the request again: the journal does not know
// the request's words. An error says that there is nothing to settle, or not yet.
func (a *Account) Settle(ctx context.Context, intent string) (Settlement, error) {
	order, _, err := a.Journal().Show(ctx, intent)
	if err != nil {
		return Settlement{}, err
	}
	if !order.Unknown {
		return Settlement{}, hint.Errorf("Run stripe-mcp journal show "+intent, "there is nothing to settle: the outcome is known, or another call has its key")
	}
	from, until := order.Window()
	if now := time.Now(); now.Before(until) {
		return Settlement{}, hint.Errorf("Try again after "+until.UTC().Format(time.RFC3339), "its request may still be under way")
	}
	s := Settlement{Order: order}
	ids, err := a.made(ctx, order, from, until)
	kind := strings.TrimPrefix(order.Path, "/v1/")
	span := fmt.Sprintf("between %s and %s", from.UTC().Format(time.RFC3339), until.UTC().Format(time.RFC3339))
	switch {
	case err != nil:
		message, _ := hint.Split(err)
		s.Said = "Stripe cannot be asked what came of it: " + message + ". Look in the Dashboard"
	case len(ids) == 0:
		s.Nothing, s.Said = true, fmt.Sprintf("Stripe has none of %s that was made %s, so it made nothing", kind, span)
	default:
		s.Said = fmt.Sprintf("It may be one of these %s, which were made %s: %s", kind, span, strings.Join(ids, ", "))
	}
	return s, nil
}

// made returns what Stripe has that the order can have made.
func (a *Account) made(ctx context.Context, order journal.Order, from, until time.Time) ([]string, error) {
	link := a.connection.use(ctx)
	cfg, err := link.config()
	switch {
	case a.Fault != nil:
		return nil, a.Fault
	case err != nil:
		return nil, err
	case cfg.Mode.String() != order.Mode || cmp.Or(cfg.StripeAccount, cfg.StripeContext) != order.Account:
		return nil, fmt.Errorf("it was made in another mode or for another account than this configuration's (%s %s)", order.Mode, order.Account)
	case !stripeapi.Listable(order.Path):
		return nil, fmt.Errorf("there is no list of %s by time", order.Path)
	}
	client, err := link.client()
	if err != nil {
		return nil, err
	}
	ctx, cancel := client.WithBudget(ctx)
	defer cancel()
	return client.Made(ctx, order.Path, from, until)
}
