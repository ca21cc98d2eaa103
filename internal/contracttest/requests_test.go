package contracttest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// contract is the request that each tool sends for the fewest and for the most arguments.
var contract = []struct {
	tool, with, arguments string
	request               string
}{
	{"stripe_create_checkout_session", "a price",
		`{"mode": "payment", "success_url": "https://example.com/thanks", "line_items": [{"price": "price_123"}]}`, `
POST /v1/checkout/sessions
line_items[0][price]=price_123
line_items[0][quantity]=1
mode=payment
success_url=https://example.com/thanks
`},
	{"stripe_create_checkout_session", "an ad-hoc price",
		`{"mode": "payment", "success_url": "https://example.com/thanks", "currency": "JPY",
		  "line_items": [{"price_data": {"unit_amount": 0, "product_data": {"name": "Sample"}}}]}`, `
POST /v1/checkout/sessions
line_items[0][price_data][currency]=jpy
line_items[0][price_data][product_data][name]=Sample
line_items[0][price_data][unit_amount]=0
line_items[0][quantity]=1
mode=payment
success_url=https://example.com/thanks
`},
	{"stripe_create_checkout_session", "everything that a payment takes",
		`{"mode": "payment", "success_url": "https://example.com/thanks?id={CHECKOUT_SESSION_ID}&lang=de", "cancel_url": "https://example.com/cart",
		  "customer": "cus_123", "metadata": {"order_id": "6735", "note": "a & b = ü"}, "currency": "EUR",
		  "line_items": [
		    {"price_data": {"currency": "eur", "unit_amount": 2000, "product_data": {"name": "T-shirt", "description": "Blue",
		      "images": ["https://example.com/front.png", "https://example.com/back.png"]}}, "quantity": 2},
		    {"price": "price_123", "quantity": 3}]}`, `
POST /v1/checkout/sessions
cancel_url=https://example.com/cart
currency=eur
customer=cus_123
line_items[0][price_data][currency]=eur
line_items[0][price_data][product_data][description]=Blue
line_items[0][price_data][product_data][images][0]=https://example.com/front.png
line_items[0][price_data][product_data][images][1]=https://example.com/back.png
line_items[0][price_data][product_data][name]=T-shirt
line_items[0][price_data][unit_amount]=2000
line_items[0][quantity]=2
line_items[1][price]=price_123
line_items[1][quantity]=3
metadata[note]=a & b = ü
metadata[order_id]=6735
mode=payment
success_url=https://example.com/thanks?id={CHECKOUT_SESSION_ID}&lang=de
`},
	{"stripe_create_checkout_session", "everything that a subscription takes",
		`{"mode": "subscription", "success_url": "https://example.com/thanks", "customer_email": "jenny+shop@example.com",
		  "line_items": [{"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Plan"},
		    "recurring": {"interval": "month", "interval_count": 3}}, "quantity": 1}]}`, `
POST /v1/checkout/sessions
customer_email=jenny+shop@example.com
line_items[0][price_data][currency]=usd
line_items[0][price_data][product_data][name]=Plan
line_items[0][price_data][recurring][interval]=month
line_items[0][price_data][recurring][interval_count]=3
line_items[0][price_data][unit_amount]=900
line_items[0][quantity]=1
mode=subscription
success_url=https://example.com/thanks
`},
	{"stripe_create_checkout_session", "a plan and a one-time fee",
		`{"mode": "subscription", "success_url": "HTTPS://shop.example/ok?s=%7BCHECKOUT_SESSION_ID%7D", "cancel_url": "https://shop.example/{CHECKOUT_SESSION_ID%7d",
		  "line_items": [
		    {"price_data": {"currency": "eur", "unit_amount": 2900, "product_data": {"name": "Plan"}, "recurring": {"interval": "month"}}},
		    {"price_data": {"currency": "eur", "unit_amount": 5000, "product_data": {"name": "Setup"}}}]}`, `
POST /v1/checkout/sessions
cancel_url=https://shop.example/{CHECKOUT_SESSION_ID}
line_items[0][price_data][currency]=eur
line_items[0][price_data][product_data][name]=Plan
line_items[0][price_data][recurring][interval]=month
line_items[0][price_data][unit_amount]=2900
line_items[0][quantity]=1
line_items[1][price_data][currency]=eur
line_items[1][price_data][product_data][name]=Setup
line_items[1][price_data][unit_amount]=5000
line_items[1][quantity]=1
mode=subscription
success_url=HTTPS://shop.example/ok?s={CHECKOUT_SESSION_ID}
`},
	{"stripe_get_checkout_session", "its argument", `{"session_id": "cs_test_123"}`, `
GET /v1/checkout/sessions/cs_test_123
expand[0]=line_items
`},
	{"stripe_list_checkout_sessions", "nothing", `{}`, `
GET /v1/checkout/sessions
limit=10
`},
	{"stripe_list_checkout_sessions", "everything",
		`{"limit": 100, "starting_after": "cs_test_123", "status": "complete", "customer": "cus_123", "customer_email": "jenny+shop@example.com", "subscription": "sub_123"}`, `
GET /v1/checkout/sessions
customer=cus_123
customer_details[email]=jenny+shop@example.com
limit=100
starting_after=cs_test_123
status=complete
subscription=sub_123
`},
	{"stripe_create_customer", "an e-mail address", `{"email": "jenny@example.com"}`, `
POST /v1/customers
email=jenny@example.com
`},
	{"stripe_create_customer", "everything",
		`{"email": "jenny@example.com", "name": "Jenny Rosen", "phone": "+49 30 1234", "description": "100% & more", "metadata": {"crm": "42"}}`, `
POST /v1/customers
description=100% & more
email=jenny@example.com
metadata[crm]=42
name=Jenny Rosen
phone=+49 30 1234
`},
	{"stripe_get_customer", "its argument", `{"customer_id": "cus_123"}`, `
GET /v1/customers/cus_123
`},
	{"stripe_create_subscription", "what it must have", `{"customer": "cus_123", "items": [{"price": "price_123"}]}`, `
POST /v1/subscriptions
customer=cus_123
items[0][price]=price_123
`},
	{"stripe_create_subscription", "everything",
		`{"customer": "cus_123", "items": [{"price": "price_123", "quantity": 2}, {"price": "price_456"}],
		  "payment_behavior": "default_incomplete", "trial_period_days": 14, "cancel_at_period_end": true, "metadata": {"plan": "team"}}`, `
POST /v1/subscriptions
cancel_at_period_end=true
customer=cus_123
items[0][price]=price_123
items[0][quantity]=2
items[1][price]=price_456
metadata[plan]=team
payment_behavior=default_incomplete
trial_period_days=14
`},
	{"stripe_create_subscription", "a quantity of none", `{"customer": "cus_123", "items": [{"price": "price_123", "quantity": 0}]}`, `
POST /v1/subscriptions
customer=cus_123
items[0][price]=price_123
items[0][quantity]=0
`},
	{"stripe_get_subscription", "its argument", `{"subscription_id": "sub_123"}`, `
GET /v1/subscriptions/sub_123
`},
	{"stripe_list_subscriptions", "nothing", `{}`, `
GET /v1/subscriptions
limit=10
`},
	{"stripe_list_subscriptions", "everything",
		`{"customer": "cus_123", "price": "price_123", "status": "past_due", "limit": 1, "starting_after": "sub_123"}`, `
GET /v1/subscriptions
customer=cus_123
limit=1
price=price_123
starting_after=sub_123
status=past_due
`},
	{"stripe_cancel_subscription", "the subscription", `{"subscription_id": "sub_123"}`, `
DELETE /v1/subscriptions/sub_123
`},
	{"stripe_cancel_subscription", "the period's end", `{"subscription_id": "sub_123", "cancel_at_period_end": true}`, `
POST /v1/subscriptions/sub_123
cancel_at_period_end=true
`},
	{"stripe_create_billing_portal_session", "its arguments",
		`{"customer": "cus_123", "return_url": "https://example.com/account?tab=1"}`, `
POST /v1/billing_portal/sessions
customer=cus_123
return_url=https://example.com/account?tab=1
`},
	{"stripe_list_customers", "nothing", `{}`, `
GET /v1/customers
limit=10
`},
	{"stripe_list_customers", "everything",
		`{"email": "jenny+shop@example.com", "created_after": "2024-10-01", "created_before": "2024-11-01T12:00:00+02:00", "limit": 3, "starting_after": "cus_123"}`, `
GET /v1/customers
created[gte]=1727740800
created[lt]=1730455200
email=jenny+shop@example.com
limit=3
starting_after=cus_123
`},
	{"stripe_list_products", "everything", `{"active": false, "limit": 3, "starting_after": "prod_123"}`, `
GET /v1/products
active=false
limit=3
starting_after=prod_123
`},
	{"stripe_list_prices", "nothing", `{}`, `
GET /v1/prices
expand[0]=data.product
limit=10
`},
	{"stripe_list_prices", "everything",
		`{"product": "prod_123", "active": true, "currency": "EUR", "type": "recurring", "lookup_keys": ["gold", "a & b"], "limit": 100, "starting_after": "price_123"}`, `
GET /v1/prices
active=true
currency=eur
expand[0]=data.product
limit=100
lookup_keys[0]=gold
lookup_keys[1]=a & b
product=prod_123
starting_after=price_123
type=recurring
`},
	{"stripe_list_invoices", "everything",
		`{"customer": "cus_123", "subscription": "sub_123", "status": "open", "limit": 3, "starting_after": "in_123"}`, `
GET /v1/invoices
customer=cus_123
limit=3
starting_after=in_123
status=open
subscription=sub_123
`},
	{"stripe_get_invoice", "its argument", `{"invoice_id": "in_123"}`, `
GET /v1/invoices/in_123
`},
	{"stripe_list_charges", "everything",
		`{"customer": "cus_123", "payment_intent": "pi_123", "created_after": "2024-10-01T00:00:00.5Z", "limit": 3, "starting_after": "ch_123"}`, `
GET /v1/charges
created[gte]=1727740801
customer=cus_123
limit=3
payment_intent=pi_123
starting_after=ch_123
`},
	{"stripe_list_refunds", "everything", `{"charge": "ch_123", "payment_intent": "pi_123", "limit": 3, "starting_after": "re_123"}`, `
GET /v1/refunds
charge=ch_123
limit=3
payment_intent=pi_123
starting_after=re_123
`},
	{"stripe_list_disputes", "everything", `{"charge": "ch_123", "payment_intent": "pi_123", "limit": 3, "starting_after": "dp_123"}`, `
GET /v1/disputes
charge=ch_123
limit=3
payment_intent=pi_123
starting_after=dp_123
`},
	{"stripe_get_balance", "nothing", `{}`, `
GET /v1/balance
`},
}

