package tools

import (
	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/stripeapi"
)

// invoiceRow is an invoice in a list.
type invoiceRow struct {
	listed

	Number                 string `json:"number,omitempty"`
	Status                 string `json:"status,omitempty"`
	Customer               string `json:"customer,omitempty"`
	Subscription           string `json:"subscription,omitempty"`
	Total                  int64  `json:"total"`
	TotalDisplay           string `json:"total_display,omitempty"`
	AmountRemaining        int64  `json:"amount_remaining,omitempty"`
	AmountRemainingDisplay string `json:"amount_remaining_display,omitempty"`
	DueDate                string `json:"due_date,omitempty"`
	Created                string `json:"created"`
	Livemode               bool   `json:"livemode"`
}

// toInvoiceRow shows what is left to pay where the status and the total do not say it.
func toInvoiceRow(i *stripe.Invoice) invoiceRow {
	row := invoiceRow{
		listed:       listed{i.ID},
		Number:       i.Number,
		Status:       string(i.Status),
		Total:        i.Total,
		TotalDisplay: Display(i.Total, string(i.Currency)),
		DueDate:      timestamp(i.DueDate),
		Created:      timestamp(i.Created),
		Livemode:     i.Livemode,
	}
	row.Customer, row.Subscription = invoiceParties(i)
	if i.AmountRemaining != i.Total {
		row.AmountRemaining, row.AmountRemainingDisplay = i.AmountRemaining, displayUnlessZero(i.AmountRemaining, string(i.Currency))
	}
	return row
}

func invoiceParties(i *stripe.Invoice) (customer, subscription string) {
	if i.Customer != nil {
		customer = i.Customer.ID
	}
	if i.Subscription != nil {
		subscription = i.Subscription.ID
	}
	return customer, subscription
}

// invoiceDetails is one invoice with its lines.
type invoiceDetails struct {
	ID                       string              `json:"id"`
	Number                   string              `json:"number,omitempty"`
	Status                   string              `json:"status,omitempty"`
	HostedInvoiceURL         string              `json:"hosted_invoice_url,omitempty"`
	Customer                 string              `json:"customer,omitempty"`
	CustomerEmail            string              `json:"customer_email,omitempty"`
	CustomerName             string              `json:"customer_name,omitempty"`
	Subscription             string              `json:"subscription,omitempty"`
	BillingReason            string              `json:"billing_reason,omitempty"`
	CollectionMethod         string              `json:"collection_method,omitempty"`
	Currency                 string              `json:"currency,omitempty"`
	Lines                    []invoiceLineOutput `json:"lines,omitempty"`
	LinesHasMore             bool                `json:"lines_has_more,omitempty"`
	Subtotal                 int64               `json:"subtotal,omitempty"`
	SubtotalDisplay          string              `json:"subtotal_display,omitempty"`
	Discounts                []discountOutput    `json:"discounts,omitempty"`
	AutomaticTax             *automaticTaxOutput `json:"automatic_tax,omitempty"`
	Tax                      int64               `json:"tax,omitempty"`
	TaxDisplay               string              `json:"tax_display,omitempty"`
	Total                    int64               `json:"total"`
	TotalDisplay             string              `json:"total_display,omitempty"`
	AmountDue                int64               `json:"amount_due"`
	AmountDueDisplay         string              `json:"amount_due_display,omitempty"`
	AmountPaid               int64               `json:"amount_paid"`
	AmountPaidDisplay        string              `json:"amount_paid_display,omitempty"`
	AmountRemaining          int64               `json:"amount_remaining"`
	AmountRemainingDisplay   string              `json:"amount_remaining_display,omitempty"`
	PaidOutOfBand            bool                `json:"paid_out_of_band,omitempty"`
	Credited                 int64               `json:"post_payment_credit_notes_amount,omitempty"`
	CreditedDisplay          string              `json:"post_payment_credit_notes_amount_display,omitempty"`
	DueDate                  string              `json:"due_date,omitempty"`
	AutomaticallyFinalizesAt string              `json:"automatically_finalizes_at,omitempty"`
	NextPaymentAttempt       string              `json:"next_payment_attempt,omitempty"`
	AttemptCount             int64               `json:"attempt_count,omitempty"`
	FinalizationError        string              `json:"last_finalization_error,omitempty"`
	FinalizedAt              string              `json:"finalized_at,omitempty"`
	PaidAt                   string              `json:"paid_at,omitempty"`
	VoidedAt                 string              `json:"voided_at,omitempty"`
	UncollectibleAt          string              `json:"marked_uncollectible_at,omitempty"`
	Charge                   string              `json:"charge,omitempty"`
	PaymentIntent            string              `json:"payment_intent,omitempty"`
	Description              string              `json:"description,omitempty"`
	Metadata                 map[string]string   `json:"metadata,omitempty"`
	Created                  string              `json:"created,omitempty"`
	Livemode                 bool                `json:"livemode"`
	Note                     string              `json:"note,omitempty"`
}

