package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"stripe-mcp/internal/mcpclient"
	"stripe-mcp/tools"
)

// step is one tool call of a story. In want, "<x>" stands for any string that begins with x. "$x" in arguments and want
// stands for the id that the step named x returned, for a list that of its first row.
type step struct {
	as        string // names the id of the answer for later steps
	tool      string
	arguments string
	want      string // the answer, or with the prefix "error " the parts of the error that matter
}

// TestTools is what the tools do, told as stories on the simulator.
func TestTools(t *testing.T) {
	t.Parallel()
	const item = `{"price_data":{"currency":"EUR","unit_amount":2000,"product_data":{"name":"T-shirt"}},"quantity":2}`
	const (
		onTrial = `"trial_start":"<20>","trial_end":"<20>","latest_invoice":"<in_>"`
		toPay   = `"latest_invoice":"<in_>","hosted_invoice_url":"<http://127.0.0.1:>","pay_until":"<20>",
			"invoice":{"status":"open","amount_remaining":2700,"amount_remaining_display":"27.00 EUR"}`
	)
	stories := map[string][]step{
		"a customer": {
			{"ann", "stripe_create_customer", `{"email":"ann@example.com"}`,
				`{"id":"<cus_>","email":"ann@example.com","created":"<20>","livemode":false}`},
			{"", "stripe_get_customer", `{"customer_id":"$ann"}`,
				`{"id":"$ann","email":"ann@example.com","created":"<20>","livemode":false}`},
			{"bob", "stripe_create_customer",
				`{"email":"bob@example.com","name":"Bob & <Co>","phone":"+49 30 1","description":"first","metadata":{"tier":3}}`,
				`{"id":"<cus_>","email":"bob@example.com","name":"Bob & <Co>","phone":"+49 30 1","description":"first","metadata":{"tier":"3"},"created":"<20>","livemode":false}`},
			{"eve", "stripe_create_customer", `{"email":"eve@example.com","name":"E\u202ev\u200be\u0007\nnew","metadata":{"k\u2066":"v\u200d"}}`,
				`{"id":"<cus_>","email":"eve@example.com","name":"Eve new","metadata":{"k":"v"},"created":"<20>","livemode":false}`},
			{"", "stripe_get_customer", `{"customer_id":"cus_nobody"}`,
				`error {"outcome":"failed","type":"invalid_request_error","code":"resource_missing","message":"No such customer: 'cus_nobody'"}`},
			{"", "stripe_get_customer", `{"customer_id":"../account"}`,
				`error {"outcome":"failed","type":"invalid_request_error","code":"resource_missing","message":"No such customer: '../account'"}`},
			{"", "stripe_get_customer", `{"customer_id":".."}`,
				`error {"outcome":"refused","type":"invalid_arguments"}`},
			{"", "stripe_get_customer", `{"customer_id":""}`,
				`error {"outcome":"refused","type":"invalid_arguments"}`},
		},
		"a one-time sale": {
			{"s", "stripe_create_checkout_session",
				`{"mode":"payment","line_items":[` + item + `],"success_url":"https://shop.example/ok?a=1&id={CHECKOUT_SESSION_ID}","customer_email":"ann@example.com","metadata":{"order":"7"}}`,
				`{"id":"<cs_test_>","url":"<http://127.0.0.1:>","status":"open","payment_status":"unpaid","mode":"payment","amount_total":4000,"amount_total_display":"40.00 EUR",
				"currency":"eur","customer_email":"ann@example.com","success_url":"https://shop.example/ok?a=1&id={CHECKOUT_SESSION_ID}","metadata":{"order":"7"},"created":"<20>","expires_at":"<20>","livemode":false}`},
			{"", "stripe_get_checkout_session", `{"session_id":"$s"}`,
				`{"id":"$s","url":"<http://127.0.0.1:>","status":"open","payment_status":"unpaid","mode":"payment","amount_total":4000,"amount_total_display":"40.00 EUR",
				"currency":"eur","customer_email":"ann@example.com","success_url":"https://shop.example/ok?a=1&id={CHECKOUT_SESSION_ID}","metadata":{"order":"7"},"created":"<20>","expires_at":"<20>","livemode":false,
				"line_items":[{"description":"T-shirt","quantity":2,"price":"<price_>","product":"<prod_>","unit_amount":2000,"unit_amount_display":"20.00 EUR","amount_total":4000,"amount_total_display":"40.00 EUR"}]}`},
			{"", "stripe_create_checkout_session", // the top-level currency serves every price_data without one
				`{"mode":"payment","currency":"JPY","line_items":[{"price_data":{"unit_amount":"2000","product_data":{"name":"Ticket"}}}],"success_url":"https://shop.example/ok"}`,
				`{"id":"<cs_test_>","url":"<http://127.0.0.1:>","status":"open","payment_status":"unpaid","mode":"payment","amount_total":2000,"amount_total_display":"2000 JPY",
				"currency":"jpy","success_url":"https://shop.example/ok","created":"<20>","expires_at":"<20>","livemode":false}`},
			{"", "stripe_create_checkout_session", `{"mode":"payment","line_items":[{"price":"price_nothing"}],"success_url":"https://shop.example/ok"}`,
				`error {"outcome":"failed","code":"resource_missing","message":"No such price: 'price_nothing'"}`},
			{"", "stripe_create_checkout_session", `{"mode":"subscription","line_items":[{"price":"price_tshirt_eur"}],"success_url":"https://shop.example/ok"}`,
				`error {"outcome":"failed","type":"invalid_request_error"}`},
			{"", "stripe_create_checkout_session", `{"mode":"payment","line_items":[` + item + `],"success_url":"shop.example"}`,
				`error {"outcome":"refused","type":"invalid_arguments"}`},
		},
		"sessions in a list": {
			{"c", "stripe_create_customer", `{"email":"list@example.com"}`, `{"id":"<cus_>","email":"list@example.com","created":"<20>","livemode":false}`},
			{"s1", "stripe_create_checkout_session", `{"mode":"subscription","customer":"$c","line_items":[{"price":"price_starter_monthly_eur"}],"success_url":"https://shop.example/1"}`, newSession(1)},
			{"s2", "stripe_create_checkout_session", `{"mode":"subscription","customer":"$c","line_items":[{"price":"price_starter_monthly_eur"}],"success_url":"https://shop.example/2"}`, newSession(2)},
			{"", "stripe_list_checkout_sessions", `{"customer":"$c","limit":1}`, `{"has_more":true,"next_cursor":"$s2","data":[` + session("$s2", "") + `]}`},
			{"", "stripe_list_checkout_sessions", `{"customer":"$c","limit":1,"starting_after":"$s2"}`, `{"has_more":false,"data":[` + session("$s1", "") + `]}`},
			{"", "stripe_list_checkout_sessions", `{"customer":"$c","status":"complete"}`, `{"has_more":false,"data":[]}`},
			{"guest", "stripe_create_checkout_session", `{"mode":"payment","customer_email":"guest@example.com","line_items":[{"price":"price_tshirt_eur"}],"success_url":"https://shop.example/3"}`,
				guestSession("<cs_test_>", `"success_url":"https://shop.example/3",`)},
			{"", "stripe_list_checkout_sessions", `{"customer_email":"guest@example.com","status":"open"}`, `{"has_more":false,"data":[` + guestSession("$guest", "") + `]}`},
			{"", "stripe_list_checkout_sessions", `{"customer_email":"nobody@example.com"}`, `{"has_more":false,"data":[]}`},
			{"", "stripe_list_checkout_sessions", `{"subscription":"sub_nothing"}`, `error {"outcome":"failed","code":"resource_missing"}`},
		},
		"a subscription": {
			{"c", "stripe_create_customer", `{"email":"sub@example.com"}`, `{"id":"<cus_>","email":"sub@example.com","created":"<20>","livemode":false}`},
			{"", "stripe_create_subscription", `{"customer":"$c","items":[{"price":"price_starter_monthly_eur"}]}`,
				`error {"outcome":"failed","code":"resource_missing"}`},
			{"due", "stripe_create_subscription", `{"customer":"$c","items":[{"price":"price_starter_monthly_eur","quantity":3}],"payment_behavior":"default_incomplete"}`,
				subscription("<sub_>", "incomplete", toPay)},
			{"", "stripe_get_subscription", `{"subscription_id":"$due"}`,
				subscription("$due", "incomplete", toPay)},
			{"trial", "stripe_create_subscription", `{"customer":"$c","items":[{"price":"price_starter_monthly_eur","quantity":3}],"trial_period_days":14}`,
				subscription("<sub_>", "trialing", onTrial)},
			{"", "stripe_list_subscriptions", `{"customer":"$c","limit":1}`,
				`{"has_more":true,"next_cursor":"$trial","data":[` + subscriptionRow("$trial", "trialing", `,"trial_end":"<20>"`) + `]}`},
			{"", "stripe_list_subscriptions", `{"customer":"$c","starting_after":"$trial"}`,
				`{"has_more":false,"data":[` + subscriptionRow("$due", "incomplete", "") + `]}`},
			{"", "stripe_list_subscriptions", `{"customer":"$c","price":"price_starter_monthly_eur","status":"incomplete"}`,
				`{"has_more":false,"data":[` + subscriptionRow("$due", "incomplete", "") + `]}`},
			{"", "stripe_list_subscriptions", `{"customer":"$c","price":"price_team_yearly_usd"}`, `{"has_more":false,"data":[]}`},
			{"", "stripe_cancel_subscription", `{"subscription_id":"$trial","cancel_at_period_end":"true"}`,
				strings.Replace(subscription("$trial", "trialing", onTrial+`,"cancel_at":"<20>","canceled_at":"<20>"`),
					`"cancel_at_period_end":false`, `"cancel_at_period_end":true`, 1)},
			{"", "stripe_cancel_subscription", `{"subscription_id":"$due"}`,
				subscription("$due", "incomplete_expired", `"latest_invoice":"<in_>","canceled_at":"<20>","ended_at":"<20>"`)},
			{"", "stripe_cancel_subscription", `{"subscription_id":"sub_nothing"}`, `error {"outcome":"failed","code":"resource_missing"}`},
			{"", "stripe_cancel_subscription", `{"subscription_id":"cus_1"}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
		},
		"canceling at once, and again": {
			{"c", "stripe_create_customer", `{"email":"end@example.com"}`, `{"id":"<cus_>","email":"end@example.com","created":"<20>","livemode":false}`},
			{"sub", "stripe_create_subscription", `{"customer":"$c","items":[{"price":"price_starter_monthly_eur","quantity":3}],"trial_period_days":14}`,
				subscription("<sub_>", "trialing", onTrial)},
			{"", "stripe_cancel_subscription", `{"subscription_id":"$sub"}`,
				subscription("$sub", "canceled", onTrial+`,"canceled_at":"<20>","ended_at":"<20>"`)},
			{"", "stripe_cancel_subscription", `{"subscription_id":"$sub"}`,
				subscription("$sub", "canceled", onTrial+`,"canceled_at":"<20>","ended_at":"<20>","note":"it had been canceled before"`)},
			{"", "stripe_list_subscriptions", `{"customer":"$c"}`, `{"has_more":false,"data":[]}`},
			{"", "stripe_list_subscriptions", `{"customer":"$c","status":"all"}`,
				`{"has_more":false,"data":[` + subscriptionRow("$sub", "canceled", `,"trial_end":"<20>","canceled_at":"<20>","ended_at":"<20>"`) + `]}`},
		},
		"the billing portal": {
			{"c", "stripe_create_customer", `{"email":"portal@example.com"}`, `{"id":"<cus_>","email":"portal@example.com","created":"<20>","livemode":false}`},
			{"", "stripe_create_billing_portal_session", `{"customer":"$c","return_url":"https://shop.example/account"}`,
				`{"id":"<bps_>","url":"<http://127.0.0.1:>","customer":"$c","return_url":"https://shop.example/account","created":"<20>","livemode":false}`},
			{"", "stripe_create_billing_portal_session", `{"customer":"cus_nobody","return_url":"https://shop.example/account"}`,
				`error {"outcome":"failed","code":"resource_missing","param":"customer"}`},
		},
	}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := start(t, nil, "--simulator")
			ids := map[string]string{}
			for i, s := range story {
				got := s.run(t, client, ids)
				if t.Failed() {
					t.Fatalf("step %d, %s %s:\n%s", i+1, s.tool, s.arguments, got)
				}
			}
		})
	}
}

func newSession(n int) string {
	return session("<cs_test_>", fmt.Sprintf(`"success_url":"https://shop.example/%d",`, n))
}

func session(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"url":"<http://127.0.0.1:>","status":"open","payment_status":"unpaid","mode":"subscription","amount_total":900,"amount_total_display":"9.00 EUR",
		"currency":"eur","customer":"$c",%s"created":"<20>","expires_at":"<20>","livemode":false}`, id, more)
}

func guestSession(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"url":"<http://127.0.0.1:>","status":"open","payment_status":"unpaid","mode":"payment","amount_total":2500,"amount_total_display":"25.00 EUR",
		"currency":"eur","customer_email":"guest@example.com",%s"created":"<20>","expires_at":"<20>","livemode":false}`, id, more)
}

func subscription(id, status, more string) string {
	return fmt.Sprintf(`{"id":%q,"status":%q,"customer":"$c","currency":"eur","items":[{"id":"<si_>","price":"price_starter_monthly_eur","product":"prod_starter","quantity":3,
		"unit_amount":900,"unit_amount_display":"9.00 EUR","currency":"eur","interval":"month","interval_count":1}],
		"collection_method":"charge_automatically","current_period_start":"<20>","current_period_end":"<20>","cancel_at_period_end":false,"created":"<20>","livemode":false,%s}`, id, status, more)
}

// subscriptionRow is a subscription in a list. It leaves out what is as it mostly is, and what only the get tool shows.
func subscriptionRow(id, status, more string) string {
	return fmt.Sprintf(`{"id":%q,"status":%q,"customer":"$c","currency":"eur","items":[{"price":"price_starter_monthly_eur","quantity":3,
		"unit_amount":900,"unit_amount_display":"9.00 EUR","interval":"month"}],"current_period_end":"<20>","created":"<20>","livemode":false%s}`, id, status, more)
}

// run makes the call and compares its answer, which it returns.
func (s step) run(t *testing.T, client *mcpclient.Client, ids map[string]string) string {
	t.Helper()
	insert := func(text string) string {
		return regexp.MustCompile(`\$\w+`).ReplaceAllStringFunc(text, func(name string) string { return ids[name[1:]] })
	}
	got, err := client.Call(t.Context(), s.tool, json.RawMessage(insert(s.arguments)))
	if err != nil {
		t.Fatal(err)
	}
	want, wantError := strings.CutPrefix(s.want, "error ")
	if got.IsError != wantError {
		t.Errorf("isError is %v", got.IsError)
		return got.Object()
	}
	var wanted, answered any
	decode(t, insert(want), &wanted)
	decode(t, got.Object(), &answered)
	if wantError {
		if got.StructuredContent != nil {
			t.Error("an error has no structured content")
		}
		compare(t, "error", wanted, answered.(map[string]any)["error"], true)
		return got.Object()
	}
	if string(got.StructuredContent) != got.Object() {
		t.Error("the text is not the structured content")
	}
	conforms(t, s.tool, answered)
	compare(t, "answer", wanted, answered, false)
	object := answered.(map[string]any)
	if rows, _ := object["data"].([]any); len(rows) > 0 {
		object = rows[0].(map[string]any)
	}
	if id, ok := object["id"].(string); ok && s.as != "" {
		ids[s.as] = id
	}
	return got.Object()
}

// compare reports where got differs from want, of which strings in angle brackets are beginnings. With loose, got may
// hold more.
func compare(t *testing.T, path string, want, got any, loose bool) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is %v", path, got)
			return
		}
		for name, value := range want {
			compare(t, path+"."+name, value, object[name], loose)
		}
		for name, value := range object {
			if _, ok := want[name]; !ok && !loose {
				t.Errorf("%s.%s is not wanted: %v", path, name, value)
			}
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			t.Errorf("%s is %v", path, got)
			return
		}
		for i := range want {
			compare(t, fmt.Sprintf("%s[%d]", path, i), want[i], list[i], loose)
		}
	case string:
		text, _ := got.(string)
		if prefix, ok := strings.CutPrefix(want, "<"); ok && strings.HasPrefix(text, strings.TrimSuffix(prefix, ">")) {
			return
		}
		if text != want {
			t.Errorf("%s is %v, want %s", path, got, want)
		}
	default:
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// conforms checks an answer against the tool's published output schema.
func conforms(t *testing.T, tool string, answer any) {
	t.Helper()
	i := slices.IndexFunc(tools.All(), func(candidate tools.Tool) bool { return candidate.Name == tool })
	_, output := tools.All()[i].Schemas()
	var document any
	decode(t, string(output), &document)
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("output.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("output.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(answer); err != nil {
		t.Error(err)
	}
}

// TestUnknownTool: a tool that does not exist is the client's fault, and a protocol error.
func TestUnknownTool(t *testing.T) {
	t.Parallel()
	_, err := start(t, nil, "--simulator").Call(t.Context(), "stripe_refund", struct{}{})
	if fault, ok := errors.AsType[*mcpclient.ProtocolError](err); !ok || fault.Code != -32602 {
		t.Errorf("got %v", err)
	}
}
