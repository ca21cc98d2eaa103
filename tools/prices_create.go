package tools

import (
	"context"
	"fmt"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type createPriceInput struct {
	Product     objectID     `json:"product,omitempty" jsonschema:"Or product_data"`
	ProductData *namedGoods  `json:"product_data,omitempty" jsonschema:"A new product"`
	Currency    currency     `json:"currency" jsonschema:"Such as eur"`
	UnitAmount  minorUnits   `json:"unit_amount" jsonschema:"2000 is 20.00 EUR"`
	Recurring   *priceCycle  `json:"recurring,omitempty" jsonschema:"Default: one-time"`
	LookupKey   priceKeyword `json:"lookup_key,omitempty" jsonschema:"Your own name for it"`
}

type namedGoods struct {
	Name productName `json:"name" jsonschema:"Shown to customers"`
}

// priceCycle is recurring in fewer words.
type priceCycle struct {
	Interval      billingInterval `json:"interval" jsonschema:"Period"`
	IntervalCount intervalCount   `json:"interval_count,omitempty" jsonschema:"Default 1"`
}

type priceKeyword string

// Schema returns the constraint of a lookup key (https://docs.stripe.com/api/prices/create, lookup_key).
func (priceKeyword) Schema() *schema.Node { return text(200) }

// Check finds prices of no product or of two.
func (in createPriceInput) Check() []schema.Problem {
	if (in.Product == "") == (in.ProductData == nil) {
		return []schema.Problem{{Rule: "must have exactly one of product and product_data"}}
	}
	return nil
}

// disclose tells a person what the price is. It costs nothing before somebody buys.
func (in createPriceInput) disclose(_ string, r *Request) {
	r.Terms = Display(int64(in.UnitAmount), in.Currency.lower())
	if in.Recurring != nil {
		r.Terms += fmt.Sprintf(" every %d %s", max(in.Recurring.IntervalCount, 1), in.Recurring.Interval)
	}
}

func createPrice() Tool {
	return define(Spec{
		Name:        "stripe_create_price",
		Title:       "Create price",
		Description: "Creates a price, whose amount stays as it is for good. For one sale, give stripe_create_checkout_session price_data.",
		Effect:      Makes,
		Set:         Catalog,
		Permissions: prices(),
	}, func(ctx context.Context, client *stripeapi.Client, in createPriceInput) (newPriceOutput, error) {
		params := &stripe.PriceParams{
			Product: given(in.Product), Currency: new(in.Currency.lower()), UnitAmount: new(int64(in.UnitAmount)),
			LookupKey: given(in.LookupKey),
		}
		if in.ProductData != nil {
			params.ProductData = &stripe.PriceProductDataParams{Name: given(in.ProductData.Name)}
		}
		if in.Recurring != nil {
			params.Recurring = &stripe.PriceRecurringParams{Interval: given(in.Recurring.Interval), IntervalCount: positive(in.Recurring.IntervalCount)}
		}
		made, err := client.CreatePrice(ctx, params)
		if err != nil {
			return newPriceOutput{}, err
		}
		return toNewPrice(made), nil
	})
}

// newPriceOutput is a price that was just made.
type newPriceOutput struct {
	ID string `json:"id"`
	priceOutput

	LookupKey string            `json:"lookup_key,omitempty"`
	Active    bool              `json:"active"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	Created   string            `json:"created,omitempty"`
	Livemode  bool              `json:"livemode"`
	Note      string            `json:"note,omitempty"`
}

func toNewPrice(made stripeapi.Reply[*stripe.Price]) newPriceOutput {
	p := made.Object
	out := newPriceOutput{
		ID: p.ID, priceOutput: toPrice(p, sent[sentPrice](p.LastResponse), ""), LookupKey: plain.Clean(p.LookupKey, 200), Active: p.Active,
		Metadata: cleanMetadata(p.Metadata), Created: timestamp(p.Created), Livemode: p.Livemode, Note: made.Note,
	}
	out.Price = ""
	return out
}
