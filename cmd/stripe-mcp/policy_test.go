package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"stripe-mcp/internal/lab"
)

const liveKey = "STRIPE_MCP_STRIPE_SECRET_KEY=sk_live_MadeUpForTests"

// countingStripe answers every request with one object that serves all tools, and counts what changes something.
type countingStripe struct {
	*httptest.Server
	writes atomic.Int32

	mu   sync.Mutex
	seen []string // idempotency keys of the writes
}

func (s *countingStripe) keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func newCountingStripe(t *testing.T) *countingStripe {
	t.Helper()
	prices := map[string]string{
		"price_9eur": `"unit_amount":900,"unit_amount_decimal":"900","currency":"eur","billing_scheme":"per_unit"`,
		"price_yen":  `"unit_amount":900,"unit_amount_decimal":"900","currency":"jpy","billing_scheme":"per_unit"`,
		"price_usd": `"unit_amount":900,"unit_amount_decimal":"900","currency":"eur","billing_scheme":"per_unit",
			"currency_options":{"eur":{"unit_amount":900},"usd":{"unit_amount":99999900}}`,
		"price_tiers":   `"unit_amount":null,"currency":"eur","billing_scheme":"tiered"`,
		"price_metered": `"unit_amount":1,"unit_amount_decimal":"1","currency":"eur","billing_scheme":"per_unit","recurring":{"usage_type":"metered"}`,
		"price_tiny":    `"unit_amount":null,"unit_amount_decimal":"0.5","currency":"eur","billing_scheme":"per_unit"`,
	}
	s := &countingStripe{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id, ok := strings.CutPrefix(r.URL.Path, "/v1/prices/"); ok {
			if prices[id] == "" {
				w.WriteHeader(http.StatusNotFound)
				_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such price"}}`)
				return
			}
			_, _ = fmt.Fprintf(w, `{"id":%q,"object":"price",%s}`, id, prices[id])
			return
		}
		const left6 = `{"id":"ch_9eur","object":"charge","amount":900,"amount_refunded":300,"currency":"eur","status":"succeeded"}`
		switch {
		case r.URL.Path == "/v1/charges/ch_9eur":
			_, _ = io.WriteString(w, left6)
			return
		case r.Method == http.MethodGet && r.URL.Path == "/v1/subscriptions/sub_9eur":
			_, _ = io.WriteString(w, `{"id":"sub_9eur","object":"subscription","customer":"cus_1","status":"trialing","currency":"eur",
				"items":{"object":"list","data":[{"id":"si_9eur","object":"subscription_item","quantity":5,"price":{"id":"price_9eur","object":"price"}}]}}`)
			return
		case r.Method == http.MethodGet && r.URL.Path == "/v1/invoices/in_9eur":
			_, _ = io.WriteString(w, `{"id":"in_9eur","object":"invoice","customer":"cus_1","status":"draft","currency":"eur","amount_due":900}`)
			return
		case r.URL.Path == "/v1/charges":
			_, _ = fmt.Fprintf(w, `{"object":"list","has_more":true,"data":[%s]}`, map[bool]string{true: left6}[r.URL.Query().Get("payment_intent") == "pi_9eur"])
			return
		}
		if r.Method != http.MethodGet {
			s.writes.Add(1)
			s.mu.Lock()
			s.seen = append(s.seen, r.Header.Get("Idempotency-Key"))
			s.mu.Unlock()
		}
		lab.Anything(w, r, "x_1")
	}))
	t.Cleanup(s.Close)
	return s
}

