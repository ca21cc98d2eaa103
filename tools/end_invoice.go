package tools

import (
	"context"

	"stripe-mcp/internal/stripeapi"
)

type finalizeInvoiceInput struct {
	InvoiceID invoiceID `json:"invoice_id" jsonschema:"in_…"`
	Send      bool      `json:"send,omitempty" jsonschema:"E-mails it"`
}

type voidInvoiceInput struct {
	InvoiceID invoiceID `json:"invoice_id" jsonschema:"in_…"`
}

func (id invoiceID) disclose(_ string, r *Request) { r.Invoice = string(id) }

func (in finalizeInvoiceInput) disclose(_ string, r *Request) {
	if in.Send {
		r.Details = append(r.Details, "sent by e-mail")
	}
	r.learn = in.learn
}

// learn reads the invoice, because only that says what the customer will owe.
func (in finalizeInvoiceInput) learn(ctx context.Context, client *stripeapi.Client, r *Request) error {
	found, err := client.Invoice(ctx, string(in.InvoiceID))
	if err != nil {
		return err
	}
	r.Customer, _ = invoiceParties(found)
	r.Purchases = []Purchase{{Argument: "invoice_id", UnitAmount: max(found.AmountDue, 0), Currency: string(found.Currency), Quantity: 1}}
	return nil
}

func finalizeInvoice() Tool {
	return define(Spec{
		Name:        "stripe_finalize_invoice",
		Title:       "Finalize invoice",
		Description: "Finishes a draft for good: the customer owes it, or their stored card is charged.",
		Effect:      Pays,
		Set:         Billing,
		Permissions: invoices(),
	}, func(ctx context.Context, client *stripeapi.Client, in finalizeInvoiceInput) (invoiceDetails, error) {
		return invoiceReply(client.FinalizeInvoice(ctx, string(in.InvoiceID), in.Send))
	})
}

func voidInvoice() Tool {
	return define(Spec{
		Name:        "stripe_void_invoice",
		Title:       "Void invoice",
		Description: "Ends an open invoice unpaid. That cannot be undone. A paid one can only be refunded.",
		Effect:      Ends,
		Set:         Billing,
		Permissions: invoices(),
	}, func(ctx context.Context, client *stripeapi.Client, in voidInvoiceInput) (invoiceDetails, error) {
		return invoiceReply(client.VoidInvoice(ctx, string(in.InvoiceID)))
	})
}
