// Package stripeapi is the thin wrapper around Stripe's API and the only sender of requests to it.
package stripeapi

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v79"
	portalsession "github.com/stripe/stripe-go/v79/billingportal/session"
	checkoutsession "github.com/stripe/stripe-go/v79/checkout/session"
	"github.com/stripe/stripe-go/v79/customer"
	"github.com/stripe/stripe-go/v79/invoice"
	"github.com/stripe/stripe-go/v79/price"
	"github.com/stripe/stripe-go/v79/subscription"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/secret"
)

// Config says how to reach Stripe.
type Config struct {
	Key     secret.Secret     // sk_ or rk_ key
	Account string            // connected account sent as Stripe-Account; empty for the key's own
	BaseURL string            // e.g. https://api.stripe.com
	Timeout time.Duration     // for one tool call, retries included
	Rate    float64           // requests a second at most, retries included; 0 for no limit
	Network http.RoundTripper // what carries the requests: NewNetwork, or a simulator
	Journal *journal.Journal  // records what creates something
	Logger  *slog.Logger      // receives one debug line per attempt, without arguments or keys
}

// Client calls Stripe. Every method returns an *Error when it fails. It is safe for concurrent use.
type Client struct {
	timeout       time.Duration
	backend       stripe.Backend
	key           secret.Secret
	checkout      checkoutsession.Client
	customers     customer.Client
	subscriptions subscription.Client
	portal        portalsession.Client
	invoices      invoice.Client
	prices        price.Client
}

// New returns a client for cfg. It sends nothing.
func New(cfg Config) *Client {
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL:               new(cfg.BaseURL),
		HTTPClient:        &http.Client{Transport: newTransport(cfg), CheckRedirect: refuseRedirect},
		MaxNetworkRetries: stripe.Int64(0), // transport retries, and knows more of what happened
		EnableTelemetry:   new(false),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull}, // the default prints to stdout, which belongs to the protocol
	})
	key := cfg.Key.Reveal()
	return &Client{
		timeout:       cfg.Timeout,
		backend:       backend,
		key:           cfg.Key,
		checkout:      checkoutsession.Client{B: backend, Key: key},
		customers:     customer.Client{B: backend, Key: key},
		subscriptions: subscription.Client{B: backend, Key: key},
		portal:        portalsession.Client{B: backend, Key: key},
		invoices:      invoice.Client{B: backend, Key: key},
		prices:        price.Client{B: backend, Key: key},
	}
}

// WithBudget bounds everything done under the returned context by the configured time for one call.
func (c *Client) WithBudget(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.timeout)
}

// CreateCheckoutSession creates a Checkout session (https://docs.stripe.com/api/checkout/sessions/create).
func (c *Client) CreateCheckoutSession(ctx context.Context, params *stripe.CheckoutSessionParams) (Reply[*stripe.CheckoutSession], error) {
	return create(ctx, &params.Params, func() (*stripe.CheckoutSession, error) { return c.checkout.New(params) },
		func(ctx context.Context, made *stripe.CheckoutSession) (*stripe.CheckoutSession, error) {
			again := &stripe.CheckoutSessionParams{}
			return send(ctx, reads, &again.Params, func() (*stripe.CheckoutSession, error) { return c.checkout.Get(made.ID, again) })
		})
}

// CheckoutSession returns a session with its first line items.
func (c *Client) CheckoutSession(ctx context.Context, id string) (*stripe.CheckoutSession, error) {
	params := &stripe.CheckoutSessionParams{}
	params.AddExpand("line_items")
	return send(ctx, reads, &params.Params, func() (*stripe.CheckoutSession, error) { return c.checkout.Get(id, params) })
}

// CheckoutSessions returns one page of sessions, newest first.
func (c *Client) CheckoutSessions(ctx context.Context, params *stripe.CheckoutSessionListParams) (Page[*stripe.CheckoutSession], error) {
	return list(ctx, &params.ListParams, func() (Page[*stripe.CheckoutSession], error) {
		iter := c.checkout.List(params)
		return Page[*stripe.CheckoutSession]{iter.CheckoutSessionList().Data, iter.Meta().HasMore}, iter.Err()
	})
}

// CreateCustomer creates a customer (https://docs.stripe.com/api/customers/create).
func (c *Client) CreateCustomer(ctx context.Context, params *stripe.CustomerParams) (Reply[*stripe.Customer], error) {
	return create(ctx, &params.Params, func() (*stripe.Customer, error) { return c.customers.New(params) },
		func(ctx context.Context, made *stripe.Customer) (*stripe.Customer, error) {
			return c.Customer(ctx, made.ID)
		})
}

