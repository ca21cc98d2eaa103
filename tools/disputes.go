package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/stripeapi"
)

type listDisputesInput struct {
	Charge        objectID  `json:"charge,omitempty" jsonschema:"ch_…"`
	PaymentIntent objectID  `json:"payment_intent,omitempty" jsonschema:"pi_…"`
	Limit         *rowLimit `json:"limit,omitempty" jsonschema:"1 to 100, default 10"`
	StartingAfter objectID  `json:"starting_after,omitempty" jsonschema:"next_cursor"`
}

// disputeRow is a customer's objection to a payment, in a list.
type disputeRow struct {
	listed

	Status        string `json:"status,omitempty"`
	Amount        int64  `json:"amount"`
	AmountDisplay string `json:"amount_display,omitempty"`
	Reason        string `json:"reason,omitempty"`
	DueBy         string `json:"due_by,omitempty"`
	PastDue       bool   `json:"past_due,omitempty"`
	HasEvidence   bool   `json:"has_evidence,omitempty"`
	Submissions   int64  `json:"submission_count,omitempty"`
	Refundable    bool   `json:"is_charge_refundable,omitempty"`
	Charge        string `json:"charge,omitempty"`
	PaymentIntent string `json:"payment_intent,omitempty"`
	Created       string `json:"created"`
	Livemode      bool   `json:"livemode"`
}

func disputes() []Permission { return []Permission{{Name: "Disputes", Path: "/v1/disputes"}} }

func listDisputes() Tool {
	return define(Spec{
		Name:        "stripe_list_disputes",
		Title:       "List disputes",
		Description: "Lists disputed payments, newest first.",
		Effect:      Reads,
		Set:         Lookup,
		Permissions: disputes(),
	}, func(ctx context.Context, client *stripeapi.Client, in listDisputesInput) (page[disputeRow], error) {
		found, err := client.Disputes(ctx, &stripe.DisputeListParams{
			ListParams: paging(in.Limit.size(), in.StartingAfter), Charge: given(in.Charge), PaymentIntent: given(in.PaymentIntent),
		})
		return pageOf(in.Limit.size(), found, err, toDisputeRow)
	})
}

func toDisputeRow(d *stripe.Dispute) disputeRow {
	row := disputeRow{
		listed:        listed{d.ID},
		Status:        string(d.Status),
		Amount:        d.Amount,
		AmountDisplay: Display(d.Amount, string(d.Currency)),
		Reason:        string(d.Reason),
		Refundable:    d.IsChargeRefundable,
		Created:       timestamp(d.Created),
		Livemode:      d.Livemode,
	}
	if evidence := d.EvidenceDetails; evidence != nil {
		row.DueBy, row.PastDue = timestamp(evidence.DueBy), evidence.PastDue
		row.HasEvidence, row.Submissions = evidence.HasEvidence, evidence.SubmissionCount
	}
	if d.Charge != nil {
		row.Charge = d.Charge.ID
	}
	if d.PaymentIntent != nil {
		row.PaymentIntent = d.PaymentIntent.ID
	}
	return row
}
