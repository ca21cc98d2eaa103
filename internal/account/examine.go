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

// Examine asks Stripe what the key of cfg is good for, by reading. A restricted key is tried on each kind of object.
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
	return client.Access(ctx, tools.Permissions())
}

// Blocked returns the offered tools that cannot work with a key, and the permissions that it lacks.
func Blocked(access stripeapi.Access, offers func(tools.Tool) bool) (blocked, lacks []string) {
	for _, permission := range access.Denied {
		lacks = append(lacks, permission.Name)
	}
	lacking := func(p stripeapi.Permission) bool { return !p.Optional && slices.Contains(access.Denied, p) }
	for _, tool := range tools.All() {
		if offers(tool) && slices.ContainsFunc(tool.Permissions, lacking) {
			blocked = append(blocked, tool.Name)
		}
	}
	return blocked, lacks
}
