package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type previewInvoiceInput struct {
	Customer          objectID          `json:"customer,omitempty" jsonschema:"cus_…"`
	Subscription      objectID          `json:"subscription,omitempty" jsonschema:"sub_…; none: a new one"`
	Items             changedItems      `json:"items,omitempty" jsonschema:"As for an update"`
	ProrationBehavior prorationBehavior `json:"proration_behavior,omitempty" jsonschema:"As for an update"`
}

// Check finds previews of nobody's invoice.
func (in previewInvoiceInput) Check() []schema.Problem {
	if in.Customer == "" && in.Subscription == "" {
		return []schema.Problem{{Path: "subscription", Rule: "is required, or customer"}}
	}
	return nil
}

// previewOutput is an invoice that does not exist. Its prorations are what a change in the middle of a period costs by itself.
type previewOutput struct {
	Customer              string              `json:"customer,omitempty"`
	Subscription          string              `json:"subscription,omitempty"`
	Currency              string              `json:"currency,omitempty"`
	Lines                 []invoiceLineOutput `json:"lines,omitempty"`
	LinesHasMore          bool                `json:"lines_has_more,omitempty"`
	ProrationTotal        *int64              `json:"proration_total,omitempty"`
	ProrationTotalDisplay string              `json:"proration_total_display,omitempty"`
	Subtotal              int64               `json:"subtotal,omitempty"`
	SubtotalDisplay       string              `json:"subtotal_display,omitempty"`
	Discounts             []discountOutput    `json:"discounts,omitempty"`
	Tax                   int64               `json:"tax,omitempty"`
	TaxDisplay            string              `json:"tax_display,omitempty"`
	Total                 int64               `json:"total"`
	TotalDisplay          string              `json:"total_display,omitempty"`
	AmountDue             int64               `json:"amount_due"`
	AmountDueDisplay      string              `json:"amount_due_display,omitempty"`
	NextPaymentAttempt    string              `json:"next_payment_attempt,omitempty"`
	Livemode              bool                `json:"livemode"`
}

func previewInvoice() Tool {
	return define(Spec{
		Name:        "stripe_preview_invoice",
		Title:       "Preview invoice",
		Description: "Shows the next invoice after a change; bills nothing. proration_total is the cost of the change itself.",
		Effect:      Reads,
		Set:         Billing,
		Permissions: invoices(),
	}, func(ctx context.Context, client *stripeapi.Client, in previewInvoiceInput) (previewOutput, error) {
		found, err := client.PreviewInvoice(ctx, in.params())
		return toPreview(found), err
	})
}

func (in previewInvoiceInput) params() *stripe.InvoiceCreatePreviewParams {
	details := &stripe.InvoiceCreatePreviewSubscriptionDetailsParams{ProrationBehavior: given(in.ProrationBehavior)}
	for _, item := range in.Items {
		details.Items = append(details.Items, &stripe.InvoiceCreatePreviewSubscriptionDetailsItemParams{
			ID: given(item.ID), Price: given(item.Price), Quantity: (*int64)(item.Quantity), Deleted: item.deleted(),
		})
	}
	return &stripe.InvoiceCreatePreviewParams{Customer: given(in.Customer), Subscription: given(in.Subscription), SubscriptionDetails: details}
}

func toPreview(i *stripe.Invoice) previewOutput {
	whole := toInvoiceDetails(i)
	out := previewOutput{
		Customer: whole.Customer, Subscription: whole.Subscription, Currency: whole.Currency, Lines: whole.Lines, LinesHasMore: whole.LinesHasMore,
		Subtotal: whole.Subtotal, SubtotalDisplay: whole.SubtotalDisplay, Discounts: whole.Discounts, Tax: whole.Tax, TaxDisplay: whole.TaxDisplay,
		Total: whole.Total, TotalDisplay: whole.TotalDisplay, AmountDue: whole.AmountDue, AmountDueDisplay: whole.AmountDueDisplay,
		NextPaymentAttempt: whole.NextPaymentAttempt, Livemode: whole.Livemode,
	}
	if out.LinesHasMore {
		return out // the sum would leave some out
	}
	for _, line := range out.Lines {
		if line.Proration {
			if out.ProrationTotal == nil {
				out.ProrationTotal = new(int64)
			}
			*out.ProrationTotal += line.Amount
			out.ProrationTotalDisplay = Display(*out.ProrationTotal, out.Currency)
		}
	}
	return out
}
