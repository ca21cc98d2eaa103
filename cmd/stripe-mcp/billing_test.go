package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestBilling is what the set billing does, told as stories on the simulator.
func TestBilling(t *testing.T) {
	t.Parallel()
	const (
		client  = `{"id":"<cus_>","email":"b@example.com","created":"<20>","livemode":false}`
		free    = `{"id":"<si_>","quantity":1,"price":"price_free_monthly_eur","product":"prod_free","unit_amount":0,"unit_amount_display":"0.00 EUR","currency":"eur","interval":"month","interval_count":1}`
		starter = `{"id":"<si_>","quantity":%d,"price":"price_starter_monthly_eur","product":"prod_starter","unit_amount":900,"unit_amount_display":"9.00 EUR","currency":"eur","interval":"month","interval_count":1}`
		billed  = `"latest_invoice":"<in_>","hosted_invoice_url":"<http://127.0.0.1:>","invoice":{"status":"open","amount_remaining":1800,"amount_remaining_display":"18.00 EUR"}`
		rest    = `"lines":[{"description":"<Remaining time on 2 × Starter plan>","quantity":2,"price":"price_starter_monthly_eur","amount":1800,"amount_display":"18.00 EUR","proration":true,"period_start":"<20>","period_end":"<20>"}`
		hours   = `"lines":[{"description":"3 hours","quantity":1,"amount":27000,"amount_display":"270.00 EUR"},{"description":"T-shirt","quantity":2,"price":"price_tshirt_eur","amount":5000,"amount_display":"50.00 EUR"}]`
	)
	subscribed := func(status, items, more string) string {
		return fmt.Sprintf(`{"id":"<sub_>","status":%q,"customer":"$c","currency":"eur","items":[%s],"collection_method":"charge_automatically",
			"current_period_start":"<20>","current_period_end":"<20>","created":"<20>","livemode":false,%s}`, status, items, more)
	}
	invoice := func(status, more string) string {
		return fmt.Sprintf(`{"id":"<in_>","number":"<>","status":%q,"hosted_invoice_url":"<http://127.0.0.1:>","customer":"$c","customer_email":"b@example.com","billing_reason":"manual",
			"collection_method":"send_invoice","currency":"eur",%s,"total":32000,"total_display":"320.00 EUR","amount_due":32000,"amount_due_display":"320.00 EUR","amount_paid":0,"amount_paid_display":"0.00 EUR",
			"amount_remaining":32000,"amount_remaining_display":"320.00 EUR","due_date":"<20>","finalized_at":"<20>","created":"<20>","livemode":false%s}`, status, hours, more)
	}
	both := free + "," + fmt.Sprintf(starter, 2)
	stories := map[string][]step{
		"an item more, at once": {
			{"c", "stripe_create_customer", `{"email":"b@example.com"}`, client},
			{"sub", "stripe_create_subscription", `{"customer":"$c","items":[{"price":"price_free_monthly_eur"}]}`, subscribed("active", free, `"cancel_at_period_end":false,"latest_invoice":"<in_>"`)},
			{"", "stripe_preview_invoice", `{"subscription":"$sub","items":[{"price":"price_starter_monthly_eur","quantity":2}],"proration_behavior":"always_invoice"}`,
				`{"customer":"$c","subscription":"$sub","currency":"eur",` + rest + `],"proration_total":1800,"proration_total_display":"18.00 EUR",
				"total":1800,"total_display":"18.00 EUR","amount_due":1800,"amount_due_display":"18.00 EUR","next_payment_attempt":"<20>","livemode":false}`},
			{"", "stripe_preview_invoice", `{"customer":"$c"}`, `{"customer":"$c","subscription":"$sub","currency":"eur","lines":[{"description":"1 × Free plan","quantity":1,"price":"price_free_monthly_eur",
				"amount":0,"amount_display":"0.00 EUR","period_start":"<20>","period_end":"<20>"}],"total":0,"total_display":"0.00 EUR","amount_due":0,"amount_due_display":"0.00 EUR","next_payment_attempt":"<20>","livemode":false}`},
			{"", "stripe_update_subscription", `{"subscription_id":"$sub","items":[{"price":"price_starter_monthly_eur","quantity":2}],"proration_behavior":"always_invoice"}`,
				subscribed("past_due", both, `"cancel_at_period_end":false,`+billed)},
			{"", "stripe_update_subscription", `{"subscription_id":"$sub","items":[{"price":"price_starter_monthly_eur"}]}`, `error {"outcome":"failed","message":"Cannot add multiple subscription items with the same plan: price_starter_monthly_eur"}`},
			{"", "stripe_update_subscription", `{"subscription_id":"$sub","items":[{"id":"si_1","quantity":2}]}`, `error {"outcome":"refused","type":"no_such_item"}`},
			{"", "stripe_update_subscription", `{"subscription_id":"$sub"}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
		},
		"a pause and a planned end, and both taken back": {
			{"c", "stripe_create_customer", `{"email":"b@example.com"}`, client},
			{"sub", "stripe_create_subscription", `{"customer":"$c","items":[{"price":"price_free_monthly_eur"}]}`, subscribed("active", free, `"cancel_at_period_end":false,"latest_invoice":"<in_>"`)},
			{"", "stripe_update_subscription", `{"subscription_id":"$sub","cancel_at_period_end":"true","pause_collection":"void","resumes_at":"2100-01-01","metadata":{"why":"winter"}}`,
				subscribed("active", free, `"pause_collection":{"behavior":"void","resumes_at":"2100-01-01T00:00:00Z"},"cancel_at_period_end":true,"cancel_at":"<20>","canceled_at":"<20>","latest_invoice":"<in_>","metadata":{"why":"winter"}`)},
			{"", "stripe_cancel_subscription", `{"subscription_id":"$sub","cancel_at_period_end":false}`,
				`error {"outcome":"refused","type":"end_is_planned","hint":"To end it now, leave cancel_at_period_end out. To keep it, use stripe_update_subscription"}`},
			{"", "stripe_update_subscription", `{"subscription_id":"$sub","cancel_at_period_end":false,"unset":["pause_collection","metadata"]}`,
				subscribed("active", free, `"cancel_at_period_end":false,"latest_invoice":"<in_>"`)},
		},
		"the end of a trial": {
			{"c", "stripe_create_customer", `{"email":"b@example.com"}`, client},
			{"sub", "stripe_create_subscription", `{"customer":"$c","items":[{"price":"price_free_monthly_eur"}],"trial_period_days":14}`,
				subscribed("trialing", free, `"trial_start":"<20>","trial_end":"<20>","cancel_at_period_end":false,"latest_invoice":"<in_>"`)},
			{"", "stripe_update_subscription", `{"subscription_id":"$sub","trial_end":"2099-12-31"}`,
				subscribed("trialing", free, `"trial_start":"<20>","trial_end":"2099-12-31T00:00:00Z","cancel_at_period_end":false,"latest_invoice":"<in_>"`)},
			{"", "stripe_update_subscription", `{"subscription_id":"$sub","trial_end":"now"}`,
				subscribed("active", free, `"trial_start":"<20>","trial_end":"<20>","cancel_at_period_end":false,"latest_invoice":"<in_>","invoice":{"status":"paid","total":0,"total_display":"0.00 EUR","amount_remaining":0,"amount_remaining_display":"0.00 EUR"}`)},
		},
		"a customer's data": {
			{"c", "stripe_create_customer", `{"email":"b@example.com"}`, client},
			{"", "stripe_update_customer", `{"customer_id":"$c","name":"B","phone":"1","description":"","metadata":{"tier":3}}`,
				`{"id":"$c","email":"b@example.com","name":"B","phone":"1","metadata":{"tier":"3"},"created":"<20>","livemode":false}`},
			{"", "stripe_update_customer", `{"customer_id":"$c","metadata":{"since":"May"},"unset":["phone","name"]}`,
				`{"id":"$c","email":"b@example.com","metadata":{"tier":"3","since":"May"},"created":"<20>","livemode":false}`},
			{"", "stripe_update_customer", `{"customer_id":"$c","unset":["metadata"]}`, client},
			{"", "stripe_update_customer", `{"customer_id":"$c","phone":"2","unset":["phone"]}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
			{"", "stripe_update_customer", `{"customer_id":"cus_nobody","phone":"2"}`, `error {"outcome":"failed","code":"resource_missing"}`},
		},
		"an invoice": {
			{"c", "stripe_create_customer", `{"email":"b@example.com"}`, client},
			{"in", "stripe_create_invoice", `{"customer":"$c","lines":[{"description":"3 hours","amount":27000,"currency":"EUR"},{"price":"price_tshirt_eur","quantity":2}],"days_until_due":14,"metadata":{"job":"7"}}`,
				invoice("open", `,"metadata":{"job":"7"}`)},
			{"", "stripe_finalize_invoice", `{"invoice_id":"$in"}`, `error {"outcome":"failed","code":"invoice_not_editable"}`},
			{"", "stripe_finalize_invoice", `{"invoice_id":"$in","send":true}`, invoice("open", `,"metadata":{"job":"7"}`)},
			{"", "stripe_void_invoice", `{"invoice_id":"$in"}`, invoice("void", `,"voided_at":"<20>","metadata":{"job":"7"}`)},
			{"", "stripe_void_invoice", `{"invoice_id":"$in"}`, invoice("void", `,"voided_at":"<20>","metadata":{"job":"7"},"note":"it had been voided before"`)},
			{"", "stripe_create_invoice", `{"customer":"$c","lines":[{"price":"price_tshirt_eur"},{"price":"price_starter_monthly_eur"}],"send":true}`, `error {"outcome":"failed","param":"lines[1].price"}`},
			{"", "stripe_create_invoice", `{"customer":"cus_nobody","lines":[{"price":"price_tshirt_eur"}]}`, `error {"outcome":"failed","code":"resource_missing"}`},
			{"", "stripe_list_invoices", `{"customer":"$c"}`, `{"has_more":false,"data":[{"id":"$in","number":"<>","status":"void","customer":"$c","total":32000,"total_display":"320.00 EUR","due_date":"<20>","created":"<20>","livemode":false}]}`},
			{"", "stripe_void_invoice", `{"invoice_id":"in_nothing"}`, `error {"outcome":"failed","code":"resource_missing"}`},
		},
	}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := start(t, []string{"STRIPE_MCP_TOOLSETS=billing,lookup"}, "--simulator")
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

// TestPlannedEndWithoutTheTool: advice does not name a tool that the owner has not switched on.
func TestPlannedEndWithoutTheTool(t *testing.T) {
	t.Parallel()
	for _, settings := range []string{"STRIPE_MCP_TOOLSETS=", "STRIPE_MCP_TOOLSETS=lookup", "STRIPE_MCP_TOOLSETS=billing STRIPE_MCP_TOOLS=stripe_cancel_subscription,stripe_create_subscription,stripe_create_customer"} {
		t.Run(settings, func(t *testing.T) {
			t.Parallel()
			client, ids := start(t, strings.Fields(settings), "--simulator"), map[string]string{}
			for _, s := range []step{
				{"c", "stripe_create_customer", `{"email":"b@example.com"}`, `{"id":"<cus_>","email":"b@example.com","created":"<20>","livemode":false}`},
			} {
				s.run(t, client, ids)
			}
			got, err := client.Call(t.Context(), "stripe_create_subscription", rawJSON(`{"customer":"`+ids["c"]+`","items":[{"price":"price_free_monthly_eur"}],"cancel_at_period_end":true}`))
			if err != nil {
				t.Fatal(err)
			}
			var made struct{ ID string }
			decode(t, got.Object(), &made)
			step{"", "stripe_cancel_subscription", `{"subscription_id":"` + made.ID + `","cancel_at_period_end":false}`,
				`error {"outcome":"refused","hint":"To end it now, leave cancel_at_period_end out. To keep it, use the Stripe Dashboard"}`}.run(t, client, ids)
		})
	}
}
