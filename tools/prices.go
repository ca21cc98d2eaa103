package tools

import (
	"encoding/json"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
)

// sentItem has what stripe-go reads as 0 when Stripe sends null or nothing. An amount that Stripe did not send is not shown.
type sentItem struct {
	Quantity    *int64    `json:"quantity"` // metered prices have none
	AmountTotal *int64    `json:"amount_total"`
	Price       sentPrice `json:"price"`
}

type sentPrice struct {
	sentAmount

	CurrencyOptions map[string]sentAmount `json:"currency_options"`
}

// sentAmount is what a unit costs in one currency: a whole number, one in fractions of the minor unit, or the customer's choice.
type sentAmount struct {
	UnitAmount        *int64            `json:"unit_amount"`
	UnitAmountDecimal string            `json:"unit_amount_decimal"`
	CustomUnitAmount  *sentCustomAmount `json:"custom_unit_amount"`
	TaxBehavior       string            `json:"tax_behavior"`
}

// sentCustomAmount is the range of such a choice. Each bound may be null.
type sentCustomAmount struct {
	Minimum *int64 `json:"minimum"`
	Maximum *int64 `json:"maximum"`
	Preset  *int64 `json:"preset"`
}

// sent reads the answer that an object came in once more.
func sent[T any](answer *stripe.APIResponse) T {
	var read T
	if answer != nil {
		_ = json.Unmarshal(answer.RawJSON, &read) // stripe-go has read it before
	}
	return read
}

// sentAt returns the item at a position. It is empty where the answer was not kept.
func sentAt(items []sentItem, i int) sentItem {
	if i < len(items) {
		return items[i]
	}
	return sentItem{}
}

// priceOutput is a price as the items that are billed for it show it. Where there is no amount, it has the reason.
type priceOutput struct {
	Price             string              `json:"price,omitempty"`
	Product           string              `json:"product,omitempty"`
	UnitAmount        *int64              `json:"unit_amount,omitempty"`
	UnitAmountDecimal string              `json:"unit_amount_decimal,omitempty"`
	UnitAmountDisplay string              `json:"unit_amount_display,omitempty"`
	Currency          string              `json:"currency,omitempty"`
	BillingScheme     string              `json:"billing_scheme,omitempty"`
	TiersMode         string              `json:"tiers_mode,omitempty"`
	CustomUnitAmount  *customAmountOutput `json:"custom_unit_amount,omitempty"`
	TransformQuantity *transformOutput    `json:"transform_quantity,omitempty"`
	TaxBehavior       string              `json:"tax_behavior,omitempty"`
	Interval          string              `json:"interval,omitempty"`
	IntervalCount     int64               `json:"interval_count,omitempty"`
	UsageType         string              `json:"usage_type,omitempty"`
}

// itemNode describes what most items show. Like bare, it saves the rest.
func itemNode() *schema.Node {
	text, number := &schema.Node{Type: "string"}, &schema.Node{Type: "integer"}
	return &schema.Node{Type: "object", Properties: map[string]*schema.Node{
		"quantity": number, "price": text, "unit_amount": number, "unit_amount_display": text,
	}}
}

// customAmountOutput is the range in which customers choose what they pay. Without any bound it says only that they do.
type customAmountOutput struct {
	bare

	Enabled        bool   `json:"enabled,omitempty"`
	Minimum        *int64 `json:"minimum,omitempty"`
	MinimumDisplay string `json:"minimum_display,omitempty"`
	Maximum        *int64 `json:"maximum,omitempty"`
	MaximumDisplay string `json:"maximum_display,omitempty"`
	Preset         *int64 `json:"preset,omitempty"`
	PresetDisplay  string `json:"preset_display,omitempty"`
}

// transformOutput says how many make one unit.
type transformOutput struct {
	bare

	DivideBy int64  `json:"divide_by"`
	Round    string `json:"round"`
}

// toPrice shows a price to somebody who pays in currency. The price's amount in another currency would only mislead, so it
// then shows that of the price's option for the currency, or none.
func toPrice(price *stripe.Price, sent sentPrice, currency string) priceOutput {
	if price == nil {
		return priceOutput{}
	}
	out := priceOutput{Price: price.ID, Currency: string(price.Currency)}
	amount := sent.sentAmount
	if currency != "" && currency != out.Currency {
		if option, ok := sent.CurrencyOptions[currency]; ok {
			amount, out.Currency = option, currency
		} else {
			amount = sentAmount{}
		}
	}
	out.CustomUnitAmount = toCustomAmount(amount.CustomUnitAmount, out.Currency)
	if amount.UnitAmount != nil {
		out.UnitAmount, out.UnitAmountDisplay = amount.UnitAmount, Display(*amount.UnitAmount, out.Currency)
	} else if shown := displayDecimal(amount.UnitAmountDecimal, out.Currency); shown != "" {
		out.UnitAmountDecimal, out.UnitAmountDisplay = amount.UnitAmountDecimal, shown
	}
	if price.Product != nil {
		out.Product = price.Product.ID
	}
	if price.BillingScheme != stripe.PriceBillingSchemePerUnit {
		out.BillingScheme, out.TiersMode = string(price.BillingScheme), string(price.TiersMode)
	}
	if transform := price.TransformQuantity; transform != nil {
		out.TransformQuantity = &transformOutput{DivideBy: transform.DivideBy, Round: string(transform.Round)}
	}
	if amount.TaxBehavior != string(stripe.PriceTaxBehaviorUnspecified) {
		out.TaxBehavior = amount.TaxBehavior
	}
	if recurring := price.Recurring; recurring != nil {
		out.Interval, out.IntervalCount = string(recurring.Interval), recurring.IntervalCount
		if recurring.UsageType != stripe.PriceRecurringUsageTypeLicensed {
			out.UsageType = string(recurring.UsageType)
		}
	}
	return out
}

