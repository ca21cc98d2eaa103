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
			`{"id":"sub_1","status":"unpaid","customer":"cus_1",` + flatItem + `,"cancel_at_period_end":false,"latest_invoice":"in_1","livemode":true}`},
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
		{"metadata that only looks equal stays apart", "stripe_get_customer", `{"customer_id":"cus_1"}`,
			map[string]string{"/v1/customers/cus_1": `{"id":"cus_1","object":"customer","metadata":{"k":"1","k\u200b":"2"},"livemode":false}`},
			`{"id":"cus_1","metadata":{"\"k\\u200b\"":"2","k":"1"},"livemode":false}`},
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
		body := objects[r.URL.Path]
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
