package tools_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

// TestResults has what Stripe sends on the left and what a model gets on the right.
func TestResults(t *testing.T) {
	t.Parallel()
	const invoice = `{"id":"in_1","object":"invoice","status":"open","amount_remaining":1800,"currency":"eur","hosted_invoice_url":"https://invoice.stripe.com/i/1"}`
	subscription := func(status, price string) string {
		return `{"id":"sub_1","object":"subscription","status":"` + status + `","customer":"cus_1","latest_invoice":"in_1","livemode":true,
			"items":{"object":"list","data":[{"id":"si_1","object":"subscription_item","quantity":2,"price":` + price + `}]}}`
	}
	const flat = `{"id":"p","object":"price","billing_scheme":"per_unit","unit_amount":900,"unit_amount_decimal":"900","currency":"eur","product":"prod_1","recurring":{"interval":"month","interval_count":1}}`
	const flatItem = `"items":[{"id":"si_1","quantity":2,"price":"p","product":"prod_1","unit_amount":900,"unit_amount_display":"9.00 EUR","currency":"eur","interval":"month","interval_count":1}]`
	inEuros := func(price string) string {
		return `{"id":"sub_1","object":"subscription","status":"active","currency":"eur","livemode":true,"items":{"object":"list","data":[{"id":"si_1","object":"subscription_item","quantity":2,"price":` + price + `}]}}`
	}
	const guest = `{"id":"cs_1","object":"checkout.session","status":"complete","payment_status":"paid","mode":"payment","ui_mode":"hosted","url":null,"amount_subtotal":2000,"amount_total":2000,"currency":"eur","customer":null,
		"customer_details":{"email":"guest@m\u200bail.example","name":"Guest\u202e Payer","phone":"+1","tax_exempt":"none"},"success_url":"https://h/","expires_at":1700000000,
		"total_details":{"amount_discount":0,"amount_shipping":0,"amount_tax":319},"automatic_tax":{"enabled":false},"livemode":true}`
	chosen := func(price string) string {
		return `{"id":"cs_1","object":"checkout.session","mode":"payment","currency":"eur","livemode":true,"line_items":{"object":"list","data":[{"id":"li_1","object":"item","currency":"eur","price":{"id":"p","object":"price","billing_scheme":"per_unit",` + price + `}}]}}`
	}
	tests := []struct {
		why, tool, arguments string
		stripe               map[string]string // by path, what GET answers; a status may stand before it
		want                 string
	}{
		{"a deleted customer", "stripe_get_customer", `{"customer_id":"cus_1"}`,
			map[string]string{"/v1/customers/cus_1": `{"id":"cus_1","object":"customer","deleted":true}`}, `{"id":"cus_1","deleted":true}`},
		{"a customer with a balance", "stripe_get_customer", `{"customer_id":"cus_1"}`,
			map[string]string{"/v1/customers/cus_1": `{"id":"cus_1","object":"customer","balance":-1500,"currency":"jpy","delinquent":true,"livemode":false,"phone":null,"email":"a\u202eb@c"}`},
			`{"id":"cus_1","email":"ab@c","currency":"jpy","balance":-1500,"balance_display":"-1500 JPY","delinquent":true,"livemode":false}`},
		{"a session with more items than shown", "stripe_get_checkout_session", `{"session_id":"cs_1"}`,
			map[string]string{"/v1/checkout/sessions/cs_1": `{"id":"cs_1","object":"checkout.session","status":"complete","payment_status":"paid","mode":"payment","url":null,"amount_total":2000,"currency":"kwd",
				"customer":{"id":"cus_1","object":"customer"},"customer_email":"a\u200bb@c","payment_intent":"pi_1","cancel_url":"https://h/?a&b","created":1700000000,"client_secret":"cs_1_secret_MadeUp","livemode":true,
				"line_items":{"object":"list","has_more":true,"data":[{"id":"li_1","object":"item","description":"T\u0007 <b>","quantity":1,"amount_total":2000,"currency":"kwd","price":{"id":"p","object":"price"}}]}}`},
			`{"id":"cs_1","status":"complete","payment_status":"paid","mode":"payment","amount_total":2000,"amount_total_display":"2.000 KWD","currency":"kwd","customer":"cus_1","customer_email":"ab@c",` +
				`"payment_intent":"pi_1","cancel_url":"https://h/?a&b","created":"2023-11-14T22:13:20Z","livemode":true,` +
				`"line_items":[{"description":"T <b>","quantity":1,"price":"p","amount_total":2000,"amount_total_display":"2.000 KWD"}],"line_items_has_more":true}`},
		{"a session that costs nothing", "stripe_get_checkout_session", `{"session_id":"cs_1"}`,
			map[string]string{"/v1/checkout/sessions/cs_1": `{"id":"cs_1","object":"checkout.session","mode":"payment","amount_total":0,"currency":"eur","livemode":false}`},
			`{"id":"cs_1","mode":"payment","amount_total":0,"amount_total_display":"0.00 EUR","currency":"eur","livemode":false}`},
		{"a session without a total", "stripe_get_checkout_session", `{"session_id":"cs_1"}`,
			map[string]string{"/v1/checkout/sessions/cs_1": `{"id":"cs_1","object":"checkout.session","mode":"setup","amount_total":null,"currency":"usd","livemode":false}`},
			`{"id":"cs_1","mode":"setup","currency":"usd","livemode":false}`},
		{"sessions with and without a total, and one that cannot be read", "stripe_list_checkout_sessions", `{}`,
			map[string]string{"/v1/checkout/sessions": `{"object":"list","has_more":false,"data":[{"id":"cs_0","object":"checkout.session","created":"x"},
				{"id":"cs_1","object":"checkout.session","amount_total":null,"currency":"usd"},{"id":"cs_2","object":"checkout.session","amount_total":0,"currency":"usd"},
				{"id":"cs_3","object":"checkout.session","currency":"usd"},{"id":"cs_4","object":"checkout.session","amount_total":5,"currency":"usd"}]}`},
			`{"has_more":false,"note":"1 row has an unexpected shape and cannot be shown: cs_0","data":[{"id":"cs_1","currency":"usd","livemode":false},{"id":"cs_2","amount_total":0,"amount_total_display":"0.00 USD","currency":"usd","livemode":false},` +
				`{"id":"cs_3","currency":"usd","livemode":false},{"id":"cs_4","amount_total":5,"amount_total_display":"0.05 USD","currency":"usd","livemode":false}]}`},
		{"a subscription that is past due", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": subscription("past_due", flat), "/v1/invoices/in_1": invoice},
			`{"id":"sub_1","status":"past_due","customer":"cus_1",` + flatItem + `,"cancel_at_period_end":false,"latest_invoice":"in_1","hosted_invoice_url":"https://invoice.stripe.com/i/1","invoice":{"status":"open","amount_remaining":1800,"amount_remaining_display":"18.00 EUR"},"livemode":true}`},
		{"an unpaid one, with a key that may not read invoices", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": subscription("unpaid", flat), "/v1/invoices/in_1": `403 {"error":{"type":"invalid_request_error","message":"no permission"}}`},
			`{"id":"sub_1","status":"unpaid","customer":"cus_1",` + flatItem + `,"cancel_at_period_end":false,"latest_invoice":"in_1","livemode":true,` +
				`"note":"hosted_invoice_url is missing, because the key may not read invoices: it needs the permission Invoices, read"}`},
		{"an incomplete one, with the same key", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{
				"/v1/subscriptions/sub_1": `{"id":"sub_1","object":"subscription","status":"incomplete","latest_invoice":"in_1","created":1700000000,"livemode":true}`,
				"/v1/invoices/in_1":       `403 {"error":{"type":"invalid_request_error","message":"no permission"}}`,
			},
			`{"id":"sub_1","status":"incomplete","cancel_at_period_end":false,"latest_invoice":"in_1","pay_until":"2023-11-15T21:13:20Z","created":"2023-11-14T22:13:20Z","livemode":true,` +
				`"note":"hosted_invoice_url is missing, because the key may not read invoices: it needs the permission Invoices, read"}`},
		{"an incomplete one, whose invoice cannot be read", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": subscription("incomplete", flat), "/v1/invoices/in_1": `404 {"error":{"type":"invalid_request_error","message":"No such invoice"}}`},
			`{"id":"sub_1","status":"incomplete","customer":"cus_1",` + flatItem + `,"cancel_at_period_end":false,"latest_invoice":"in_1","livemode":true,` +
				`"note":"hosted_invoice_url is missing, because the invoice could not be read: No such invoice"}`},
		{"prices without a whole amount are not free", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": subscription("active", `{"id":"p","object":"price","billing_scheme":"tiered","unit_amount":null,"unit_amount_decimal":null,"currency":"eur"}`)},
			`{"id":"sub_1","status":"active","customer":"cus_1","items":[{"id":"si_1","quantity":2,"price":"p","currency":"eur","billing_scheme":"tiered"}],"cancel_at_period_end":false,"latest_invoice":"in_1","livemode":true}`},
		{"nor are those in fractions", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": subscription("active", `{"id":"p","object":"price","billing_scheme":"per_unit","unit_amount":null,"unit_amount_decimal":"0.5","currency":"eur"}`)},
			`{"id":"sub_1","status":"active","customer":"cus_1","items":[{"id":"si_1","quantity":2,"price":"p","unit_amount_decimal":"0.5","unit_amount_display":"0.005 EUR","currency":"eur"}],"cancel_at_period_end":false,"latest_invoice":"in_1","livemode":true}`},
		{"what is free is shown as free", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": subscription("active", `{"id":"p","object":"price","billing_scheme":"per_unit","unit_amount":0,"unit_amount_decimal":"0","currency":"eur"}`)},
			`{"id":"sub_1","status":"active","customer":"cus_1","items":[{"id":"si_1","quantity":2,"price":"p","unit_amount":0,"unit_amount_display":"0.00 EUR","currency":"eur"}],` +
				`"cancel_at_period_end":false,"latest_invoice":"in_1","livemode":true}`},
		{"a subscription in one currency, of a price with several", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": inEuros(`{"id":"p","object":"price","billing_scheme":"per_unit","unit_amount":1000,"unit_amount_decimal":"1000","currency":"usd",
				"currency_options":{"usd":{"unit_amount":1000,"unit_amount_decimal":"1000"},"eur":{"unit_amount":950,"unit_amount_decimal":"950"}}}`)},
			`{"id":"sub_1","status":"active","currency":"eur","items":[{"id":"si_1","quantity":2,"price":"p","unit_amount":950,"unit_amount_display":"9.50 EUR","currency":"eur"}],"cancel_at_period_end":false,"livemode":true}`},
		{"the same, without the price's other amounts", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": inEuros(`{"id":"p","object":"price","billing_scheme":"per_unit","unit_amount":1000,"unit_amount_decimal":"1000","currency":"usd"}`)},
			`{"id":"sub_1","status":"active","currency":"eur","items":[{"id":"si_1","quantity":2,"price":"p","currency":"usd"}],"cancel_at_period_end":false,"livemode":true}`},
		{"the same, in a list", "stripe_list_subscriptions", `{}`,
			map[string]string{"/v1/subscriptions": `{"object":"list","has_more":false,"data":[` +
				inEuros(`{"id":"p","object":"price","billing_scheme":"per_unit","unit_amount":1000,"unit_amount_decimal":"1000","currency":"usd"}`) + `]}`},
			`{"has_more":false,"data":[{"id":"sub_1","status":"active","currency":"eur","items":[{"quantity":2,"price":"p","currency":"usd"}],"livemode":true}]}`},
		{"an active subscription that collects nothing", "stripe_list_subscriptions", `{}`,
			map[string]string{"/v1/subscriptions": `{"object":"list","has_more":false,"data":[{"id":"sub_1","object":"subscription","status":"active","pause_collection":{"behavior":"void","resumes_at":1800000000},"livemode":true}]}`},
			`{"has_more":false,"data":[{"id":"sub_1","status":"active","pause_collection":{"behavior":"void","resumes_at":"2027-01-15T08:00:00Z"},"livemode":true}]}`},
		{"more items than are sent, none of one and metered use", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": `{"id":"sub_1","object":"subscription","status":"active","livemode":true,"items":{"object":"list","has_more":true,"data":[
				{"id":"si_1","object":"subscription_item","quantity":0,"price":{"id":"p","object":"price"}},
				{"id":"si_2","object":"subscription_item","price":{"id":"q","object":"price","recurring":{"interval":"day","interval_count":1,"usage_type":"metered"}}}]}}`},
			`{"id":"sub_1","status":"active","items":[{"id":"si_1","quantity":0,"price":"p"},{"id":"si_2","price":"q","interval":"day","interval_count":1,"usage_type":"metered"}],"items_has_more":true,"cancel_at_period_end":false,"livemode":true}`},
		{"several discounts, of which Stripe sends only the ids", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": `{"id":"sub_1","object":"subscription","status":"active","discount":null,"discounts":["di_1","di_2"],"livemode":true}`},
			`{"id":"sub_1","status":"active","discounts":[{"id":"di_1"},{"id":"di_2"}],"cancel_at_period_end":false,"livemode":true}`},
		{"one discount", "stripe_list_subscriptions", `{}`,
			map[string]string{"/v1/subscriptions": `{"object":"list","has_more":false,"data":[{"id":"sub_1","object":"subscription","status":"active","discounts":["di_1"],"livemode":true,
				"discount":{"id":"di_1","object":"discount","coupon":{"id":"TEN","object":"coupon","name":"T\u202een","percent_off":12.5,"duration":"forever"}}}]}`},
			`{"has_more":false,"data":[{"id":"sub_1","status":"active","discounts":[{"id":"di_1","coupon":"TEN","name":"Ten","percent_off":12.5,"duration":"forever"}],"livemode":true}]}`},
		{"an invoice that is sent and has no page yet", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{
				"/v1/subscriptions/sub_1": `{"id":"sub_1","object":"subscription","status":"active","collection_method":"send_invoice","days_until_due":30,"latest_invoice":"in_1","livemode":true}`,
				"/v1/invoices/in_1":       `{"id":"in_1","object":"invoice","status":"draft","amount_remaining":1800,"currency":"eur","hosted_invoice_url":null,"automatically_finalizes_at":1700003600}`,
			},
			`{"id":"sub_1","status":"active","collection_method":"send_invoice","days_until_due":30,"cancel_at_period_end":false,"latest_invoice":"in_1",` +
				`"invoice":{"status":"draft","amount_remaining":1800,"amount_remaining_display":"18.00 EUR","automatically_finalizes_at":"2023-11-14T23:13:20Z"},"livemode":true}`},
		{"the first invoice, and until when it can be paid", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{
				"/v1/subscriptions/sub_1": `{"id":"sub_1","object":"subscription","status":"incomplete","latest_invoice":"in_1","created":1700000000,"start_date":1700000000,"livemode":true}`,
				"/v1/invoices/in_1":       invoice,
			},
			`{"id":"sub_1","status":"incomplete","cancel_at_period_end":false,"latest_invoice":"in_1","hosted_invoice_url":"https://invoice.stripe.com/i/1","pay_until":"2023-11-15T21:13:20Z",` +
				`"invoice":{"status":"open","amount_remaining":1800,"amount_remaining_display":"18.00 EUR"},"created":"2023-11-14T22:13:20Z","livemode":true}`},
		{"a guest who paid", "stripe_get_checkout_session", `{"session_id":"cs_1"}`, map[string]string{"/v1/checkout/sessions/cs_1": guest},
			`{"id":"cs_1","status":"complete","payment_status":"paid","mode":"payment","amount_total":2000,"amount_total_display":"20.00 EUR","total_details":{"amount_tax":319,"amount_tax_display":"3.19 EUR"},` +
				`"currency":"eur","customer_details":{"email":"guest@mail.example","name":"Guest Payer"},"success_url":"https://h/","expires_at":"2023-11-14T22:13:20Z","livemode":true}`},
		{"the same in a list", "stripe_list_checkout_sessions", `{}`, map[string]string{"/v1/checkout/sessions": `{"object":"list","has_more":false,"data":[` + guest + `]}`},
			`{"has_more":false,"data":[{"id":"cs_1","status":"complete","payment_status":"paid","mode":"payment","amount_total":2000,"amount_total_display":"20.00 EUR","total_details":{"amount_tax":319,"amount_tax_display":"3.19 EUR"},` +
				`"currency":"eur","customer_details":{"email":"guest@mail.example","name":"Guest Payer"},"livemode":true}]}`},
		{"names that need their joiners, and lines in metadata", "stripe_get_customer", `{"customer_id":"cus_1"}`,
			map[string]string{"/v1/customers/cus_1": `{"id":"cus_1","object":"customer","name":"\u0645\u06cc\u200c\u062e \u0d9a\u0dca\u200d\u0dbb 👨\u200d👩\u200d👧 A\u202e\u200b\u3164\u2800nn","metadata":{"k":"one\ntwo"},"livemode":false}`},
			"{\"id\":\"cus_1\",\"name\":\"\u0645\u06cc\u200c\u062e \u0d9a\u0dca\u200d\u0dbb 👨\u200d👩\u200d👧 Ann\",\"metadata\":{\"k\":\"one\\ntwo\"},\"livemode\":false}"},
		{"metadata that only looks equal stays apart", "stripe_get_customer", `{"customer_id":"cus_1"}`,
			map[string]string{"/v1/customers/cus_1": `{"id":"cus_1","object":"customer","metadata":{"k":"1","k\u200b":"2"},"livemode":false}`},
			`{"id":"cus_1","metadata":{"\"k\\u200b\"":"2","k":"1"},"livemode":false}`},
		{"a coupon in another currency, with an amount for this one", "stripe_list_subscriptions", `{}`,
			map[string]string{"/v1/subscriptions": `{"object":"list","has_more":false,"data":[{"id":"sub_1","object":"subscription","status":"active","currency":"usd","discounts":["di_1"],"livemode":true,
				"discount":{"id":"di_1","object":"discount","coupon":{"id":"FIVE","object":"coupon","amount_off":500,"currency":"eur","currency_options":{"eur":{"amount_off":500},"usd":{"amount_off":600}},"duration":"once"}}}]}`},
			`{"has_more":false,"data":[{"id":"sub_1","status":"active","currency":"usd","discounts":[{"id":"di_1","coupon":"FIVE","amount_off":600,"amount_off_display":"6.00 USD","duration":"once"}],"livemode":true}]}`},
		{"the same, without one", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": `{"id":"sub_1","object":"subscription","status":"active","currency":"usd","livemode":true,"items":{"object":"list","data":[{"id":"si_1","object":"subscription_item",
				"discounts":[{"id":"di_1","object":"discount","coupon":{"id":"FIVE","object":"coupon","name":"Five","amount_off":500,"currency":"eur","duration":"once"}}]}]}}`},
			`{"id":"sub_1","status":"active","currency":"usd","items":[{"id":"si_1","discounts":[{"id":"di_1","coupon":"FIVE","name":"Five","currency":"eur","duration":"once"}]}],"cancel_at_period_end":false,"livemode":true}`},
		{"a customer's coupon in another currency", "stripe_get_customer", `{"customer_id":"cus_1"}`,
			map[string]string{"/v1/customers/cus_1": `{"id":"cus_1","object":"customer","currency":"usd","livemode":true,"discount":{"id":"di_1","object":"discount","coupon":{"id":"FIVE","object":"coupon","amount_off":500,"currency":"eur","duration":"once"}}}`},
			`{"id":"cus_1","currency":"usd","discounts":[{"id":"di_1","coupon":"FIVE","currency":"eur","duration":"once"}],"livemode":true}`},
		{"an invoice's coupon in another currency", "stripe_get_invoice", `{"invoice_id":"in_1"}`,
			map[string]string{"/v1/invoices/in_1": `{"id":"in_1","object":"invoice","status":"open","currency":"usd","subtotal":1000,"total":400,"amount_due":400,"amount_paid":0,"amount_remaining":400,"livemode":true,"discount":{"id":"di_1","object":"discount","coupon":{"id":"FIVE","object":"coupon","amount_off":500,"currency":"eur",` +
				`"currency_options":{"usd":{"amount_off":600}},"duration":"once"}}}`},
			`{"id":"in_1","status":"open","currency":"usd","subtotal":1000,"subtotal_display":"10.00 USD","discounts":[{"id":"di_1","coupon":"FIVE","amount_off":600,"amount_off_display":"6.00 USD","duration":"once"}],"total":400,"total_display":"4.00 USD",` +
				`"amount_due":400,"amount_due_display":"4.00 USD","amount_paid":0,"amount_paid_display":"0.00 USD","amount_remaining":400,"amount_remaining_display":"4.00 USD","livemode":true}`},
		{"what is special about a price in the currency that is paid", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": inEuros(`{"id":"p","object":"price","billing_scheme":"per_unit","unit_amount":1000,"currency":"usd","tax_behavior":"exclusive",
				"currency_options":{"eur":{"unit_amount":900,"tax_behavior":"inclusive"},"usd":{"unit_amount":1000,"tax_behavior":"exclusive"}}}`)},
			`{"id":"sub_1","status":"active","currency":"eur","items":[{"id":"si_1","quantity":2,"price":"p","unit_amount":900,"unit_amount_display":"9.00 EUR","currency":"eur","tax_behavior":"inclusive"}],"cancel_at_period_end":false,"livemode":true}`},
		{"the tax of an amount that is not shown says nothing", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": inEuros(`{"id":"p","object":"price","billing_scheme":"per_unit","unit_amount":1000,"currency":"usd","tax_behavior":"exclusive"}`)},
			`{"id":"sub_1","status":"active","currency":"eur","items":[{"id":"si_1","quantity":2,"price":"p","currency":"usd"}],"cancel_at_period_end":false,"livemode":true}`},
		{"what customers choose to pay in this currency", "stripe_get_checkout_session", `{"session_id":"cs_1"}`,
			map[string]string{"/v1/checkout/sessions/cs_1": chosen(`"currency":"usd","custom_unit_amount":{"minimum":100,"maximum":null,"preset":null},"currency_options":{"eur":{"custom_unit_amount":{"minimum":90,"maximum":null,"preset":0}}}`)},
			`{"id":"cs_1","mode":"payment","currency":"eur","livemode":true,"line_items":[{"price":"p","custom_unit_amount":{"minimum":90,"minimum_display":"0.90 EUR","preset":0,"preset_display":"0.00 EUR"}}]}`},
		{"what customers choose without bounds", "stripe_get_checkout_session", `{"session_id":"cs_1"}`,
			map[string]string{"/v1/checkout/sessions/cs_1": chosen(`"currency":"eur","custom_unit_amount":{"minimum":null,"maximum":null,"preset":null}`)},
			`{"id":"cs_1","mode":"payment","currency":"eur","livemode":true,"line_items":[{"price":"p","custom_unit_amount":{"enabled":true}}]}`},
		{"a payer of whom only the phone is known, and what they chose", "stripe_get_checkout_session", `{"session_id":"cs_1"}`,
			map[string]string{"/v1/checkout/sessions/cs_1": `{"id":"cs_1","object":"checkout.session","mode":"payment","livemode":true,"customer_details":{"email":null,"name":null,"phone":"+49\u202e301","tax_exempt":"none"},
				"custom_fields":[{"key":"size","type":"dropdown","dropdown":{"value":"xl"}},{"key":"seats","type":"numeric","numeric":{"value":"3"}},{"key":"note","type":"text","text":{"value":"To\u200b Ann"}},{"key":"left","type":"text","text":{"value":null}}]}`},
			`{"id":"cs_1","mode":"payment","customer_details":{"phone":"+49301"},"livemode":true,"custom_fields":[{"key":"size","value":"xl"},{"key":"seats","value":"3"},{"key":"note","value":"To Ann"}]}`},
		{"what changes once it is paid, who gets the money, and an invoice that is due at once", "stripe_get_subscription", `{"subscription_id":"sub_1"}`,
			map[string]string{"/v1/subscriptions/sub_1": `{"id":"sub_1","object":"subscription","status":"active","currency":"eur","collection_method":"send_invoice","days_until_due":0,"livemode":true,
				"pending_update":{"expires_at":1700000000,"subscription_items":[{"id":"si_1","object":"subscription_item","quantity":5,"price":` + flat + `}]},
				"transfer_data":{"destination":"acct_9","amount_percent":50},"application_fee_percent":10}`},
			`{"id":"sub_1","status":"active","currency":"eur","collection_method":"send_invoice","days_until_due":0,"cancel_at_period_end":false,"pending_update":{"expires_at":"2023-11-14T22:13:20Z",` +
				`"subscription_items":[{"id":"si_1","quantity":5,"price":"p","product":"prod_1","unit_amount":900,"unit_amount_display":"9.00 EUR","currency":"eur","interval":"month","interval_count":1}]},` +
				`"livemode":true,"transfer_data":{"destination":"acct_9","amount_percent":50},"application_fee_percent":10}`},
		{"a row whose amounts are without the tax", "stripe_list_subscriptions", `{}`,
			map[string]string{"/v1/subscriptions": `{"object":"list","has_more":false,"data":[{"id":"sub_1","object":"subscription","status":"active","currency":"eur","days_until_due":null,"livemode":true,"automatic_tax":{"enabled":true},
				"default_tax_rates":[{"id":"txr_1","object":"tax_rate","display_name":"VAT","percentage":19,"inclusive":false},{"id":"txr_2","object":"tax_rate","percentage":7,"inclusive":true}],
				"items":{"object":"list","data":[{"id":"si_1","object":"subscription_item","quantity":1,"tax_rates":[{"id":"txr_3","object":"tax_rate","percentage":8.5,"inclusive":false}],
				"price":{"id":"p","object":"price","billing_scheme":"per_unit","unit_amount":900,"currency":"eur","tax_behavior":"exclusive"}}]}}]}`},
			`{"has_more":false,"data":[{"id":"sub_1","status":"active","currency":"eur","items":[{"quantity":1,"price":"p","unit_amount":900,"unit_amount_display":"9.00 EUR","tax_behavior":"exclusive","tax_rates":[{"percentage":8.5,"inclusive":false}]}],` +
				`"default_tax_rates":[{"percentage":19,"inclusive":false}],"automatic_tax":{"enabled":true},"livemode":true}]}`},
		{"more, and nothing to go on from", "stripe_list_subscriptions", `{}`, map[string]string{"/v1/subscriptions": `{"object":"list","has_more":true,"data":[]}`},
			`{"has_more":false,"note":"Stripe says that there is more, and sent nothing to go on from: make the same call again","data":[]}`},
		{"a customer's long description", "stripe_get_customer", `{"customer_id":"cus_1"}`,
			map[string]string{"/v1/customers/cus_1": `{"id":"cus_1","object":"customer","livemode":true,"description":"` + strings.Repeat("ü", 5000) + `"}`},
			`{"id":"cus_1","description":"` + strings.Repeat("ü", 5000) + `","livemode":true}`},
		{"a list of which one row cannot be read", "stripe_list_subscriptions", `{}`,
			map[string]string{"/v1/subscriptions": `{"object":"list","has_more":true,"data":[{"id":"sub_1","object":"subscription","status":"active","livemode":false},
				{"id":"sub_2","object":"subscription","status":"active","created":"x"}]}`},
			`{"has_more":true,"next_cursor":"sub_2","note":"1 row has an unexpected shape and cannot be shown: sub_2",` +
				`"data":[{"id":"sub_1","status":"active","livemode":false}]}`},
		{"a list of which many cannot be read", "stripe_list_checkout_sessions", `{}`,
			map[string]string{"/v1/checkout/sessions": `{"object":"list","has_more":false,"data":[{"id":"cs_1","object":"checkout.session","livemode":false}` +
				strings.Repeat(`,{"id":"ch\u202e_1","object":"charge"}`, 7) + `]}`},
			`{"has_more":false,"note":"7 rows have an unexpected shape and cannot be shown: ch_1, ch_1, ch_1, ch_1, ch_1, …","data":[{"id":"cs_1","livemode":false}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			got := send(t, tt.tool, tt.arguments, tt.stripe)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// send makes a call against a Stripe that answers with the given objects.
func send(t *testing.T, tool, arguments string, objects map[string]string) string {
	t.Helper()
	stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, exact := objects[r.URL.Path+"?"+r.URL.Query().Encode()]
		if !exact {
			body = objects[r.URL.Path]
		}
		for code, status := range map[string]int{"403 ": http.StatusForbidden, "404 ": http.StatusNotFound} {
			if rest, ok := strings.CutPrefix(body, code); ok {
				w.WriteHeader(status)
				body = rest
			}
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(stripe.Close)
	request, err := find(t, tool).Prepare(json.RawMessage(arguments))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := request.Send(t.Context(), newClient(t, stripe.URL, journal.InMemory()))
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func newClient(t *testing.T, stripe string, records *journal.Journal) *stripeapi.Client {
	t.Helper()
	network, err := stripeapi.NewNetwork(nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return stripeapi.New(stripeapi.Config{
		Key: secret.New("sk_test_MadeUpForTests"), BaseURL: stripe, Timeout: time.Minute, Network: network,
		Journal: records, Logger: slog.New(slog.DiscardHandler),
	})
}
