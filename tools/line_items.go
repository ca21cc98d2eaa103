package tools

import (
	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
)

type lineItems []lineItem

// Schema returns the constraint of a cart (100: OpenAPI specification).
func (lineItems) Schema() *schema.Node {
	node := schema.ListOf[lineItem](1, 100)
	node.Comment = "must be a list of 1 to 100 items"
	node.Examples = []any{[]any{map[string]any{"price": "price_1MoBy5LkdIwHu7ixZhnattbh", "quantity": 1}}}
	return node
}

type lineItem struct {
	Price     priceID          `json:"price,omitempty" jsonschema:"Price id (price_…)"`
	PriceData *priceData       `json:"price_data,omitempty" jsonschema:"A new price"`
	Quantity  *orderedQuantity `json:"quantity,omitempty" jsonschema:"1 or more, default 1; not for metered prices"`
}

type priceData struct {
	Currency    currency    `json:"currency,omitempty" jsonschema:"Default: the top-level currency"`
	UnitAmount  minorUnits  `json:"unit_amount" jsonschema:"In minor units, 0 or more: 2000 is 20.00 EUR, 2000 JPY or 2.000 KWD (last digit 0)"`
	ProductData productData `json:"product_data" jsonschema:"What is sold"`
	Recurring   *recurring  `json:"recurring,omitempty" jsonschema:"In subscription mode; without it, a one-time fee"`
}

type productData struct {
	Name        productName        `json:"name" jsonschema:"Shown to the customer"`
	Description productDescription `json:"description,omitempty" jsonschema:"Shown to the customer"`
	Images      productImages      `json:"images,omitempty" jsonschema:"Image URLs, up to 8"`
}

type recurring struct {
	Interval      billingInterval `json:"interval" jsonschema:"Billing period"`
	IntervalCount intervalCount   `json:"interval_count,omitempty" jsonschema:"Default 1; 3 with month: every 3 months; at most 3 years"`
}

type (
	productName        string
	productDescription string
	productImages      []imageURL
	billingInterval    string
	intervalCount      int64
)

// Schema returns the constraint of a product's name; Check completes it.
func (productName) Schema() *schema.Node { return &schema.Node{Type: "string", MinLength: new(1)} }

// Check finds names that are too long for Stripe (OpenAPI specification).
func (n productName) Check() []schema.Problem { return checkLength(n, 5000) }

// Check finds descriptions that are too long for Stripe (OpenAPI specification).
func (d productDescription) Check() []schema.Problem { return checkLength(d, 40000) }

// Schema returns the constraint of a product's images.
func (productImages) Schema() *schema.Node { return schema.ListOf[imageURL](0, 8) } // OpenAPI specification

// Schema returns the billing periods.
func (billingInterval) Schema() *schema.Node { return choice("day", "week", "month", "year") }

// Schema returns the constraint of an interval count. Stripe bills at least every three years, which are 1095 days
// (https://docs.stripe.com/api/checkout/sessions/create, recurring.interval_count).
func (intervalCount) Schema() *schema.Node {
	return &schema.Node{Type: "integer", Minimum: new(1.0), Maximum: new(1095.0)}
}

// Check finds line items with no price or with two.
func (item lineItem) Check() []schema.Problem {
	if (item.Price == "") == (item.PriceData == nil) {
		return []schema.Problem{{Rule: "must have exactly one of price and price_data"}}
	}
	return nil
}

func (item lineItem) disclose(path string, r *Request) {
	purchase := Purchase{Argument: path, Price: string(item.Price), Quantity: quantity(item.Quantity)}
	if item.PriceData != nil {
		purchase.UnitAmount = int64(item.PriceData.UnitAmount)
		purchase.Currency = item.PriceData.Currency.lower()
	}
	r.Purchases = append(r.Purchases, purchase)
}

// currency returns the price's currency in lower case. Without one it returns the session's.
func (p *priceData) currency(fallback currency) string {
	if p.Currency == "" {
		return fallback.lower()
	}
	return p.Currency.lower()
}

func (p *priceData) params(fallback currency) *stripe.CheckoutSessionLineItemPriceDataParams {
	params := &stripe.CheckoutSessionLineItemPriceDataParams{
		Currency:   new(p.currency(fallback)),
		UnitAmount: new(int64(p.UnitAmount)),
		ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{
			Name:        given(p.ProductData.Name),
			Description: given(p.ProductData.Description),
		},
	}
	for _, image := range p.ProductData.Images {
		params.ProductData.Images = append(params.ProductData.Images, given(image))
	}
	if p.Recurring != nil {
		params.Recurring = &stripe.CheckoutSessionLineItemPriceDataRecurringParams{
			Interval:      given(p.Recurring.Interval),
			IntervalCount: positive(p.Recurring.IntervalCount),
		}
	}
	return params
}

// lineItemOutput is an item of a cart. Its total is what is left of its subtotal after discounts, with taxes.
type lineItemOutput struct {
	Description string `json:"description,omitempty"`
	Quantity    *int64 `json:"quantity,omitempty"`
	priceOutput

	AmountTotal           *int64 `json:"amount_total,omitempty"`
	AmountTotalDisplay    string `json:"amount_total_display,omitempty"`
	AmountSubtotal        int64  `json:"amount_subtotal,omitempty"`
	AmountSubtotalDisplay string `json:"amount_subtotal_display,omitempty"`
	AmountDiscount        int64  `json:"amount_discount,omitempty"`
	AmountDiscountDisplay string `json:"amount_discount_display,omitempty"`
	AmountTax             int64  `json:"amount_tax,omitempty"`
	AmountTaxDisplay      string `json:"amount_tax_display,omitempty"`
}

// Schema describes the fields that most items have.
func (lineItemOutput) Schema() *schema.Node { return itemNode() }

func toLineItem(item *stripe.LineItem, sent sentItem) lineItemOutput {
	currency := string(item.Currency)
	out := lineItemOutput{
		Description:           plain.Clean(item.Description, 250),
		Quantity:              sent.Quantity,
		priceOutput:           toPrice(item.Price, sent.Price, currency),
		AmountTotal:           sent.AmountTotal,
		AmountDiscount:        item.AmountDiscount,
		AmountDiscountDisplay: displayUnlessZero(item.AmountDiscount, currency),
		AmountTax:             item.AmountTax,
		AmountTaxDisplay:      displayUnlessZero(item.AmountTax, currency),
	}
	if out.AmountTotal != nil {
		out.AmountTotalDisplay = Display(*out.AmountTotal, currency)
	}
	if out.Currency == currency {
		out.Currency = "" // the session shows it
	}
	if item.AmountSubtotal != item.AmountTotal {
		out.AmountSubtotal, out.AmountSubtotalDisplay = item.AmountSubtotal, displayUnlessZero(item.AmountSubtotal, currency)
	}
	return out
}
