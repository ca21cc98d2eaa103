package tools_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/lab"
	"stripe-mcp/tools"
)

// write is a call that changes something, with what the owner's rules learn about it.
type write struct {
	tool, arguments string
	want            tools.Request
}

// writes are calls of every tool that writes. Together they use every argument.
func writes() []write {
	const session, update = "stripe_create_checkout_session", "stripe_update_subscription"
	return []write{
		{session, `{"mode":"payment","customer":"cus_7","currency":"USD","success_url":"https://a.example/ok","cancel_url":"https://b.example/","metadata":{"k":"v"},
			"line_items":[{"price":"price_7","quantity":3},{"price_data":{"unit_amount":701,"product_data":{"name":"n","description":"d","images":["https://c.example/i.png"]}}},
			{"price_data":{"currency":"EUR","unit_amount":702,"product_data":{"name":"n"}},"quantity":2}]}`,
			tools.Request{
				Customer: "cus_7", Currency: "usd",
				Redirects: []tools.Redirect{{Argument: "success_url", URL: "https://a.example/ok"}, {Argument: "cancel_url", URL: "https://b.example/"}},
				Purchases: []tools.Purchase{
					{Argument: "line_items[0]", Price: "price_7", Currency: "usd", Quantity: 3},
					{Argument: "line_items[1]", UnitAmount: 701, Currency: "usd", Quantity: 1},
					{Argument: "line_items[2]", UnitAmount: 702, Currency: "eur", Quantity: 2},
				},
			}},
		{session, `{"mode":"subscription","customer_email":"a@b.example","success_url":"https://a.example/ok",
			"line_items":[{"price_data":{"currency":"eur","unit_amount":703,"product_data":{"name":"n"},"recurring":{"interval":"month","interval_count":2}}}]}`,
			tools.Request{
				Redirects: []tools.Redirect{{Argument: "success_url", URL: "https://a.example/ok"}},
				Purchases: []tools.Purchase{{Argument: "line_items[0]", UnitAmount: 703, Currency: "eur", Quantity: 1}},
			}},
		{"stripe_create_customer", `{"email":"a@b.example","name":"n","phone":"1","description":"d","metadata":{"k":"v"}}`, tools.Request{}},
		{"stripe_create_subscription", `{"customer":"cus_7","items":[{"price":"price_7","quantity":3},{"price":"price_8"}],"payment_behavior":"default_incomplete",
			"trial_period_days":7,"cancel_at_period_end":true,"metadata":{"k":"v"}}`,
			tools.Request{Customer: "cus_7", AtPeriodEnd: true, Purchases: []tools.Purchase{
				{Argument: "items[0]", Price: "price_7", Quantity: 3, InCustomersCurrency: true}, {Argument: "items[1]", Price: "price_8", Quantity: 1, InCustomersCurrency: true},
			}}},
		{"stripe_cancel_subscription", `{"subscription_id":"sub_7"}`, tools.Request{Subscription: "sub_7"}},
		{"stripe_cancel_subscription", `{"subscription_id":"sub_7","cancel_at_period_end":true}`, tools.Request{Subscription: "sub_7", AtPeriodEnd: true}},
		{"stripe_create_billing_portal_session", `{"customer":"cus_7","return_url":"https://a.example/"}`,
			tools.Request{Customer: "cus_7", Redirects: []tools.Redirect{{Argument: "return_url", URL: "https://a.example/"}}}},
		{update, `{"subscription_id":"sub_7","items":[{"id":"si_7","price":"price_7","quantity":3},{"id":"si_8","quantity":4},{"id":"si_9","deleted":true}],"proration_behavior":"none",
			"cancel_at_period_end":true,"pause_collection":"void","resumes_at":"2027-01-01","trial_end":"2027-01-01","metadata":{"k":"v"}}`,
			tools.Request{
				Subscription: "sub_7", Details: []string{"it ends with its period", "without si_9", "collection is paused"},
				Purchases: []tools.Purchase{
					{Argument: "items[0]", Price: "price_7", Quantity: 3, InCustomersCurrency: true}, {Argument: "items[1]", Quantity: 4, InCustomersCurrency: true},
				},
			}},
		{update, `{"subscription_id":"sub_7","unset":["cancel_at","metadata","pause_collection"]}`,
			tools.Request{Subscription: "sub_7", Details: []string{"clears cancel at", "clears metadata", "clears pause collection"}}},
		{update, `{"subscription_id":"sub_7","items":[{"price":"price_7"}]}`, tools.Request{
			Subscription: "sub_7", Raised: tools.Makes, Purchases: []tools.Purchase{{Argument: "items[0]", Price: "price_7", Quantity: 1, InCustomersCurrency: true}},
		}},
		{update, `{"subscription_id":"sub_7","proration_behavior":"always_invoice","items":[{"price":"price_7"}]}`, tools.Request{
			Subscription: "sub_7", Raised: tools.Pays, Details: []string{"billed now"},
			Purchases: []tools.Purchase{{Argument: "items[0]", Price: "price_7", Quantity: 1, InCustomersCurrency: true}},
		}},
		{update, `{"subscription_id":"sub_7","trial_end":"now"}`, tools.Request{Subscription: "sub_7", Raised: tools.Pays, Details: []string{"its trial ends now"}}},
		{"stripe_update_customer", `{"customer_id":"cus_7","email":"a@b.example","name":"n","phone":"1","description":"d","metadata":{"k":"v"}}`,
			tools.Request{Customer: "cus_7", Details: []string{"sets email", "sets name", "sets phone", "sets description", "sets metadata"}}},
		{"stripe_update_customer", `{"customer_id":"cus_7","unset":["phone"]}`, tools.Request{Customer: "cus_7", Details: []string{"clears phone"}}},
		{"stripe_create_invoice", `{"customer":"cus_7","lines":[{"description":"d","amount":701,"currency":"EUR"},{"price":"price_7","quantity":3}],"days_until_due":14,"send":true,"metadata":{"k":"v"}}`,
			tools.Request{Customer: "cus_7", Currency: "eur", Details: []string{"sent by e-mail"}, Purchases: []tools.Purchase{
				{Argument: "lines[0]", UnitAmount: 701, Currency: "eur", Quantity: 1}, {Argument: "lines[1]", Price: "price_7", Currency: "eur", Quantity: 3, InCustomersCurrency: true},
			}}},
		{"stripe_finalize_invoice", `{"invoice_id":"in_7","send":true}`, tools.Request{Invoice: "in_7", Details: []string{"sent by e-mail"}}},
		{"stripe_void_invoice", `{"invoice_id":"in_7"}`, tools.Request{Invoice: "in_7"}},
		{"stripe_create_refund", `{"payment_intent":"pi_7","amount":701,"reason":"duplicate","metadata":{"k":"v"}}`,
			tools.Request{Payment: "pi_7", Purchases: []tools.Purchase{{Argument: "amount", UnitAmount: 701, Quantity: 1}}}},
		{"stripe_create_product", `{"name":"n","description":"d","metadata":{"k":"v"}}`, tools.Request{}},
		{"stripe_create_price", `{"product":"prod_7","currency":"EUR","unit_amount":701,"lookup_key":"l"}`, tools.Request{Terms: "7.01 EUR"}},
		{"stripe_create_price", `{"product_data":{"name":"n"},"currency":"jpy","unit_amount":702,"recurring":{"interval":"month","interval_count":3}}`,
			tools.Request{Terms: "702 JPY every 3 month"}},
		{"stripe_create_payment_link", `{"line_items":[{"price":"price_7","quantity":3},{"price":"price_8"}],"after_completion_url":"https://a.example/","allow_promotion_codes":true,"metadata":{"k":"v"}}`,
			tools.Request{
				Redirects: []tools.Redirect{{Argument: "after_completion_url", URL: "https://a.example/"}},
				Purchases: []tools.Purchase{{Argument: "line_items[0]", Price: "price_7", Quantity: 3}, {Argument: "line_items[1]", Price: "price_8", Quantity: 1}},
			}},
		{"stripe_create_coupon", `{"percent_off":12.5,"duration":"repeating","duration_in_months":3,"name":"n","max_redemptions":5,"redeem_by":"2030-01-01"}`,
			tools.Request{Terms: "12.5 % off, repeating for 3 months"}},
		{"stripe_create_coupon", `{"amount_off":701,"currency":"EUR","duration":"once"}`, tools.Request{Terms: "7.01 EUR off, once"}},
		{"stripe_create_promotion_code", `{"coupon":"c","code":"SPRING","customer":"cus_7","max_redemptions":5,"expires_at":"2030-01-01"}`, tools.Request{Customer: "cus_7"}},
		{"stripe_update_dispute", `{"dispute_id":"dp_7","evidence":{"uncategorized_text":"v"}}`, tools.Request{Dispute: "dp_7", Terms: "store evidence and send nothing"}},
		{"stripe_update_dispute", `{"dispute_id":"dp_7","submit":true}`, tools.Request{Dispute: "dp_7", ForGood: true}},
		{"stripe_create_refund", `{"charge":"ch_7"}`, tools.Request{Payment: "ch_7", Purchases: []tools.Purchase{{Argument: "amount", Quantity: 1}}}},
	}
}

