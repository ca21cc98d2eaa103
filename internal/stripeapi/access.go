package stripeapi

import (
	"context"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v79"
)

// Permission is one that a restricted key needs (https://docs.stripe.com/keys#limit-access).
type Permission struct {
	Name     string // as the Dashboard calls it, such as Customers
	Path     string // a list that a key with this permission may read
	Single   bool   // Path is one object, and no list
	Optional bool   // without it the tool works, but leaves something out
}

// Access says what a key can do.
type Access struct {
	Account string       // id of the key's account; empty when the key may not read it
	Name    string       // the account's name, or empty
	Denied  []Permission // what the key may not read
	Clock   time.Time    // Stripe's clock at the last answer; zero when it did not say
}

// Access asks Stripe about the key. It reads the account and one list for each permission. Reading does not show what a key
// may write.
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
		if !permission.Single {
			one.AddExtra("limit", "1")
		}
		record := &call{effect: Reads, list: !permission.Single, asked: asked{nameless: permission.Single}}
		allowed, err := c.mayRead(ctx, &access, record, permission.Path, one, &stripe.APIResource{})
		if err != nil {
			return access, err
		}
		if !allowed {
			access.Denied = append(access.Denied, permission)
		}
	}
	return access, nil
}

// mayRead reports whether the key may read path, and notes Stripe's clock.
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
