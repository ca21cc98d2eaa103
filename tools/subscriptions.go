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
	Items             subscriptionItems `json:"items" jsonschema:"Recurring prices to bill, 1 to 20"`
	PaymentBehavior   paymentBehavior   `json:"payment_behavior,omitempty" jsonschema:"If payment fails, allow_incomplete (default) leaves it incomplete and error_if_incomplete creates nothing; default_incomplete: the customer pays the first invoice; pending_if_incomplete: only for updates"`
	TrialPeriodDays   trialDays         `json:"trial_period_days,omitempty" jsonschema:"Free days before the first charge, 1 to 730"`
	CancelAtPeriodEnd atPeriodEnd       `json:"cancel_at_period_end,omitempty" jsonschema:"End after the first period"`
	Metadata          metadata          `json:"metadata,omitempty" jsonschema:"Your own strings, up to 50"`
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

// Schema returns the constraint of a trial. Stripe allows at most two years (https://docs.stripe.com/api/subscriptions/create).
// No trial is no trial_period_days: 0 is refused, because it would be read as a trial that somebody asked for.
func (trialDays) Schema() *schema.Node {
	return &schema.Node{Type: "integer", Minimum: new(1.0), Maximum: new(730.0)}
}

type getSubscriptionInput struct {
	SubscriptionID subscriptionID `json:"subscription_id" jsonschema:"Subscription id (sub_…)"`
}

type listSubscriptionsInput struct {
	Customer      customerID         `json:"customer,omitempty" jsonschema:"Only this customer's"`
	Price         priceID            `json:"price,omitempty" jsonschema:"Only those with this price"`
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
	CancelAtPeriodEnd *laterEnd      `json:"cancel_at_period_end,omitempty" jsonschema:"End with the paid period; false does not undo that"`
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
			"If there is none, use payment_behavior default_incomplete and let the customer pay at hosted_invoice_url " +
			"before pay_until (23 hours), or use stripe_create_checkout_session. " +
			"A trial needs no card; without one at its end the subscription becomes past_due. " +
			"A second subscription for the same price bills twice: check stripe_list_subscriptions first.",
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
		out.addInvoice(ctx, client, created.Object)
		return out, err
	})
}

func getSubscription() Tool {
	return define(Spec{
		Name:        "stripe_get_subscription",
		Title:       "Get subscription",
		Description: "Returns one subscription. If a payment is due, the customer can pay at hosted_invoice_url, until pay_until if shown.",
		Effect:      Reads,
		Permissions: subscriptions(),
	}, func(ctx context.Context, client *stripeapi.Client, in getSubscriptionInput) (subscriptionDetails, error) {
		found, err := client.Subscription(ctx, string(in.SubscriptionID))
		out := withShares(found)
		out.addInvoice(ctx, client, found)
		return out, err
	})
}

func listSubscriptions() Tool {
	return define(Spec{
		Name:        "stripe_list_subscriptions",
		Title:       "List subscriptions",
		Description: "Lists subscriptions, newest first, in brief.",
		Effect:      Reads,
		Permissions: subscriptions(),
	}, func(ctx context.Context, client *stripeapi.Client, in listSubscriptionsInput) (page[subscriptionRow], error) {
		params := &stripe.SubscriptionListParams{Customer: given(in.Customer), Price: given(in.Price), Status: given(in.Status)}
		params.Limit = positive(in.Limit)
		params.StartingAfter = given(in.StartingAfter)
		found, err := client.Subscriptions(ctx, params)
		return pageOf(in.Limit, found, err, toSubscriptionRow)
	})
}

func cancelSubscription() Tool {
	return define(Spec{
		Name:  "stripe_cancel_subscription",
		Title: "Cancel subscription",
		Description: "Ends a subscription now and for good, without a refund. " +
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
// to mind, and it would end the subscription at once. One that has ended keeps its plan, and there is nothing left to protect.
func notPlanned(ctx context.Context, client *stripeapi.Client, id string) error {
	const untouched = "nothing was changed: "
	found, err := client.Subscription(ctx, id)
	if unread := outcome.As(err); unread != nil {
		unread.Outcome = outcome.Refused // of the cancellation, which was not sent
		unread.Message = untouched + "cancel_at_period_end is false, and the subscription could not be read to see whether its end is planned: " + unread.Message
		return unread
	}
	if !stripeapi.Over(found) && (found.CancelAtPeriodEnd || found.CancelAt != 0) {
		refusal := outcome.Refuse("end_is_planned", untouched+"the subscription's end is planned",
			"To end it now, leave cancel_at_period_end out. To keep it, use ")
		refusal.Use = updateSubscription().Name
		return refusal
	}
	return nil
}
