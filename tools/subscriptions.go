package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type createSubscriptionInput struct {
	Customer          customerID        `json:"customer" jsonschema:"Customer to bill (cus_…)"`
	Items             subscriptionItems `json:"items" jsonschema:"Recurring prices to bill"`
	PaymentBehavior   paymentBehavior   `json:"payment_behavior,omitempty" jsonschema:"default_incomplete: the customer pays the first invoice; error_if_incomplete: create nothing if payment fails"`
	TrialPeriodDays   trialDays         `json:"trial_period_days,omitempty" jsonschema:"Days before the first charge"`
	CancelAtPeriodEnd atPeriodEnd       `json:"cancel_at_period_end,omitempty" jsonschema:"End after the first period"`
	Metadata          metadata          `json:"metadata,omitempty" jsonschema:"Your own strings, up to 50"`
}

type subscriptionItems []subscriptionItem

// Schema returns the constraint of a subscription's items (https://docs.stripe.com/api/subscriptions/create).
func (subscriptionItems) Schema() *schema.Node {
	node := schema.ListOf[subscriptionItem](1, 20)
	node.Comment = "must be a list of 1 to 20 items"
	node.Examples = []any{[]any{map[string]any{"price": "price_1MoBy5LkdIwHu7ixZhnattbh"}}}
	return node
}

type subscriptionItem struct {
	Price    priceID             `json:"price" jsonschema:"Recurring price (price_…)"`
	Quantity *subscribedQuantity `json:"quantity,omitempty" jsonschema:"How many, default 1; not for metered prices"`
}

type (
	paymentBehavior string
	atPeriodEnd     bool
	trialDays       int64
)

func (end atPeriodEnd) disclose(_ string, r *Request) { r.AtPeriodEnd = bool(end) }

// Schema returns Stripe's payment behaviours.
func (paymentBehavior) Schema() *schema.Node {
	return choice("default_incomplete", "error_if_incomplete", "allow_incomplete", "pending_if_incomplete")
}

// Schema returns the constraint of a trial: at most two years.
func (trialDays) Schema() *schema.Node {
	return &schema.Node{Type: "integer", Minimum: new(1.0), Maximum: new(730.0)}
}

func (item subscriptionItem) disclose(path string, r *Request) {
	r.Purchases = append(r.Purchases, Purchase{
		Argument: path, Price: string(item.Price), Quantity: quantity(item.Quantity), InCustomersCurrency: true,
	})
}

type getSubscriptionInput struct {
	SubscriptionID subscriptionID `json:"subscription_id" jsonschema:"Subscription id (sub_…)"`
}

type listSubscriptionsInput struct {
	Customer      customerID         `json:"customer,omitempty" jsonschema:"Only this customer's"`
	Status        subscriptionStatus `json:"status,omitempty" jsonschema:"Default: all but canceled"`
	Limit         pageSize           `json:"limit,omitempty" jsonschema:"Results per page, 1 to 100, default 10"`
	StartingAfter subscriptionID     `json:"starting_after,omitempty" jsonschema:"next_cursor of the previous page"`
}

type subscriptionStatus string

// Schema returns the statuses that a list can be filtered by.
func (subscriptionStatus) Schema() *schema.Node {
	return choice("active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid")
}

type cancelSubscriptionInput struct {
	SubscriptionID    subscriptionID `json:"subscription_id" jsonschema:"Subscription id (sub_…)"`
	CancelAtPeriodEnd *atPeriodEnd   `json:"cancel_at_period_end,omitempty" jsonschema:"End when the paid period is over"`
}

// subscriptionOutput is a subscription as every tool shows it. Only the get tool fills in hosted_invoice_url.
type subscriptionOutput struct {
	ID                 string                   `json:"id"`
	Status             string                   `json:"status"`
	Customer           string                   `json:"customer,omitempty"`
	Items              []subscriptionItemOutput `json:"items,omitempty"`
	CurrentPeriodStart string                   `json:"current_period_start,omitempty"`
	CurrentPeriodEnd   string                   `json:"current_period_end,omitempty"`
	TrialEnd           string                   `json:"trial_end,omitempty"`
	CancelAtPeriodEnd  bool                     `json:"cancel_at_period_end"`
	CancelAt           string                   `json:"cancel_at,omitempty"`
	CanceledAt         string                   `json:"canceled_at,omitempty"`
	EndedAt            string                   `json:"ended_at,omitempty"`
	LatestInvoice      string                   `json:"latest_invoice,omitempty"`
	HostedInvoiceURL   string                   `json:"hosted_invoice_url,omitempty"`
	Metadata           map[string]string        `json:"metadata,omitempty"`
	Created            string                   `json:"created,omitempty"`
	Livemode           bool                     `json:"livemode"`
	Note               string                   `json:"note,omitempty"`
}

