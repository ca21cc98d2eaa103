package tools_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/tools"
)

func find(t *testing.T, name string) tools.Tool {
	t.Helper()
	all := tools.All()
	i := slices.IndexFunc(all, func(tool tools.Tool) bool { return tool.Name == name })
	if i < 0 {
		t.Fatalf("there is no tool %s", name)
	}
	return all[i]
}

// TestArgumentRules has a row for each rule that the tools add to their schemas. A row holds exactly what the caller reads.
func TestArgumentRules(t *testing.T) {
	t.Parallel()
	session := func(mode, item, more string) string {
		return fmt.Sprintf(`{"mode":%q,"success_url":"https://shop.example/ok","line_items":[%s]%s}`, mode, item, more)
	}
	const (
		once    = `{"price_data":{"currency":"eur","unit_amount":1,"product_data":{"name":"x"}}}`
		monthly = `{"price_data":{"currency":"eur","unit_amount":1,"product_data":{"name":"x"},"recurring":{"interval":"month"}}}`
		noMoney = `{"price_data":{"unit_amount":1,"product_data":{"name":"x"}}}`
		create  = "stripe_create_checkout_session"
		update  = "stripe_update_subscription"
		invoice = "stripe_create_invoice"
		urlRule = `must be an absolute URL that starts with https:// or http:// and has at most 5000 characters, e.g. "https://example.com/thanks"`
	)
	keys := func(n int) string {
		pairs := make([]string, n)
		for i := range pairs {
			pairs[i] = fmt.Sprintf(`"k%d":"v"`, i)
		}
		return `{"email":"a@b","metadata":{` + strings.Join(pairs, ",") + `}}`
	}
	note := func(key, value string) string {
		return fmt.Sprintf(`{"email":"a@b","metadata":{%q:%q}}`, key, value)
	}
	named := func(name, description int) string {
		return fmt.Sprintf(`{"price_data":{"currency":"eur","unit_amount":1,"product_data":{"name":%q,"description":%q}}}`, strings.Repeat("ü", name), strings.Repeat("ü", description))
	}
	described := func(n int) string { return fmt.Sprintf(`{"email":"a@b","description":%q}`, strings.Repeat("ü", n)) }
	tests := []struct {
		why, tool, wrong, right string
		problems                []string
	}{
		{"one customer", create, session("payment", once, `,"customer":"cus_1","customer_email":"a@b"`), session("payment", once, `,"customer":"cus_1"`),
			[]string{"customer_email: cannot be given together with customer; leave one out"}},
		{"a price", create, session("payment", `{"quantity":1}`, ""), session("payment", `{"price":"p"}`, ""),
			[]string{"line_items[0]: must have exactly one of price and price_data"}},
		{"one price", create, session("payment", `{"price":"p",`+once[1:], ""), session("payment", once, ""),
			[]string{"line_items[0]: must have exactly one of price and price_data"}},
		{"a currency", create, session("payment", noMoney, ""), session("payment", noMoney, `,"currency":"EUR"`),
			[]string{`line_items[0].price_data.currency: is required, here or as the top-level currency, e.g. "eur"`}},
		{"something that recurs in subscription mode", create, session("subscription", once, ""), session("subscription", once+","+monthly, ""),
			[]string{`line_items: must have an item that recurs in subscription mode: give its price_data recurring, e.g. {"interval":"month"}`}},
		{"a price by its id may recur", create, session("subscription", `{"quantity":0,"price":"p"}`, ""), session("subscription", once+`,{"price":"p"}`, ""),
			[]string{"line_items[0].quantity: must be a whole number of at least 1"}},
		{"a URL in capitals", create, session("payment", once, `,"cancel_url":"HTTPS://h x"`), session("payment", once, `,"cancel_url":"HTTPS://shop.example/ok"`),
			[]string{"cancel_url: " + urlRule}},
		{"a URL without white space", create, session("payment", once, `,"cancel_url":"https://h/\u2003x"`), session("payment", once, `,"cancel_url":"https://h/\u00fc"`),
			[]string{"cancel_url: " + urlRule}},
		{"an e-mail without white space", "stripe_create_customer", `{"email":"a\u00a0b@c"}`, `{"email":"\u00fc@c"}`,
			[]string{`email: must be an e-mail address of at most 512 characters, e.g. "jenny.rosen@example.com"`}},
		{"none of a subscription's price", "stripe_create_subscription", `{"customer":"c","items":[{"price":"p","quantity":-1}]}`, `{"customer":"c","items":[{"price":"p","quantity":0}]}`,
			[]string{"items[0].quantity: must be a whole number of at least 0"}},
		{"an owner's own id", "stripe_get_customer", `{"customer_id":"a\u0000b"}`, `{"customer_id":"Müller & Söhne/7 #1"}`,
			[]string{`customer_id: must be an id: printable text, e.g. "cus_NffrFeUfNV2Hib"`}},
		{"a price of an owner's own id", "stripe_create_subscription", `{"customer":"c","items":[{"price":"."}]}`, `{"customer":"c","items":[{"price":"gold/monthly"}]}`,
			[]string{`items[0].price: must be an id: printable text, e.g. "price_1MoBy5LkdIwHu7ixZhnattbh"`}},
		{"not recurring in payment mode", create, session("payment", monthly, ""), session("payment", once, ""),
			[]string{"line_items[0].price_data.recurring: must be left out in payment mode; use mode subscription for recurring prices"}},
		{"a URL of no host", create, session("payment", once, `,"cancel_url":"https:///x"`), session("payment", once, `,"cancel_url":"https://h"`),
			[]string{"cancel_url: " + urlRule}},
		{"a URL of another kind", create, session("payment", once, `,"cancel_url":"javascript:alert(1)"`), "", []string{"cancel_url: " + urlRule}},
		{"a URL that is too long", create, session("payment", once, `,"cancel_url":"https://h/`+strings.Repeat("x", 4991)+`"`),
			session("payment", once, `,"cancel_url":"https://h/`+strings.Repeat("x", 4990)+`"`), []string{"cancel_url: " + urlRule}},
		{"a product's name of 5000 characters", create, session("payment", named(5001, 1), ""), session("payment", named(5000, 1), ""),
			[]string{"line_items[0].price_data.product_data.name: must be at most 5000 characters"}},
		{"a product's description of 40000 characters", create, session("payment", named(1, 40001), ""), session("payment", named(1, 40000), ""),
			[]string{"line_items[0].price_data.product_data.description: must be at most 40000 characters"}},
		{"a customer's description of 5000 characters", "stripe_create_customer", described(5001), described(5000),
			[]string{"description: must be at most 5000 characters"}},
		{"50 keys", "stripe_create_customer", keys(51), keys(50), []string{"metadata: must have at most 50 keys"}},
		{"a key of 40 characters", "stripe_create_customer", note(strings.Repeat("ü", 41), "v"), note(strings.Repeat("ü", 40), "v"),
			[]string{"metadata: each key must be 1 to 40 characters without square brackets"}},
		{"a key without brackets", "stripe_create_customer", note("a[b]", "v"), note("a.b", "v"),
			[]string{"metadata: each key must be 1 to 40 characters without square brackets"}},
		{"a value of 500 characters", "stripe_create_customer", note("k", strings.Repeat("ü", 501)), note("k", strings.Repeat("ü", 500)),
			[]string{"metadata: each value must be at most 500 characters"}},
		{"100 items", create, session("payment", strings.Repeat(once+",", 100)+once, ""), session("payment", strings.Repeat(once+",", 99)+once, ""),
			[]string{`line_items: must be a list of 1 to 100 items, e.g. [{"price":"price_1MoBy5LkdIwHu7ixZhnattbh","quantity":1}]`}},
		{"20 subscription items", "stripe_create_subscription", `{"customer":"c","items":[` + strings.Repeat(`{"price":"p"},`, 20) + `{"price":"p"}]}`,
			`{"customer":"c","items":[` + strings.Repeat(`{"price":"p"},`, 19) + `{"price":"p"}]}`,
			[]string{`items: must be a list of 1 to 20 items, e.g. [{"price":"price_1MoBy5LkdIwHu7ixZhnattbh"}]`}},
		{"a trial of two years", "stripe_create_subscription", `{"customer":"c","items":[{"price":"p"}],"trial_period_days":731}`,
			`{"customer":"c","items":[{"price":"p"}],"trial_period_days":730}`, []string{"trial_period_days: must be a whole number from 1 to 730"}},
		{"pages of 100", "stripe_list_subscriptions", `{"limit":101}`, `{"limit":100}`, []string{"limit: must be a whole number from 1 to 100"}},
		{"an id cannot leave its path", "stripe_get_customer", `{"customer_id":".."}`, `{"customer_id":"a..b"}`,
			[]string{`customer_id: must be an id: printable text, e.g. "cus_NffrFeUfNV2Hib"`}},
		{"a prefix that Stripe mints", "stripe_get_subscription", `{"subscription_id":"cus_1"}`, `{"subscription_id":"sub_1"}`,
			[]string{`subscription_id: must be an id that starts with sub_, e.g. "sub_1MowQVLkdIwHu7ixeRlqHVzs"`}},
		{"an item's own id", update, `{"subscription_id":"sub_1","items":[{"id":"sub_1","quantity":1}]}`, `{"subscription_id":"sub_1","items":[{"id":"si_1","quantity":0}]}`,
			[]string{`items[0].id: must be an id that starts with si_, e.g. "si_NcLYdDxLHxlFo7"`}},
		{"an item to change or to add", update, `{"subscription_id":"sub_1","items":[{"quantity":1}]}`, `{"subscription_id":"sub_1","items":[{"price":"p"}]}`,
			[]string{"items[0]: must have the id of an item, or the price of one to add"}},
		{"an item that goes is named", update, `{"subscription_id":"sub_1","items":[{"price":"p","deleted":true}]}`, `{"subscription_id":"sub_1","items":[{"id":"si_1","deleted":true}]}`,
			[]string{"items[0].id: is required with deleted: stripe_get_subscription shows the ids of items (si_…)"}},
		{"an item that goes is not changed", update, `{"subscription_id":"sub_1","items":[{"id":"si_1","deleted":true,"quantity":1}]}`, `{"subscription_id":"sub_1","items":[{"id":"si_1","deleted":true}]}`,
			[]string{"items[0].deleted: cannot be given together with price and quantity; leave them out"}},
		{"what changes of an item", update, `{"subscription_id":"sub_1","items":[{"id":"si_1"}]}`, `{"subscription_id":"sub_1","items":[{"id":"si_1","price":"p"}]}`,
			[]string{"items[0]: must say what changes: price, quantity or deleted"}},
		{"a pause with an end", update, `{"subscription_id":"sub_1","resumes_at":"2030-01-01"}`, `{"subscription_id":"sub_1","resumes_at":"2030-01-01","pause_collection":"void"}`,
			[]string{"resumes_at: goes with pause_collection only"}},
		{"the end of a trial", update, `{"subscription_id":"sub_1","trial_end":"tomorrow"}`, `{"subscription_id":"sub_1","trial_end":"now"}`,
			[]string{`trial_end: must be a time or a date in UTC, e.g. "2024-10-01T09:30:00Z" or "2024-10-01", or "now"`}},
		{"an end that is planned and taken back", update, `{"subscription_id":"sub_1","cancel_at_period_end":true,"unset":["cancel_at"]}`, `{"subscription_id":"sub_1","cancel_at_period_end":false,"unset":["cancel_at"]}`,
			[]string{"unset: cannot clear cancel_at, because the call also sets it; leave one out"}},
		{"an update of something", "stripe_update_customer", `{"customer_id":"c","phone":"","unset":[]}`, `{"customer_id":"c","phone":"","unset":["phone"]}`,
			[]string{"the call must change something: give an argument besides the id"}},
		{"a name that is set and cleared", "stripe_update_customer", `{"customer_id":"c","name":"n","unset":["name"]}`, `{"customer_id":"c","name":"n","unset":["phone"]}`,
			[]string{"unset: cannot clear name, because the call also sets it; leave one out"}},
		{"a value that would remove its key", "stripe_update_customer", `{"customer_id":"c","metadata":{"k":""}}`, `{"customer_id":"c","metadata":{"k":"v"}}`,
			[]string{"metadata: each value must have at least 1 character; unset can clear all metadata"}},
		{"somebody's invoice", "stripe_preview_invoice", `{"items":[{"price":"p"}]}`, `{"customer":"c","items":[{"price":"p"}]}`, []string{"subscription: is required, or customer"}},
		{"a line of one thing", invoice, `{"customer":"c","lines":[{"price":"p","amount":1}]}`, `{"customer":"c","lines":[{"price":"p"}]}`,
			[]string{"lines[0]: must have exactly one of amount and price"}},
		{"a line that says what for", invoice, `{"customer":"c","lines":[{"amount":1,"currency":"eur"}]}`, `{"customer":"c","lines":[{"amount":1,"currency":"eur","description":"d"}]}`,
			[]string{"lines[0]: must have currency and description beside amount"}},
		{"a line's whole amount", invoice, `{"customer":"c","lines":[{"amount":1,"currency":"eur","description":"d","quantity":3}]}`, `{"customer":"c","lines":[{"price":"p","quantity":3}]}`,
			[]string{"lines[0].quantity: goes with price only: amount is that of the whole line"}},
		{"one currency", invoice, `{"customer":"c","lines":[{"amount":1,"currency":"eur","description":"d"},{"price":"p","currency":"usd"}]}`,
			`{"customer":"c","lines":[{"amount":1,"currency":"eur","description":"d"},{"price":"p","currency":"EUR"}]}`, []string{"lines[1].currency: must be the same in all lines: an invoice has one currency"}},
		{"100 lines", invoice, `{"customer":"c","lines":[` + strings.Repeat(`{"price":"p"},`, 100) + `{"price":"p"}]}`, `{"customer":"c","lines":[` + strings.Repeat(`{"price":"p"},`, 99) + `{"price":"p"}]}`,
			[]string{`lines: must be a list of 1 to 100 lines, e.g. [{"amount":27000,"currency":"eur","description":"Work"}]`}},
		{"two rules at once", create, session("payment", `{"price":"p","price_data":{"currency":"eur","unit_amount":"$5","product_data":{"name":"x"}}}`,
			`,"customer":"bad\u0007id","customer_email":"a@b"`), "", []string{
			`customer: must be an id: printable text, e.g. "cus_NffrFeUfNV2Hib"`,
			"customer_email: cannot be given together with customer; leave one out",
			"line_items[0]: must have exactly one of price and price_data",
			"line_items[0].price_data.unit_amount: must be a whole number in the currency's minor unit, not negative and without separators or symbols, e.g. 2000",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			tool := find(t, tt.tool)
			_, err := tool.Prepare(json.RawMessage(tt.wrong))
			refusal, ok := errors.AsType[*outcome.Error](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(tt.problems, refusal.Problems); diff != "" {
				t.Error(diff)
			}
			if tt.right == "" {
				return
			}
			if _, err := tool.Prepare(json.RawMessage(tt.right)); err != nil {
				t.Errorf("the nearest right call: %v", err)
			}
		})
	}
}
