package main

import "testing"

// TestMoneyStories: an agent pays back, makes what is sold and answers a dispute, on the simulator with its seed.
func TestMoneyStories(t *testing.T) {
	t.Parallel()
	stories := map[string][]step{
		"the doubled charge of a customer, once": {
			{"c", "stripe_list_customers", `{"email":"barbara@example.com"}`,
				`{"has_more":false,"data":[{"id":"<cus_>","email":"barbara@example.com","name":"Barbara Liskov","created":"<20>","livemode":false}]}`},
			{"ch", "stripe_list_charges", `{"customer":"$c"}`,
				`{"has_more":false,"data":[` + barbara("") + `,` + barbara("") + `]}`},
			{"", "stripe_create_refund", `{"charge":"$ch","amount":7501}`, `error {"outcome":"failed","type":"invalid_request_error","param":"amount"}`},
			{"", "stripe_create_refund", `{"charge":"$ch","reason":"duplicate","metadata":{"order":7}}`,
				`{"id":"<re_>","status":"succeeded","amount":7500,"amount_display":"75.00 EUR","reason":"duplicate","charge":"$ch","payment_intent":"<pi_>","currency":"eur","metadata":{"order":"7"},"created":"<20>"}`},
			{"", "stripe_create_refund", `{"charge":"$ch"}`, `error {"outcome":"failed","code":"charge_already_refunded"}`},
			{"", "stripe_list_charges", `{"customer":"$c"}`,
				`{"has_more":false,"data":[` + barbara(`"amount_refunded":7500,"amount_refunded_display":"75.00 EUR",`) + `,` + barbara("") + `]}`},
		},
		"a refund of what cannot be refunded": {
			{"", "stripe_create_refund", `{}`, `error {"outcome":"refused","problems":["must have exactly one of payment_intent and charge"]}`},
			{"", "stripe_create_refund", `{"payment_intent":"pi_1","charge":"ch_1"}`, `error {"outcome":"refused","problems":["must have exactly one of payment_intent and charge"]}`},
			{"", "stripe_create_refund", `{"charge":"ch_1","amount":""}`,
				`error {"outcome":"refused","problems":["amount: must be a whole number of at least 1 in the currency's minor unit, without separators or symbols, e.g. 2000; to refund all that is left, leave it out"]}`},
			{"", "stripe_create_refund", `{"charge":"ch_1","amount":null}`,
				`error {"outcome":"refused","problems":["amount: must be a whole number of at least 1 in the currency's minor unit, without separators or symbols, e.g. 2000; to refund all that is left, leave it out"]}`},
			{"", "stripe_create_refund", `{"charge":"ch_1","amount":0}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
			{"", "stripe_create_refund", `{"payment_intent":"ch_1"}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
			{"", "stripe_create_refund", `{"charge":"ch_none"}`, `error {"outcome":"failed","code":"resource_missing"}`},
			{"d", "stripe_list_disputes", `{}`, dispute("<dp_>", "needs_response", "", "")},
		},
		"a discount code for three months": {
			{"coupon", "stripe_create_coupon", `{"percent_off":"20","duration":"repeating","duration_in_months":3,"name":"Spring","redeem_by":"2200-01-01"}`,
				`{"id":"<>","name":"Spring","percent_off":20,"duration":"repeating","duration_in_months":3,"redeem_by":"2200-01-01T00:00:00Z","valid":true,"created":"<20>","livemode":false}`},
			{"", "stripe_create_promotion_code", `{"coupon":"$coupon","code":"SPRING","max_redemptions":100}`,
				`{"id":"<promo_>","code":"SPRING","active":true,"max_redemptions":100,"created":"<20>","livemode":false,"coupon":{"id":"$coupon","name":"Spring","percent_off":20,
				"duration":"repeating","duration_in_months":3,"redeem_by":"2200-01-01T00:00:00Z","valid":true,"created":"<20>","livemode":false}}`},
			{"", "stripe_create_promotion_code", `{"coupon":"$coupon","code":"spring"}`, `error {"outcome":"failed","param":"code"}`},
			{"", "stripe_create_promotion_code", `{"coupon":"$coupon","code":"SPRING-20"}`, `error {"outcome":"refused","problems":["code: must be letters from a to z and digits, e.g. \"SPRING20\""]}`},
			{"", "stripe_create_promotion_code", `{"coupon":"none"}`, `error {"outcome":"failed","code":"resource_missing","param":"coupon"}`},
			{"", "stripe_list_coupons", `{"limit":1}`, `{"has_more":true,"next_cursor":"$coupon","data":[{"id":"$coupon","name":"Spring","percent_off":20,"duration":"repeating",
				"duration_in_months":3,"redeem_by":"2200-01-01T00:00:00Z","valid":true,"created":"<20>","livemode":false}]}`},
			{"", "stripe_create_coupon", `{"amount_off":500,"currency":"EUR","duration":"once"}`,
				`{"id":"<>","amount_off":500,"amount_off_display":"5.00 EUR","currency":"eur","duration":"once","valid":true,"created":"<20>","livemode":false}`},
			{"", "stripe_create_coupon", `{"percent_off":20,"amount_off":1,"duration":"once","duration_in_months":3}`,
				`error {"outcome":"refused","problems":["must have exactly one of percent_off and amount_off","currency: is required with amount_off, e.g. \"eur\"","duration_in_months: must be left out unless duration is repeating"]}`},
			{"", "stripe_create_coupon", `{"percent_off":0,"duration":"repeating"}`,
				`error {"outcome":"refused","problems":["must have exactly one of percent_off and amount_off","duration_in_months: is required with duration repeating, e.g. 3"]}`},
			{"", "stripe_create_coupon", `{"percent_off":100.5,"duration":"once"}`, `error {"outcome":"refused","problems":["percent_off: must be a number above 0 and up to 100 with at most 4 decimals, e.g. 12.5"]}`},
			{"", "stripe_create_coupon", `{"percent_off":"many","duration":"once"}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
		},
		"something new to sell, by a link": {
			{"prod", "stripe_create_product", `{"name":"Poster","description":"A2"}`, `{"id":"<prod_>","name":"Poster","description":"A2","active":true,"created":"<20>","livemode":false}`},
			{"p", "stripe_create_price", `{"product":"$prod","currency":"EUR","unit_amount":1500,"recurring":{"interval":"month"},"lookup_key":"poster_monthly"}`,
				`{"id":"<price_>","product":"$prod","unit_amount":1500,"unit_amount_display":"15.00 EUR","currency":"eur","interval":"month","interval_count":1,"lookup_key":"poster_monthly","active":true,"created":"<20>","livemode":false}`},
			{"", "stripe_create_price", `{"product":"$prod","product_data":{"name":"x"},"currency":"eur","unit_amount":1}`, `error {"outcome":"refused","problems":["must have exactly one of product and product_data"]}`},
			{"", "stripe_create_price", `{"product":"prod_none","currency":"eur","unit_amount":1}`, `error {"outcome":"failed","code":"resource_missing","param":"product"}`},
			{"l", "stripe_create_payment_link", `{"line_items":[{"price":"$p","quantity":2}],"after_completion_url":"https://shop.example/ok","allow_promotion_codes":true,"metadata":{"campaign":"spring"}}`,
				`{"id":"<plink_>","url":"<http://127.0.0.1:>","active":true,"currency":"eur","after_completion_url":"https://shop.example/ok","allow_promotion_codes":true,"metadata":{"campaign":"spring"},"livemode":false}`},
			{"", "stripe_create_payment_link", `{"line_items":[{"price":"none"}]}`, `error {"outcome":"failed","code":"resource_missing"}`},
			{"", "stripe_create_payment_link", `{"line_items":[]}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
		},
		"an answer to a dispute": {
			{"d", "stripe_list_disputes", `{}`, dispute("<dp_>", "needs_response", "", "")},
			{"", "stripe_update_dispute", `{"dispute_id":"$d","evidence":{"uncategorized_text":"Signed for.","shipping_tracking_number":"00340"}}`,
				disputed("$d", "needs_response", `"has_evidence":true,`, `"evidence":["shipping_tracking_number","uncategorized_text"],`)},
			{"", "stripe_update_dispute", `{"dispute_id":"$d","submit":true}`,
				disputed("$d", "under_review", `"has_evidence":true,"submission_count":1,`, `"evidence":["shipping_tracking_number","uncategorized_text"],`)},
			{"", "stripe_update_dispute", `{"dispute_id":"$d","submit":true}`, `error {"outcome":"failed","type":"invalid_request_error"}`},
			{"", "stripe_update_dispute", `{"dispute_id":"$d"}`, `error {"outcome":"refused","problems":["must have evidence, or submit true to send what is stored"]}`},
			{"", "stripe_update_dispute", `{"dispute_id":"dp_none","submit":true}`, `error {"outcome":"failed","code":"resource_missing"}`},
			{"", "stripe_update_dispute", `{"dispute_id":"$d","evidence":{"product_description":""}}`, `error {"outcome":"refused","problems":["evidence.product_description: must be a text of 1 to 20000 characters"]}`},
			{"", "stripe_update_dispute", `{"dispute_id":"$d","evidence":{"tracking":"1"}}`, `error {"outcome":"refused","type":"invalid_arguments"}`},
		},
	}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tell(t, story, "STRIPE_MCP_TOOLSETS=all")
		})
	}
}

// barbara is one of the two charges of a customer who paid twice.
func barbara(more string) string {
	return `{"id":"<ch_>","status":"succeeded","amount":7500,"amount_display":"75.00 EUR",` + more + `"customer":"$c","payment_intent":"<pi_>","created":"<20>","livemode":false}`
}

// dispute is the list of the one dispute that there is, and disputed is that dispute.
func dispute(id, status, details, more string) string {
	return `{"has_more":false,"data":[` + disputed(id, status, details, more) + `]}`
}

func disputed(id, status, details, more string) string {
	return `{"id":"` + id + `","status":"` + status + `","amount":2700,"amount_display":"27.00 USD","reason":"fraudulent","due_by":"<20>",` + details + more +
		`"charge":"<ch_>","payment_intent":"<pi_>","created":"<20>","livemode":false}`
}
