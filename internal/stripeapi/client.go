// Package stripeapi is the only sender of requests to Stripe.
package stripeapi

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/balance"
	portalsession "github.com/stripe/stripe-go/v79/billingportal/session"
	"github.com/stripe/stripe-go/v79/charge"
	checkoutsession "github.com/stripe/stripe-go/v79/checkout/session"
	"github.com/stripe/stripe-go/v79/coupon"
	"github.com/stripe/stripe-go/v79/customer"
	"github.com/stripe/stripe-go/v79/dispute"
	"github.com/stripe/stripe-go/v79/invoice"
	"github.com/stripe/stripe-go/v79/paymentlink"
	"github.com/stripe/stripe-go/v79/price"
	"github.com/stripe/stripe-go/v79/product"
	"github.com/stripe/stripe-go/v79/promotioncode"
	"github.com/stripe/stripe-go/v79/refund"
	"github.com/stripe/stripe-go/v79/subscription"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/secret"
)

// Config says how to reach Stripe.
type Config struct {
	Key     secret.Secret     // sk_, rk_ or rkcs_ key
	Account string            // connected account, sent as Stripe-Account; empty for the key's own
	Context string            // account to act for, sent as Stripe-Context; empty where Account is not
	BaseURL string            // e.g. https://api.stripe.com
	Timeout time.Duration     // for one tool call, retries included
	Rate    float64           // most requests a second, retries included; 0 for no limit
	Network http.RoundTripper // carries the requests: NewNetwork or a simulator
	Journal *journal.Journal  // records the requests that create something
	Logger  *slog.Logger      // receives one debug line per attempt, without arguments or keys
}

// Client calls Stripe. Every method returns an *outcome.Error when it fails. It is safe for concurrent use.
type Client struct {
	*connection

	effect  Effect           // what its writing methods do
	receipt *journal.Receipt // follows the answer to the caller; nil without a caller
}

// connection holds what all clients for one key share.
type connection struct {
	timeout       time.Duration
	backend       stripe.Backend
	key           secret.Secret
	logger        *slog.Logger
	checkout      checkoutsession.Client
	customers     customer.Client
	subscriptions subscription.Client
	portal        portalsession.Client
	invoices      invoice.Client
	prices        price.Client
	products      product.Client
	charges       charge.Client
	refunds       refund.Client
	disputes      dispute.Client
	paymentLinks  paymentlink.Client
	coupons       coupon.Client
	promotions    promotioncode.Client
	balance       balance.Client
}

// New returns a client for cfg that can only read (see As). New itself sends nothing.
func New(cfg Config) *Client {
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL:               new(cfg.BaseURL),
		HTTPClient:        &http.Client{Transport: newTransport(cfg)},
		MaxNetworkRetries: stripe.Int64(0), // transport retries: it knows more about each attempt
		EnableTelemetry:   new(false),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull}, // the default prints to stdout, which belongs to the protocol
	})
	key := cfg.Key.Reveal()
	return &Client{connection: &connection{
		timeout:       cfg.Timeout,
		backend:       backend,
		key:           cfg.Key,
		logger:        cfg.Logger,
		checkout:      checkoutsession.Client{B: backend, Key: key},
		customers:     customer.Client{B: backend, Key: key},
		subscriptions: subscription.Client{B: backend, Key: key},
		portal:        portalsession.Client{B: backend, Key: key},
		invoices:      invoice.Client{B: backend, Key: key},
		prices:        price.Client{B: backend, Key: key},
		products:      product.Client{B: backend, Key: key},
		charges:       charge.Client{B: backend, Key: key},
		refunds:       refund.Client{B: backend, Key: key},
		disputes:      dispute.Client{B: backend, Key: key},
		paymentLinks:  paymentlink.Client{B: backend, Key: key},
		coupons:       coupon.Client{B: backend, Key: key},
		promotions:    promotioncode.Client{B: backend, Key: key},
		balance:       balance.Client{B: backend, Key: key},
	}}
}

// As returns a client whose writing methods have that effect. The effect decides whether their requests are journalled.
func (c *Client) As(effect Effect) *Client {
	return &Client{c.connection, effect, c.receipt}
}

// For returns a client that works for the receipt's caller.
func (c *Client) For(receipt *journal.Receipt) *Client {
	return &Client{c.connection, c.effect, receipt}
}

// WithBudget returns a context that ends after the configured time for one call.
func (c *Client) WithBudget(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.timeout)
}

