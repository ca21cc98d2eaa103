package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type createPaymentLinkInput struct {
	LineItems           linkItems   `json:"line_items" jsonschema:"What is sold"`
	AfterCompletionURL  redirectURL `json:"after_completion_url,omitempty" jsonschema:"Where paying leads"`
	AllowPromotionCodes bool        `json:"allow_promotion_codes,omitempty" jsonschema:"Let customers enter one"`
	Metadata            metadata    `json:"metadata,omitempty" jsonschema:"Your own strings"`
}

type linkItems []linkItem

// Schema returns the constraint of what a link sells (https://docs.stripe.com/api/payment-link/create, line_items).
func (linkItems) Schema() *schema.Node {
	node := schema.ListOf[linkItem](1, 20)
	node.Comment = "must be a list of 1 to 20 items"
	node.Examples = []any{[]any{map[string]any{"price": "price_1MoBy5LkdIwHu7ixZhnattbh", "quantity": 1}}}
	return node
}

type linkItem struct {
	Price    priceID          `json:"price" jsonschema:"price_…"`
	Quantity *orderedQuantity `json:"quantity,omitempty" jsonschema:"Default 1"`
}

func (item linkItem) disclose(path string, r *Request) {
	r.Purchases = append(r.Purchases, Purchase{Argument: path, Price: string(item.Price), Quantity: quantity(item.Quantity)})
}

func createPaymentLink() Tool {
	return define(Spec{
		Name:  "stripe_create_payment_link",
		Title: "Create payment link",
		Description: "Creates a url where anybody can pay, again and again, until the Dashboard switches it off. " +
			"For one order, use stripe_create_checkout_session.",
		Effect:      Makes,
		Set:         Catalog,
		Permissions: []Permission{{Name: "Payment Links", Path: "/v1/payment_links"}},
	}, func(ctx context.Context, client *stripeapi.Client, in createPaymentLinkInput) (paymentLinkOutput, error) {
		params := &stripe.PaymentLinkParams{Metadata: in.Metadata}
		for _, item := range in.LineItems {
			params.LineItems = append(params.LineItems, &stripe.PaymentLinkLineItemParams{Price: given(item.Price), Quantity: new(quantity(item.Quantity))})
		}
		if in.AfterCompletionURL != "" {
			params.AfterCompletion = &stripe.PaymentLinkAfterCompletionParams{
				Type: new("redirect"), Redirect: &stripe.PaymentLinkAfterCompletionRedirectParams{URL: given(in.AfterCompletionURL.withSessionID())},
			}
		}
		if in.AllowPromotionCodes {
			params.AllowPromotionCodes = new(true)
		}
		made, err := client.CreatePaymentLink(ctx, params)
		if err != nil {
			return paymentLinkOutput{}, err
		}
		return toPaymentLink(made), nil
	})
}

// paymentLinkOutput is a link that opens a new Checkout session each time.
type paymentLinkOutput struct {
	ID                  string            `json:"id"`
	URL                 string            `json:"url,omitempty"`
	Active              bool              `json:"active"`
	Currency            string            `json:"currency,omitempty"`
	AfterCompletionURL  string            `json:"after_completion_url,omitempty"`
	AllowPromotionCodes bool              `json:"allow_promotion_codes,omitempty"`
	Metadata            map[string]string `json:"metadata,omitempty"`
	Livemode            bool              `json:"livemode"`
	Note                string            `json:"note,omitempty"`
}

func toPaymentLink(made stripeapi.Reply[*stripe.PaymentLink]) paymentLinkOutput {
	l := made.Object
	out := paymentLinkOutput{
		ID: l.ID, URL: plain.Clean(l.URL, 2048), Active: l.Active, Currency: string(l.Currency), AllowPromotionCodes: l.AllowPromotionCodes,
		Metadata: cleanMetadata(l.Metadata), Livemode: l.Livemode, Note: made.Note,
	}
	if after := l.AfterCompletion; after != nil && after.Redirect != nil {
		out.AfterCompletionURL = after.Redirect.URL
	}
	return out
}
