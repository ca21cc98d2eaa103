package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/stripeapi"
)

type createBillingPortalSessionInput struct {
	Customer  customerID  `json:"customer" jsonschema:"Who opens it (cus_…)"`
	ReturnURL redirectURL `json:"return_url" jsonschema:"Where the customer goes afterwards"`
}

type billingPortalSessionOutput struct {
	ID         string `json:"id"`
	URL        string `json:"url"`
	Customer   string `json:"customer"`
	ReturnURL  string `json:"return_url,omitempty"`
	OnBehalfOf string `json:"on_behalf_of,omitempty"`
	Created    string `json:"created,omitempty"`
	Livemode   bool   `json:"livemode"`
}

func createBillingPortalSession() Tool {
	return define(Spec{
		Name:  "stripe_create_billing_portal_session",
		Title: "Create billing-portal session",
		Description: "Returns a short-lived url where a customer manages payment methods, invoices and subscriptions. " +
			"Give it to this customer only: opening it signs them in. " +
			"Save its settings once in the Dashboard: Settings > Billing > Customer portal.",
		Effect:      Opens,
		Permissions: []stripeapi.Permission{{Name: "Customer portal", Path: "/v1/billing_portal/configurations"}},
	}, func(ctx context.Context, client *stripeapi.Client, in createBillingPortalSessionInput) (billingPortalSessionOutput, error) {
		created, err := client.CreateBillingPortalSession(ctx, &stripe.BillingPortalSessionParams{
			Customer:  given(in.Customer),
			ReturnURL: given(in.ReturnURL),
		})
		return toBillingPortalSession(created), err
	})
}

func toBillingPortalSession(s *stripe.BillingPortalSession) billingPortalSessionOutput {
	if s == nil {
		return billingPortalSessionOutput{}
	}
	return billingPortalSessionOutput{
		ID:         s.ID,
		URL:        s.URL,
		Customer:   s.Customer,
		ReturnURL:  s.ReturnURL,
		OnBehalfOf: s.OnBehalfOf,
		Created:    timestamp(s.Created),
		Livemode:   s.Livemode,
	}
}
