package main

import (
	"strings"
	"testing"
)

// TestLookupStories: an agent finds what it was only told of, on the simulator with its seed.
func TestLookupStories(t *testing.T) {
	t.Parallel()
	stories := map[string][]step{
		"whose payment failed, and why": {
			{"c", "stripe_list_customers", `{"email":"Alonzo@Example.com"}`,
				`{"has_more":false,"note":"nobody has the e-mail as it was given, so it was looked up in lower case",
				"data":[{"id":"<cus_>","email":"alonzo@example.com","name":"Alonzo Church","created":"<20>","livemode":false}]}`},
			{"ch", "stripe_list_charges", `{"customer":"$c"}`,
				`{"has_more":false,"data":[{"id":"<ch_>","status":"failed","amount":9000,"amount_display":"90.00 EUR","failure_code":"card_declined","failure_message":"Your card was declined.",
				"reason":"generic_decline","customer":"$c","payment_intent":"<pi_>","invoice":"<in_>","created":"<20>","livemode":false}]}`},
			{"in", "stripe_list_invoices", `{"customer":"$c","status":"open"}`,
				`{"has_more":false,"data":[{"id":"<in_>","number":"<>","status":"open","customer":"$c","subscription":"<sub_>","total":9000,"total_display":"90.00 EUR","created":"<20>","livemode":false}]}`},
			{"", "stripe_get_invoice", `{"invoice_id":"$in"}`,
				`{"id":"$in","number":"<>","status":"open","hosted_invoice_url":"<http://127.0.0.1:>","customer":"$c","customer_email":"alonzo@example.com","customer_name":"Alonzo Church",
				"subscription":"<sub_>","billing_reason":"subscription_create","collection_method":"charge_automatically","currency":"eur",
				"lines":[{"description":"1 × Starter plan","quantity":1,"price":"price_starter_yearly_eur","amount":9000,"amount_display":"90.00 EUR","period_start":"<20>","period_end":"<20>"}],
				"total":9000,"total_display":"90.00 EUR","amount_due":9000,"amount_due_display":"90.00 EUR","amount_paid":0,"amount_paid_display":"0.00 EUR",
				"amount_remaining":9000,"amount_remaining_display":"90.00 EUR","attempt_count":1,"finalized_at":"<20>","charge":"$ch","payment_intent":"<pi_>","created":"<20>","livemode":false}`},
			{"", "stripe_list_refunds", `{"charge":"$ch"}`, `{"has_more":false,"data":[]}`},
		},
		"which prices are monthly and in euros": {
			{"", "stripe_list_prices", `{"active":true,"currency":"EUR","type":"recurring"}`,
				`{"has_more":false,"data":[
				{"id":"price_starter_yearly_eur","product_name":"Starter plan","product":"prod_starter","unit_amount":9000,"unit_amount_display":"90.00 EUR","currency":"eur","interval":"year","interval_count":1,"active":true,"livemode":false},
				{"id":"price_starter_monthly_eur","product_name":"Starter plan","product":"prod_starter","unit_amount":900,"unit_amount_display":"9.00 EUR","currency":"eur","interval":"month","interval_count":1,"active":true,"livemode":false},
				{"id":"price_free_monthly_eur","product_name":"Free plan","product":"prod_free","unit_amount":0,"unit_amount_display":"0.00 EUR","currency":"eur","interval":"month","interval_count":1,"active":true,"livemode":false}]}`},
			{"p", "stripe_list_products", `{"limit":1,"active":true}`,
				`{"has_more":true,"next_cursor":"prod_ticket","data":[{"id":"prod_ticket","name":"Concert ticket","active":true,"created":"<20>","livemode":false}]}`},
			{"", "stripe_list_products", `{"limit":"1","starting_after":"$p"}`,
				`{"has_more":true,"next_cursor":"prod_tshirt","data":[{"id":"prod_tshirt","name":"T-shirt","active":true,"created":"<20>","livemode":false}]}`},
		},
		"what is disputed, and what is left": {
			{"", "stripe_list_disputes", `{}`,
				`{"has_more":false,"data":[{"id":"<dp_>","status":"needs_response","amount":2700,"amount_display":"27.00 USD","reason":"fraudulent","due_by":"<20>","charge":"<ch_>","payment_intent":"<pi_>","created":"<20>","livemode":false}]}`},
			{"", "stripe_get_balance", `{}`,
				`{"available":[{"amount":22900,"amount_display":"229.00 EUR"},{"amount":0,"amount_display":"0.00 USD"}],"pending":[{"amount":0,"amount_display":"0.00 EUR"},{"amount":0,"amount_display":"0.00 USD"}],"livemode":false}`},
		},
		"what cannot be asked": {
			{"", "stripe_list_charges", `{"created_after":"yesterday"}`, `error {"outcome":"refused","type":"invalid_arguments","problems":["created_after: must be a time or a date in UTC, e.g. \"2024-10-01T09:30:00Z\" or \"2024-10-01\""]}`},
			{"", "stripe_list_charges", `{"created_before":"1969-12-31"}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
			{"", "stripe_list_charges", `{"limit":0}`, `error {"outcome":"refused","problems":["limit: must be a whole number from 1 to 100"]}`},
			{"", "stripe_list_refunds", `{"limit":101}`, `error {"outcome":"refused","problems":["limit: must be a whole number from 1 to 100"]}`},
			{"", "stripe_list_refunds", `{"limit":"many"}`, `error {"outcome":"refused","problems":["limit: must be a whole number from 1 to 100"]}`},
			{"", "stripe_list_disputes", `{"charge":"ch\n1"}`, `error {"outcome":"refused","problems":["charge: must be an id: printable text, e.g. \"pi_3MtwBwLkdIwHu7ix28a3tqPa\""]}`},
			{"", "stripe_get_invoice", `{"invoice_id":"cus_1"}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
			{"", "stripe_list_prices", `{"lookup_keys":["1","2","3","4","5","6","7","8","9","10","11"]}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
			{"", "stripe_list_charges", `{"payment_intent":"pi_none"}`, `error {"outcome":"failed","code":"resource_missing","param":"payment_intent"}`},
			{"", "stripe_list_charges", `{"created_after":"2200-01-01"}`, `{"has_more":false,"data":[]}`},
			{"", "stripe_list_customers", `{"email":"","created_after":"","limit":null,"starting_after":"","created_before":"2000-01-01"}`, `{"has_more":false,"data":[]}`},
		},
	}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tell(t, story, "STRIPE_MCP_TOOLSETS=lookup")
		})
	}
}

// tell plays a story on the simulator with its seed.
func tell(t *testing.T, story []step, environment ...string) {
	t.Helper()
	environment = append(environment, "HOME="+t.TempDir())
	if said, err := command(t, environment, "simulator", "seed").Output(); err != nil {
		t.Fatalf("%v %s", err, said)
	}
	client, ids := start(t, environment, "--simulator"), map[string]string{}
	for i, s := range story {
		got := s.run(t, client, ids)
		if t.Failed() {
			t.Fatalf("step %d, %s %s:\n%s", i+1, s.tool, s.arguments, got)
		}
	}
}

// TestBlockedLookups: setup and doctor say which tools of the sets that are on a restricted key cannot serve.
func TestBlockedLookups(t *testing.T) {
	t.Parallel()
	stripe := "STRIPE_MCP_API_BASE=" + fakeStripe(t)
	for sets, blocked := range map[string]bool{"": false, "STRIPE_MCP_TOOLSETS=lookup": true} {
		h := newHome(t)
		for _, said := range []string{
			h.run([]string{stripe, sets}, "rk_test_MadeUpLimited", "setup", "--key-stdin", "--yes").stdout,
			h.run([]string{stripe, sets, "STRIPE_MCP_STRIPE_SECRET_KEY=rk_test_MadeUpLimited"}, "", "doctor").stdout,
		} {
			if !strings.Contains(said, "may not read Customers") || !strings.Contains(said, "stripe_get_customer") || strings.Contains(said, "stripe_list_customers") != blocked {
				t.Errorf("with %q: %s", sets, said)
			}
		}
	}
}