// Customer returns a customer. For a deleted one only ID and Deleted are set.
func (c *Client) Customer(ctx context.Context, id string) (*stripe.Customer, error) {
	params := &stripe.CustomerParams{}
	return send(ctx, reads, &params.Params, func() (*stripe.Customer, error) { return c.customers.Get(id, params) })
}

// CreateSubscription creates a subscription (https://docs.stripe.com/api/subscriptions/create).
func (c *Client) CreateSubscription(ctx context.Context, params *stripe.SubscriptionParams) (Reply[*stripe.Subscription], error) {
	return create(ctx, &params.Params, func() (*stripe.Subscription, error) { return c.subscriptions.New(params) },
		func(ctx context.Context, made *stripe.Subscription) (*stripe.Subscription, error) {
			return c.Subscription(ctx, made.ID)
		})
}

// Subscription returns a subscription.
func (c *Client) Subscription(ctx context.Context, id string) (*stripe.Subscription, error) {
	params := &stripe.SubscriptionParams{}
	return send(ctx, reads, &params.Params, func() (*stripe.Subscription, error) { return c.subscriptions.Get(id, params) })
}

// Subscriptions returns one page of subscriptions, newest first.
func (c *Client) Subscriptions(ctx context.Context, params *stripe.SubscriptionListParams) (Page[*stripe.Subscription], error) {
	return list(ctx, &params.ListParams, func() (Page[*stripe.Subscription], error) {
		iter := c.subscriptions.List(params)
		return Page[*stripe.Subscription]{iter.SubscriptionList().Data, iter.Meta().HasMore}, iter.Err()
	})
}

// CancelSubscription ends a subscription now.
func (c *Client) CancelSubscription(ctx context.Context, id string) (Reply[*stripe.Subscription], error) {
	params := &stripe.SubscriptionCancelParams{}
	return c.cancel(ctx, ends, id, &params.Params, func() (*stripe.Subscription, error) { return c.subscriptions.Cancel(id, params) }, over)
}

// CancelSubscriptionAtPeriodEnd lets a subscription run out instead of renewing.
func (c *Client) CancelSubscriptionAtPeriodEnd(ctx context.Context, id string) (Reply[*stripe.Subscription], error) {
	params := &stripe.SubscriptionParams{CancelAtPeriodEnd: new(true)}
	return c.cancel(ctx, writes, id, &params.Params, func() (*stripe.Subscription, error) { return c.subscriptions.Update(id, params) },
		func(s *stripe.Subscription) bool { return over(s) || s.CancelAtPeriodEnd })
}

// over reports whether a subscription has ended for good.
func over(s *stripe.Subscription) bool {
	return s.Status == stripe.SubscriptionStatusCanceled || s.Status == stripe.SubscriptionStatusIncompleteExpired
}

// cancel sends a cancellation and tells the truth about it. The answer can get lost, and Stripe answers a second cancel
// with 404 although the subscription exists: in both cases the subscription is read, and done decides.
func (c *Client) cancel(ctx context.Context, e effect, id string, params *stripe.Params, request func() (*stripe.Subscription, error),
	done func(*stripe.Subscription) bool,
) (Reply[*stripe.Subscription], error) {
	sending, release := leaveTime(ctx)
	defer release()
	canceled, err := send(sending, e, params, request)
	failure := asError(err)
	if failure == nil || failure.Outcome != Unknown && failure.status != http.StatusNotFound {
		return Reply[*stripe.Subscription]{Object: canceled}, err
	}
	found, err := c.Subscription(ctx, id)
	switch unread := asError(err); {
	case unread == nil && done(found):
		return Reply[*stripe.Subscription]{found, "read back, because the cancellation's own answer was lost or it had been canceled before"}, nil
	case unread == nil && failure.Outcome == Unknown:
		failure.Message = "the cancellation was sent and its answer got lost; a moment later the subscription was still " + string(found.Status)
	case unread == nil:
	case unread.status == http.StatusNotFound:
		return Reply[*stripe.Subscription]{}, unread // it never existed
	case failure.Outcome != Unknown:
		failure = &Error{
			Outcome: Unknown, Type: unread.Type, RequestID: unread.RequestID, Retryable: true, status: unread.status,
			Message: "Stripe found nothing to cancel, as it does for what is canceled already, and the subscription could not be read: " + unread.Message,
			Hint:    "Call again with the same arguments: repeating it does no harm",
		}
	}
	return Reply[*stripe.Subscription]{}, failure
}

// leaveTime returns a context that ends early enough for one more request within ctx.
func leaveTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	const share = 5
	return context.WithDeadline(ctx, deadline.Add(-time.Until(deadline)/share))
}