type subscriptionItemOutput struct {
	ID                string `json:"id"`
	Price             string `json:"price,omitempty"`
	Product           string `json:"product,omitempty"`
	Quantity          int64  `json:"quantity,omitempty"`
	UnitAmount        *int64 `json:"unit_amount,omitempty"`
	UnitAmountDisplay string `json:"unit_amount_display,omitempty"`
	Currency          string `json:"currency,omitempty"`
	Interval          string `json:"interval,omitempty"`
	IntervalCount     int64  `json:"interval_count,omitempty"`
}

func (s subscriptionOutput) cursor() string { return s.ID }

func (s subscriptionOutput) withoutMetadata() row {
	s.Metadata, s.Note = nil, metadataLeftOut
	return s
}

// subscriptions returns the permissions that subscriptions need. An unpaid one shows its invoice's address, hence Invoices.
func subscriptions() []stripeapi.Permission {
	return []stripeapi.Permission{{Name: "Subscriptions", Path: "/v1/subscriptions"}, {Name: "Invoices", Path: "/v1/invoices", Optional: true}}
}

func createSubscription() Tool {
	return define(Spec{
		Name:  "stripe_create_subscription",
		Title: "Create subscription",
		Description: "Starts a subscription. Without a trial it charges the customer's stored payment method at once. " +
			"If there is none, use payment_behavior default_incomplete and the hosted_invoice_url of stripe_get_subscription, " +
			"or stripe_create_checkout_session in subscription mode.",
		Effect:      Makes,
		Permissions: subscriptions(),
	}, func(ctx context.Context, client *stripeapi.Client, in createSubscriptionInput) (subscriptionOutput, error) {
		params := &stripe.SubscriptionParams{
			Customer:        given(in.Customer),
			PaymentBehavior: given(in.PaymentBehavior),
			TrialPeriodDays: positive(in.TrialPeriodDays),
			Metadata:        in.Metadata,
		}
		if in.CancelAtPeriodEnd {
			params.CancelAtPeriodEnd = new(true)
		}
		for _, item := range in.Items {
			params.Items = append(params.Items, &stripe.SubscriptionItemsParams{
				Price:    given(item.Price),
				Quantity: (*int64)(item.Quantity),
			})
		}
		created, err := client.CreateSubscription(ctx, params)
		out := toSubscription(created.Object)
		out.Note = created.Note
		return out, err
	})
}

func getSubscription() Tool {
	return define(Spec{
		Name:        "stripe_get_subscription",
		Title:       "Get subscription",
		Description: "Returns one subscription. When a payment is due, the customer can pay at hosted_invoice_url.",
		Effect:      Reads,
		Permissions: subscriptions(),
	}, func(ctx context.Context, client *stripeapi.Client, in getSubscriptionInput) (subscriptionOutput, error) {
		found, err := client.Subscription(ctx, string(in.SubscriptionID))
		out := toSubscription(found)
		if err != nil || !paymentDue(found) || out.LatestInvoice == "" {
			return out, err
		}
		address := client.HostedInvoiceURL(ctx, out.LatestInvoice)
		out.HostedInvoiceURL, out.Note = address.Object, address.Note
		return out, nil
	})
}

func listSubscriptions() Tool {
	return define(Spec{
		Name:        "stripe_list_subscriptions",
		Title:       "List subscriptions",
		Description: "Lists subscriptions, newest first.",
		Effect:      Reads,
		Permissions: subscriptions(),
	}, func(ctx context.Context, client *stripeapi.Client, in listSubscriptionsInput) (page[subscriptionOutput], error) {
		params := &stripe.SubscriptionListParams{Customer: given(in.Customer), Status: given(in.Status)}
		params.Limit = positive(in.Limit)
		params.StartingAfter = given(in.StartingAfter)
		found, err := client.Subscriptions(ctx, params)
		if err != nil {
			return page[subscriptionOutput]{}, err
		}
		return newPage(in.Limit, convert(found.Data, toSubscription), found.Rest)
	})
}

