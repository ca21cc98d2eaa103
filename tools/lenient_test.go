package tools_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/outcome"
)

// TestWhatClientsSendForNothing: arguments on the left, and what Stripe gets of them or what is said of them on the right.
func TestWhatClientsSendForNothing(t *testing.T) {
	t.Parallel()
	const (
		line  = `"line_items":[{"price":"price_1","quantity":1}]`
		shop  = "line_items[0][price]=price_1 line_items[0][quantity]=1 mode=payment success_url=https://shop.example/"
		adHoc = "line_items[0][price_data][currency]=eur line_items[0][price_data][product_data][name]=T line_items[0][price_data][unit_amount]=2000 " +
			"line_items[0][quantity]=1 mode=payment success_url=https://shop.example/"
	)
	tests := []struct {
		why, tool, arguments string
		sent                 string
		problems             []string
	}{
		{"every filter empty", "stripe_list_subscriptions", `{"limit":"","starting_after":"","status":"","customer":""}`, "limit=10", nil},
		{"every filter null", "stripe_list_subscriptions", `{"limit":null,"starting_after":null,"status":null,"customer":null}`, "limit=10", nil},
		{"[] for the arguments", "stripe_list_subscriptions", `[]`, "limit=10", nil},
		{"every filter of sessions empty", "stripe_list_checkout_sessions", `{"limit":"","starting_after":"","status":"","customer":""}`, "limit=10", nil},
		{"every option empty", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/",` + line + `,"cancel_url":"","customer":"","customer_email":"","metadata":"","currency":""}`, shop, nil},
		{"price empty beside price_data", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price":"","price_data":{"currency":"eur","unit_amount":2000,"product_data":` +
				`{"name":"T","description":"","images":""},"recurring":""},"quantity":""}]}`, adHoc, nil},
		{"price null beside price_data, the rest null", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price":null,"price_data":{"currency":"eur","unit_amount":2000,"product_data":` +
				`{"name":"T","description":null,"images":null},"recurring":null},"quantity":null}],"customer":null}`, adHoc, nil},
		{"price_data empty beside price", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price":"price_1","price_data":"","quantity":1}]}`, shop, nil},
		{"price_data [] beside price", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price":"price_1","price_data":[],"quantity":1}],"metadata":[]}`, shop, nil},
		{"recurring [] in payment mode", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price_data":{"currency":"eur","unit_amount":2000,"product_data":{"name":"T","images":[]},"recurring":[]}}]}`, adHoc, nil},
		{"price_data {} beside price", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price":"price_1","price_data":{},"quantity":1}]}`, shop, nil},
		{"nothing but nothing in price_data beside price", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price":"price_1","price_data":{"currency":"","unit_amount":"","product_data":` +
				`{"name":"","description":"","images":[""]},"recurring":{"interval":"","interval_count":null}},"quantity":1}]}`, shop, nil},
		{"the same as text", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price":"price_1","price_data":"{\"currency\":\"\",\"unit_amount\":\"\"}","quantity":1}]}`, shop, nil},
		{"nothing but nothing in recurring and images in payment mode", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price_data":{"currency":"eur","unit_amount":2000,"product_data":{"name":"T","images":[""]},` +
				`"recurring":{"interval":"","interval_count":""}}}]}`, adHoc, nil},
		{"the same in subscription mode, where it would become a one-time fee", "stripe_create_checkout_session",
			`{"mode":"subscription","success_url":"https://shop.example/","line_items":[{"price":"price_1"},{"price_data":{"currency":"eur","unit_amount":2000,"product_data":{"name":"T"},` +
				`"recurring":{"interval":"","interval_count":""}}}]}`, "",
			[]string{"line_items[1].price_data.recurring.interval: is required in subscription mode; for a one-time fee, leave recurring out"}},
		{"half of price_data beside price", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price":"price_1","price_data":{"currency":"eur","unit_amount":"","product_data":{"name":""}}}]}`, "",
			[]string{
				"line_items[0].price_data.product_data.name: is required; it must be a string",
				"line_items[0].price_data.unit_amount: is required; it must be a whole number in the currency's minor unit, not negative and without separators or symbols, e.g. 2000",
				"line_items[0]: must have exactly one of price and price_data",
			}},
		{"price and price_data both empty", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price":"","price_data":[]}]}`, "",
			[]string{"line_items[0]: must have exactly one of price and price_data"}},
		{"an amount that is empty", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price_data":{"currency":"eur","unit_amount":"","product_data":{"name":""}}}]}`, "",
			[]string{
				"line_items[0].price_data.product_data.name: is required; it must be a string",
				"line_items[0].price_data.unit_amount: is required; it must be a whole number in the currency's minor unit, not negative and without separators or symbols, e.g. 2000",
			}},
		{"required ones empty", "stripe_create_customer", `{"email":"","name":""}`, "", []string{`email: is required; it must be an e-mail address of at most 512 characters, e.g. "jenny.rosen@example.com"`}},
		{"every option of a subscription empty", "stripe_create_subscription",
			`{"customer":"cus_1","items":[{"price":"price_1","quantity":""}],"payment_behavior":"","trial_period_days":"","cancel_at_period_end":"","metadata":""}`,
			"customer=cus_1 items[0][price]=price_1", nil},
		{"numbers and booleans for text", "stripe_create_customer", `{"email":"a@shop.example","name":12345,"phone":4930123,"description":true,"metadata":{"n":7,"b":false,"e":""}}`,
			"description=true email=a@shop.example metadata[b]=false metadata[e]= metadata[n]=7 name=12345 phone=4930123", nil},
		{"a number for an id that the owner may choose", "stripe_create_subscription", `{"customer":4711,"items":[{"price":12}]}`, "customer=4711 items[0][price]=12", nil},
		{"numbers where the text has a form", "stripe_create_checkout_session",
			`{"mode":1,"success_url":2,"line_items":[{"price":"price_1"}],"currency":978,"customer_email":3}`, "",
			[]string{
				`currency: must be a three-letter currency code, e.g. "eur"`,
				`customer_email: must be an e-mail address of at most 512 characters, e.g. "jenny.rosen@example.com"`,
				"mode: must be one of payment, subscription",
				`success_url: must be an absolute URL that starts with https:// or http:// and has at most 5000 characters, e.g. "https://example.com/thanks"`,
			}},
		{"a number for an id of Stripe's", "stripe_get_subscription", `{"subscription_id":12}`, "",
			[]string{`subscription_id: must be an id that starts with sub_, e.g. "sub_1MowQVLkdIwHu7ixeRlqHVzs"`}},
		{"an amount is never guessed", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/","line_items":[{"price_data":{"currency":"eur","unit_amount":"20.00","product_data":{"name":"T"}}}]}`, "",
			[]string{"line_items[0].price_data.unit_amount: must be a whole number in the currency's minor unit, not negative and without separators or symbols, e.g. 2000"}},
		{"what n8n adds", "stripe_list_subscriptions", `{"sessionId":"s","action":"sendMessage","chatInput":"hi","toolCallId":"call_1"}`, "limit=10", nil},
		{"what n8n adds to a cancellation", "stripe_cancel_subscription", `{"subscription_id":"sub_1","action":"sendMessage","toolCallId":"call_1"}`, "DELETE", nil},
		{"action without n8n may say that it should not end now", "stripe_cancel_subscription", `{"subscription_id":"sub_1","action":"at_period_end"}`, "",
			[]string{"action is not a known argument. Known are cancel_at_period_end, subscription_id"}},
		{"nor is it ignored where that does less harm", "stripe_list_subscriptions", `{"action":"canceled"}`, "",
			[]string{"action is not a known argument. Known are customer, limit, price, starting_after, status"}},
		{"one unknown argument of a cancellation", "stripe_cancel_subscription", `{"subscription_id":"sub_1","sessionId":"later"}`, "",
			[]string{"sessionId is not a known argument. Known are cancel_at_period_end, subscription_id"}},
		{"one that n8n adds to a list", "stripe_list_subscriptions", `{"toolCallId":"call_1"}`, "limit=10", nil},
		{"a URL that a library escaped", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/?s=%7BCHECKOUT%5FSESSION%5fID%7D","cancel_url":"https://shop.example/{CHECKOUT_SESSION_ID%7d",` + line + `}`,
			"cancel_url=https://shop.example/{CHECKOUT_SESSION_ID} line_items[0][price]=price_1 line_items[0][quantity]=1 mode=payment success_url=https://shop.example/?s={CHECKOUT_SESSION_ID}", nil},
		{"a wrapper", "stripe_get_customer", `{"input":{"customer_id":"cus_1"}}`, "",
			[]string{
				`customer_id: is required; it must be an id: printable text, e.g. "cus_NffrFeUfNV2Hib"`,
				"input is not a known argument: put the arguments at the top level. Known are customer_id",
			}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			var sent string
			stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := r.ParseForm(); err == nil {
					sent = inWords(r.Form)
				}
				if r.Method == http.MethodDelete {
					sent = r.Method
				}
				w.Header().Set("Request-Id", "req_1")
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","message":"no"}}`)
			}))
			defer stripe.Close()
			request, err := find(t, tt.tool).Prepare(json.RawMessage(tt.arguments))
			var problems []string
			if err != nil {
				problems = outcome.As(err).Problems
			} else if _, err = request.Send(t.Context(), newClient(t, stripe.URL, journal.InMemory())); err == nil {
				t.Error("Stripe's no was lost")
			}
			slices.Sort(problems)
			if diff := cmp.Diff(tt.problems, problems); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.sent, sent); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// inWords returns a form as name=value, sorted.
func inWords(form url.Values) string {
	var words []string
	for name, values := range form {
		words = append(words, name+"="+strings.Join(values, ","))
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}
