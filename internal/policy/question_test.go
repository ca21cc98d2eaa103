package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/policy"
	"stripe-mcp/tools"
)

// TestAsks: a person has to agree to a write unless it certainly touches only test data.
func TestAsks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		confirm       policy.Confirm
		live          bool
		effect        tools.Effect
		asks, insists bool
	}{
		"auto, live":        {policy.ConfirmAuto, true, tools.Makes, true, false},
		"auto, live portal": {policy.ConfirmAuto, true, tools.Opens, true, false},
		"auto, test":        {policy.ConfirmAuto, false, tools.Makes, false, false},
		"auto, live read":   {policy.ConfirmAuto, true, tools.Reads, false, false},
		"always, test":      {policy.ConfirmAlways, false, tools.Ends, true, true},
		"always, read":      {policy.ConfirmAlways, true, tools.Reads, false, false},
		"never, live":       {policy.ConfirmNever, true, tools.Pays, false, false},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			asks, insists := policy.Policy{Confirm: tt.confirm}.Asks(policy.Call{Request: tools.Request{Tool: tool(tt.effect)}, Live: tt.live})
			if asks != tt.asks || insists != tt.insists {
				t.Errorf("asks %v, insists %v", asks, insists)
			}
		})
	}
}

// TestQuestion has every part of a question: it is all that a person sees of a call.
func TestQuestion(t *testing.T) {
	t.Parallel()
	price := func(id string, quantity int64) tools.Purchase { return tools.Purchase{Price: id, Quantity: quantity} }
	tests := map[string]struct {
		call policy.Call
		want string
	}{
		"a customer": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Makes)}}, "Stripe, LIVE mode: do it. Go ahead?"},
		"a connected account": {policy.Call{Mode: "TEST", Account: "acct_1", Request: tools.Request{Tool: tool(tools.Makes)}},
			"Stripe, TEST mode, account acct_1: do it. Go ahead?"},
		"a cart": {policy.Call{Mode: "LIVE", Request: tools.Request{
			Tool: tool(tools.Makes), Customer: "cus_1",
			Purchases: []tools.Purchase{{UnitAmount: 2500, Currency: "eur", Quantity: 2}, price("price_1", 0), {UnitAmount: 1, Currency: "jpy"}, {UnitAmount: 5, Currency: "eur"}},
			Redirects: []tools.Redirect{{Argument: "success_url", URL: "https://shop.example/ok?x=1"}, {Argument: "cancel_url", URL: "https://b.example:8443"}},
		}}, "Stripe, LIVE mode: do it for 50.05 EUR + 1 JPY + 1 x price_1, customer cus_1, success_url on shop.example, cancel_url on b.example:8443. Go ahead?"},
		"a long cart": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Makes), Purchases: []tools.Purchase{
			price("p1", 1), price("p2", 2), price("p3", 3), price("p4", 4), price("p5", 5), price("p6", 6), price("p7", 7),
		}}}, "Stripe, LIVE mode: do it for 1 x p1 + 2 x p2 + 3 x p3 + 4 x p4 + 5 x p5 + 2 more prices. Go ahead?"},
		"a cancellation": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Ends), Subscription: "sub_1"}},
			"Stripe, LIVE mode: do it sub_1, at once and for good. Go ahead?"},
		"a cancellation at the period's end": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Ends), Subscription: "sub_1", AtPeriodEnd: true}},
			"Stripe, LIVE mode: do it sub_1. Go ahead?"},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, policy.Question(tt.call)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
