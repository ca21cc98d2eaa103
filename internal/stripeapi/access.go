package stripeapi

import (
	"context"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v79"
)

// Access is what a key turned out to be good for.
type Access struct {
	Account string     // id of the key's account; empty when the key may not read that
	Name    string     // the account's, where it has one
	Denied  []Resource // what the key may not read
	Clock   time.Time  // Stripe's, at the last answer; zero when it did not say
}

// Resource is a kind of object that a restricted key can be kept from.
type Resource struct {
	Name       string // as in the names of tools, such as "customer"
	Permission string // as the Dashboard calls it
	path       string // a list of them
}

// resources are those that the tools touch (https://docs.stripe.com/keys#limit-access).
func resources() []Resource {
	return []Resource{
		{"checkout_session", "Checkout Sessions", "/v1/checkout/sessions"},
		{"customer", "Customers", "/v1/customers"},
		{"subscription", "Subscriptions", "/v1/subscriptions"},
		{"billing_portal_session", "Customer portal", "/v1/billing_portal/configurations"},
		{"invoice", "Invoices", "/v1/invoices"},
	}
}

// Access asks Stripe about the key. It only reads: the account and, with everything, one object of each resource, which
// a restricted key may be refused. What a key may write cannot be told by reading.
func (c *Client) Access(ctx context.Context, everything bool) (Access, error) {
	var access Access
	account := &stripe.Account{}
	if _, err := c.mayRead(ctx, &access, &call{effect: reads}, "/v1/account", &stripe.Params{}, account); err != nil {
		return access, err
	}
	access.Account = account.ID
	if account.Settings != nil && account.Settings.Dashboard != nil {
		access.Name = account.Settings.Dashboard.DisplayName
	}
	if !everything {
		return access, nil
	}
	for _, resource := range resources() {
		one := &stripe.Params{}
		one.AddExtra("limit", "1")
		allowed, err := c.mayRead(ctx, &access, &call{effect: reads, list: true}, resource.path, one, &stripe.APIResource{})
		if err != nil {
			return access, err
		}
		if !allowed {
			access.Denied = append(access.Denied, resource)
		}
	}
	return access, nil
}

// mayRead reports whether Stripe lets the key read path, and notes Stripe's clock.
func (c *Client) mayRead(ctx context.Context, access *Access, record *call, path string, params *stripe.Params, into stripe.LastResponseSetter) (bool, error) {
	params.Context = withCall(ctx, record)
	err := c.backend.Call(http.MethodGet, path, c.key.Reveal(), params, into)
	if last, tried := record.last(); tried {
		if clock, err := http.ParseTime(last.date); err == nil {
			access.Clock = clock
		}
	}
	if err == nil {
		return true, nil
	}
	failure := record.failure(ctx)
	if failure.status == http.StatusForbidden {
		return false, nil
	}
	return false, failure
}