func cancelSubscription() Tool {
	return define(Spec{
		Name:  "stripe_cancel_subscription",
		Title: "Cancel subscription",
		Description: "Ends a subscription now and for good: it cannot be reactivated and nothing is refunded. " +
			"With cancel_at_period_end true it ends with the paid period instead.",
		Effect:      Ends,
		Permissions: subscriptions(),
	}, func(ctx context.Context, client *stripeapi.Client, in cancelSubscriptionInput) (subscriptionOutput, error) {
		cancel := client.CancelSubscription
		switch {
		case in.CancelAtPeriodEnd == nil:
		case bool(*in.CancelAtPeriodEnd):
			cancel = client.CancelSubscriptionAtPeriodEnd
		default:
			if err := notPlanned(ctx, client, string(in.SubscriptionID)); err != nil {
				return subscriptionOutput{}, err
			}
		}
		canceled, err := cancel(ctx, string(in.SubscriptionID))
		out := toSubscription(canceled.Object)
		out.Note = canceled.Note
		return out, err
	})
}

// notPlanned refuses to end a subscription now whose end is planned. To take that back, the same call with false is what comes
// to mind, and it would end the subscription at once.
func notPlanned(ctx context.Context, client *stripeapi.Client, id string) error {
	const kind, untouched = "end_is_planned", "nothing was changed: "
	found, err := client.Subscription(ctx, id)
	if err != nil {
		return outcome.Refuse(kind, untouched+"cancel_at_period_end is false, and the subscription could not be read to see whether its end is planned",
			"To end it now, leave cancel_at_period_end out")
	}
	if found.CancelAtPeriodEnd || found.CancelAt != 0 {
		return outcome.Refuse(kind, untouched+"the subscription's end is planned",
			"To end it now, leave cancel_at_period_end out. To keep it, use the Stripe Dashboard")
	}
	return nil
}

// paymentDue reports whether the customer still has to pay.
func paymentDue(s *stripe.Subscription) bool {
	switch s.Status {
	case stripe.SubscriptionStatusIncomplete, stripe.SubscriptionStatusPastDue, stripe.SubscriptionStatusUnpaid:
		return true
	default:
		return false
	}
}

func toSubscription(s *stripe.Subscription) subscriptionOutput {
	if s == nil {
		return subscriptionOutput{}
	}
	out := subscriptionOutput{
		ID:                 s.ID,
		Status:             string(s.Status),
		CurrentPeriodStart: timestamp(s.CurrentPeriodStart),
		CurrentPeriodEnd:   timestamp(s.CurrentPeriodEnd),
		TrialEnd:           timestamp(s.TrialEnd),
		CancelAtPeriodEnd:  s.CancelAtPeriodEnd,
		CancelAt:           timestamp(s.CancelAt),
		CanceledAt:         timestamp(s.CanceledAt),
		EndedAt:            timestamp(s.EndedAt),
		Metadata:           cleanMetadata(s.Metadata),
		Created:            timestamp(s.Created),
		Livemode:           s.Livemode,
	}
	if s.Customer != nil {
		out.Customer = s.Customer.ID
	}
	if s.LatestInvoice != nil {
		out.LatestInvoice = s.LatestInvoice.ID
	}
	if s.Items != nil {
		out.Items = convert(s.Items.Data, toSubscriptionItem)
	}
	return out
}

// hasUnitAmount reports whether one unit of a price costs a whole number of minor units. Tiers, fractions and amounts that
// customers choose do not: Stripe then sends null, which the library reads as zero.
func hasUnitAmount(price *stripe.Price) bool {
	return price.BillingScheme != stripe.PriceBillingSchemeTiered && price.CustomUnitAmount == nil &&
		(price.UnitAmount != 0 || price.UnitAmountDecimal == 0)
}

func toSubscriptionItem(item *stripe.SubscriptionItem) subscriptionItemOutput {
	out := subscriptionItemOutput{ID: item.ID, Quantity: item.Quantity}
	price := item.Price
	if price == nil {
		return out
	}
	out.Price = price.ID
	if hasUnitAmount(price) {
		out.UnitAmount = &price.UnitAmount
		out.UnitAmountDisplay = Display(price.UnitAmount, string(price.Currency))
	}
	out.Currency = string(price.Currency)
	if price.Product != nil {
		out.Product = price.Product.ID
	}
	if price.Recurring != nil {
		out.Interval = string(price.Recurring.Interval)
		out.IntervalCount = price.Recurring.IntervalCount
	}
	return out
}
