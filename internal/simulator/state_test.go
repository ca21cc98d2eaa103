package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(t *testing.T, s *Simulator, method, target, form string) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form))
	r.Header.Set("Authorization", "Bearer sk_test_made_up")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Idempotency-Key", target+form)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s %s: %d %s %v", method, target, w.Code, body, err)
	}
	return string(body)
}

// The state is the same after a journey through JSON: everything reads alike, and goes on from where it was.
func TestStateSurvivesJSON(t *testing.T) {
	t.Parallel()
	s := New(nil)
	var customer, subscription struct{ ID string }
	made := ask(t, s, http.MethodPost, "/v1/customers", "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa&metadata[a]=b")
	if err := json.Unmarshal([]byte(made), &customer); err != nil {
		t.Fatal(err)
	}
	subscribe := "customer=" + customer.ID + "&items[0][price]=price_starter_monthly_eur&cancel_at_period_end=true"
	if err := json.Unmarshal([]byte(ask(t, s, http.MethodPost, "/v1/subscriptions", subscribe)), &subscription); err != nil {
		t.Fatal(err)
	}
	ask(t, s, http.MethodPost, "/v1/checkout/sessions", "mode=payment&success_url=https://example.com&line_items[0][price]=price_ticket_jpy&line_items[0][quantity]=2&customer="+customer.ID)
	ask(t, s, http.MethodPost, "/v1/billing_portal/sessions", "customer="+customer.ID)

	saved, err := s.data.encode()
	if err != nil {
		t.Fatal(err)
	}
	other := New(nil)
	if other.data, err = readState(bytes.NewReader(saved)); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"/v1/customers", "/v1/subscriptions?expand[]=data.latest_invoice", "/v1/checkout/sessions?expand[]=data.line_items", "/v1/prices?limit=100", "/v1/products"} {
		if before, after := ask(t, s, http.MethodGet, target, ""), ask(t, other, http.MethodGet, target, ""); before != after {
			t.Errorf("%s:\n%s\n%s", target, before, after)
		}
	}
	if again := ask(t, other, http.MethodPost, "/v1/customers", "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa&metadata[a]=b"); again != made {
		t.Errorf("idempotency key is forgotten:\n%s\n%s", made, again)
	}
	if next := ask(t, other, http.MethodPost, "/v1/subscriptions", "items[0][quantity]=2&expand[]=latest_invoice&"+subscribe); !strings.Contains(next, `-0002"`) {
		t.Errorf("second invoice does not follow the first: %s", next)
	}
	if canceled := ask(t, other, http.MethodDelete, "/v1/subscriptions/"+subscription.ID, ""); !strings.Contains(canceled, `"canceled"`) {
		t.Errorf("not canceled: %s", canceled)
	}
}
