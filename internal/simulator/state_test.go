package simulator

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func ask(t testing.TB, s *Simulator, method, target, form string) string {
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

// The state is the same for the next process: everything reads alike, and goes on from where it was.
func TestStateSurvivesItsProcess(t *testing.T) {
	t.Parallel()
	s := New(nil)
	s.Folder = t.TempDir()
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

	other := New(nil)
	other.Folder = s.Folder
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

// Both stores follow the same rules. Keys hold zeros, as ours do.
func TestStores(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, rows store) {
		t.Helper()
		var want []string
		for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(2000) {
			name := "k\x00" + ordered(int64(i))
			rows.put(name, []byte{1})
			rows.put(name, []byte(name))
			if i%3 == 0 {
				rows.remove(name)
			} else {
				want = append(want, name)
			}
		}
		slices.Sort(want)
		var up, down []string
		for name, value := rows.after(""); name != ""; name, value = rows.after(name) {
			if up = append(up, name); string(value) != name || string(rows.get(name)) != name {
				t.Fatalf("%q has %q", name, value)
			}
		}
		for name, _ := rows.before("\xff"); name != ""; name, _ = rows.before(name) {
			down = append(down, name)
		}
		slices.Reverse(down)
		if !slices.Equal(up, want) || !slices.Equal(down, want) {
			t.Errorf("%d keys up, %d down, want %d", len(up), len(down), len(want))
		}
		if next, _ := rows.after("k\x00" + ordered(3)); next != "k\x00"+ordered(4) {
			t.Errorf("after a key that is not there comes %q", next)
		}
		if previous, _ := rows.before("k\x00" + ordered(3)); previous != "k\x00"+ordered(2) {
			t.Errorf("before a key that is not there comes %q", previous)
		}
		if rows.get("k") != nil || rows.get("k\x00"+ordered(3)) != nil {
			t.Error("there is what is not there")
		}
	}
	check(t, newMemory())
	if err := withDisk(filepath.Join(t.TempDir(), "state.db"), func(d *disk) error { check(t, d); return nil }); err != nil {
		t.Error(err)
	}
}