// TestDisclosure: before a call is sent, the rules know its cost, its customer and where it sends people.
func TestDisclosure(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, call := range writes() {
		request, err := find(t, call.tool).Prepare(json.RawMessage(call.arguments))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(call.want, request, cmpopts.IgnoreUnexported(tools.Request{}), cmpopts.IgnoreFields(tools.Request{}, "Tool")); diff != "" {
			t.Errorf("%s:\n%s", call.tool, diff)
		}
		if tool := request.Tool; request.Effect() != tool.Effect && request.Effect() > tool.Most() {
			t.Errorf("%s %s does more than the tool says", call.tool, request.Effect())
		}
		var arguments any
		if err := json.Unmarshal([]byte(call.arguments), &arguments); err != nil {
			t.Fatal(err)
		}
		leaves(arguments, "", func(path string, value any) {
			used[call.tool+" "+path] = true
			used[call.tool+" "+path[:strings.LastIndexByte(path, '.')+1]] = true
			if !discloses(request, path[strings.LastIndexByte(path, '.')+1:], value) {
				t.Errorf("%s does not disclose %s", call.tool, path)
			}
		})
	}
	for _, tool := range tools.All() {
		if tool.Effect == tools.Reads {
			continue
		}
		input, _ := tool.Schemas()
		var root node
		if err := json.Unmarshal(input, &root); err != nil {
			t.Fatal(err)
		}
		for _, path := range arguments(&root, "") {
			if !used[tool.Name+" "+path] {
				t.Errorf("no row uses %s of %s", path, tool.Name)
			}
		}
	}
}

