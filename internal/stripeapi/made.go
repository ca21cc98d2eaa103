package stripeapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
)

// collections are the paths of what can be listed by the time when it was made, with what else the list needs.
func collections() map[string]map[string]string {
	return map[string]map[string]string{
		"/v1/checkout/sessions": {}, "/v1/coupons": {}, "/v1/customers": {}, "/v1/invoices": {}, "/v1/prices": {}, "/v1/products": {},
		"/v1/promotion_codes": {}, "/v1/refunds": {}, "/v1/subscriptions": {"status": "all"},
	}
}

// Listable reports whether Made can be asked about a path.
func Listable(path string) bool {
	_, known := collections()[path]
	return known
}

// Made returns the ids of what was made at path in a time and still exists, newest first, at most 100.
func (c *Client) Made(ctx context.Context, path string, from, until time.Time) ([]string, error) {
	params := &stripe.Params{}
	params.AddExtra("created[gte]", strconv.FormatInt(from.Unix(), 10))
	params.AddExtra("created[lte]", strconv.FormatInt(until.Unix()+1, 10))
	params.AddExtra("limit", "100")
	for name, value := range collections()[path] {
		params.AddExtra(name, value)
	}
	found := &struct {
		stripe.APIResource

		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}{}
	record := &call{effect: Reads, list: true}
	params.Context = withCall(ctx, record)
	if err := c.backend.Call(http.MethodGet, path, c.key.Reveal(), params, found); err != nil {
		return nil, error(record.failure(ctx))
	}
	if last, tried := record.last(); !tried || last.status != http.StatusOK {
		return nil, &outcome.Error{Outcome: outcome.Failed, Type: outcome.TypeUnexpected, Message: "Stripe did not answer with a list"}
	}
	ids := make([]string, len(found.Data))
	for i, object := range found.Data {
		ids[i] = fit(object.ID)
	}
	return ids, nil
}
