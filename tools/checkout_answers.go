package tools

import (
	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
)

// checkoutSessionOutput is a Checkout session as every tool shows it.
type checkoutSessionOutput struct {
	ID                    string                    `json:"id"`
	URL                   string                    `json:"url,omitempty"`
	Status                string                    `json:"status,omitempty"`
	PaymentStatus         string                    `json:"payment_status,omitempty"`
	Mode                  string                    `json:"mode,omitempty"`
	UIMode                string                    `json:"ui_mode,omitempty"`
	AmountTotal           *int64                    `json:"amount_total,omitempty"`
	AmountTotalDisplay    string                    `json:"amount_total_display,omitempty"`
	AmountSubtotal        *int64                    `json:"amount_subtotal,omitempty"`
	AmountSubtotalDisplay string                    `json:"amount_subtotal_display,omitempty"`
	TotalDetails          *totalDetailsOutput       `json:"total_details,omitempty"`
	AutomaticTax          *automaticTaxOutput       `json:"automatic_tax,omitempty"`
	Currency              string                    `json:"currency,omitempty"`
	CurrencyConversion    *currencyConversionOutput `json:"currency_conversion,omitempty"`
	Customer              string                    `json:"customer,omitempty"`
	CustomerEmail         string                    `json:"customer_email,omitempty"`
	CustomerDetails       *payerOutput              `json:"customer_details,omitempty"`
	ClientReferenceID     string                    `json:"client_reference_id,omitempty"`
	Subscription          string                    `json:"subscription,omitempty"`
	Invoice               string                    `json:"invoice,omitempty"`
	PaymentIntent         string                    `json:"payment_intent,omitempty"`
	SetupIntent           string                    `json:"setup_intent,omitempty"`
	PaymentLink           string                    `json:"payment_link,omitempty"`
	RecoveredFrom         string                    `json:"recovered_from,omitempty"`
	SuccessURL            string                    `json:"success_url,omitempty"`
	CancelURL             string                    `json:"cancel_url,omitempty"`
	Metadata              map[string]string         `json:"metadata,omitempty"`
	Created               string                    `json:"created,omitempty"`
	ExpiresAt             string                    `json:"expires_at,omitempty"`
	Livemode              bool                      `json:"livemode"`
	Note                  string                    `json:"note,omitempty"`
}

// totalDetailsOutput is what lies between a subtotal and its total.
type totalDetailsOutput struct {
	bare

	AmountDiscount        int64  `json:"amount_discount,omitempty"`
	AmountDiscountDisplay string `json:"amount_discount_display,omitempty"`
	AmountShipping        int64  `json:"amount_shipping,omitempty"`
	AmountShippingDisplay string `json:"amount_shipping_display,omitempty"`
	AmountTax             int64  `json:"amount_tax,omitempty"`
	AmountTaxDisplay      string `json:"amount_tax_display,omitempty"`
}

// currencyConversionOutput is what the seller asked for, when the customer pays in another currency.
type currencyConversionOutput struct {
	bare

	AmountTotal           int64   `json:"amount_total"`
	AmountTotalDisplay    string  `json:"amount_total_display,omitempty"`
	AmountSubtotal        int64   `json:"amount_subtotal"`
	AmountSubtotalDisplay string  `json:"amount_subtotal_display,omitempty"`
	SourceCurrency        string  `json:"source_currency"`
	FxRate                float64 `json:"fx_rate,omitempty"`
}

// payerOutput is who paid. A guest is no customer, so this is all that is known of them.
type payerOutput struct {
	bare

	Email     string `json:"email,omitempty"`
	Name      string `json:"name,omitempty"`
	Phone     string `json:"phone,omitempty"` // where nothing else says who it is
	TaxExempt string `json:"tax_exempt,omitempty"`
}