// discloses reports whether a request tells the owner's rules about an argument. The argument's name decides whether it has
// to. Pictures (images) do not send people anywhere.
func discloses(r tools.Request, name string, value any) bool {
	switch text := fmt.Sprint(value); {
	case strings.HasSuffix(name, "url"):
		return slices.ContainsFunc(r.Redirects, func(to tools.Redirect) bool { return to.URL == text })
	case name == "customer", name == "customer_id":
		return r.Customer == text
	case name == "subscription", name == "subscription_id":
		return r.Subscription == text
	case name == "invoice_id":
		return r.Invoice == text
	case name == "payment_intent", name == "charge":
		return r.Payment == text
	case name == "dispute_id":
		return r.Dispute == text
	case name == "unit_amount" && r.Terms != "", name == "amount_off": // of what somebody may buy later
		return strings.HasPrefix(r.Terms, "7.01 EUR") || strings.HasPrefix(r.Terms, "702 JPY")
	case name == "price":
		return slices.ContainsFunc(r.Purchases, func(p tools.Purchase) bool { return p.Price == text })
	case strings.HasSuffix(name, "amount"):
		return slices.ContainsFunc(r.Purchases, func(p tools.Purchase) bool { return strconv.FormatInt(p.UnitAmount, 10) == text })
	case name == "quantity":
		return slices.ContainsFunc(r.Purchases, func(p tools.Purchase) bool { return strconv.FormatInt(p.Quantity, 10) == text })
	}
	return true
}

// leaves visits each value that holds no other values. Its path has no list positions.
func leaves(value any, path string, visit func(string, any)) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			leaves(member, strings.TrimPrefix(path+"."+name, "."), visit)
		}
	case []any:
		for _, item := range value {
			leaves(item, path, visit)
		}
	default:
		visit(path, value)
	}
}

// arguments returns the paths of a schema's arguments, written as leaves writes them. Of an object with free keys it is any.
func arguments(n *node, path string) []string {
	switch {
	case n.Type == "array":
		return arguments(n.Items, path)
	case n.Type == "object" && len(n.Properties) == 0:
		return []string{path + "."}
	case n.Type != "object":
		return []string{path}
	}
	var all []string
	for name, property := range n.Properties {
		all = append(all, arguments(property, strings.TrimPrefix(path+"."+name, "."))...)
	}
	return all
}

// TestJournalled: a call that would do its work twice when repeated is recorded before it is sent.
func TestJournalled(t *testing.T) {
	t.Parallel()
	harmless := map[string]string{ // the tools that may write without a record, and why
		"stripe_cancel_subscription":           "what has ended cannot end again",
		"stripe_create_billing_portal_session": "a second link opens the same page",
		"stripe_update_dispute":                "the same evidence twice is still the same, and the bank takes it once",
		"stripe_update_subscription":           "what is changed to a value has that value, unless the call adds or bills something",
		"stripe_update_customer":               "what is changed to a value has that value",
		"stripe_void_invoice":                  "what has ended cannot end again",
	}
	for _, call := range writes() {
		t.Run(call.tool, func(t *testing.T) {
			t.Parallel()
			recorded := -1
			folder := t.TempDir()
			stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet {
					text, _ := os.ReadFile(filepath.Join(folder, "journal.jsonl"))
					recorded = strings.Count(string(text), `"event":"intent"`)
				}
				lab.Anything(w, r, "x_1")
			}))
			defer stripe.Close()
			request, err := find(t, call.tool).Prepare(json.RawMessage(call.arguments))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := request.Send(t.Context(), newClient(t, stripe.URL, journal.New(folder, 0))); err != nil {
				t.Fatal(err)
			}
			want := 1
			if _, may := harmless[call.tool]; may && call.want.Raised == tools.Reads {
				want = 0
			}
			if recorded != want {
				t.Errorf("%d intents were recorded before the request came, want %d", recorded, want)
			}
		})
	}
	for name := range maps.Keys(harmless) {
		if find(t, name).Effect.Journalled() {
			t.Errorf("%s is journalled", name)
		}
	}
}
