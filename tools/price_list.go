package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type listPricesInput struct {
	Product       objectID   `json:"product,omitempty" jsonschema:"prod_…"`
	Active        *bool      `json:"active,omitempty" jsonschema:"Only such"`
	Currency      currency   `json:"currency,omitempty" jsonschema:"Such as eur"`
	Type          priceType  `json:"type,omitempty" jsonschema:"Only such"`
	LookupKeys    lookupKeys `json:"lookup_keys,omitempty" jsonschema:"Up to 10"`
	Limit         *rowLimit  `json:"limit,omitempty" jsonschema:"1 to 100, default 10"`
	StartingAfter objectID   `json:"starting_after,omitempty" jsonschema:"next_cursor"`
}

type (
	priceType  string
	lookupKeys []string
)

// Schema returns the kinds of prices.
func (priceType) Schema() *schema.Node { return choice("one_time", "recurring") }

// Schema returns the constraint of the owner's own names of prices (https://docs.stripe.com/api/prices/list, lookup_keys).
func (lookupKeys) Schema() *schema.Node {
	return &schema.Node{
		Type: "array", Items: &schema.Node{Type: "string"}, MaxItems: new(10),
		Comment: "must be a list of at most 10 texts", Examples: []any{[]any{"team_monthly"}},
	}
}

// priceRow is a price in a list, with the name of what it is for.
type priceRow struct {
	listed

	ProductName string `json:"product_name,omitempty"`
	Nickname    string `json:"nickname,omitempty"`
	LookupKey   string `json:"lookup_key,omitempty"`
	priceOutput

	Active   bool `json:"active"`
	Livemode bool `json:"livemode"`
}

func prices() []Permission {
	name := products()
	name.Optional = true
	return []Permission{{Name: "Prices", Path: "/v1/prices"}, name}
}

func listPrices() Tool {
	return define(Spec{
		Name:        "stripe_list_prices",
		Title:       "List prices",
		Description: "Lists prices with product names, newest first.",
		Effect:      Reads,
		Set:         Lookup,
		Permissions: prices(),
	}, func(ctx context.Context, client *stripeapi.Client, in listPricesInput) (page[priceRow], error) {
		params := &stripe.PriceListParams{
			ListParams: paging(in.Limit.size(), in.StartingAfter), Product: given(in.Product), Active: in.Active,
			Currency: given(in.Currency.lower()), Type: given(in.Type),
		}
		if len(in.LookupKeys) > 0 { // stripe-go sends an empty list, which Stripe refuses
			params.LookupKeys = convert(in.LookupKeys, given[string])
		}
		found, named, err := client.Prices(ctx, params)
		rows, err := pageOf(in.Limit.size(), found, err, toPriceRow)
		if !named && err == nil {
			addNote(&rows.Note, "the key may not read products, so their names are missing")
		}
		return rows, err
	})
}

func toPriceRow(p *stripe.Price) priceRow {
	row := priceRow{
		listed:      listed{p.ID},
		Nickname:    plain.Clean(p.Nickname, briefText),
		LookupKey:   plain.Clean(p.LookupKey, 200),
		priceOutput: toPrice(p, sent[sentPrice](p.LastResponse), ""),
		Active:      p.Active,
		Livemode:    p.Livemode,
	}
	row.Price = ""
	if p.Product != nil {
		row.ProductName = plain.Clean(p.Product.Name, briefText)
	}
	return row
}