// checkoutSessionDetails is a Checkout session with what was ordered, which only the get tool shows.
type checkoutSessionDetails struct {
	checkoutSessionOutput

	LineItems        []lineItemOutput    `json:"line_items,omitempty"`
	LineItemsHasMore bool                `json:"line_items_has_more,omitempty"`
	CustomFields     []customFieldOutput `json:"custom_fields,omitempty"`
}

// customFieldOutput is what the customer chose or typed in, such as a size.
type customFieldOutput struct {
	bare

	Key   string `json:"key"`
	Value string `json:"value"`
}

// toCustomFields returns the fields that the customer filled in.
func toCustomFields(fields []*stripe.CheckoutSessionCustomField) []customFieldOutput {
	const longest = 255
	var out []customFieldOutput
	for _, field := range fields {
		value := ""
		switch {
		case field.Dropdown != nil:
			value = field.Dropdown.Value
		case field.Numeric != nil:
			value = field.Numeric.Value
		case field.Text != nil:
			value = field.Text.Value
		}
		if value != "" {
			out = append(out, customFieldOutput{Key: plain.Clean(field.Key, longest), Value: plain.Clean(value, longest)})
		}
	}
	return out
}

// checkoutSessionRow is a Checkout session in a list, without what only one session at a time is asked for.
type checkoutSessionRow struct{ checkoutSessionOutput }

// Schema describes a row by what all rows have in common.
func (checkoutSessionRow) Schema() *schema.Node { return rowNode() }

func (s checkoutSessionRow) cursor() string { return s.ID }

func (s checkoutSessionRow) withoutMetadata() checkoutSessionRow {
	if len(s.Metadata) > 0 {
		s.Metadata, s.Note = nil, metadataLeftOut
	}
	return s
}

func toCheckoutSessionRow(s *stripe.CheckoutSession) checkoutSessionRow {
	out := toCheckoutSession(s)
	if out.Status != string(stripe.CheckoutSessionStatusOpen) {
		out.URL, out.ExpiresAt = "", ""
	}
	if out.CustomerDetails != nil && out.CustomerDetails.Email == out.CustomerEmail {
		out.CustomerEmail = ""
	}
	out.SuccessURL, out.CancelURL, out.AmountSubtotal, out.AmountSubtotalDisplay = "", "", nil, ""
	out.Invoice, out.PaymentLink, out.RecoveredFrom, out.CurrencyConversion = "", "", "", nil
	return checkoutSessionRow{out}
}

// sentSession has the amounts of a session that Stripe sends as null, such as in setup mode, which has a currency all the same.
type sentSession struct {
	AmountTotal    *int64 `json:"amount_total"`
	AmountSubtotal *int64 `json:"amount_subtotal"`
	LineItems      struct {
		Data []sentItem `json:"data"`
	} `json:"line_items"`
}

func toCheckoutSession(s *stripe.CheckoutSession) checkoutSessionOutput {
	if s == nil {
		return checkoutSessionOutput{}
	}
	out := checkoutSessionOutput{
		ID:                 s.ID,
		URL:                s.URL,
		Status:             string(s.Status),
		PaymentStatus:      string(s.PaymentStatus),
		Mode:               string(s.Mode),
		TotalDetails:       toTotalDetails(s),
		Currency:           string(s.Currency),
		CurrencyConversion: toCurrencyConversion(s.CurrencyConversion),
		CustomerEmail:      plain.Clean(s.CustomerEmail, 512),
		CustomerDetails:    toPayer(s.CustomerDetails),
		ClientReferenceID:  plain.Clean(s.ClientReferenceID, 200),
		RecoveredFrom:      s.RecoveredFrom,
		SuccessURL:         s.SuccessURL,
		CancelURL:          s.CancelURL,
		Metadata:           cleanMetadata(s.Metadata),
		Created:            timestamp(s.Created),
		ExpiresAt:          timestamp(s.ExpiresAt),
		Livemode:           s.Livemode,
	}
	if s.UIMode != stripe.CheckoutSessionUIModeHosted {
		out.UIMode = string(s.UIMode) // the reason why an open session has no url
	}
	if tax := s.AutomaticTax; tax != nil && tax.Enabled {
		out.AutomaticTax = &automaticTaxOutput{Enabled: true, Status: string(tax.Status)}
	}
	out.addAmounts(sent[sentSession](s.LastResponse))
	out.addIDs(s)
	return out
}

