package tools_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/outcome"
)

// TestErrorsNameArguments: param is the argument of the tool that was called, and not Stripe's parameter.
func TestErrorsNameArguments(t *testing.T) {
	t.Parallel()
	const (
		session      = `{"mode":"payment","success_url":"https://h/","line_items":[{"price":"price_1"}]}`
		subscription = `{"customer":"cus_1","items":[{"price":"price_1"}]}`
	)
	tests := []struct{ tool, arguments, stripe, want string }{
		{"stripe_create_checkout_session", session, "line_items[0][price_data][unit_amount]", "line_items[0].price_data.unit_amount"},
		{"stripe_create_checkout_session", session, "line_items[12][price_data][product_data][images][0]", "line_items[12].price_data.product_data.images[0]"},
		{"stripe_create_checkout_session", session, "line_items[0][price]", "line_items[0].price"},
		{"stripe_create_checkout_session", session, "line_items", "line_items"},
		{"stripe_create_checkout_session", session, "line_items[0]", "line_items[0]"},
		{"stripe_create_checkout_session", session, "metadata[my key]", "metadata[my key]"},
		{"stripe_create_checkout_session", session, "metadata[order]", "metadata.order"},
		{"stripe_create_checkout_session", session, "customer_email", "customer_email"},
		{"stripe_create_checkout_session", session, "payment_method_types[0]", "payment_method_types[0]"},
		{"stripe_create_checkout_session", session, "id", "id"},
		{"stripe_get_checkout_session", `{"session_id":"cs_1"}`, "session", "session_id"},
		{"stripe_get_checkout_session", `{"session_id":"cs_1"}`, "checkout_session", "session_id"},
		{"stripe_get_checkout_session", `{"session_id":"cs_1"}`, "id", "session_id"},
		{"stripe_list_checkout_sessions", `{}`, "starting_after", "starting_after"},
		{"stripe_list_checkout_sessions", `{"customer_email":"a@h"}`, "customer_details[email]", "customer_email"},
		{"stripe_list_subscriptions", `{}`, "customer_details[email]", "customer_details[email]"},
		{"stripe_list_charges", `{}`, "created[gte]", "created_after"},
		{"stripe_list_charges", `{}`, "created[lt]", "created_before"},
		{"stripe_create_customer", `{"email":"a@h"}`, "email", "email"},
		{"stripe_get_customer", `{"customer_id":"cus_1"}`, "id", "customer_id"},
		{"stripe_get_customer", `{"customer_id":"cus_1"}`, "customer", "customer_id"},
		{"stripe_create_subscription", subscription, "items[0][price]", "items[0].price"},
		{"stripe_create_subscription", subscription, "trial_period_days", "trial_period_days"},
		{"stripe_create_subscription", subscription, "customer", "customer"},
		{"stripe_get_subscription", `{"subscription_id":"sub_1"}`, "id", "subscription_id"},
		{"stripe_get_subscription", `{"subscription_id":"sub_1"}`, "subscription", "subscription_id"},
		{"stripe_cancel_subscription", `{"subscription_id":"sub_1","cancel_at_period_end":true}`, "subscription_exposed_id", "subscription_id"},
		{"stripe_cancel_subscription", `{"subscription_id":"sub_1"}`, "subscription_items", "subscription_items"},
		{"stripe_create_billing_portal_session", `{"customer":"cus_1","return_url":"https://h/"}`, "customer", "customer"},
		{"stripe_create_billing_portal_session", `{"customer":"cus_1","return_url":"https://h/"}`, "return_url", "return_url"},
		{"stripe_get_customer", `{"customer_id":"cus_1"}`, "", ""},
		{"stripe_get_customer", `{"customer_id":"cus_1"}`, "[", "["},
	}
	for _, tt := range tests {
		t.Run(tt.tool+" "+tt.stripe, func(t *testing.T) {
			t.Parallel()
			stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Request-Id", "req_1")
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","message":"no","param":`+strconv.Quote(tt.stripe)+`}}`)
			}))
			defer stripe.Close()
			request, err := find(t, tt.tool).Prepare(json.RawMessage(tt.arguments))
			if err != nil {
				t.Fatal(err)
			}
			_, err = request.Send(t.Context(), newClient(t, stripe.URL, journal.InMemory()))
			if failure := outcome.As(err); failure == nil || failure.Param != tt.want {
				t.Errorf("got %+v, want %q", failure, tt.want)
			}
		})
	}
}