func toCustomAmount(custom *sentCustomAmount, currency string) *customAmountOutput {
	if custom == nil {
		return nil
	}
	show := func(amount *int64) (*int64, string) {
		if amount == nil {
			return nil, ""
		}
		return amount, Display(*amount, currency)
	}
	out := &customAmountOutput{Enabled: custom.Minimum == nil && custom.Maximum == nil && custom.Preset == nil}
	out.Minimum, out.MinimumDisplay = show(custom.Minimum)
	out.Maximum, out.MaximumDisplay = show(custom.Maximum)
	out.Preset, out.PresetDisplay = show(custom.Preset)
	return out
}

// discountOutput is a discount. Of several discounts Stripe sends only the ids.
type discountOutput struct {
	bare

	ID               string  `json:"id,omitempty"`
	Coupon           string  `json:"coupon,omitempty"`
	Name             string  `json:"name,omitempty"`
	PercentOff       float64 `json:"percent_off,omitempty"`
	AmountOff        int64   `json:"amount_off,omitempty"`
	AmountOffDisplay string  `json:"amount_off_display,omitempty"`
	Currency         string  `json:"currency,omitempty"` // of the coupon, where that is why there is no amount
	Duration         string  `json:"duration,omitempty"`
	DurationInMonths int64   `json:"duration_in_months,omitempty"`
	PromotionCode    string  `json:"promotion_code,omitempty"`
	Start            string  `json:"start,omitempty"`
	End              string  `json:"end,omitempty"`

	given *stripe.Coupon // for inCurrency
}

// toDiscounts shows each discount once. An older field of Stripe's holds the only one whole, and a newer one all ids.
func toDiscounts(only *stripe.Discount, all []*stripe.Discount) []discountOutput {
	var out []discountOutput
	for _, discount := range all {
		if only != nil && discount.ID == only.ID {
			discount, only = only, nil
		}
		out = append(out, toDiscount(discount))
	}
	if only != nil {
		out = append(out, toDiscount(only))
	}
	return out
}

func toDiscount(discount *stripe.Discount) discountOutput {
	out := discountOutput{ID: discount.ID, Start: timestamp(discount.Start), End: timestamp(discount.End)}
	if discount.PromotionCode != nil {
		out.PromotionCode = discount.PromotionCode.ID
	}
	if coupon := discount.Coupon; coupon != nil {
		out.given = coupon
		out.Coupon, out.Name, out.PercentOff = coupon.ID, plain.Clean(coupon.Name, 40), coupon.PercentOff
		out.AmountOff, out.AmountOffDisplay = coupon.AmountOff, displayUnlessZero(coupon.AmountOff, string(coupon.Currency))
		out.Duration, out.DurationInMonths = string(coupon.Duration), coupon.DurationInMonths
	}
	return out
}

// inCurrency shows discounts to somebody who pays in currency, as toPrice does: what a coupon takes off in another currency
// would only mislead, so it then shows that of the coupon's option for the currency, or none.
func inCurrency(discounts []discountOutput, currency string) []discountOutput {
	for i, discount := range discounts {
		coupon := discount.given
		if coupon == nil || coupon.AmountOff == 0 || currency == "" || string(coupon.Currency) == currency {
			continue
		}
		discount.AmountOff, discount.AmountOffDisplay, discount.Currency = 0, "", string(coupon.Currency)
		if option := coupon.CurrencyOptions[currency]; option != nil {
			discount.AmountOff, discount.AmountOffDisplay, discount.Currency = option.AmountOff, displayUnlessZero(option.AmountOff, currency), ""
		}
		discounts[i] = discount
	}
	return discounts
}

// taxRateOutput is a tax that is added to an amount, or that is part of it.
type taxRateOutput struct {
	bare

	ID         string  `json:"id,omitempty"`
	Name       string  `json:"display_name,omitempty"`
	Percentage float64 `json:"percentage"`
	Inclusive  bool    `json:"inclusive"`
}

func toTaxRate(rate *stripe.TaxRate) taxRateOutput {
	return taxRateOutput{ID: rate.ID, Name: plain.Clean(rate.DisplayName, 50), Percentage: rate.Percentage, Inclusive: rate.Inclusive}
}

// added returns the taxes that are added to an amount, in short. A list shows them, because its amounts are not all that is paid.
func added(rates []taxRateOutput) []taxRateOutput {
	var short []taxRateOutput
	for _, rate := range rates {
		if !rate.Inclusive {
			short = append(short, taxRateOutput{Percentage: rate.Percentage})
		}
	}
	return short
}

// automaticTaxOutput says that Stripe works out the tax, and how far it is with that.
type automaticTaxOutput struct {
	bare

	Enabled bool   `json:"enabled"`
	Status  string `json:"status,omitempty"`
}