// addAmounts shows the total, and the subtotal where it is another one.
func (s *checkoutSessionOutput) addAmounts(sent sentSession) {
	total, subtotal := sent.AmountTotal, sent.AmountSubtotal
	if s.Currency == "" || total == nil {
		return
	}
	s.AmountTotal, s.AmountTotalDisplay = total, Display(*total, s.Currency)
	if subtotal != nil && *subtotal != *total {
		s.AmountSubtotal, s.AmountSubtotalDisplay = subtotal, Display(*subtotal, s.Currency)
	}
}

func (s *checkoutSessionOutput) addIDs(from *stripe.CheckoutSession) {
	if from.Customer != nil {
		s.Customer = from.Customer.ID
	}
	if from.Subscription != nil {
		s.Subscription = from.Subscription.ID
	}
	if from.Invoice != nil {
		s.Invoice = from.Invoice.ID
	}
	if from.PaymentIntent != nil {
		s.PaymentIntent = from.PaymentIntent.ID
	}
	if from.SetupIntent != nil {
		s.SetupIntent = from.SetupIntent.ID
	}
	if from.PaymentLink != nil {
		s.PaymentLink = from.PaymentLink.ID
	}
}

func toTotalDetails(s *stripe.CheckoutSession) *totalDetailsOutput {
	details, currency := s.TotalDetails, string(s.Currency)
	if details == nil || details.AmountDiscount == 0 && details.AmountShipping == 0 && details.AmountTax == 0 {
		return nil
	}
	return &totalDetailsOutput{
		AmountDiscount: details.AmountDiscount, AmountDiscountDisplay: displayUnlessZero(details.AmountDiscount, currency),
		AmountShipping: details.AmountShipping, AmountShippingDisplay: displayUnlessZero(details.AmountShipping, currency),
		AmountTax: details.AmountTax, AmountTaxDisplay: displayUnlessZero(details.AmountTax, currency),
	}
}

func toCurrencyConversion(c *stripe.CheckoutSessionCurrencyConversion) *currencyConversionOutput {
	if c == nil {
		return nil
	}
	currency := string(c.SourceCurrency)
	return &currencyConversionOutput{
		AmountTotal: c.AmountTotal, AmountTotalDisplay: Display(c.AmountTotal, currency),
		AmountSubtotal: c.AmountSubtotal, AmountSubtotalDisplay: Display(c.AmountSubtotal, currency),
		SourceCurrency: currency, FxRate: c.FxRate,
	}
}

func toPayer(details *stripe.CheckoutSessionCustomerDetails) *payerOutput {
	if details == nil {
		return nil
	}
	out := payerOutput{Email: plain.Clean(details.Email, 512), Name: plain.Clean(details.Name, 256)}
	if out.Email == "" && out.Name == "" {
		out.Phone = plain.Clean(details.Phone, 20)
	}
	if details.TaxExempt != stripe.CheckoutSessionCustomerDetailsTaxExemptNone {
		out.TaxExempt = string(details.TaxExempt)
	}
	if out == (payerOutput{}) {
		return nil
	}
	return &out
}

func withLineItems(s *stripe.CheckoutSession) checkoutSessionDetails {
	out := checkoutSessionDetails{checkoutSessionOutput: toCheckoutSession(s)}
	if s == nil {
		return out
	}
	out.CustomFields = toCustomFields(s.CustomFields)
	if s.LineItems == nil {
		return out
	}
	items := sent[sentSession](s.LastResponse).LineItems.Data
	for i, item := range s.LineItems.Data {
		out.LineItems = append(out.LineItems, toLineItem(item, sentAt(items, i)))
	}
	out.LineItemsHasMore = s.LineItems.HasMore
	return out
}
