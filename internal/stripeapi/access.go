package stripeapi

import (
	"context"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v79"
)

// Permission is what a restricted key has to be given (https://docs.stripe.com/keys#limit-access).
type Permission struct {
	Name     string // as the Dashboard calls it, such as Customers
	Path     string // of a list that a key with this permission may read
	Optional bool   // without it a tool works, and leaves something out
}

// Access is what a key turned out to be good for.
type Access struct {
	Account string       // id of the key's account; empty when the key may not read that
	Name    string       // the account's, where it has one
	Denied  []Permission // what the key may not read
	Clock   time.Time    // Stripe's, at the last answer; zero when it did not say
}

// Access asks Stripe about the key. It only reads: the account, and one object for each of permissions. What a key may
// write cannot be told by reading.
func (c *Client) Access(ctx context.Context, permissions []Permission) (Access, error) {
	var access Access
	account := &stripe.Account{}
	if _, err := c.mayRead(ctx, &access, &call{effect: Reads}, "/v1/account", &stripe.Params{}, account); err != nil {
		return access, err
	}
	access.Account = account.ID
	if account.Settings != nil && account.Settings.Dashboard != nil {
		access.Name = account.Settings.Dashboard.DisplayName
	}
	for _, permission := range permissions {
		one := &stripe.Params{}
		one.AddExtra("limit", "1")
		allowed, err := c.mayRead(ctx, &access, &call{effect: Reads, list: true}, permission.Path, one, &stripe.APIResource{})
		if err != nil {
			return access, err
		}
		if !allowed {
			access.Denied = append(access.Denied, permission)
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
	if failure.Status == http.StatusForbidden {
		return false, nil
	}
	return false, failure
}
