package tools

import (
	"context"
	"fmt"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type createInvoiceInput struct {
	Customer     customerID    `json:"customer" jsonschema:"cus_…"`
	Lines        invoiceLines  `json:"lines" jsonschema:"Each: description, amount, currency; or price, quantity"`
	DaysUntilDue *daysUntilDue `json:"days_until_due,omitempty" jsonschema:"Default 30"`
	Send         bool          `json:"send,omitempty" jsonschema:"E-mails it"`
	Metadata     metadata      `json:"metadata,omitempty" jsonschema:"Your own strings"`
}

type (
	invoiceLines    []invoiceLine
	lineDescription string
	daysUntilDue    int64
)

// defaultDaysUntilDue is also that of Stripe's Dashboard.
const defaultDaysUntilDue daysUntilDue = 30

type invoiceLine struct {
	Description lineDescription  `json:"description,omitempty" jsonschema:"Shown"`
	Amount      *minorUnits      `json:"amount,omitempty" jsonschema:"Of the line, in minor units"`
	Currency    currency         `json:"currency,omitempty" jsonschema:"One for all lines"`
	Price       priceID          `json:"price,omitempty" jsonschema:"One-time price"`
	Quantity    *orderedQuantity `json:"quantity,omitempty" jsonschema:"Default 1"`
}

// Schema returns the constraint of the lines.
func (invoiceLines) Schema() *schema.Node {
	node := schema.ListOf[invoiceLine](1, 100)
	node.Comment = "must be a list of 1 to 100 lines"
	node.Examples = []any{[]any{map[string]any{"description": "Work", "amount": 27000, "currency": "eur"}}}
	return node
}

// Schema returns the constraint of a line's text.
func (lineDescription) Schema() *schema.Node { return text(500) }

// Schema returns the constraint of the time to pay.
func (daysUntilDue) Schema() *schema.Node {
	return &schema.Node{Type: "integer", Minimum: new(0.0)}
}

// Check finds lines of nothing, or of two things.
func (line invoiceLine) Check() []schema.Problem {
	switch {
	case (line.Price == "") == (line.Amount == nil):
		return []schema.Problem{{Rule: "must have exactly one of amount and price"}}
	case line.Amount != nil && (line.Currency == "" || line.Description == ""):
		return []schema.Problem{{Rule: "must have currency and description beside amount"}}
	case line.Amount != nil && line.Quantity != nil:
		return []schema.Problem{{Path: "quantity", Rule: "goes with price only: amount is that of the whole line"}}
	}
	return nil
}

// Check finds lines in several currencies.
func (in createInvoiceInput) Check() []schema.Problem {
	for i, line := range in.Lines {
		if line.Currency != "" && line.Currency.lower() != in.currency() {
			return []schema.Problem{{Path: fmt.Sprintf("lines[%d].currency", i), Rule: "must be the same in all lines: an invoice has one currency"}}
		}
	}
	return nil
}

// currency returns the currency of the invoice, empty for the customer's.
func (in createInvoiceInput) currency() string {
	for _, line := range in.Lines {
		if line.Currency != "" {
			return line.Currency.lower()
		}
	}
	return ""
}

func (in createInvoiceInput) disclose(_ string, r *Request) {
	r.Currency = in.currency()
	if in.Send {
		r.Details = append(r.Details, "sent by e-mail")
	}
}

func (line invoiceLine) disclose(path string, r *Request) {
	purchase := Purchase{
		Argument: path, Price: string(line.Price), Currency: line.Currency.lower(), Quantity: quantity(line.Quantity), InCustomersCurrency: line.Price != "",
	}
	if line.Amount != nil {
		purchase.UnitAmount = int64(*line.Amount)
	}
	r.Purchases = append(r.Purchases, purchase)
}

func createInvoice() Tool {
	return define(Spec{
		Name:        "stripe_create_invoice",
		Title:       "Create invoice",
		Description: "Makes an invoice to be paid at hosted_invoice_url. It cannot be edited, only voided. Subscriptions make their own.",
		Effect:      Makes,
		Set:         Billing,
		Permissions: invoices(),
	}, func(ctx context.Context, client *stripeapi.Client, in createInvoiceInput) (invoiceDetails, error) {
		return invoiceReply(client.CreateInvoice(ctx, in.draft(), in.lines(), in.Send))
	})
}

// draft returns an invoice without lines. Stripe leaves it alone (auto_advance), so nothing is ever sent of one that is not finished.
func (in createInvoiceInput) draft() *stripe.InvoiceParams {
	days := defaultDaysUntilDue
	if in.DaysUntilDue != nil {
		days = *in.DaysUntilDue
	}
	return &stripe.InvoiceParams{
		Customer: given(in.Customer), Currency: given(in.currency()), Metadata: in.Metadata,
		CollectionMethod: new(string(stripe.InvoiceCollectionMethodSendInvoice)), DaysUntilDue: new(int64(days)),
		PendingInvoiceItemsBehavior: new("exclude"), AutoAdvance: new(false),
	}
}

func (in createInvoiceInput) lines() *stripe.InvoiceAddLinesParams {
	return &stripe.InvoiceAddLinesParams{Lines: convert(in.Lines, func(line invoiceLine) *stripe.InvoiceAddLinesLineParams {
		params := &stripe.InvoiceAddLinesLineParams{Description: given(line.Description), Amount: (*int64)(line.Amount), Price: given(line.Price)}
		if line.Price != "" {
			params.Quantity = new(quantity(line.Quantity))
		}
		return params
	})}
}
