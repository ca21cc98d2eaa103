package policy_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/policy"
	"stripe-mcp/internal/stripeapi"
	"stripe-mcp/tools"
)

// tool returns a tool with that effect. The rules look at nothing else.
func tool(effect tools.Effect) tools.Tool {
	return tools.Tool{Spec: tools.Spec{Name: "stripe_do", Title: "Do it", Effect: effect}}
}

// priceList answers as Stripe would. A price that is not on it cannot be read. It counts how often a customer is.
type priceList struct {
	prices    map[string]stripeapi.UnitPrice
	customers map[string]string // their currencies
	read      int
}

func (l *priceList) UnitPrice(_ context.Context, id string) (stripeapi.UnitPrice, error) {
	price, ok := l.prices[id]
	if !ok {
		return price, errors.New("no such price")
	}
	return price, nil
}

func (l *priceList) CustomerCurrency(_ context.Context, id string) (string, error) {
	l.read++
	currency, ok := l.customers[id]
	if !ok {
		return "", errors.New("no such customer")
	}
	return currency, nil
}

func prices() *priceList {
	usd := func(amount int64) stripeapi.UnitPrice {
		return stripeapi.UnitPrice{Amount: amount, Currency: "usd", Countable: true}
	}
	return &priceList{
		prices: map[string]stripeapi.UnitPrice{
			"price_9eur":    {Amount: 900, Currency: "eur", Countable: true},
			"price_yen":     {Amount: 900, Currency: "jpy", Countable: true},
			"price_metered": {Currency: "eur"},
			"price_huge":    {Amount: math.MaxInt64 / 2, Currency: "eur", Countable: true},
			"price_dear":    {Amount: 900, Currency: "eur", Countable: true, Others: []stripeapi.UnitPrice{usd(99999900)}},
			"price_both":    {Amount: 900, Currency: "eur", Countable: true, Others: []stripeapi.UnitPrice{usd(1000)}},
			"price_choice":  {Amount: 900, Currency: "eur", Countable: true, Others: []stripeapi.UnitPrice{{Currency: "usd"}}},
		},
		customers: map[string]string{"cus_eur": "eur", "cus_usd": "usd", "cus_jpy": "jpy", "cus_new": ""},
	}
}

