package tools

import (
	"bytes"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
)

// subscriptionOutput is a subscription as every tool shows it. What stands about its invoice is only there while a payment
// is due.
type subscriptionOutput struct {
	ID                   string                     `json:"id"`
	Status               string                     `json:"status"`
	Customer             string                     `json:"customer,omitempty"`
	Description          string                     `json:"description,omitempty"`
	Currency             string                     `json:"currency,omitempty"`
	Items                []subscriptionItemOutput   `json:"items,omitempty"`
	ItemsHasMore         bool                       `json:"items_has_more,omitempty"`
	Discounts            []discountOutput           `json:"discounts,omitempty"`
	DefaultTaxRates      []taxRateOutput            `json:"default_tax_rates,omitempty"`
	AutomaticTax         *automaticTaxOutput        `json:"automatic_tax,omitempty"`
	CollectionMethod     string                     `json:"collection_method,omitempty"`
	DaysUntilDue         *int64                     `json:"days_until_due,omitempty"`
	DefaultPaymentMethod string                     `json:"default_payment_method,omitempty"`
	PauseCollection      *pauseOutput               `json:"pause_collection,omitempty"`
	CurrentPeriodStart   string                     `json:"current_period_start,omitempty"`
	CurrentPeriodEnd     string                     `json:"current_period_end,omitempty"`
	StartDate            string                     `json:"start_date,omitempty"`
	TrialStart           string                     `json:"trial_start,omitempty"`
	TrialEnd             string                     `json:"trial_end,omitempty"`
	TrialSettings        *trialSettingsOutput       `json:"trial_settings,omitempty"`
	CancelAtPeriodEnd    *bool                      `json:"cancel_at_period_end,omitempty"`
	CancelAt             string                     `json:"cancel_at,omitempty"`
	CanceledAt           string                     `json:"canceled_at,omitempty"`
	CancellationDetails  *cancellationDetailsOutput `json:"cancellation_details,omitempty"`
	EndedAt              string                     `json:"ended_at,omitempty"`
	PendingUpdate        *pendingUpdateOutput       `json:"pending_update,omitempty"`
	PendingSetupIntent   string                     `json:"pending_setup_intent,omitempty"`
	Schedule             string                     `json:"schedule,omitempty"`
	BillingThresholds    *billingThresholdsOutput   `json:"billing_thresholds,omitempty"`
	OnBehalfOf           string                     `json:"on_behalf_of,omitempty"`
	LatestInvoice        string                     `json:"latest_invoice,omitempty"`
	HostedInvoiceURL     string                     `json:"hosted_invoice_url,omitempty"`
	PayUntil             string                     `json:"pay_until,omitempty"`
	Invoice              *invoiceOutput             `json:"invoice,omitempty"`
	Metadata             map[string]string          `json:"metadata,omitempty"`
	Created              string                     `json:"created,omitempty"`
	Livemode             bool                       `json:"livemode"`
	Note                 string                     `json:"note,omitempty"`
}

// pauseOutput says that no money is collected, although the status is active.
type pauseOutput struct {
	bare

	Behavior  string `json:"behavior"`
	ResumesAt string `json:"resumes_at,omitempty"`
}

// trialSettingsOutput says what happens when a trial ends without a payment method.
type trialSettingsOutput struct {
	bare

	EndBehavior endBehaviorOutput `json:"end_behavior"`
}

type endBehaviorOutput struct {
	MissingPaymentMethod string `json:"missing_payment_method"`
}

