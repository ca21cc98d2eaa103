package tools

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type createCouponInput struct {
	PercentOff       percentage     `json:"percent_off,omitempty" jsonschema:"Up to 100; or amount_off"`
	AmountOff        *amountOff     `json:"amount_off,omitempty" jsonschema:"In minor units"`
	Currency         currency       `json:"currency,omitempty" jsonschema:"Of amount_off"`
	Duration         couponDuration `json:"duration" jsonschema:"On subscriptions"`
	DurationInMonths *count         `json:"duration_in_months,omitempty" jsonschema:"If repeating"`
	Name             couponName     `json:"name,omitempty" jsonschema:"Shown to customers"`
	MaxRedemptions   *count         `json:"max_redemptions,omitempty" jsonschema:"In all"`
	RedeemBy         moment         `json:"redeem_by,omitempty" jsonschema:"RFC 3339 or date, UTC"`
}

type (
	percentage     float64
	amountOff      int64
	couponDuration string
	couponName     string
	couponID       string
	count          int64
)

const percentageRule = "must be a number above 0 and up to 100 with at most 4 decimals"

// Schema returns the constraint of a percentage; Check completes it.
func (percentage) Schema() *schema.Node {
	return &schema.Node{Type: "number", Comment: percentageRule, Examples: []any{12.5}}
}

// Check finds what is no part of a price, and what stripe-go would round.
func (p percentage) Check() []schema.Problem {
	const most, decimals = 100, 10_000
	if p <= 0 || p > most || math.Abs(float64(p)*decimals-math.Round(float64(p)*decimals)) > 1e-6 {
		return []schema.Problem{{Rule: percentageRule + ", e.g. 12.5"}}
	}
	return nil
}

const countRule = "must be a whole number of at least 1"

// Schema returns the constraint of an amount that is taken off; Check completes it.
func (amountOff) Schema() *schema.Node { return &schema.Node{Type: "integer", Comment: countRule} }

// Check finds an amount that would take nothing off.
func (a amountOff) Check() []schema.Problem { return count(a).Check() }

// Schema returns the constraint of a number of months or uses; Check completes it.
func (count) Schema() *schema.Node { return &schema.Node{Type: "integer", Comment: countRule} }

// Check finds what is no number of something.
func (c count) Check() []schema.Problem {
	if c < 1 {
		return []schema.Problem{{Rule: countRule}}
	}
	return nil
}

// Schema returns how long a coupon can last.
func (couponDuration) Schema() *schema.Node { return choice("once", "repeating", "forever") }

// Schema returns the constraint of a coupon's name (https://docs.stripe.com/api/coupons/create, name).
func (couponName) Schema() *schema.Node { return text(40) }

// Schema returns the constraint of a coupon's id; Check completes it. The owner may choose it.
func (couponID) Schema() *schema.Node { return ownID("jMT0WJUD") }

// Check finds ids that cannot be one.
func (id couponID) Check() []schema.Problem { return checkOwnID(string(id), "jMT0WJUD") }

// Check applies the rules that hold between arguments.
func (in createCouponInput) Check() []schema.Problem {
	var problems []schema.Problem
	add := func(broken bool, path, rule string) {
		if broken {
			problems = append(problems, schema.Problem{Path: path, Rule: rule})
		}
	}
	add((in.PercentOff == 0) == (in.AmountOff == nil), "", "must have exactly one of percent_off and amount_off")
	add(in.AmountOff != nil && in.Currency == "", "currency", `is required with amount_off, e.g. "eur"`)
	add(in.PercentOff != 0 && in.Currency != "", "currency", "must be left out with percent_off, which holds in every currency")
	add(in.Duration == "repeating" && in.DurationInMonths == nil, "duration_in_months", "is required with duration repeating, e.g. 3")
	add(in.Duration != "repeating" && in.DurationInMonths != nil, "duration_in_months", "must be left out unless duration is repeating")
	return problems
}

// disclose tells a person what the coupon takes off.
func (in createCouponInput) disclose(_ string, r *Request) {
	r.Terms = strconv.FormatFloat(float64(in.PercentOff), 'f', -1, 64) + " %"
	if in.AmountOff != nil {
		r.Terms = Display(int64(*in.AmountOff), in.Currency.lower())
	}
	r.Terms += " off, " + string(in.Duration)
	if in.DurationInMonths != nil {
		r.Terms += fmt.Sprintf(" for %d months", *in.DurationInMonths)
	}
}

