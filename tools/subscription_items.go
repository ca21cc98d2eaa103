package tools

import (
	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/schema"
)

type subscriptionItems []subscriptionItem

// Schema returns the constraint of a subscription's items (https://docs.stripe.com/api/subscriptions/create).
func (subscriptionItems) Schema() *schema.Node {
	node := schema.ListOf[subscriptionItem](1, 20)
	node.Comment = "must be a list of 1 to 20 items"
	node.Examples = []any{[]any{map[string]any{"price": "price_1MoBy5LkdIwHu7ixZhnattbh"}}}
	return node
}

type subscriptionItem struct {
	Price    priceID             `json:"price" jsonschema:"Recurring price (price_…)"`
	Quantity *subscribedQuantity `json:"quantity,omitempty" jsonschema:"0 or more, default 1; not for metered prices"`
}

func (item subscriptionItem) disclose(path string, r *Request) {
	r.Purchases = append(r.Purchases, Purchase{
		Argument: path, Price: string(item.Price), Quantity: quantity(item.Quantity), InCustomersCurrency: true,
	})
}

// subscriptionItemOutput is what a subscription bills for.
type subscriptionItemOutput struct {
	ID       string `json:"id,omitempty"`
	Quantity *int64 `json:"quantity,omitempty"`
	priceOutput

	Discounts []discountOutput  `json:"discounts,omitempty"`
	TaxRates  []taxRateOutput   `json:"tax_rates,omitempty"`
	Threshold *usageOutput      `json:"billing_thresholds,omitempty"`
	Metadata  map[string]string `json:"metadata,omitempty"`
}

// usageOutput is the usage at which a period ends early.
type usageOutput struct {
	bare

	UsageGTE int64 `json:"usage_gte"`
}

// Schema describes the fields that most items have.
func (subscriptionItemOutput) Schema() *schema.Node { return itemNode() }

func toSubscriptionItem(item *stripe.SubscriptionItem, sent sentItem, currency string) subscriptionItemOutput {
	out := subscriptionItemOutput{
		ID:          item.ID,
		Quantity:    sent.Quantity,
		priceOutput: toPrice(item.Price, sent.Price, currency),
		Discounts:   inCurrency(toDiscounts(nil, item.Discounts), currency),
		TaxRates:    convert(item.TaxRates, toTaxRate),
		Metadata:    cleanMetadata(item.Metadata),
	}
	if item.BillingThresholds != nil {
		out.Threshold = &usageOutput{UsageGTE: item.BillingThresholds.UsageGTE}
	}
	return out
}

// brief leaves out what a list need not repeat in each row.
func (i subscriptionItemOutput) brief(currency string) subscriptionItemOutput {
	i.ID, i.Product, i.TaxRates, i.Threshold, i.Metadata = "", "", added(i.TaxRates), nil, nil
	if i.Currency == currency {
		i.Currency = ""
	}
	if i.IntervalCount == 1 {
		i.IntervalCount = 0
	}
	return i
}