// CreateBillingPortalSession creates a customer-portal session (https://docs.stripe.com/api/customer_portal/sessions/create).
func (c *Client) CreateBillingPortalSession(ctx context.Context, params *stripe.BillingPortalSessionParams) (*stripe.BillingPortalSession, error) {
	return send(ctx, writes, &params.Params, func() (*stripe.BillingPortalSession, error) { return c.portal.New(params) })
}

// HostedInvoiceURL returns where a customer can pay an invoice. A key that may not read invoices gets "" and no note; when
// the invoice cannot be read for another reason, the note says so.
func (c *Client) HostedInvoiceURL(ctx context.Context, invoiceID string) Reply[string] {
	const patience = 10 * time.Second // for what is only an addition to an answer
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	params := &stripe.InvoiceParams{}
	found, err := send(ctx, reads, &params.Params, func() (*stripe.Invoice, error) { return c.invoices.Get(invoiceID, params) })
	switch failure := asError(err); {
	case failure == nil:
		return Reply[string]{Object: found.HostedInvoiceURL}
	case failure.status == http.StatusForbidden:
		return Reply[string]{}
	default:
		return Reply[string]{Note: "hosted_invoice_url is missing, because the invoice could not be read: " + failure.Message}
	}
}

// UnitPrice is what one of a price costs.
type UnitPrice struct {
	Amount    int64  // in minor units of Currency
	Currency  string // lower case
	Countable bool   // the cost is Amount times the quantity; not so for tiers, metered use and amounts that customers choose
}

// UnitPrice looks a price up. Its amount never changes.
func (c *Client) UnitPrice(ctx context.Context, id string) (UnitPrice, error) {
	params := &stripe.PriceParams{}
	found, err := send(ctx, reads, &params.Params, func() (*stripe.Price, error) { return c.prices.Get(id, params) })
	if err != nil {
		return UnitPrice{}, err
	}
	metered := found.Recurring != nil && found.Recurring.UsageType == stripe.PriceRecurringUsageTypeMetered
	return UnitPrice{
		Amount:   found.UnitAmount,
		Currency: string(found.Currency),
		Countable: found.BillingScheme == stripe.PriceBillingSchemePerUnit && found.CustomUnitAmount == nil && found.TransformQuantity == nil &&
			!metered && float64(found.UnitAmount) == found.UnitAmountDecimal,
	}, nil
}

// Page is one page of a list.
type Page[T any] struct {
	Data    []T
	HasMore bool // whether Stripe has more after the last of Data
}

// Reply is an object with what has to be said about it.
type Reply[T any] struct {
	Object T
	Note   string // how the answer came about, when it is not the plain answer to the request
}

// create sends a request that makes something. When Stripe answers it with what an earlier equal request made, that is
// read again, because it may have changed since.
func create[T any](ctx context.Context, params *stripe.Params, request func() (T, error), again func(context.Context, T) (T, error)) (Reply[T], error) {
	call := newCall[T](creates)
	sending, release := leaveTime(ctx)
	defer release()
	params.Context = withCall(sending, call)
	made, err := request()
	if err != nil {
		return Reply[T]{}, call.failure(sending)
	}
	if !call.found() {
		return Reply[T]{Object: made}, nil
	}
	const note = "found, not created: an earlier equal call had made this already, and its answer had got lost"
	current, err := again(ctx, made)
	if err != nil {
		return Reply[T]{made, note + ". It could not be read again: this is how it was then"}, nil
	}
	return Reply[T]{current, note}, nil
}

// newCall returns the record of a request that is answered with a T. Whether the answer to a write can be understood
// decides over its outcome, so that is found out as it arrives.
func newCall[T any](e effect) *call {
	c := &call{effect: e}
	if e != reads {
		c.parse = func(body []byte) error {
			var answer T
			return json.Unmarshal(body, &answer)
		}
	}
	return c
}

// send runs one request under a fresh record of its attempts and turns its failure into an *Error.
func send[T any](ctx context.Context, e effect, params *stripe.Params, request func() (T, error)) (T, error) {
	call := newCall[T](e)
	params.Context = withCall(ctx, call)
	result, err := request()
	if err != nil {
		var none T // stripe-go returns an empty object along with an error
		return none, call.failure(ctx)
	}
	return result, nil
}

// list is send for lists, of which it takes exactly one page.
func list[T any](ctx context.Context, params *stripe.ListParams, request func() (Page[T], error)) (Page[T], error) {
	call := &call{effect: reads, list: true}
	params.Context = withCall(ctx, call)
	params.Single = true
	page, err := request()
	if err != nil {
		return Page[T]{}, call.failure(ctx)
	}
	return page, nil
}
