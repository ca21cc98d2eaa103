package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/stripeapi"
)

type getBalanceInput struct{}

// balanceOutput is the account's money at Stripe, by currency.
type balanceOutput struct {
	Available        []balanceAmount `json:"available"`
	Pending          []balanceAmount `json:"pending"`
	InstantAvailable []balanceAmount `json:"instant_available,omitempty"`
	ConnectReserved  []balanceAmount `json:"connect_reserved,omitempty"`
	Livemode         bool            `json:"livemode"`
}

type balanceAmount struct {
	bare

	Amount        int64  `json:"amount"`
	AmountDisplay string `json:"amount_display,omitempty"`
}

func getBalance() Tool {
	return define(Spec{
		Name:        "stripe_get_balance",
		Title:       "Get balance",
		Description: "Returns the account's available and pending money.",
		Effect:      Reads,
		Set:         Lookup,
		Permissions: []Permission{{Name: "Balance", Path: "/v1/balance", Single: true}},
	}, func(ctx context.Context, client *stripeapi.Client, _ getBalanceInput) (balanceOutput, error) {
		found, err := client.Balance(ctx)
		if err != nil {
			return balanceOutput{}, err
		}
		return balanceOutput{
			Available: convert(found.Available, toBalanceAmount), Pending: convert(found.Pending, toBalanceAmount),
			InstantAvailable: convert(found.InstantAvailable, toBalanceAmount), ConnectReserved: convert(found.ConnectReserved, toBalanceAmount),
			Livemode: found.Livemode,
		}, nil
	})
}

func toBalanceAmount(a *stripe.Amount) balanceAmount {
	return balanceAmount{Amount: a.Amount, AmountDisplay: Display(a.Amount, string(a.Currency))}
}
