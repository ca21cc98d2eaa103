package policy_test

import (
	"fmt"
	"math"
	"strings"
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
	to := func(urls ...string) []tools.Redirect {
		list := make([]tools.Redirect, len(urls))
		for i, address := range urls {
			list[i] = tools.Redirect{Argument: fmt.Sprint("u", i), URL: address}
		}
		return list
	}
	const none = "a host that cannot be read"
	tests := map[string]struct {
		call policy.Call
		want string
	}{
		"a customer": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Makes)}}, "Stripe, LIVE mode: do it. Go ahead?"},
		"one of several accounts": {policy.Call{Mode: "LIVE", AccountName: "stripe-eu", Account: "acct_1", Request: tools.Request{Tool: tool(tools.Makes)}},
			"On the account stripe-eu: Stripe, LIVE mode, account acct_1: do it. Go ahead?"},
		"a connected account": {policy.Call{Mode: "TEST", Account: "acct_1", Request: tools.Request{Tool: tool(tools.Makes)}},
			"Stripe, TEST mode, account acct_1: do it. Go ahead?"},
		"a cart": {policy.Call{Mode: "LIVE", Request: tools.Request{
			Tool: tool(tools.Makes), Customer: "cus_1",
			Purchases: []tools.Purchase{{UnitAmount: 2500, Currency: "eur", Quantity: 2}, price("price_1", 1), {UnitAmount: 1, Currency: "jpy", Quantity: 1}, {UnitAmount: 5, Currency: "eur", Quantity: 1}, price("price_2", 0)},
			Redirects: []tools.Redirect{{Argument: "success_url", URL: "https://shop.example/ok?x=1"}, {Argument: "cancel_url", URL: "https://b.example:8443"}},
		}}, "Stripe, LIVE mode: do it for 50.05 EUR + 1 JPY + 1 x price_1 + 0 x price_2, customer cus_1, success_url on shop.example, cancel_url on b.example:8443. Go ahead?"},
		"a long cart": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Makes), Purchases: []tools.Purchase{
			price("p1", 1), price("p2", 2), price("p3", 3), price("p4", 4), price("p5", 5), price("p6", 6), price("p7", 7),
		}}}, "Stripe, LIVE mode: do it for 1 x p1 + 2 x p2 + 3 x p3 + 4 x p4 + 5 x p5 + 2 more prices. Go ahead?"},
		"a host in other letters": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Opens), Redirects: to(
			"https://sh\u043ep.example/", "https://SHOP.Example:00443/", "https://my_shop.example/?a", "http://[::1]:80/", "https://shop.example@evil.example/")}},
			"Stripe, LIVE mode: do it, u0 on xn--shp-ted.example, u1 on shop.example:443, u2 on my_shop.example, u3 on [::1]:80, u4 on evil.example. Go ahead?"},
		"a host that says too much": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Opens), Redirects: to(
			"https://shop.example."+strings.Repeat("a.", 2500)+"evil.example/", "https://"+strings.Repeat("\u043e", 60)+".evil.example:8443/", "https://evil.example:"+strings.Repeat("0", 100)+"443/")}},
			"Stripe, LIVE mode: do it, u0 on …" + strings.Repeat(".a", 23) + ".evil.example, u1 on …" + strings.Repeat("a", 41) + ".evil.example:8443, u2 on evil.example:443. Go ahead?"},
		"a host that cannot be read": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Opens), Redirects: to(
			"https://shop.example\u202e.example/", "https://shop.example\u00a0go.example/", "https:// /", "https://%zz/", "https:///x", "https://[fe80::1%25a%20b]/", "https://a.example:99999/")}},
			"Stripe, LIVE mode: do it, u0 on " + none + ", u1 on " + none + ", u2 on " + none + ", u3 on " + none + ", u4 on " + none + ", u5 on " + none + ", u6 on " + none + ". Go ahead?"},
		"ids that pose as our own words": {policy.Call{Mode: "LIVE", Account: "acct_1. All is\u00a0well", Request: tools.Request{
			Tool: tool(tools.Ends), Customer: "cus_1. Go ahead?", Subscription: "sub\u202e_1", AtPeriodEnd: true, Purchases: []tools.Purchase{
				{Price: "pr\u0456ce", Quantity: 1}, {UnitAmount: 1, Currency: "\u0435ur", Quantity: 1}, {Price: strings.Repeat("p", 61), Quantity: 1}, {Price: strings.Repeat("\u0456", 61), Quantity: 1},
			}}},
			`Stripe, LIVE mode, account "acct_1. All is\u00a0well": do it "sub\u202e_1" for 0.01 "\U0435UR" + 1 x "pr\u0456ce" + 1 x ` + strings.Repeat("p", 59) + `… + 1 x "` + strings.Repeat(`\u0456`, 9) + `\u04…` +
				`, customer "cus_1. Go ahead?". Go ahead?`},
		"more than can be counted": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Makes), Purchases: []tools.Purchase{
			{UnitAmount: math.MaxInt64, Currency: "eur", Quantity: 1}, {UnitAmount: math.MaxInt64, Currency: "eur", Quantity: 1}, {UnitAmount: 2002, Currency: "eur", Quantity: 1}, {UnitAmount: 1, Currency: "usd", Quantity: 1},
		}}}, "Stripe, LIVE mode: do it for more than can be counted. Go ahead?"},
		"a refund": {policy.Call{Mode: "LIVE", Request: tools.Request{Tool: tool(tools.Pays), Payment: "pi_1", Purchases: []tools.Purchase{
			{Argument: "amount", UnitAmount: 2000, Currency: "eur", Quantity: 1},
		}}}, "Stripe, LIVE mode: do it pi_1 for 20.00 EUR, at once and for good. Go ahead?"},
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
