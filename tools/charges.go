package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/stripeapi"
)

type listChargesInput struct {
	Customer      objectID  `json:"customer,omitempty" jsonschema:"cus_…"`
	PaymentIntent objectID  `json:"payment_intent,omitempty" jsonschema:"pi_…"`
	CreatedAfter  moment    `json:"created_after,omitempty" jsonschema:"RFC 3339 or date, UTC; included"`
	CreatedBefore moment    `json:"created_before,omitempty" jsonschema:"Likewise; excluded"`
	Limit         *rowLimit `json:"limit,omitempty" jsonschema:"1 to 100, default 10"`
	StartingAfter objectID  `json:"starting_after,omitempty" jsonschema:"next_cursor"`
}

// chargeRow is a payment, or an attempt at one, in a list.
type chargeRow struct {
	listed

	Status                string `json:"status"`
	Amount                int64  `json:"amount"`
	AmountDisplay         string `json:"amount_display,omitempty"`
	AmountCaptured        *int64 `json:"amount_captured,omitempty"`
	AmountRefunded        int64  `json:"amount_refunded,omitempty"`
	AmountRefundedDisplay string `json:"amount_refunded_display,omitempty"`
	Disputed              bool   `json:"disputed,omitempty"`
	FailureCode           string `json:"failure_code,omitempty"`
	FailureMessage        string `json:"failure_message,omitempty"`
	Reason                string `json:"reason,omitempty"`
	Customer              string `json:"customer,omitempty"`
	Email                 string `json:"email,omitempty"`
	PaymentIntent         string `json:"payment_intent,omitempty"`
	Invoice               string `json:"invoice,omitempty"`
	ReceiptURL            string `json:"receipt_url,omitempty"`
	Created               string `json:"created"`
	Livemode              bool   `json:"livemode"`
}

func charges() []Permission {
	return []Permission{{Name: "Charges and Refunds", Path: "/v1/charges"}}
}

func listCharges() Tool {
	return define(Spec{
		Name:        "stripe_list_charges",
		Title:       "List charges",
		Description: "Lists payments and failed attempts, newest first; of one payment_intent with receipt_url.",
		Effect:      Reads,
		Set:         Lookup,
		Permissions: charges(),
	}, func(ctx context.Context, client *stripeapi.Client, in listChargesInput) (page[chargeRow], error) {
		found, err := client.Charges(ctx, &stripe.ChargeListParams{
			ListParams: paging(in.Limit.size(), in.StartingAfter), Customer: given(in.Customer), PaymentIntent: given(in.PaymentIntent),
			CreatedRange: created(in.CreatedAfter, in.CreatedBefore),
		})
		return pageOf(in.Limit.size(), found, err, func(c *stripe.Charge) chargeRow {
			row := toChargeRow(c)
			if in.PaymentIntent != "" { // a receipt's address is as long as the rest of a row
				row.ReceiptURL = c.ReceiptURL
			}
			return row
		})
	})
}

func toChargeRow(c *stripe.Charge) chargeRow {
	row := chargeRow{
		listed:                listed{c.ID},
		Status:                string(c.Status),
		Amount:                c.Amount,
		AmountDisplay:         Display(c.Amount, string(c.Currency)),
		AmountRefunded:        c.AmountRefunded,
		AmountRefundedDisplay: displayUnlessZero(c.AmountRefunded, string(c.Currency)),
		Disputed:              c.Disputed,
		FailureCode:           c.FailureCode,
		FailureMessage:        plain.Clean(c.FailureMessage, briefText),
		Created:               timestamp(c.Created),
		Livemode:              c.Livemode,
	}
	if c.Status == stripe.ChargeStatusSucceeded && c.AmountCaptured != c.Amount { // the rest was only authorized
		row.AmountCaptured = &c.AmountCaptured
	}
	if c.Outcome != nil && c.Status == stripe.ChargeStatusFailed && c.Outcome.Reason != c.FailureCode {
		row.Reason = c.Outcome.Reason
	}
	if c.Customer != nil {
		row.Customer = c.Customer.ID
	} else if c.BillingDetails != nil { // a guest
		row.Email = plain.Clean(c.BillingDetails.Email, 512)
	}
	if c.PaymentIntent != nil {
		row.PaymentIntent = c.PaymentIntent.ID
	}
	if c.Invoice != nil {
		row.Invoice = c.Invoice.ID
	}
	return row
}