// cancellationDetailsOutput says why a subscription ends.
type cancellationDetailsOutput struct {
	bare

	Reason   string `json:"reason,omitempty"`
	Feedback string `json:"feedback,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

// pendingUpdateOutput says what changes once the customer pays, and until when that is possible.
type pendingUpdateOutput struct {
	bare

	ExpiresAt string                   `json:"expires_at,omitempty"`
	TrialEnd  string                   `json:"trial_end,omitempty"`
	Items     []subscriptionItemOutput `json:"subscription_items,omitempty"`
}

// billingThresholdsOutput is the amount at which a period ends early.
type billingThresholdsOutput struct {
	bare

	AmountGTE        int64  `json:"amount_gte"`
	AmountGTEDisplay string `json:"amount_gte_display,omitempty"`
}

// subscriptionDetails is a subscription with what a platform keeps of it, which only the get tool shows.
type subscriptionDetails struct {
	subscriptionOutput

	TransferData          *transferOutput `json:"transfer_data,omitempty"`
	ApplicationFeePercent float64         `json:"application_fee_percent,omitempty"`
}

// transferOutput says which account gets the money, and how much of it.
type transferOutput struct {
	bare

	Destination   string  `json:"destination,omitempty"`
	AmountPercent float64 `json:"amount_percent,omitempty"`
}

func withShares(s *stripe.Subscription) subscriptionDetails {
	out := subscriptionDetails{subscriptionOutput: toSubscription(s)}
	if s == nil {
		return out
	}
	out.ApplicationFeePercent = s.ApplicationFeePercent
	if s.TransferData != nil {
		out.TransferData = &transferOutput{AmountPercent: s.TransferData.AmountPercent}
		if s.TransferData.Destination != nil {
			out.TransferData.Destination = s.TransferData.Destination.ID
		}
	}
	return out
}

// subscriptionRow is a subscription in a list, without what only one subscription at a time is asked for.
type subscriptionRow struct{ subscriptionOutput }

// Schema describes a row by what all rows have in common.
func (subscriptionRow) Schema() *schema.Node { return rowNode() }

func (s subscriptionRow) cursor() string { return s.ID }

func (s subscriptionRow) withoutMetadata() subscriptionRow {
	if len(s.Metadata) > 0 {
		s.Metadata, s.Note = nil, metadataLeftOut
	}
	return s
}

func (s subscriptionRow) fit(room int) subscriptionRow {
	for {
		encoded, err := Encode(s)
		shorter := s.shorter()
		again, _ := Encode(shorter)
		if err != nil || len(encoded) < room || bytes.Equal(again, encoded) { // there is nothing left to leave out
			return s
		}
		s = shorter
	}
}

// shorter leaves out texts, then one item, or one discount when there is one item left.
func (s subscriptionRow) shorter() subscriptionRow {
	s.Note = rowCut
	details := s.CancellationDetails
	switch last := len(s.Items) - 1; {
	case s.Description != "":
		s.Description = ""
	case details != nil && details.Comment != "":
		short := *details
		short.Comment = ""
		s.CancellationDetails = &short
	case last > 0:
		s.Items, s.ItemsHasMore = s.Items[:last], true
	case last == 0 && len(s.Items[0].Discounts) > 0:
		only := s.Items[0]
		only.Discounts = only.Discounts[1:]
		s.Items = []subscriptionItemOutput{only}
	case len(s.Discounts) > 0:
		s.Discounts = s.Discounts[1:]
	}
	return s
}

func toSubscriptionRow(s *stripe.Subscription) subscriptionRow {
	out := toSubscription(s)
	for i := range out.Items {
		out.Items[i] = out.Items[i].brief(out.Currency)
	}
	if out.CollectionMethod == string(stripe.SubscriptionCollectionMethodChargeAutomatically) {
		out.CollectionMethod = ""
	}
	if out.CancelAtPeriodEnd != nil && !*out.CancelAtPeriodEnd {
		out.CancelAtPeriodEnd = nil
	}
	for i := range out.Items {
		if out.AutomaticTax == nil || out.Items[i].TaxBehavior != string(stripe.PriceTaxBehaviorExclusive) {
			out.Items[i].TaxBehavior = "" // it changes nothing
		}
	}
	if out.PendingUpdate != nil {
		out.PendingUpdate.Items = nil
	}
	out.DefaultTaxRates, out.DefaultPaymentMethod = added(out.DefaultTaxRates), ""
	out.CurrentPeriodStart, out.StartDate, out.TrialStart, out.TrialSettings = "", "", "", nil
	out.PendingSetupIntent, out.BillingThresholds, out.OnBehalfOf, out.LatestInvoice = "", nil, "", ""
	return subscriptionRow{out}
}

// sentSubscription has what Stripe may send as null in a subscription and its items.
type sentSubscription struct {
	DaysUntilDue *int64 `json:"days_until_due"`
	Items        struct {
		Data []sentItem `json:"data"`
	} `json:"items"`
	PendingUpdate struct {
		Items []sentItem `json:"subscription_items"`
	} `json:"pending_update"`
}

func toSubscription(s *stripe.Subscription) subscriptionOutput {
	if s == nil {
		return subscriptionOutput{}
	}
	sent := sent[sentSubscription](s.LastResponse)
	out := subscriptionOutput{
		ID:                  s.ID,
		Status:              string(s.Status),
		Description:         plain.Clean(s.Description, 500),
		Currency:            string(s.Currency),
		Discounts:           inCurrency(toDiscounts(s.Discount, s.Discounts), string(s.Currency)),
		DefaultTaxRates:     convert(s.DefaultTaxRates, toTaxRate),
		CollectionMethod:    string(s.CollectionMethod),
		DaysUntilDue:        sent.DaysUntilDue,
		CurrentPeriodStart:  timestamp(s.CurrentPeriodStart),
		CurrentPeriodEnd:    timestamp(s.CurrentPeriodEnd),
		TrialStart:          timestamp(s.TrialStart),
		TrialEnd:            timestamp(s.TrialEnd),
		CancelAtPeriodEnd:   &s.CancelAtPeriodEnd,
		CancelAt:            timestamp(s.CancelAt),
		CanceledAt:          timestamp(s.CanceledAt),
		CancellationDetails: toCancellationDetails(s.CancellationDetails),
		EndedAt:             timestamp(s.EndedAt),
		Metadata:            cleanMetadata(s.Metadata),
		Created:             timestamp(s.Created),
		Livemode:            s.Livemode,
	}
	if s.StartDate != s.Created {
		out.StartDate = timestamp(s.StartDate)
	}
	if s.Items != nil {
		for i, item := range s.Items.Data {
			out.Items = append(out.Items, toSubscriptionItem(item, sentAt(sent.Items.Data, i), out.Currency))
		}
		out.ItemsHasMore = s.Items.HasMore
	}
	out.addIDs(s)
	out.addSettings(s, sent.PendingUpdate.Items)
	return out
}

func (s *subscriptionOutput) addIDs(from *stripe.Subscription) {
	if from.Customer != nil {
		s.Customer = from.Customer.ID
	}
	s.DefaultPaymentMethod = charged(from.DefaultPaymentMethod, from.DefaultSource)
	if from.PendingSetupIntent != nil {
		s.PendingSetupIntent = from.PendingSetupIntent.ID
	}
	if from.Schedule != nil {
		s.Schedule = from.Schedule.ID
	}
	if from.OnBehalfOf != nil {
		s.OnBehalfOf = from.OnBehalfOf.ID
	}
	if from.LatestInvoice != nil {
		s.LatestInvoice = from.LatestInvoice.ID
	}
}

// addSettings shows what makes a subscription other than its status says.
func (s *subscriptionOutput) addSettings(from *stripe.Subscription, pending []sentItem) {
	if tax := from.AutomaticTax; tax != nil && tax.Enabled {
		s.AutomaticTax = &automaticTaxOutput{Enabled: true}
	}
	if pause := from.PauseCollection; pause != nil {
		s.PauseCollection = &pauseOutput{Behavior: string(pause.Behavior), ResumesAt: timestamp(pause.ResumesAt)}
	}
	if trial := from.TrialSettings; trial != nil && trial.EndBehavior != nil && from.Status == stripe.SubscriptionStatusTrialing {
		s.TrialSettings = &trialSettingsOutput{EndBehavior: endBehaviorOutput{string(trial.EndBehavior.MissingPaymentMethod)}}
	}
	if update := from.PendingUpdate; update != nil {
		s.PendingUpdate = &pendingUpdateOutput{ExpiresAt: timestamp(update.ExpiresAt), TrialEnd: timestamp(update.TrialEnd)}
		for i, item := range update.SubscriptionItems {
			s.PendingUpdate.Items = append(s.PendingUpdate.Items, toSubscriptionItem(item, sentAt(pending, i), s.Currency))
		}
	}
	if thresholds := from.BillingThresholds; thresholds != nil && thresholds.AmountGTE != 0 {
		s.BillingThresholds = &billingThresholdsOutput{
			AmountGTE: thresholds.AmountGTE, AmountGTEDisplay: Display(thresholds.AmountGTE, s.Currency),
		}
	}
}

func toCancellationDetails(details *stripe.SubscriptionCancellationDetails) *cancellationDetailsOutput {
	if details == nil || details.Reason == "" && details.Feedback == "" && details.Comment == "" {
		return nil
	}
	return &cancellationDetailsOutput{
		Reason: string(details.Reason), Feedback: string(details.Feedback), Comment: plain.CleanLines(details.Comment, 500),
	}
}
