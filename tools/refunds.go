package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/stripeapi"
)

type listRefundsInput struct {
	Charge        objectID  `json:"charge,omitempty" jsonschema:"ch_…"`
	PaymentIntent objectID  `json:"payment_intent,omitempty" jsonschema:"pi_…"`
	Limit         *rowLimit `json:"limit,omitempty" jsonschema:"1 to 100, default 10"`
	StartingAfter objectID  `json:"starting_after,omitempty" jsonschema:"next_cursor"`
}

// refundRow is money that goes back, in a list.
type refundRow struct {
	listed

	Status        string `json:"status,omitempty"`
	Amount        int64  `json:"amount"`
	AmountDisplay string `json:"amount_display,omitempty"`
	Reason        string `json:"reason,omitempty"`
	FailureReason string `json:"failure_reason,omitempty"`
	Charge        string `json:"charge,omitempty"`
	PaymentIntent string `json:"payment_intent,omitempty"`
	Created       string `json:"created"`
}

func listRefunds() Tool {
	return define(Spec{
		Name:        "stripe_list_refunds",
		Title:       "List refunds",
		Description: "Lists refunds, the newest first.",
		Effect:      Reads,
		Set:         Lookup,
		Permissions: charges(),
	}, func(ctx context.Context, client *stripeapi.Client, in listRefundsInput) (page[refundRow], error) {
		found, err := client.Refunds(ctx, &stripe.RefundListParams{
			ListParams: paging(in.Limit.size(), in.StartingAfter), Charge: given(in.Charge), PaymentIntent: given(in.PaymentIntent),
		})
		return pageOf(in.Limit.size(), found, err, toRefundRow)
	})
}

func toRefundRow(r *stripe.Refund) refundRow {
	row := refundRow{
		listed:        listed{r.ID},
		Status:        string(r.Status),
		Amount:        r.Amount,
		AmountDisplay: Display(r.Amount, string(r.Currency)),
		Reason:        string(r.Reason),
		FailureReason: string(r.FailureReason),
		Created:       timestamp(r.Created),
	}
	if r.Charge != nil {
		row.Charge = r.Charge.ID
	}
	if r.PaymentIntent != nil {
		row.PaymentIntent = r.PaymentIntent.ID
	}
	return row
}
