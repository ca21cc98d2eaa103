package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type createPromotionCodeInput struct {
	Coupon         couponID   `json:"coupon" jsonschema:"Its id"`
	Code           codeToType `json:"code,omitempty" jsonschema:"Letters and digits; default: random"`
	Customer       customerID `json:"customer,omitempty" jsonschema:"Only this one's (cus_…)"`
	MaxRedemptions *count     `json:"max_redemptions,omitempty" jsonschema:"In all"`
	ExpiresAt      moment     `json:"expires_at,omitempty" jsonschema:"RFC 3339 or date, UTC"`
}

type codeToType string

// Schema returns the constraint of a code (500: OpenAPI specification).
func (codeToType) Schema() *schema.Node {
	return &schema.Node{
		Type: "string", Pattern: "^[A-Za-z0-9]+$", MaxLength: new(500),
		Comment: "must be letters from a to z and digits", Examples: []any{"SPRING20"},
	}
}

func createPromotionCode() Tool {
	return define(Spec{
		Name:  "stripe_create_promotion_code",
		Title: "Create promotion code",
		Description: "Creates a code that customers enter to get a coupon's discount. Whoever knows it can use it. " +
			"Pages take one only if that was allowed: see stripe_create_payment_link.",
		Effect:      Makes,
		Set:         Catalog,
		Permissions: []Permission{{Name: "Promotion Codes", Path: "/v1/promotion_codes"}},
	}, func(ctx context.Context, client *stripeapi.Client, in createPromotionCodeInput) (promotionCodeOutput, error) {
		made, err := client.CreatePromotionCode(ctx, &stripe.PromotionCodeParams{
			Coupon: given(in.Coupon), Code: given(in.Code), Customer: given(in.Customer), MaxRedemptions: (*int64)(in.MaxRedemptions),
			ExpiresAt: in.ExpiresAt.given(),
		})
		if err != nil {
			return promotionCodeOutput{}, err
		}
		return toPromotionCode(made), nil
	})
}

// promotionCodeOutput is a code with the discount that it gives.
type promotionCodeOutput struct {
	ID             string            `json:"id"`
	Code           string            `json:"code,omitempty"`
	Active         bool              `json:"active"`
	Coupon         *couponOutput     `json:"coupon,omitempty"`
	Customer       string            `json:"customer,omitempty"`
	Restrictions   *codeRestrictions `json:"restrictions,omitempty"`
	MaxRedemptions int64             `json:"max_redemptions,omitempty"`
	TimesRedeemed  int64             `json:"times_redeemed,omitempty"`
	ExpiresAt      string            `json:"expires_at,omitempty"`
	Metadata       map[string]string `json:"metadata,omitempty"`
	Created        string            `json:"created,omitempty"`
	Livemode       bool              `json:"livemode"`
	Note           string            `json:"note,omitempty"`
}

// codeRestrictions say which purchases a code is for.
type codeRestrictions struct {
	bare

	FirstTimeTransaction bool   `json:"first_time_transaction,omitempty"`
	MinimumAmount        int64  `json:"minimum_amount,omitempty"`
	MinimumAmountDisplay string `json:"minimum_amount_display,omitempty"`
}

func toPromotionCode(made stripeapi.Reply[*stripe.PromotionCode]) promotionCodeOutput {
	p := made.Object
	out := promotionCodeOutput{
		ID: p.ID, Code: plain.Clean(p.Code, 500), Active: p.Active, MaxRedemptions: p.MaxRedemptions, TimesRedeemed: p.TimesRedeemed,
		ExpiresAt: timestamp(p.ExpiresAt), Metadata: cleanMetadata(p.Metadata), Created: timestamp(p.Created), Livemode: p.Livemode, Note: made.Note,
	}
	if p.Coupon != nil {
		out.Coupon = &couponOutput{ID: p.Coupon.ID, couponFields: toCouponRow(p.Coupon).couponFields}
	}
	if p.Customer != nil {
		out.Customer = p.Customer.ID
	}
	if r := p.Restrictions; r != nil && (r.FirstTimeTransaction || r.MinimumAmount != 0) {
		out.Restrictions = &codeRestrictions{
			FirstTimeTransaction: r.FirstTimeTransaction, MinimumAmount: r.MinimumAmount,
			MinimumAmountDisplay: displayUnlessZero(r.MinimumAmount, string(r.MinimumAmountCurrency)),
		}
	}
	return out
}