// TestRequests holds every tool to its row, and the row to Stripe's specification.
func TestRequests(t *testing.T) {
	t.Parallel()
	for _, row := range slices.Concat(contract, moneyContract, billingContract) {
		t.Run(row.tool+" with "+row.with, func(t *testing.T) {
			t.Parallel()
			stripe := ending(row.tool)
			client := connect(t, stripe.start(t))
			answer := call(t, client, row.tool, row.arguments)

			var requests []string
			for _, sent := range stripe.recorded() {
				requests = append(requests, sent.String())
				if sent.status != http.StatusOK {
					t.Errorf("stripe-mock answered %d: %s", sent.status, sent.answer)
				}
				if unknown := undocumented(sent); len(unknown) > 0 {
					t.Errorf("Stripe's specification does not know %q", unknown)
				}
				checkHeaders(t, sent)
			}
			if got, want := strings.Join(requests, "\n\n"), strings.TrimSpace(row.request); got != want {
				t.Errorf("got\n%s\n\nwant\n%s", got, want)
			}
			conforms(t, client, row.tool, answer)
			if row.tool != "stripe_get_balance" && row.tool != "stripe_preview_invoice" { // which have none
				checkID(t, answer)
			}
			checkSize(t, answer)
		})
	}
}

// ending returns a Stripe that does what a tool wants done. stripe-mock changes nothing.
func ending(tool string) *recorder {
	switch tool {
	case "stripe_cancel_subscription":
		return &recorder{amend: map[string]map[string]any{"subscription": {"status": "canceled"}}}
	case "stripe_create_invoice": // stripe-mock gives a new one another id than it has later
		return &recorder{amend: map[string]map[string]any{"invoice": {"id": "in_1MtHbELkdIwHu7ixl4OzzPMv"}}}
	case "stripe_void_invoice":
		return &recorder{amend: map[string]map[string]any{"invoice": {"status": "void"}}}
	case "stripe_update_subscription": // one of whose items there are more than are shown, so that any of them can change
		return &recorder{amend: map[string]map[string]any{"subscription": {"items": map[string]any{"object": "list", "data": []any{}, "has_more": true}}}}
	}
	return &recorder{}
}