// invoiceLineOutput is what one line of an invoice bills for, and for which time.
type invoiceLineOutput struct {
	bare

	Description   string `json:"description,omitempty"`
	Quantity      int64  `json:"quantity,omitempty"`
	Price         string `json:"price,omitempty"`
	Amount        int64  `json:"amount"`
	AmountDisplay string `json:"amount_display,omitempty"`
	Proration     bool   `json:"proration,omitempty"`
	PeriodStart   string `json:"period_start,omitempty"`
	PeriodEnd     string `json:"period_end,omitempty"`
}

func toInvoiceLine(line *stripe.InvoiceLineItem) invoiceLineOutput {
	out := invoiceLineOutput{
		Description: plain.Clean(line.Description, 250), Quantity: line.Quantity, Proration: line.Proration,
		Amount: line.Amount, AmountDisplay: Display(line.Amount, string(line.Currency)),
	}
	if line.Price != nil {
		out.Price = line.Price.ID
	}
	if line.Period != nil && line.Period.Start != line.Period.End {
		out.PeriodStart, out.PeriodEnd = timestamp(line.Period.Start), timestamp(line.Period.End)
	}
	return out
}

func toInvoiceDetails(i *stripe.Invoice) invoiceDetails {
	if i == nil {
		return invoiceDetails{}
	}
	out := invoiceDetails{
		ID:                       i.ID,
		Number:                   i.Number,
		Status:                   string(i.Status),
		HostedInvoiceURL:         i.HostedInvoiceURL,
		CustomerEmail:            plain.Clean(i.CustomerEmail, 512),
		CustomerName:             plain.Clean(i.CustomerName, 256),
		BillingReason:            string(i.BillingReason),
		CollectionMethod:         string(i.CollectionMethod),
		Currency:                 string(i.Currency),
		Discounts:                inCurrency(toDiscounts(i.Discount, i.Discounts), string(i.Currency)),
		PaidOutOfBand:            i.PaidOutOfBand,
		DueDate:                  timestamp(i.DueDate),
		AutomaticallyFinalizesAt: timestamp(i.AutomaticallyFinalizesAt),
		NextPaymentAttempt:       timestamp(i.NextPaymentAttempt),
		AttemptCount:             i.AttemptCount,
		Description:              plain.Clean(i.Description, 500),
		Metadata:                 cleanMetadata(i.Metadata),
		Created:                  timestamp(i.Created),
		Livemode:                 i.Livemode,
	}
	out.Customer, out.Subscription = invoiceParties(i)
	out.addAmounts(i)
	if i.Lines != nil {
		out.Lines, out.LinesHasMore = convert(i.Lines.Data, toInvoiceLine), i.Lines.HasMore
	}
	if at := i.StatusTransitions; at != nil {
		out.FinalizedAt, out.PaidAt = timestamp(at.FinalizedAt), timestamp(at.PaidAt)
		out.VoidedAt, out.UncollectibleAt = timestamp(at.VoidedAt), timestamp(at.MarkedUncollectibleAt)
	}
	if tax := i.AutomaticTax; tax != nil && tax.Enabled {
		out.AutomaticTax = &automaticTaxOutput{Enabled: true, Status: string(tax.Status)}
	}
	if i.LastFinalizationError != nil {
		out.FinalizationError = plain.Clean(i.LastFinalizationError.Msg, 250)
	}
	if i.Charge != nil {
		out.Charge = i.Charge.ID
	}
	if i.PaymentIntent != nil {
		out.PaymentIntent = i.PaymentIntent.ID
	}
	return out
}

// addAmounts shows the subtotal where it is not the total.
func (out *invoiceDetails) addAmounts(i *stripe.Invoice) {
	show := func(amount int64) (int64, string) { return amount, Display(amount, out.Currency) }
	out.Total, out.TotalDisplay = show(i.Total)
	out.AmountDue, out.AmountDueDisplay = show(i.AmountDue)
	out.AmountPaid, out.AmountPaidDisplay = show(i.AmountPaid)
	out.AmountRemaining, out.AmountRemainingDisplay = show(i.AmountRemaining)
	out.Tax, out.TaxDisplay = i.Tax, displayUnlessZero(i.Tax, out.Currency)
	out.Credited, out.CreditedDisplay = i.PostPaymentCreditNotesAmount, displayUnlessZero(i.PostPaymentCreditNotesAmount, out.Currency)
	if i.Subtotal != i.Total {
		out.Subtotal, out.SubtotalDisplay = show(i.Subtotal)
	}
}

// invoiceReply shows an invoice that was made or changed, with what there is to say of that.
func invoiceReply(made stripeapi.Reply[*stripe.Invoice], err error) (invoiceDetails, error) {
	out := toInvoiceDetails(made.Object)
	out.Note = made.Note
	return out, err
}
