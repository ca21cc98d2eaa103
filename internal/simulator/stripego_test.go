package simulator_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stripe/stripe-go/v79"
	stripeapi "github.com/stripe/stripe-go/v79/client"

	"stripe-mcp/internal/simulator"
)

func stripeClient(t *testing.T) *stripeapi.API {
	t.Helper()
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: new("http://stripe.invalid"), HTTPClient: &http.Client{Transport: simulator.New(nil).Transport()}, EnableTelemetry: new(false),
		MaxNetworkRetries: new(int64(0)), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	})
	return stripeapi.New(testKey, &stripe.Backends{API: backend})
}

// with is the context of a call, and what it wants expanded.
func with(ctx context.Context, expand ...string) stripe.Params {
	p := stripe.Params{Context: ctx}
	for _, path := range expand {
		p.AddExpand(path)
	}
	return p
}

// Stripe's own client decodes every object into what was sent.
func TestStripeGoDecodesTheObjects(t *testing.T) {
	t.Parallel()
	api, ctx := stripeClient(t), t.Context()
	cus, err := api.Customers.New(&stripe.CustomerParams{
		Params: with(ctx), Email: new("ada@example.com"), Name: new("Ada"), Metadata: map[string]string{"k": "v"},
		PaymentMethod: new("pm_card_visa"), InvoiceSettings: &stripe.CustomerInvoiceSettingsParams{DefaultPaymentMethod: new("pm_card_visa")},
	})
	if err != nil || cus.Email != "ada@example.com" || cus.Metadata["k"] != "v" || cus.Created == 0 || cus.InvoiceSettings.DefaultPaymentMethod.ID == "" {
		t.Fatalf("customer %+v, %v", cus, err)
	}
	sub, err := api.Subscriptions.New(&stripe.SubscriptionParams{
		Params: with(ctx, "latest_invoice", "customer", "items.data.price.product"), Customer: &cus.ID, CancelAtPeriodEnd: new(true),
		Items: []*stripe.SubscriptionItemsParams{{Price: new("price_starter_monthly_eur"), Quantity: new(int64(2))}},
	})
	if err != nil || sub.Status != stripe.SubscriptionStatusActive || sub.CancelAt != sub.CurrentPeriodEnd || sub.Customer.Name != "Ada" || sub.LatestInvoice.HostedInvoiceURL == "" || sub.LatestInvoice.Total != 1800 {
		t.Fatalf("subscription %+v, %v", sub, err)
	}
	if item := sub.Items.Data[0]; item.Quantity != 2 || item.Price.UnitAmount != 900 || item.Price.UnitAmountDecimal != 900 || item.Price.Recurring.Interval != "month" || item.Price.Product.Name != "Starter plan" {
		t.Errorf("item %+v", item)
	}
	session, err := api.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Params: with(ctx, "line_items"), Mode: new("subscription"), SuccessURL: new("https://example.com"), Customer: &cus.ID,
		LineItems: []*stripe.CheckoutSessionLineItemParams{{Quantity: new(int64(1)), PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
			Currency: new("eur"), UnitAmount: new(int64(700)), ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: new("Box")},
			Recurring: &stripe.CheckoutSessionLineItemPriceDataRecurringParams{Interval: new("week")},
		}}},
	})
	if err != nil || session.AmountTotal != 700 || session.Customer.ID != cus.ID || session.Status != stripe.CheckoutSessionStatusOpen || session.URL == "" || session.LineItems.Data[0].Description != "Box" {
		t.Fatalf("session %+v, %v", session, err)
	}
	portal, err := api.BillingPortalSessions.New(&stripe.BillingPortalSessionParams{Params: with(ctx), Customer: &cus.ID, ReturnURL: new("https://example.com")})
	if err != nil || portal.Customer != cus.ID || portal.URL == "" || portal.Configuration.ID == "" {
		t.Errorf("portal session %+v, %v", portal, err)
	}
	list := api.Subscriptions.List(&stripe.SubscriptionListParams{ListParams: stripe.ListParams{Context: ctx, Single: true}, Customer: &cus.ID})
	if !list.Next() || list.Subscription().ID != sub.ID || list.Next() || list.Meta().HasMore {
		t.Errorf("list %+v, %v", list.SubscriptionList(), list.Err())
	}
	if canceled, err := api.Subscriptions.Cancel(sub.ID, &stripe.SubscriptionCancelParams{Params: with(ctx)}); err != nil || canceled.Status != stripe.SubscriptionStatusCanceled || canceled.EndedAt == 0 {
		t.Errorf("canceled %+v, %v", canceled, err)
	}
	if deleted, err := api.Customers.Del(cus.ID, &stripe.CustomerParams{Params: with(ctx)}); err != nil || !deleted.Deleted {
		t.Errorf("deleted %+v, %v", deleted, err)
	}
}

func TestStripeGoDecodesTheRest(t *testing.T) {
	t.Parallel()
	api, ctx := stripeClient(t), t.Context()
	price, err := api.Prices.Get("price_ticket_jpy", &stripe.PriceParams{Params: with(ctx, "product")})
	if err != nil || price.UnitAmount != 8000 || price.Currency != "jpy" || price.Product.Name != "Concert ticket" || price.Type != stripe.PriceTypeOneTime {
		t.Errorf("price %+v, %v", price, err)
	}
	if product, err := api.Products.Get("prod_ticket", &stripe.ProductParams{Params: with(ctx)}); err != nil || !product.Active {
		t.Errorf("product %+v, %v", product, err)
	}
	if card, err := api.PaymentMethods.Get("pm_card_visa", &stripe.PaymentMethodParams{Params: with(ctx)}); err != nil || card.Card.Last4 != "4242" {
		t.Errorf("card %+v, %v", card, err)
	}
	if account, err := api.Accounts.Get(); err != nil || account.Settings.Dashboard.DisplayName != "Simulator" {
		t.Errorf("account %+v, %v", account, err)
	}
	_, err = api.Customers.Get("cus_none", &stripe.CustomerParams{Params: with(ctx)})
	var e *stripe.Error
	if !errors.As(err, &e) || e.HTTPStatusCode != 404 || e.Code != stripe.ErrorCodeResourceMissing || e.Type != stripe.ErrorTypeInvalidRequest || e.RequestID == "" || e.DocURL == "" {
		t.Errorf("error %#v", err)
	}
}