// TestACancellationThatIsIgnored: stripe-mock answers with success, and with a subscription that goes on.
func TestACancellationThatIsIgnored(t *testing.T) {
	t.Parallel()
	stripe := &recorder{}
	got, err := connect(t, stripe.start(t)).Call(t.Context(), "stripe_cancel_subscription", json.RawMessage(`{"subscription_id":"sub_123"}`))
	if err != nil {
		t.Fatal(err)
	}
	if text := got.Object(); !got.IsError || !strings.Contains(text, `"outcome":"unknown"`) || !strings.Contains(text, "the subscription is still active") {
		t.Errorf("got %s", text)
	}
	var sent []string
	for _, r := range stripe.recorded() {
		sent = append(sent, r.String())
	}
	if got, want := strings.Join(sent, "\n"), "DELETE /v1/subscriptions/sub_123\nGET /v1/subscriptions/sub_123"; got != want {
		t.Errorf("sent\n%s\n\nwant\n%s", got, want)
	}
}

// checkSize is a budget: a model pays for every byte of an answer.
func checkSize(t *testing.T, answer json.RawMessage) {
	t.Helper()
	const budget = 1_000
	if len(answer) > budget {
		t.Errorf("the answer has %d bytes, more than %d: %s", len(answer), budget, answer)
	}
}

// TestContractIsComplete keeps a new tool from being left out.
func TestContractIsComplete(t *testing.T) {
	t.Parallel()
	client := connect(t, (&recorder{}).start(t))
	covered := map[string]bool{}
	for _, row := range slices.Concat(contract, moneyContract, billingContract) {
		covered[row.tool] = true
	}
	for _, tool := range listTools(t, client) {
		if !covered[tool.Name] {
			t.Errorf("%s has no row", tool.Name)
		}
		delete(covered, tool.Name)
	}
	for name := range covered {
		t.Errorf("%s has a row and does not exist", name)
	}
}