// CreateCheckoutSession creates a Checkout session (https://docs.stripe.com/api/checkout/sessions/create).
func (c *Client) CreateCheckoutSession(ctx context.Context, params *stripe.CheckoutSessionParams) (Reply[*stripe.CheckoutSession], error) {
	return create(ctx, c, asked{object: "checkout.session", page: true}, &params.Params, func() (*stripe.CheckoutSession, error) { return c.checkout.New(params) },
		func(ctx context.Context, made *stripe.CheckoutSession) (*stripe.CheckoutSession, error) {
			again := &stripe.CheckoutSessionParams{}
			return read(ctx, asked{object: "checkout.session", id: made.ID}, &again.Params, func() (*stripe.CheckoutSession, error) { return c.checkout.Get(made.ID, again) })
		})
}

// CheckoutSession returns a session with its first line items.
func (c *Client) CheckoutSession(ctx context.Context, id string) (*stripe.CheckoutSession, error) {
	params := &stripe.CheckoutSessionParams{}
	params.AddExpand("line_items")
	return read(ctx, asked{object: "checkout.session", id: id}, &params.Params, func() (*stripe.CheckoutSession, error) { return c.checkout.Get(id, params) })
}

// CheckoutSessions returns one page of sessions, newest first.
func (c *Client) CheckoutSessions(ctx context.Context, params *stripe.CheckoutSessionListParams) (Page[*stripe.CheckoutSession], error) {
	return list[*stripe.CheckoutSession](ctx, "checkout.session", &params.ListParams, func() error { return c.checkout.List(params).Err() })
}

// CreateCustomer creates a customer (https://docs.stripe.com/api/customers/create).
func (c *Client) CreateCustomer(ctx context.Context, params *stripe.CustomerParams) (Reply[*stripe.Customer], error) {
	return create(ctx, c, asked{object: "customer"}, &params.Params, func() (*stripe.Customer, error) { return c.customers.New(params) },
		func(ctx context.Context, made *stripe.Customer) (*stripe.Customer, error) {
			return c.Customer(ctx, made.ID)
		})
}

// Customer returns a customer. For a deleted one only ID and Deleted are set.
func (c *Client) Customer(ctx context.Context, id string) (*stripe.Customer, error) {
	params := &stripe.CustomerParams{}
	return read(ctx, asked{object: "customer", id: id}, &params.Params, func() (*stripe.Customer, error) { return c.customers.Get(id, params) })
}

// CreateSubscription creates a subscription (https://docs.stripe.com/api/subscriptions/create).
func (c *Client) CreateSubscription(ctx context.Context, params *stripe.SubscriptionParams) (Reply[*stripe.Subscription], error) {
	return create(ctx, c, asked{object: "subscription"}, &params.Params, func() (*stripe.Subscription, error) { return c.subscriptions.New(params) },
		func(ctx context.Context, made *stripe.Subscription) (*stripe.Subscription, error) {
			return c.Subscription(ctx, made.ID)
		})
}

// Subscription returns a subscription.
func (c *Client) Subscription(ctx context.Context, id string) (*stripe.Subscription, error) {
	params := &stripe.SubscriptionParams{}
	return read(ctx, asked{object: "subscription", id: id}, &params.Params, func() (*stripe.Subscription, error) { return c.subscriptions.Get(id, params) })
}

// Subscriptions returns one page of subscriptions, newest first.
func (c *Client) Subscriptions(ctx context.Context, params *stripe.SubscriptionListParams) (Page[*stripe.Subscription], error) {
	return list[*stripe.Subscription](ctx, "subscription", &params.ListParams, func() error { return c.subscriptions.List(params).Err() })
}

// CancelSubscription ends a subscription now.
func (c *Client) CancelSubscription(ctx context.Context, id string) (Reply[*stripe.Subscription], error) {
	params := &stripe.SubscriptionCancelParams{}
	return c.cancel(ctx, id, &params.Params, func() (*stripe.Subscription, error) { return c.subscriptions.Cancel(id, params) },
		Over, func(s *stripe.Subscription) string { return "the subscription is still " + string(s.Status) })
}

// CancelSubscriptionAtPeriodEnd lets a subscription end with its period instead of renewing.
func (c *Client) CancelSubscriptionAtPeriodEnd(ctx context.Context, id string) (Reply[*stripe.Subscription], error) {
	params := &stripe.SubscriptionParams{CancelAtPeriodEnd: new(true)}
	return c.cancel(ctx, id, &params.Params, func() (*stripe.Subscription, error) { return c.subscriptions.Update(id, params) },
		func(s *stripe.Subscription) bool { return Over(s) || s.CancelAtPeriodEnd },
		func(*stripe.Subscription) string {
			return "the subscription's end is still not planned: cancel_at_period_end is false"
		})
}

