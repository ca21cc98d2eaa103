package contracttest

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestUnpaidSubscription shows the tools that need a second request: where to pay is in the invoice.
func TestUnpaidSubscription(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ tool, arguments, first string }{
		{"stripe_get_subscription", `{"subscription_id": "sub_123"}`, "GET /v1/subscriptions/sub_123"},
		{"stripe_create_subscription", `{"customer": "cus_123", "items": [{"price": "price_123"}], "payment_behavior": "default_incomplete"}`,
			"POST /v1/subscriptions\ncustomer=cus_123\nitems[0][price]=price_123\npayment_behavior=default_incomplete"},
	} {
		t.Run(row.tool, func(t *testing.T) {
			t.Parallel()
			stripe := &recorder{amend: map[string]map[string]any{
				"subscription": { // one that has just been made; the fixture of stripe-mock has every time at once
					"status": "incomplete", "latest_invoice": "in_123", "created": 1700000000, "start_date": 1700000000,
					"trial_start": nil, "trial_end": nil, "cancel_at": nil, "canceled_at": nil, "ended_at": nil,
				},
				"invoice": {"hosted_invoice_url": "https://invoice.example.com/i/123"},
			}}
			client := connect(t, stripe.start(t))
			answer := call(t, client, row.tool, row.arguments)

			var sent []string
			for _, r := range stripe.recorded() {
				sent = append(sent, r.String())
			}
			if got, want := strings.Join(sent, "\n"), row.first+"\nGET /v1/invoices/in_123"; got != want {
				t.Errorf("got\n%s\n\nwant\n%s", got, want)
			}
			conforms(t, client, row.tool, answer)
			checkSize(t, answer)
			var shown struct {
				URL   string `json:"hosted_invoice_url"`
				Until string `json:"pay_until"`
			}
			if err := json.Unmarshal(answer, &shown); err != nil || shown.URL != "https://invoice.example.com/i/123" || shown.Until != "2023-11-15T21:13:20Z" {
				t.Errorf("hosted_invoice_url is %q, until %q, %v", shown.URL, shown.Until, err)
			}
		})
	}
}

// TestOnePage keeps a list from fetching all the pages that there are.
func TestOnePage(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{
		"stripe_list_checkout_sessions", "stripe_list_subscriptions", "stripe_list_customers", "stripe_list_products", "stripe_list_prices",
		"stripe_list_invoices", "stripe_list_charges", "stripe_list_refunds", "stripe_list_disputes",
	} {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			stripe := &recorder{amend: map[string]map[string]any{"list": {"has_more": true}}}
			client := connect(t, stripe.start(t))
			answer := call(t, client, tool, `{"limit": 1}`)
			if sent := stripe.recorded(); len(sent) != 1 {
				t.Errorf("sent %d requests, want 1: %v", len(sent), sent)
			}
			conforms(t, client, tool, answer)
			var page struct {
				HasMore    bool   `json:"has_more"`
				NextCursor string `json:"next_cursor"`
			}
			if err := json.Unmarshal(answer, &page); err != nil || !page.HasMore || page.NextCursor == "" {
				t.Errorf("the answer does not lead to the next page: %s, %v", answer, err)
			}
		})
	}
}

// checkID makes sure that an answer is about something: an object, or a list's first row.
func checkID(t *testing.T, answer json.RawMessage) {
	t.Helper()
	type object struct {
		ID string `json:"id"`
	}
	var got struct {
		object
		Data []object `json:"data"`
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Data) > 0 {
		got.object = got.Data[0]
	}
	if got.ID == "" {
		t.Errorf("the answer has no id: %s", answer)
	}
}