// TestPolicy has a row for each rule: the call that it stops, what it says, and the nearest call that passes.
func TestPolicy(t *testing.T) {
	t.Parallel()
	const (
		customer = `{"email":"ann@example.com"}`
		session  = `{"mode":"payment","line_items":[{"price_data":{"currency":"eur","unit_amount":%d,"product_data":{"name":"x"}},"quantity":%d}],"success_url":"%s"}`
	)
	cart := func(amount, quantity int64) string {
		return fmt.Sprintf(session, amount, quantity, "https://shop.example/ok")
	}
	to := func(url string) string { return fmt.Sprintf(session, 1, 1, url) }
	bought := func(price string) string {
		return fmt.Sprintf(`{"customer":"cus_1","items":[{"price":%q,"quantity":5}]}`, price)
	}
	priced := func(price, more string) string {
		return fmt.Sprintf(`{"mode":"payment","line_items":[{"price":%q}],"success_url":"https://shop.example/ok"%s}`, price, more)
	}
	const billing = testKey + " STRIPE_MCP_TOOLSETS=billing"
	updated := func(more string) string { return `{"subscription_id":"sub_9eur",` + more + `}` }
	invoiced := func(lines string) string { return `{"customer":"cus_1","lines":[` + lines + `]}` }
	item := `{"price_data":{"currency":"eur","unit_amount":999999999999,"product_data":{"name":"x"}},"quantity":999999}`
	huge := `{"mode":"payment","line_items":[` + strings.Repeat(item+",", 18) + item + `],"success_url":"https://shop.example/ok"}`
	const cap50 = "STRIPE_MCP_MAX_AMOUNT=eur:5000"
	const hosts = "STRIPE_MCP_ALLOWED_REDIRECT_HOSTS=shop.example,*.pay.example,bücher.example"
	tests := []struct {
		why, settings, tool string
		stopped, passes     string // arguments; either may be empty
		kind, key           string // of the refusal: its type, and the setting that it names
	}{
		{"live writes", liveKey, "stripe_create_customer", customer, "", "live_writes_not_allowed", "allow_live_writes"},
		{"live writes, a restricted key", "STRIPE_MCP_STRIPE_SECRET_KEY=rk_live_MadeUpForTests", "stripe_create_customer", customer, "", "live_writes_not_allowed", "allow_live_writes"},
		{"live cancellation", liveKey, "stripe_cancel_subscription", `{"subscription_id":"sub_1"}`, "", "live_writes_not_allowed", "allow_live_writes"},
		{"live portal", liveKey, "stripe_create_billing_portal_session", `{"customer":"cus_1","return_url":"https://shop.example"}`, "", "live_writes_not_allowed", "allow_live_writes"},
		{"live writes that are allowed", liveKey + " STRIPE_MCP_ALLOW_LIVE_WRITES=true", "stripe_create_customer", "", customer, "", ""},
		{"live reads need no setting", liveKey, "stripe_get_customer", "", `{"customer_id":"cus_1"}`, "", ""},
		{"test writes need no setting", testKey, "stripe_create_customer", "", customer, "", ""},

		{"read only", testKey + " STRIPE_MCP_READ_ONLY=true", "stripe_create_customer", customer, "", "read_only", "read_only"},
		{"a tool that is not listed", testKey + " STRIPE_MCP_TOOLS=stripe_get_customer", "stripe_create_customer", customer, "", "tool_not_allowed", "tools"},
		{"a tool that is listed", testKey + " STRIPE_MCP_TOOLS=stripe_create_customer", "stripe_create_customer", "", customer, "", ""},

		{"the cap", testKey + " " + cap50, "stripe_create_checkout_session", cart(2501, 2), cart(2500, 2), "max_amount", "max_amount"},
		{"the cap, in an overflow", testKey + " " + cap50, "stripe_create_checkout_session", cart(999999999999, 999999), "", "max_amount", "max_amount"},
		{"more than can be counted", testKey, "stripe_create_checkout_session", huge, "", "amount_too_large", "no setting"},
		{"a price that can be paid in another currency", testKey + " " + cap50, "stripe_create_checkout_session", priced("price_usd", ""), priced("price_usd", `,"currency":"eur"`), "max_amount", "max_amount"},
		{"a currency without a cap", testKey + " STRIPE_MCP_MAX_AMOUNT=usd:5000", "stripe_create_checkout_session", cart(1, 1), "", "max_amount", "max_amount"},
		{"a price that is looked up", testKey + " " + cap50, "stripe_create_subscription", "", bought("price_9eur"), "", ""},
		{"a price that is looked up and too much", testKey + " STRIPE_MCP_MAX_AMOUNT=eur:4499", "stripe_create_subscription", bought("price_9eur"), "", "max_amount", "max_amount"},
		{"a price in another currency", testKey + " " + cap50, "stripe_create_subscription", bought("price_yen"), "", "max_amount", "max_amount"},
		{"a price in tiers", testKey + " " + cap50, "stripe_create_subscription", bought("price_tiers"), "", "max_amount", "max_amount"},
		{"a metered price", testKey + " " + cap50, "stripe_create_subscription", bought("price_metered"), "", "max_amount", "max_amount"},
		{"a price in fractions", testKey + " " + cap50, "stripe_create_subscription", bought("price_tiny"), "", "max_amount", "max_amount"},
		{"a price that cannot be read", testKey + " " + cap50, "stripe_create_subscription", bought("price_none"), "", "max_amount", "max_amount"},
		{"a customer costs nothing", testKey + " " + cap50, "stripe_create_customer", "", customer, "", ""},

		{"a refund of what is left", testKey + " STRIPE_MCP_TOOLSETS=refunds STRIPE_MCP_MAX_AMOUNT=eur:599", "stripe_create_refund", `{"charge":"ch_9eur"}`, `{"charge":"ch_9eur","amount":599}`, "max_amount", "max_amount"},
		{"a refund of a payment intent", testKey + " STRIPE_MCP_TOOLSETS=refunds STRIPE_MCP_MAX_AMOUNT=eur:600", "stripe_create_refund", `{"payment_intent":"pi_9eur","amount":601}`, `{"payment_intent":"pi_9eur"}`, "max_amount", "max_amount"},
		{"a refund in a currency without a cap", testKey + " STRIPE_MCP_TOOLSETS=refunds STRIPE_MCP_MAX_AMOUNT=usd:5000", "stripe_create_refund", `{"charge":"ch_9eur","amount":1}`, "", "max_amount", "no cap for EUR"},
		{"a refund of what was never paid", testKey + " STRIPE_MCP_TOOLSETS=refunds", "stripe_create_refund", `{"payment_intent":"pi_none"}`, `{"payment_intent":"pi_9eur"}`, "nothing_to_refund", "stripe_list_charges"},
		{"a live refund", liveKey + " STRIPE_MCP_TOOLSETS=refunds", "stripe_create_refund", `{"charge":"ch_9eur"}`, "", "live_writes_not_allowed", "allow_live_writes"},

		{"an item more", billing + " " + cap50, "stripe_update_subscription", updated(`"items":[{"price":"price_9eur","quantity":6}]`), updated(`"items":[{"price":"price_9eur","quantity":5}]`), "max_amount", "max_amount"},
		{"more of an item", billing + " " + cap50, "stripe_update_subscription", updated(`"items":[{"id":"si_9eur","quantity":6}]`), updated(`"items":[{"id":"si_9eur","quantity":5}]`), "max_amount", "max_amount"},
		{"another price", billing + " " + cap50, "stripe_update_subscription", updated(`"items":[{"id":"si_9eur","price":"price_tiers"}]`), updated(`"items":[{"id":"si_9eur","price":"price_9eur"}]`), "max_amount", "max_amount"},
		{"an item less", billing + " STRIPE_MCP_MAX_AMOUNT=usd:1", "stripe_update_subscription", "", updated(`"items":[{"id":"si_9eur","deleted":true}]`), "", ""},
		{"the end of a trial", billing + " STRIPE_MCP_MAX_AMOUNT=eur:4499", "stripe_update_subscription", updated(`"trial_end":"now"`), updated(`"trial_end":"2030-01-01"`), "max_amount", "max_amount"},
		{"an item that is not there", billing, "stripe_update_subscription", updated(`"items":[{"id":"si_1","quantity":1}]`), updated(`"items":[{"id":"si_9eur","quantity":1}]`), "no_such_item", "items[0]"},
		{"an invoice", billing + " " + cap50, "stripe_create_invoice", invoiced(`{"description":"x","amount":5001,"currency":"eur"}`), invoiced(`{"description":"x","amount":5000,"currency":"eur"}`), "max_amount", "max_amount"},
		{"an invoice of prices", billing + " " + cap50, "stripe_create_invoice", invoiced(`{"price":"price_9eur","quantity":6}`), invoiced(`{"price":"price_9eur","quantity":5}`), "max_amount", "max_amount"},
		{"an invoice of both", billing + " " + cap50, "stripe_create_invoice", invoiced(`{"price":"price_9eur","quantity":5},{"description":"x","amount":501,"currency":"eur"}`),
			invoiced(`{"price":"price_9eur","quantity":5},{"description":"x","amount":500,"currency":"eur"}`), "max_amount", "max_amount"},
		{"the end of a draft", billing + " STRIPE_MCP_MAX_AMOUNT=eur:899", "stripe_finalize_invoice", `{"invoice_id":"in_9eur"}`, "", "max_amount", "max_amount"},
		{"a live update", liveKey + " STRIPE_MCP_TOOLSETS=billing", "stripe_update_subscription", updated(`"metadata":{"k":"v"}`), "", "live_writes_not_allowed", "allow_live_writes"},
		{"a live end of an invoice", liveKey + " STRIPE_MCP_TOOLSETS=billing", "stripe_void_invoice", `{"invoice_id":"in_9eur"}`, "", "live_writes_not_allowed", "allow_live_writes"},
		{"a live preview needs no setting", liveKey + " STRIPE_MCP_READ_ONLY=true STRIPE_MCP_TOOLSETS=billing", "stripe_preview_invoice", "", `{"customer":"cus_1","items":[{"price":"price_9eur"}]}`, "", ""},

		{"a foreign host", testKey + " " + hosts, "stripe_create_checkout_session", to("https://evil.example/"), to("https://shop.example/"), "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"a host with a port and a fragment", testKey + " " + hosts, "stripe_create_checkout_session", "", to("https://SHOP.example:8443/#@evil.example"), "", ""},
		{"a host in the user name", testKey + " " + hosts, "stripe_create_checkout_session", to("https://shop.example@evil.example/"), "", "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"a user name on an allowed host", testKey + " " + hosts, "stripe_create_checkout_session", to("https://a:b@shop.example/"), "", "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"a host as a suffix", testKey + " " + hosts, "stripe_create_checkout_session", to("https://evilshop.example/"), "", "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"a host as a prefix", testKey + " " + hosts, "stripe_create_checkout_session", to("https://shop.example.evil.example/"), "", "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"below an exact host", testKey + " " + hosts, "stripe_create_checkout_session", to("https://www.shop.example/"), "", "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"below a wildcard", testKey + " " + hosts, "stripe_create_checkout_session", to("https://pay.example/"), to("https://a.b.pay.example/"), "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"a look-alike", testKey + " " + hosts, "stripe_create_checkout_session", to("https://shоp.example/"), to("https://ｓhop.example/"), "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"IDNA", testKey + " " + hosts, "stripe_create_checkout_session", to("https://bucher.example/"), to("https://xn--bcher-kva.example/"), "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"an address for a host", testKey + " " + hosts, "stripe_create_checkout_session", to("https://127.0.0.1/"), "", "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"an address as one number", testKey + " " + hosts, "stripe_create_checkout_session", to("https://2130706433/"), "", "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"an IPv6 address", testKey + " " + hosts, "stripe_create_checkout_session", to("https://[::1]/"), "", "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"a backslash", testKey + " " + hosts, "stripe_create_checkout_session", to(`https://shop.example/\\evil.example`), "", "redirect_host_not_allowed", "allowed_redirect_hosts"},
		{"the portal's return", testKey + " " + hosts, "stripe_create_billing_portal_session",
			`{"customer":"cus_1","return_url":"https://evil.example"}`, `{"customer":"cus_1","return_url":"https://shop.example"}`, "redirect_host_not_allowed", "allowed_redirect_hosts"},

		{"nobody can be asked, and confirm insists", testKey + " STRIPE_MCP_CONFIRM=always", "stripe_create_customer", customer, "", "not_confirmed", "confirm"},
		{"reads are never asked about", testKey + " STRIPE_MCP_CONFIRM=always", "stripe_get_customer", "", `{"customer_id":"cus_1"}`, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			stripe := newCountingStripe(t)
			client := start(t, append(strings.Fields(tt.settings), "STRIPE_MCP_API_BASE="+stripe.URL))
			if tt.stopped != "" {
				got, err := client.Call(t.Context(), tt.tool, rawJSON(tt.stopped))
				want := fmt.Sprintf(`{"error":{"outcome":"refused","type":%q,`, tt.kind)
				if err != nil || !got.IsError || !strings.HasPrefix(got.Object(), want) || !strings.Contains(got.Object(), tt.key) {
					t.Errorf("stopped: %v %s", err, got.Object())
				}
				if n := stripe.writes.Load(); n != 0 {
					t.Errorf("%d requests were sent", n)
				}
			}
			if tt.passes != "" {
				got, err := client.Call(t.Context(), tt.tool, rawJSON(tt.passes))
				if err != nil || got.IsError {
					t.Errorf("passes: %v %s", err, got.Object())
				}
			}
		})
	}
}