// TestCallRules has a row for each rule and for each way around it. Every refusal names the setting that the owner can change.
func TestCallRules(t *testing.T) {
	t.Parallel()
	var (
		capped = policy.Policy{MaxAmount: map[string]int64{"eur": 5000}}
		both   = policy.Policy{MaxAmount: map[string]int64{"eur": 5000, "usd": 5000}}
		daily  = policy.Policy{DailyLimit: map[string]int64{"eur": 5000}}
		hosts  = policy.Policy{AllowedRedirectHosts: []string{"shop.example", "*.pay.example", "bücher.example"}}
		eur    = func(amount, quantity int64) tools.Purchase {
			return tools.Purchase{Argument: "items[0]", UnitAmount: amount, Currency: "eur", Quantity: quantity}
		}
		priced = func(id, currency string, quantity int64) tools.Purchase {
			return tools.Purchase{Argument: "items[0]", Price: id, Currency: currency, Quantity: quantity}
		}
		buying = func(list ...tools.Purchase) tools.Request {
			return tools.Request{Tool: tool(tools.Makes), Purchases: list}
		}
		billing = func(customer string, ids ...string) tools.Request {
			request := tools.Request{Tool: tool(tools.Makes), Customer: customer}
			for _, id := range ids {
				request.Purchases = append(request.Purchases, tools.Purchase{Argument: "items[0]", Price: id, InCustomersCurrency: true, Quantity: 1})
			}
			return request
		}
		to = func(url string) tools.Request {
			return tools.Request{Tool: tool(tools.Opens), Redirects: []tools.Redirect{{Argument: "return_url", URL: url}}}
		}
		tooMuch  = "nothing was sent: it costs more than the cap of 50.00 EUR"
		inUSD    = "nothing was sent: it costs more than the cap of 50.00 USD"
		uncapped = "nothing was sent: max_amount is set, and it has no cap for USD"
		tooLarge = "nothing was sent: with items[0] the sum is larger than can be counted"
	)
	uncountable := func(why string) string {
		return "nothing was sent: what items[0] costs cannot be counted (" + why + "), and max_amount is set"
	}
	hints := map[string]string{
		"amount_too_large":          "Give smaller amounts or quantities. The owner has no setting for this: no sum so large can be paid",
		"max_amount":                "The owner can change max_amount in the configuration",
		"daily_limit":               "The owner can change daily_limit in the configuration",
		"redirect_host_not_allowed": "Use an address on one of the allowed hosts, or have the owner add the host to allowed_redirect_hosts in the configuration",
		"live_writes_not_allowed":   "The owner can allow them with allow_live_writes: true in the configuration, or use a test key",
	}
	const foreign = "nothing was sent: return_url is not on an allowed host"
	tests := []struct {
		why     string
		policy  policy.Policy
		live    bool
		request tools.Request
		kind    string // of the refusal, empty when the call may be sent
		message string
	}{
		{"a live read", policy.Policy{}, true, tools.Request{Tool: tool(tools.Reads)}, "", ""},
		{"a live write", policy.Policy{}, true, tools.Request{Tool: tool(tools.Makes)}, "live_writes_not_allowed",
			"nothing was sent: the key is a live one, and the owner has not allowed changes in live mode"},
		{"a live portal link", policy.Policy{}, true, tools.Request{Tool: tool(tools.Opens)}, "live_writes_not_allowed",
			"nothing was sent: the key is a live one, and the owner has not allowed changes in live mode"},
		{"a live write that is allowed", policy.Policy{AllowLiveWrites: true}, true, tools.Request{Tool: tool(tools.Ends)}, "", ""},
		{"a test write", policy.Policy{}, false, tools.Request{Tool: tool(tools.Pays)}, "", ""},

		{"no cap", policy.Policy{}, false, buying(eur(math.MaxInt64, 1)), "", ""},
		{"a product that overflows without a cap", policy.Policy{}, false, buying(eur(math.MaxInt64, 2)), "amount_too_large", tooLarge},
		{"a product that overflows to little", policy.Policy{}, false, buying(eur(1<<62, 4)), "amount_too_large", tooLarge},
		{"a sum that overflows without a cap", policy.Policy{}, false, buying(eur(math.MaxInt64, 1), eur(math.MaxInt64, 1), eur(2002, 1)), "amount_too_large", tooLarge},
		{"currencies are summed apart", policy.Policy{}, false, buying(eur(math.MaxInt64, 1), tools.Purchase{UnitAmount: math.MaxInt64, Currency: "usd"}), "", ""},
		{"at the cap", capped, false, buying(eur(2500, 2)), "", ""},
		{"over the cap", capped, false, buying(eur(2501, 2)), "max_amount", tooMuch},
		{"over the cap together", capped, false, buying(eur(2500, 1), eur(2501, 1)), "max_amount", tooMuch},
		{"a product that overflows", capped, false, buying(eur(math.MaxInt64/2, 3)), "amount_too_large", tooLarge},
		{"a price that is looked up and overflows", capped, false, buying(priced("price_huge", "", 3)), "amount_too_large", tooLarge},
		{"a sum that overflows", policy.Policy{MaxAmount: map[string]int64{"eur": math.MaxInt64}}, false, buying(eur(math.MaxInt64, 1), eur(1, 1)), "amount_too_large", tooLarge},
		{"a currency without a cap", capped, false, buying(tools.Purchase{UnitAmount: 1, Currency: "usd"}), "max_amount", "nothing was sent: max_amount is set, and it has no cap for USD"},
		{"none of a price", capped, false, buying(priced("price_9eur", "", 0), eur(5000, 1)), "", ""},
		{"a price that is looked up", capped, false, buying(priced("price_9eur", "", 5)), "", ""},
		{"a price that is looked up and too much", capped, false, buying(priced("price_9eur", "", 6)), "max_amount", tooMuch},
		{"a price in the currency that was asked for", capped, false, buying(priced("price_9eur", "eur", 1)), "", ""},
		{"a price in another one", capped, false, buying(priced("price_9eur", "usd", 1)), "max_amount", uncountable("its price is in another currency than the session")},
		{"a price in a currency without a cap", capped, false, buying(priced("price_yen", "", 1)), "max_amount", "nothing was sent: max_amount is set, and it has no cap for JPY"},
		{"a metered price", capped, false, buying(priced("price_metered", "", 1)), "max_amount", uncountable("its price depends on use or on the customer")},
		{"a price that cannot be read", capped, false, buying(priced("price_none", "", 1)), "max_amount", uncountable("its price could not be read: no such price")},
		{"another currency of a price, within its cap", both, false, buying(priced("price_both", "", 5)), "", ""},
		{"another currency of a price, without a fixed amount", both, false, buying(priced("price_choice", "", 1)), "max_amount", uncountable("its price depends on use or on the customer")},
		{"the session picks the main currency", capped, false, buying(priced("price_dear", "eur", 1)), "", ""},
		{"the session picks another currency", both, false, buying(priced("price_dear", "usd", 1)), "max_amount", inUSD},
		{"the session picks one that the price has not", both, false, buying(priced("price_both", "jpy", 1)), "max_amount", uncountable("its price is in another currency than the session")},
		{"the customer picks the main currency", capped, false, billing("cus_eur", "price_dear", "price_both"), "", ""},
		{"the customer picks another currency", both, false, billing("cus_usd", "price_dear"), "max_amount", inUSD},
		{"the customer picks one without a cap", capped, false, billing("cus_usd", "price_both"), "max_amount", uncapped},
		{"the customer picks one that the price has not", capped, false, billing("cus_jpy", "price_both"), "max_amount", uncapped},
		{"a customer without a currency", capped, false, billing("cus_new", "price_both"), "max_amount", uncapped},
		{"a customer without a currency, and all fit", both, false, billing("cus_new", "price_both"), "", ""},
		{"a customer who cannot be read", both, false, billing("cus_none", "price_both"), "max_amount", uncountable("its currency is the customer's, who could not be read: no such customer")},
		{"a customer who is of no matter", capped, false, billing("cus_none", "price_9eur"), "", ""},
		{"more than a day may cost", daily, false, buying(eur(5001, 1)), "daily_limit", "nothing was sent: it costs more than the daily limit of 50.00 EUR"},
		{"all that a day may cost", daily, false, buying(eur(2500, 2)), "", ""},
		{"a currency without a daily limit", daily, false, buying(priced("price_yen", "", 1)), "daily_limit", "nothing was sent: daily_limit is set, and it has no cap for JPY"},
		{"a cost that a day cannot count", daily, false, buying(priced("price_metered", "", 1)), "daily_limit",
			"nothing was sent: what items[0] costs cannot be counted (its price depends on use or on the customer), and daily_limit is set"},
		{"within both, and beyond the day's", policy.Policy{MaxAmount: map[string]int64{"eur": 9000}, DailyLimit: daily.DailyLimit}, false, buying(eur(5001, 1)),
			"daily_limit", "nothing was sent: it costs more than the daily limit of 50.00 EUR"},
		{"nothing to pay", capped, false, buying(), "", ""},

		{"anywhere", policy.Policy{}, false, to("https://evil.example/"), "", ""},
		{"an allowed host", hosts, false, to("https://SHOP.example:8443/#@evil.example"), "", ""},
		{"a foreign host", hosts, false, to("https://evil.example/"), "redirect_host_not_allowed", foreign},
		{"below an exact host", hosts, false, to("https://www.shop.example/"), "redirect_host_not_allowed", foreign},
		{"a wildcard itself", hosts, false, to("https://pay.example/"), "redirect_host_not_allowed", foreign},
		{"below a wildcard", hosts, false, to("https://a.b.pay.example/"), "", ""},
		{"the same name in punycode", hosts, false, to("https://xn--bcher-kva.example/"), "", ""},
		{"a look-alike", hosts, false, to("https://sh\u043ep.example/"), "redirect_host_not_allowed", foreign},
		{"a host in the user name", hosts, false, to("https://shop.example@evil.example/"), "redirect_host_not_allowed",
			"nothing was sent: return_url holds a user name, which hides the host that follows it"},
		{"a backslash", hosts, false, to(`https://shop.example/\evil.example`), "redirect_host_not_allowed",
			"nothing was sent: return_url holds a backslash, which browsers read as a slash"},
		{"an address for a host", hosts, false, to("https://127.0.0.1/"), "redirect_host_not_allowed",
			"nothing was sent: return_url names its host by a number, where a name is wanted"},
		{"an address as one number", hosts, false, to("https://2130706433/"), "redirect_host_not_allowed",
			"nothing was sent: return_url names its host by a number, where a name is wanted"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			var want *outcome.Error
			if tt.kind != "" {
				want = &outcome.Error{Outcome: outcome.Refused, Type: tt.kind, Message: tt.message, Hint: hints[tt.kind]}
			}
			list := prices()
			got := tt.policy.Check(t.Context(), &policy.Call{Request: tt.request, Live: tt.live, Prices: list})
			if list.read > 1 {
				t.Errorf("the customer was read %d times", list.read)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestWithinDay: a day's sum is compared in each currency, and a refusal says what is left and until when.
func TestWithinDay(t *testing.T) {
	t.Parallel()
	type sums = map[string]int64
	refusal := func(text string) string {
		return "nothing was sent: it costs " + text + " is left until 2030-01-02T00:00:00Z. Call again on the next day (UTC), or have the owner change daily_limit in the configuration"
	}
	tests := map[string]struct {
		cost, spent sums
		want        string
	}{
		"the first of the day":          {sums{"eur": 5000}, nil, ""},
		"all that is left":              {sums{"eur": 1000}, sums{"eur": 4000}, ""},
		"more than is left":             {sums{"eur": 1001}, sums{"eur": 4000}, refusal("10.01 EUR, and of the daily limit of 50.00 EUR only 10.00 EUR")},
		"nothing is left":               {sums{"jpy": 1}, sums{"jpy": 900}, refusal("1 JPY, and of the daily limit of 900 JPY only 0 JPY")},
		"the limit was lowered":         {sums{"eur": 1}, sums{"eur": 9000}, refusal("0.01 EUR, and of the daily limit of 50.00 EUR only 0.00 EUR")},
		"another currency's sum":        {sums{"eur": 5000}, sums{"jpy": 900}, ""},
		"one of two currencies is over": {sums{"eur": 1, "jpy": 2}, sums{"jpy": 899}, refusal("2 JPY, and of the daily limit of 900 JPY only 1 JPY")},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			got := ""
			err := policy.Policy{DailyLimit: sums{"eur": 5000, "jpy": 900}}.WithinDay(tt.cost, tt.spent, time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC))
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOpenCurrency: where Stripe will pick one of a price's currencies, each has to fit, and the caller learns that it can
// name one.
func TestOpenCurrency(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		price string
		caps  map[string]int64
		want  string
	}{
		"one without a cap": {"price_both", map[string]int64{"eur": 5000}, "nothing was sent: max_amount is set, and it has no cap for USD"},
		"one over its cap":  {"price_dear", map[string]int64{"eur": 5000, "usd": 5000}, "nothing was sent: it costs more than the cap of 50.00 USD"},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			want := &outcome.Error{Outcome: outcome.Refused, Type: "max_amount", Message: tt.want,
				Hint: "Name the currency to pay in, because the price has several, or have the owner change max_amount in the configuration"}
			request := tools.Request{Tool: tool(tools.Makes), Purchases: []tools.Purchase{{Argument: "line_items[0]", Price: tt.price, Quantity: 1}}}
			got := policy.Policy{MaxAmount: tt.caps}.Check(t.Context(), &policy.Call{Request: request, Prices: prices()})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestToolRules: a tool that is off is refused by name, and the refusal says who can change that.
func TestToolRules(t *testing.T) {
	t.Parallel()
	readOnly := &outcome.Error{Outcome: outcome.Refused, Type: "read_only", Message: "stripe_do is switched off and nothing was sent: this server only reads",
		Hint: "The owner can allow it with read_only: false in the configuration"}
	tests := map[string]struct {
		policy policy.Policy
		effect tools.Effect
		want   *outcome.Error
	}{
		"the default ones are on":  {policy.Policy{}, tools.Ends, nil},
		"read only: reads":         {policy.Policy{ReadOnly: true}, tools.Reads, nil},
		"read only: makes":         {policy.Policy{ReadOnly: true}, tools.Makes, readOnly},
		"read only: opens":         {policy.Policy{ReadOnly: true}, tools.Opens, readOnly},
		"listed":                   {policy.Policy{Tools: []string{"stripe_do"}}, tools.Makes, nil},
		"not listed":               {policy.Policy{Tools: []string{"stripe_other"}}, tools.Reads, unlisted()},
		"listed, but only reading": {policy.Policy{Tools: []string{"stripe_do"}, ReadOnly: true}, tools.Changes, readOnly},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.policy.Withheld(tool(tt.effect))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestToolsets: the tools of a set are on when the set is, and a refusal says how to switch it on besides the others.
func TestToolsets(t *testing.T) {
	t.Parallel()
	off := func(others string) *outcome.Error {
		return &outcome.Error{Outcome: outcome.Refused, Type: "toolset_off",
			Message: "stripe_do is switched off and nothing was sent: it belongs to the set refunds",
			Hint: "The owner can switch it on with toolsets: [" + others + "refunds] in the configuration, or with stripe-mcp setup --toolset " +
				strings.ReplaceAll(others, ", ", " --toolset ") + "refunds"}
	}
	tests := map[string]struct {
		policy policy.Policy
		want   *outcome.Error
	}{
		"no set":                     {policy.Policy{}, off("")},
		"another set":                {policy.Policy{Toolsets: []string{"lookup"}}, off("lookup, ")},
		"its set":                    {policy.Policy{Toolsets: []string{"lookup", "refunds"}}, nil},
		"all sets":                   {policy.Policy{Toolsets: []string{"all"}}, nil},
		"named, but its set is off":  {policy.Policy{Tools: []string{"stripe_do"}}, off("")},
		"its set is on, not in list": {policy.Policy{Toolsets: []string{"all"}, Tools: []string{"stripe_other"}}, unlisted()},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			member := tool(tools.Pays)
			member.Set = tools.Refunds
			if diff := cmp.Diff(tt.want, tt.policy.Withheld(member)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func unlisted() *outcome.Error {
	return &outcome.Error{Outcome: outcome.Refused, Type: "tool_not_allowed", Message: "stripe_do is switched off and nothing was sent: it is not on the list of allowed tools",
		Hint: "The owner can allow it by adding it to tools in the configuration"}
}

// TestValidate: a policy is an error when it cannot mean what its owner wrote.
func TestValidate(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		policy policy.Policy
		want   string
	}{
		"nothing":         {policy.Policy{}, ""},
		"a tool":          {policy.Policy{Tools: []string{"stripe_get_customer"}}, ""},
		"an unknown tool": {policy.Policy{Tools: []string{"stripe_get_costumer"}}, `tools in the configuration names tools that do not exist: "stripe_get_costumer" (nearest: stripe_get_customer)`},
		"sets":            {policy.Policy{Toolsets: []string{"lookup", "disputes"}}, ""},
		"all sets":        {policy.Policy{Toolsets: []string{"all"}}, ""},
		"an unknown set": {policy.Policy{Toolsets: []string{"lookup", "refund", "x"}}, `toolsets in the configuration names sets that do not exist: "refund" (nearest: refunds), "x"` +
			"\nhint: the sets are all, lookup, billing, refunds, catalog, disputes"},
		"a tool of a set": {policy.Policy{Toolsets: []string{"lookup"}, Tools: []string{"stripe_list_prices"}}, ""},
		"a tool of a set that is off": {policy.Policy{Tools: []string{"stripe_get_customer", "stripe_list_prices"}},
			"tools in the configuration names tools of sets that are off: stripe_list_prices (set lookup)" +
				"\nhint: add the set to toolsets, or take the tool out of tools"},
		"a host":            {policy.Policy{AllowedRedirectHosts: []string{"*.shop.example"}}, ""},
		"a URL for a host":  {policy.Policy{AllowedRedirectHosts: []string{"https://shop.example"}}, `allowed_redirect_hosts in the configuration: "https://shop.example" is neither a host such as shop.example nor *.shop.example`},
		"a star in between": {policy.Policy{AllowedRedirectHosts: []string{"a.*.example"}}, `allowed_redirect_hosts in the configuration: "a.*.example" is neither a host such as shop.example nor *.shop.example`},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := tt.policy.Validate(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
