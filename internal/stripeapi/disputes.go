package stripeapi

import (
	"context"

	"github.com/stripe/stripe-go/v79"
)

// UpdateDispute answers a dispute (https://docs.stripe.com/api/disputes/update).
func (c *Client) UpdateDispute(ctx context.Context, id string, params *stripe.DisputeParams) (*stripe.Dispute, error) {
	updated, _, err := write(ctx, c, asked{object: "dispute", id: id}, &params.Params, func() (*stripe.Dispute, error) { return c.disputes.Update(id, params) })
	return updated, err
}
