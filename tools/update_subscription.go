package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type updateSubscriptionInput struct {
	SubscriptionID    subscriptionID      `json:"subscription_id" jsonschema:"sub_…"`
	Items             changedItems        `json:"items,omitempty" jsonschema:"To change"`
	ProrationBehavior prorationBehavior   `json:"proration_behavior,omitempty" jsonschema:"Default: on the next invoice"`
	CancelAtPeriodEnd *bool               `json:"cancel_at_period_end,omitempty" jsonschema:"false undoes a planned end"`
	PauseCollection   pauseBehavior       `json:"pause_collection,omitempty" jsonschema:"What becomes of invoices"`
	ResumesAt         moment              `json:"resumes_at,omitempty" jsonschema:"Else until unset"`
	TrialEnd          trialEnd            `json:"trial_end,omitempty" jsonschema:"RFC 3339, or now"`
	Metadata          changedMetadata     `json:"metadata,omitempty" jsonschema:"Keys to set"`
	Unset             []subscriptionField `json:"unset,omitempty" jsonschema:"To clear"`
}

type (
	prorationBehavior string
	subscriptionField string
	pauseBehavior     string
)

// Schema returns what becomes of the difference.
func (prorationBehavior) Schema() *schema.Node {
	return choice("create_prorations", "always_invoice", "none")
}

func (b prorationBehavior) disclose(_ string, r *Request) {
	if b == "always_invoice" {
		r.raise(Pays)
		r.Details = append(r.Details, "billed now")
	}
}

// Schema returns what of a subscription can be cleared.
func (subscriptionField) Schema() *schema.Node {
	return choice("cancel_at", "metadata", "pause_collection")
}

func (f subscriptionField) disclose(_ string, r *Request) { r.clears(string(f)) }

// Schema returns what can become of invoices meanwhile.
func (pauseBehavior) Schema() *schema.Node {
	return choice("keep_as_draft", "mark_uncollectible", "void")
}

func (pauseBehavior) disclose(_ string, r *Request) {
	r.Details = append(r.Details, "collection is paused")
}

// Check finds updates of nothing, and what is set and cleared at once.
func (in updateSubscriptionInput) Check() []schema.Problem {
	if in.ResumesAt != "" && in.PauseCollection == "" {
		return []schema.Problem{{Path: "resumes_at", Rule: "goes with pause_collection only"}}
	}
	return checkChanges(in.Unset, map[subscriptionField]bool{
		"metadata": len(in.Metadata) > 0, "pause_collection": in.PauseCollection != "", "cancel_at": in.CancelAtPeriodEnd != nil && *in.CancelAtPeriodEnd,
	}, len(in.Items) > 0 || in.CancelAtPeriodEnd != nil || in.TrialEnd != "")
}

func (in updateSubscriptionInput) disclose(_ string, r *Request) {
	if in.CancelAtPeriodEnd != nil && *in.CancelAtPeriodEnd {
		r.Details = append(r.Details, "it ends with its period")
	}
	if len(in.Items) > 0 || in.TrialEnd == endNow {
		r.learn = in.learn
	}
}

// learn reads the subscription, because only that says what an item's price is, and what is billed when a trial ends.
func (in updateSubscriptionInput) learn(ctx context.Context, client *stripeapi.Client, r *Request) (err error) {
	found, err := client.Subscription(ctx, string(in.SubscriptionID))
	if err != nil {
		return err
	}
	if found.Customer != nil {
		r.Customer = found.Customer.ID
	}
	r.Purchases, err = in.Items.purchases(found, in.TrialEnd == endNow)
	return err
}

func updateSubscription() Tool {
	return define(Spec{
		Name:  "stripe_update_subscription",
		Title: "Update subscription",
		Description: "Changes plan, quantities, pause, trial or planned end. always_invoice, trial_end now and another interval bill at once: " +
			"use stripe_preview_invoice first.",
		Effect:      Changes,
		Raised:      Pays,
		Set:         Billing,
		Permissions: subscriptions(),
	}, func(ctx context.Context, client *stripeapi.Client, in updateSubscriptionInput) (subscriptionOutput, error) {
		changed, err := client.UpdateSubscription(ctx, string(in.SubscriptionID), in.params())
		out := toSubscription(changed.Object)
		out.Note = changed.Note
		if s := changed.Object; s != nil && in.CancelAtPeriodEnd != nil && !*in.CancelAtPeriodEnd && s.CancelAt != 0 {
			addNote(&out.Note, "its end is still planned, for a date of its own: unset cancel_at takes it back")
		}
		out.addInvoice(ctx, client, changed.Object)
		if err == nil && (in.ProrationBehavior == "always_invoice" || in.TrialEnd == endNow) {
			out.addBilled(ctx, client, changed.Object)
		}
		return out, err
	})
}

// addBilled shows what a change has billed, even if nothing is left to pay of it.
func (s *subscriptionOutput) addBilled(ctx context.Context, client *stripeapi.Client, from *stripe.Subscription) {
	if s.LatestInvoice == "" || paymentDue(from) { // addInvoice has asked for it
		return
	}
	found := client.InvoiceToPay(ctx, s.LatestInvoice)
	addNote(&s.Note, found.Note)
	if billed := found.Object; billed != nil {
		s.Invoice = toInvoice(billed)
		s.Invoice.Total, s.Invoice.TotalDisplay = &billed.Total, Display(billed.Total, string(billed.Currency))
	}
}

func (in updateSubscriptionInput) params() *stripe.SubscriptionParams {
	params := &stripe.SubscriptionParams{
		ProrationBehavior: given(in.ProrationBehavior), CancelAtPeriodEnd: in.CancelAtPeriodEnd, Metadata: in.Metadata,
	}
	params.TrialEnd, params.TrialEndNow = in.TrialEnd.params()
	if in.PauseCollection != "" {
		params.PauseCollection = &stripe.SubscriptionPauseCollectionParams{
			Behavior: given(in.PauseCollection), ResumesAt: in.ResumesAt.given(),
		}
	}
	for _, item := range in.Items {
		params.Items = append(params.Items, &stripe.SubscriptionItemsParams{
			ID: given(item.ID), Price: given(item.Price), Quantity: (*int64)(item.Quantity), Deleted: item.deleted(),
		})
	}
	unset(&params.Params, in.Unset)
	return params
}
