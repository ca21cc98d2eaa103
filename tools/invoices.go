package tools

import (
	"context"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type listInvoicesInput struct {
	Customer      objectID      `json:"customer,omitempty" jsonschema:"cus_…"`
	Subscription  objectID      `json:"subscription,omitempty" jsonschema:"sub_…"`
	Status        invoiceStatus `json:"status,omitempty" jsonschema:"Only such"`
	Limit         *rowLimit     `json:"limit,omitempty" jsonschema:"1 to 100, default 10"`
	StartingAfter objectID      `json:"starting_after,omitempty" jsonschema:"next_cursor"`
}

type getInvoiceInput struct {
	InvoiceID invoiceID `json:"invoice_id" jsonschema:"in_…"`
}

type (
	invoiceID     string
	invoiceStatus string
)

// Schema returns the constraint of an invoice's id. Stripe always chooses it.
func (invoiceID) Schema() *schema.Node { return mintedID("in_", "in_1MtHbELkdIwHu7ixl4OzzPMv") }

// Schema returns the statuses of an invoice.
func (invoiceStatus) Schema() *schema.Node {
	return choice("draft", "open", "paid", "uncollectible", "void")
}

func invoices() []Permission { return []Permission{{Name: "Invoices", Path: "/v1/invoices"}} }

func listInvoices() Tool {
	return define(Spec{
		Name:        "stripe_list_invoices",
		Title:       "List invoices",
		Description: "Lists invoices, the newest first.",
		Effect:      Reads,
		Set:         Lookup,
		Permissions: invoices(),
	}, func(ctx context.Context, client *stripeapi.Client, in listInvoicesInput) (page[invoiceRow], error) {
		found, err := client.Invoices(ctx, &stripe.InvoiceListParams{
			ListParams: paging(in.Limit.size(), in.StartingAfter), Customer: given(in.Customer), Subscription: given(in.Subscription),
			Status: given(in.Status),
		})
		return pageOf(in.Limit.size(), found, err, toInvoiceRow)
	})
}

func getInvoice() Tool {
	return define(Spec{
		Name:        "stripe_get_invoice",
		Title:       "Get invoice",
		Description: "Returns an invoice with lines and payment page.",
		Effect:      Reads,
		Set:         Lookup,
		Permissions: invoices(),
	}, func(ctx context.Context, client *stripeapi.Client, in getInvoiceInput) (invoiceDetails, error) {
		found, err := client.Invoice(ctx, string(in.InvoiceID))
		return toInvoiceDetails(found), err
	})
}

// invoiceOutput is how far the payment of a subscription's latest invoice is. A draft has no page to pay on yet.
type invoiceOutput struct {
	bare

	Status                   string `json:"status,omitempty"`
	Total                    *int64 `json:"total,omitempty"`
	TotalDisplay             string `json:"total_display,omitempty"`
	AmountRemaining          *int64 `json:"amount_remaining,omitempty"`
	AmountRemainingDisplay   string `json:"amount_remaining_display,omitempty"`
	DueDate                  string `json:"due_date,omitempty"`
	AutomaticallyFinalizesAt string `json:"automatically_finalizes_at,omitempty"`
	NextPaymentAttempt       string `json:"next_payment_attempt,omitempty"`
	AttemptCount             int64  `json:"attempt_count,omitempty"`
}

// paymentTime is how long the first invoice of an incomplete subscription can be paid. The subscription then expires
// (https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses).
const paymentTime = 23 * time.Hour

// addInvoice shows where and until when the customer can pay, if they still have to.
func (s *subscriptionOutput) addInvoice(ctx context.Context, client *stripeapi.Client, from *stripe.Subscription) {
	if from == nil || s.LatestInvoice == "" || !paymentDue(from) {
		return
	}
	if from.Status == stripe.SubscriptionStatusIncomplete && from.Created != 0 {
		s.PayUntil = time.Unix(from.Created, 0).Add(paymentTime).UTC().Format(time.RFC3339)
	}
	found := client.InvoiceToPay(ctx, s.LatestInvoice)
	addNote(&s.Note, found.Note)
	invoice := found.Object
	if invoice == nil {
		return
	}
	s.HostedInvoiceURL, s.Invoice = invoice.HostedInvoiceURL, toInvoice(invoice)
}

// paymentDue reports whether the customer may still have to pay. A subscription whose invoices are sent is active meanwhile.
func paymentDue(s *stripe.Subscription) bool {
	switch s.Status {
	case stripe.SubscriptionStatusIncomplete, stripe.SubscriptionStatusPastDue, stripe.SubscriptionStatusUnpaid:
		return true
	default:
		return s.Status == stripe.SubscriptionStatusActive && s.CollectionMethod == stripe.SubscriptionCollectionMethodSendInvoice
	}
}

// sentInvoice has what is left to pay, if Stripe sent it.
type sentInvoice struct {
	AmountRemaining *int64 `json:"amount_remaining"`
}

func toInvoice(invoice *stripe.Invoice) *invoiceOutput {
	out := &invoiceOutput{
		Status:                   string(invoice.Status),
		AmountRemaining:          sent[sentInvoice](invoice.LastResponse).AmountRemaining,
		DueDate:                  timestamp(invoice.DueDate),
		AutomaticallyFinalizesAt: timestamp(invoice.AutomaticallyFinalizesAt),
		NextPaymentAttempt:       timestamp(invoice.NextPaymentAttempt),
		AttemptCount:             invoice.AttemptCount,
	}
	if out.AmountRemaining != nil {
		out.AmountRemainingDisplay = Display(*out.AmountRemaining, string(invoice.Currency))
	}
	return out
}
