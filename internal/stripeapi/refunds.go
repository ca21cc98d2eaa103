package stripeapi

import (
	"context"

	"github.com/stripe/stripe-go/v79"
)

// Charge returns a payment.
func (c *Client) Charge(ctx context.Context, id string) (*stripe.Charge, error) {
	params := &stripe.ChargeParams{}
	return read(ctx, asked{object: "charge", id: id}, &params.Params, func() (*stripe.Charge, error) { return c.charges.Get(id, params) })
}

// CreateRefund pays a payment back (https://docs.stripe.com/api/refunds/create).
func (c *Client) CreateRefund(ctx context.Context, params *stripe.RefundParams) (Reply[*stripe.Refund], error) {
	return create(ctx, c, asked{object: "refund"}, &params.Params, func() (*stripe.Refund, error) { return c.refunds.New(params) },
		func(ctx context.Context, made *stripe.Refund) (*stripe.Refund, error) {
			again := &stripe.RefundParams{}
			return read(ctx, asked{object: "refund", id: made.ID}, &again.Params, func() (*stripe.Refund, error) { return c.refunds.Get(made.ID, again) })
		})
}