// Over reports whether a subscription has ended for good.
func Over(s *stripe.Subscription) bool {
	return s.Status == stripe.SubscriptionStatusCanceled || s.Status == stripe.SubscriptionStatusIncompleteExpired
}

// cancel sends a cancellation and finds out what happened. Stripe answers a second one with 404, although the subscription
// exists. instead says what a subscription is that has not ended.
func (c *Client) cancel(ctx context.Context, id string, params *stripe.Params, request func() (*stripe.Subscription, error),
	done func(*stripe.Subscription) bool, instead func(*stripe.Subscription) string,
) (Reply[*stripe.Subscription], error) {
	return end(ctx, c, ending[*stripe.Subscription]{
		asked: asked{object: "subscription", id: id}, params: params, request: request, read: c.Subscription, done: done, instead: instead,
		what: "subscription", deed: "cancellation", verb: "cancel", past: "canceled", over: []int{http.StatusNotFound},
	})
}

// CreateBillingPortalSession creates a customer-portal session (https://docs.stripe.com/api/customer_portal/sessions/create).
func (c *Client) CreateBillingPortalSession(ctx context.Context, params *stripe.BillingPortalSessionParams) (*stripe.BillingPortalSession, error) {
	opened, _, err := write(ctx, c, asked{object: "billing_portal.session"}, &params.Params, func() (*stripe.BillingPortalSession, error) { return c.portal.New(params) })
	return opened, err
}

// InvoiceToPay returns an invoice that completes another answer. When it cannot be read, it is nil and the note says why.
func (c *Client) InvoiceToPay(ctx context.Context, id string) Reply[*stripe.Invoice] {
	ctx, cancel := context.WithTimeout(ctx, limits.Addition)
	defer cancel()
	found, err := c.Invoice(ctx, id)
	switch failure := outcome.As(err); {
	case failure == nil:
		return Reply[*stripe.Invoice]{Object: found}
	case failure.Status == http.StatusForbidden:
		return Reply[*stripe.Invoice]{Note: "hosted_invoice_url is missing, because the key may not read invoices: it needs the permission Invoices, read"}
	default:
		return Reply[*stripe.Invoice]{Note: "hosted_invoice_url is missing, because the invoice could not be read: " + failure.Message}
	}
}

// CustomerCurrency returns the currency that Stripe bills a customer in. It is empty before their first bill.
func (c *Client) CustomerCurrency(ctx context.Context, id string) (string, error) {
	found, err := c.Customer(ctx, id)
	if err != nil {
		return "", err
	}
	return string(found.Currency), nil
}

// UnitPrice is the cost of one unit of a price.
type UnitPrice struct {
	Amount    int64       // in minor units of Currency
	Currency  string      // lower case
	Countable bool        // the cost is Amount times the quantity; false for tiers, metered use and amounts that customers choose
	Others    []UnitPrice // the same in the other currencies that it can be paid in
}

// UnitPrice looks a price up with all its currencies.
func (c *Client) UnitPrice(ctx context.Context, id string) (UnitPrice, error) {
	params := &stripe.PriceParams{}
	params.AddExpand("currency_options")
	found, err := read(ctx, asked{object: "price", id: id}, &params.Params, func() (*stripe.Price, error) { return c.prices.Get(id, params) })
	if err != nil {
		return UnitPrice{}, err
	}
	perUnit := found.BillingScheme == stripe.PriceBillingSchemePerUnit && found.CustomUnitAmount == nil &&
		found.TransformQuantity == nil && (found.Recurring == nil || found.Recurring.UsageType != stripe.PriceRecurringUsageTypeMetered)
	// Stripe sends null where the amount is no whole number, or the customer's choice. stripe-go makes that 0.
	type amount struct {
		UnitAmount *int64 `json:"unit_amount"`
	}
	var sent struct {
		amount

		CurrencyOptions map[string]amount `json:"currency_options"`
	}
	_ = json.Unmarshal(found.LastResponse.RawJSON, &sent) // it was read before, and what is missing is not countable
	in := func(currency string, a amount) UnitPrice {
		price := UnitPrice{Currency: currency, Countable: perUnit && a.UnitAmount != nil}
		if price.Countable {
			price.Amount = *a.UnitAmount
		}
		return price
	}
	price := in(string(found.Currency), sent.amount)
	for _, currency := range slices.Sorted(maps.Keys(sent.CurrencyOptions)) {
		if currency != price.Currency { // its own is among them
			price.Others = append(price.Others, in(currency, sent.CurrencyOptions[currency]))
		}
	}
	return price, nil
}
