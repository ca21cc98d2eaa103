package account

import (
	"context"
	"log/slog"
	"slices"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/stripeapi"
	"stripe-mcp/tools"
)

// Examine asks Stripe what the key of cfg is good for, by reading. A restricted key is tried on each kind of object that the
// offered tools need.
func Examine(ctx context.Context, cfg config.Config) (stripeapi.Access, error) {
	network, err := stripeapi.NewNetwork(cfg.Proxy(), cfg.CAFile)
	if err != nil {
		return stripeapi.Access{}, err
	}
	client := stripeapi.New(stripeapi.Config{
		Key: cfg.SecretKey, Account: cfg.StripeAccount, Context: cfg.StripeContext, BaseURL: cfg.APIBase, Timeout: cfg.Timeout, Network: network,
		Journal: journal.InMemory(), Logger: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := client.WithBudget(ctx)
	defer cancel()
	if !config.Restricted(cfg.SecretKey) {
		return client.Access(ctx, nil)
	}
	offered, _ := Offered(cfg) // a rule that cannot be meant is reported elsewhere
	return client.Access(ctx, tools.Permissions(offered))
}

// Blocked returns the tools that cfg offers and that cannot work with a key, and the permissions that it lacks.
func Blocked(cfg config.Config, access stripeapi.Access) (blocked, lacks []string) {
	for _, permission := range access.Denied {
		lacks = append(lacks, permission.Name)
	}
	lacking := func(p stripeapi.Permission) bool {
		return !p.Optional && slices.ContainsFunc(access.Denied, func(denied stripeapi.Permission) bool { return denied.Path == p.Path })
	}
	offered, _ := Offered(cfg)
	for _, tool := range offered {
		if slices.ContainsFunc(tool.Permissions, lacking) {
			blocked = append(blocked, tool.Name)
		}
	}
	return blocked, lacks
}
