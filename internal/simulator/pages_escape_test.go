package simulator_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"stripe-mcp/internal/simulator"
	"stripe-mcp/internal/simulator/pages"
)

// What customers and shops call things is text on every page that shows it, and in every attribute.
func TestPagesEscape(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	const name, goods, about, typed = `<script>alert("customer")</script>`, `<script>alert("product")</script>`, `<script>alert("description")</script>`, `"><script>alert("typed")</script>`
	owner := "customer=" + s.must(t, http.MethodPost, customers, "email=eve@example.com&name="+name).text("id")
	path, checkout := s.checkout(t, owner+"&mode=subscription&line_items[0][quantity]=1&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=900&line_items[0][price_data][recurring][interval]=month&line_items[0][price_data][product_data][name]="+goods+"&line_items[0][price_data][product_data][description]="+about)
	escaped := func(page string, got page, texts ...string) {
		t.Helper()
		if strings.Contains(got.body, "<script") {
			t.Errorf("%s does not escape: %s", page, got.body)
		}
		for _, text := range texts {
			if !strings.Contains(html.UnescapeString(got.body), text) {
				t.Errorf("%s does not show %s", page, text)
			}
		}
	}
	escaped("an open session", s.open(t, checkout), goods, about)
	escaped("a declined card", s.submit(t, checkout, card("4000 0000 0000 0002", "name", typed)...), goods, typed)
	s.submit(t, checkout, card(goodCard)...)
	escaped("a paid session", s.open(t, checkout), goods, about)
	bill, _ := s.must(t, http.MethodGet, path, "expand[]=subscription.latest_invoice").at("subscription", "latest_invoice", "hosted_invoice_url").(string)
	escaped("an invoice", s.open(t, bill), name, goods)
	escaped("the portal", s.open(t, s.must(t, http.MethodPost, "/v1/billing_portal/sessions", owner).text("url")), name, goods)
	escaped("the index", s.open(t, s.base), name, goods)
}

// The API takes web addresses only, but a person may edit the state, and nothing there becomes a link that runs.
func TestLinksLeadToTheWebOnly(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	s.sim.Folder = t.TempDir()
	owner := "customer=" + s.must(t, http.MethodPost, customers, "").text("id")
	_, paid := s.checkout(t, "mode=payment&"+oneTime)
	s.submit(t, paid, card(goodCard)...)
	_, expired := s.checkout(t, "mode=payment&"+oneTime)
	advance(t, s.sim, "1day")
	_, open := s.checkout(t, "mode=payment&"+oneTime)
	portal := s.must(t, http.MethodPost, "/v1/billing_portal/sessions", owner+"&return_url=https://shop.test/account").text("url")
	state, err := os.ReadFile(s.sim.Path())
	if err != nil {
		t.Fatal(err)
	}
	const good = "https://shop.test/" // each of the others is as long, so that the file stays what it is
	for _, evil := range []string{"javascript:al(1)//", " JavaScript:a(1)//", "data:text/html,123", "vbscript:123456789"} {
		edited := simulator.New(newClock().now)
		edited.Folder = t.TempDir()
		if err := os.WriteFile(edited.Path(), []byte(strings.ReplaceAll(string(state), good, evil)), 0o600); err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(pages.Handler(edited))
		t.Cleanup(server.Close)
		for _, address := range []string{paid, expired, open, portal} {
			got := s.open(t, strings.Replace(address, s.base, server.URL, 1))
			if !strings.Contains(got.text(), evil) || strings.Contains(got.body, `href="`+evil) {
				t.Errorf("%q is not shown, or a link: %d %s", evil, got.status, got.text())
			}
		}
	}
}