func coupons() []Permission { return []Permission{{Name: "Coupons", Path: "/v1/coupons"}} }

func createCoupon() Tool {
	return define(Spec{
		Name:  "stripe_create_coupon",
		Title: "Create coupon",
		Description: "Creates a discount, whose terms stay as they are for good. " +
			"It takes nothing off before customers enter a code: stripe_create_promotion_code.",
		Effect:      Makes,
		Set:         Catalog,
		Permissions: coupons(),
	}, func(ctx context.Context, client *stripeapi.Client, in createCouponInput) (couponOutput, error) {
		params := &stripe.CouponParams{
			AmountOff: (*int64)(in.AmountOff), Currency: given(in.Currency.lower()), Duration: given(in.Duration), DurationInMonths: (*int64)(in.DurationInMonths),
			Name: given(in.Name), MaxRedemptions: (*int64)(in.MaxRedemptions), RedeemBy: in.RedeemBy.given(),
		}
		if in.PercentOff != 0 {
			params.PercentOff = new(float64(in.PercentOff))
		}
		made, err := client.CreateCoupon(ctx, params)
		if err != nil {
			return couponOutput{}, err
		}
		return couponOutput{
			ID: made.Object.ID, couponFields: toCouponRow(made.Object).couponFields, Metadata: cleanMetadata(made.Object.Metadata), Note: made.Note,
		}, nil
	})
}

type listCouponsInput struct {
	Limit         *rowLimit `json:"limit,omitempty" jsonschema:"1 to 100, default 10"`
	StartingAfter objectID  `json:"starting_after,omitempty" jsonschema:"next_cursor"`
}

func listCoupons() Tool {
	return define(Spec{
		Name:        "stripe_list_coupons",
		Title:       "List coupons",
		Description: "Lists coupons and their use, newest first.",
		Effect:      Reads,
		Set:         Catalog,
		Permissions: coupons(),
	}, func(ctx context.Context, client *stripeapi.Client, in listCouponsInput) (page[couponRow], error) {
		found, err := client.Coupons(ctx, &stripe.CouponListParams{ListParams: paging(in.Limit.size(), in.StartingAfter)})
		return pageOf(in.Limit.size(), found, err, toCouponRow)
	})
}

// couponOutput is a discount.
type couponOutput struct {
	ID string `json:"id"`
	couponFields

	Metadata map[string]string `json:"metadata,omitempty"`
	Note     string            `json:"note,omitempty"`
}

// couponRow is a coupon in a list.
type couponRow struct {
	listed
	couponFields
}

// couponFields are what every answer shows of a coupon.
type couponFields struct {
	Name             string  `json:"name,omitempty"`
	PercentOff       float64 `json:"percent_off,omitempty"`
	AmountOff        int64   `json:"amount_off,omitempty"`
	AmountOffDisplay string  `json:"amount_off_display,omitempty"`
	Currency         string  `json:"currency,omitempty"`
	Duration         string  `json:"duration,omitempty"`
	DurationInMonths int64   `json:"duration_in_months,omitempty"`
	MaxRedemptions   int64   `json:"max_redemptions,omitempty"`
	TimesRedeemed    int64   `json:"times_redeemed,omitempty"`
	RedeemBy         string  `json:"redeem_by,omitempty"`
	Valid            bool    `json:"valid"`
	Created          string  `json:"created,omitempty"`
	Livemode         bool    `json:"livemode"`
}

func toCouponRow(c *stripe.Coupon) couponRow {
	return couponRow{listed{c.ID}, couponFields{
		Name: plain.Clean(c.Name, 40), PercentOff: c.PercentOff,
		AmountOff: c.AmountOff, AmountOffDisplay: displayUnlessZero(c.AmountOff, string(c.Currency)), Currency: string(c.Currency),
		Duration: string(c.Duration), DurationInMonths: c.DurationInMonths,
		MaxRedemptions: c.MaxRedemptions, TimesRedeemed: c.TimesRedeemed, RedeemBy: timestamp(c.RedeemBy),
		Valid: c.Valid, Created: timestamp(c.Created), Livemode: c.Livemode,
	}}
}
