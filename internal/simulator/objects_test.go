package simulator_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"stripe-mcp/internal/simulator"
)

// Ids look like Stripe's, and no two are alike.
func TestIDs(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	cus := c.must(t, http.MethodPost, customers, "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa")
	owner := "customer=" + cus.text("id")
	sub := c.must(t, http.MethodPost, "/v1/subscriptions", owner+"&"+monthly)
	cs := c.must(t, http.MethodPost, sessions, adHoc+"[currency]=eur&line_items[0][price_data][unit_amount]=500&line_items[0][price_data][product_data][name]=x&expand[]=line_items")
	bps := c.must(t, http.MethodPost, "/v1/billing_portal/sessions", owner)
	seen := map[any]bool{}
	for _, tt := range []struct {
		pattern string
		id      any
	}{
		{`^cus_\w{14}$`, cus.body["id"]},
		{`^pm_1\w{23}$`, cus.at("invoice_settings", "default_payment_method")},
		{`^sub_1\w{23}$`, sub.body["id"]},
		{`^si_\w{14}$`, sub.at("items", "data", 0, "id")},
		{`^in_1\w{23}$`, sub.body["latest_invoice"]},
		{`^cs_test_a1\w{56}$`, cs.body["id"]},
		{`^li_1\w{23}$`, cs.at("line_items", "data", 0, "id")},
		{`^price_1\w{23}$`, cs.at("line_items", "data", 0, "price", "id")},
		{`^prod_\w{14}$`, cs.at("line_items", "data", 0, "price", "product")},
		{`^bps_1\w{23}$`, bps.body["id"]},
		{`^req_\w{14}$`, bps.header.Get("Request-Id")},
	} {
		id, _ := tt.id.(string)
		if seen[tt.id] || !regexp.MustCompile(tt.pattern).MatchString(id) {
			t.Errorf("%q does not match %s, or came before", id, tt.pattern)
		}
		seen[tt.id] = true
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	got := overHTTP(t).must(t, http.MethodGet, "/v1/account", "", "Stripe-Account", "acct_madeup")
	for name, want := range map[string]string{"Content-Type": "application/json", "Stripe-Version": "2024-06-20", "Cache-Control": "no-cache, no-store", "Idempotent-Replayed": "", "Original-Request": ""} {
		if have := got.header.Get(name); have != want {
			t.Errorf("%s is %q, want %q", name, have, want)
		}
	}
}

func TestCustomers(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := inProcess(clock.now)
	made := c.must(t, http.MethodPost, customers, "email=ada@example.com&name=Ada&metadata[plan]=gold&metadata[seat]=1&metadata[none]=")
	made.same(t, map[string]any{
		"object": "customer", "email": "ada@example.com", "name": "Ada", "phone": nil, "description": nil, "currency": nil,
		"balance": 0.0, "delinquent": false, "livemode": false, "created": clock.in(0),
	})
	path := customers + "/" + made.text("id")
	changed := c.must(t, http.MethodPost, path, "email=&phone=123&metadata[seat]=&metadata[new]=x")
	changed.same(t, map[string]any{"email": nil, "name": "Ada", "phone": "123"})
	if metadata := changed.at("metadata").(map[string]any); len(metadata) != 2 || metadata["plan"] != "gold" || metadata["new"] != "x" {
		t.Errorf("metadata is %v", metadata)
	}
	if read := c.must(t, http.MethodGet, path, ""); read.raw != changed.raw {
		t.Errorf("read %s, want %s", read.raw, changed.raw)
	}
	if metadata := c.must(t, http.MethodPost, path, "metadata=").at("metadata").(map[string]any); len(metadata) != 0 {
		t.Errorf("metadata is %v after it was unset", metadata)
	}
}

func TestDeletedCustomer(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	path := customers + "/" + c.must(t, http.MethodPost, customers, "name=Ada").text("id")
	card := c.must(t, http.MethodPost, "/v1/payment_methods/pm_card_visa/attach", "customer="+strings.TrimPrefix(path, customers+"/")).text("id")
	sub := c.must(t, http.MethodPost, "/v1/subscriptions", "trial_period_days=3&customer="+strings.TrimPrefix(path, customers+"/")+"&"+monthly).text("id")
	c.must(t, http.MethodDelete, path, "")
	got := c.must(t, http.MethodGet, path, "")
	got.same(t, map[string]any{"id": strings.TrimPrefix(path, customers+"/"), "object": "customer", "deleted": true})
	if len(got.body) != 3 {
		t.Errorf("more is left: %s", got.raw)
	}
	expanded := c.must(t, http.MethodGet, "/v1/subscriptions/"+sub, "expand[]=customer")
	expanded.same(t, map[string]any{"status": "canceled"})
	if expanded.at("customer", "deleted") != true {
		t.Errorf("customer of the subscription is %v", expanded.at("customer"))
	}
	if got := c.do(t, http.MethodGet, "/v1/payment_methods/"+card, ""); got.status != 404 {
		t.Errorf("the card is still there: %s", got.raw)
	}
}

func TestCheckoutSessions(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := inProcess(clock.now)
	made := c.must(t, http.MethodPost, sessions, "mode=payment&success_url=https://example.com/ok?id={CHECKOUT_SESSION_ID}&cancel_url=https://example.com/no&customer_email=ada@example.com&metadata[order]=7&"+
		"line_items[0][price]=price_tshirt_eur&line_items[0][quantity]=2&line_items[1][quantity]=3&line_items[1][price_data][currency]=eur&line_items[1][price_data][unit_amount]=150&"+
		"line_items[1][price_data][product_data][name]=Sticker&line_items[1][price_data][product_data][images][]=https://example.com/a.png")
	made.same(t, map[string]any{
		"object": "checkout.session", "status": "open", "payment_status": "unpaid", "mode": "payment", "amount_total": 5450.0, "amount_subtotal": 5450.0, "currency": "eur",
		"success_url": "https://example.com/ok?id={CHECKOUT_SESSION_ID}", "cancel_url": "https://example.com/no", "customer": nil, "customer_email": "ada@example.com", "subscription": nil,
		"payment_intent": nil, "livemode": false, "created": clock.in(0), "expires_at": clock.in(24 * time.Hour), "url": "http://127.0.0.1:4343/c/pay/" + made.text("id") + "#to-open-run=stripe-mcp+simulator", "line_items": nil,
	})
	path := sessions + "/" + made.text("id")
	read := c.must(t, http.MethodGet, path, "expand[0]=line_items&expand[1]=line_items.data.price.product")
	for i, want := range []map[string]any{
		{"object": "item", "description": "T-shirt", "quantity": 2.0, "amount_total": 5000.0, "currency": "eur"},
		{"object": "item", "description": "Sticker", "quantity": 3.0, "amount_total": 450.0, "currency": "eur"},
	} {
		line, _ := read.at("line_items", "data", i).(map[string]any)
		answer{body: line}.same(t, want)
	}
	if got := read.at("line_items", "data", 1, "price", "product", "images", 0); got != "https://example.com/a.png" {
		t.Errorf("image of the new product is %v", got)
	}
	clock.advance(24 * time.Hour)
	c.must(t, http.MethodGet, path, "").same(t, map[string]any{"status": "expired", "url": nil})
	if ids := c.must(t, http.MethodGet, sessions, "status=expired").ids(); len(ids) != 1 {
		t.Errorf("expired sessions are %v", ids)
	}
}

func TestLineItemsShowTheFirstTen(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	for n, more := range map[int]bool{10: false, 11: true, 100: true} {
		made := c.must(t, http.MethodPost, sessions, "mode=payment&expand[]=line_items&"+goodURL+manyLines(n, ""))
		shown, _ := made.at("line_items", "data").([]any)
		if len(shown) != 10 || made.at("line_items", "has_more") != more {
			t.Errorf("of %d: %d shown, has_more %v", n, len(shown), made.at("line_items", "has_more"))
		}
	}
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	for form, want := range map[string]float64{
		"[currency]=jpy&line_items[0][price_data][unit_amount]=8000":         8000,
		"[currency]=idr&line_items[0][price_data][unit_amount]=999999999999": 999_999_999_999,
		"[currency]=eur&line_items[0][price_data][unit_amount]=99999999":     99_999_999,
		"[currency]=kwd&line_items[0][price_data][unit_amount]=0":            0,
		"[currency]=kwd&line_items[0][price_data][unit_amount]=15500":        15_500,
		"[currency]=isk&line_items[0][price_data][unit_amount]=1500":         1_500,
		"[currency]=gbp&line_items[0][price_data][unit_amount]=30":           30,
	} {
		made := c.must(t, http.MethodPost, sessions, adHoc+form+"&line_items[0][price_data][product]=prod_tshirt")
		status := map[bool]string{true: "no_payment_required", false: "unpaid"}[want == 0]
		made.same(t, map[string]any{"amount_total": want, "payment_status": status})
	}
}

func TestPortalSessions(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	owner := c.must(t, http.MethodPost, customers, "").text("id")
	made := c.must(t, http.MethodPost, "/v1/billing_portal/sessions", "return_url=https://example.com/back&customer="+owner)
	made.same(t, map[string]any{"object": "billing_portal.session", "customer": owner, "return_url": "https://example.com/back", "livemode": false})
	if !strings.HasPrefix(made.text("url"), "http://127.0.0.1:4343/p/session/test_") {
		t.Errorf("url is %q", made.text("url"))
	}
}

func TestPagesURL(t *testing.T) {
	t.Parallel()
	s := simulator.New(nil)
	s.PagesURL = "http://127.0.0.1:9999"
	c := client{&http.Client{Transport: s.Transport()}, "http://stripe.invalid"}
	if url := c.must(t, http.MethodPost, sessions, "mode=payment&"+goodURL+"&"+oneTime).text("url"); !strings.HasPrefix(url, "http://127.0.0.1:9999/c/pay/cs_test_") {
		t.Errorf("url is %q", url)
	}
}
