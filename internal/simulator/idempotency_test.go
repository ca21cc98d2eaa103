package simulator_test

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

const customers = "/v1/customers"

func TestIdempotency(t *testing.T) {
	t.Parallel()
	type request struct{ method, path, form string }
	tests := []struct {
		name          string
		first, second request
		status        int    // of the second
		kind          string // of the second's error
		replayed      bool
	}{
		{"the same again", request{"POST", customers, "name=a&email=a@example.com"}, request{"POST", customers, "email=a%40example.com&name=a"}, 200, "", true},
		{"other parameters", request{"POST", customers, "name=a"}, request{"POST", customers, "name=b"}, 400, "idempotency_error", false},
		{"fewer parameters", request{"POST", customers, "name=a"}, request{"POST", customers, ""}, 400, "idempotency_error", false},
		{"another endpoint", request{"POST", customers, ""}, request{"POST", "/v1/subscriptions", ""}, 400, "idempotency_error", false},
		{"a decline is kept", request{"POST", customers, "payment_method=pm_card_chargeDeclined"}, request{"POST", customers, "payment_method=pm_card_chargeDeclined"}, 402, "card_error", true},
		{"a missing object is kept", request{"POST", customers + "/cus_none", "name=a"}, request{"POST", customers + "/cus_none", "name=a"}, 404, badRequest, true},
		{"a reference to one too", request{"POST", "/v1/billing_portal/sessions", "customer=cus_none"}, request{"POST", "/v1/billing_portal/sessions", "customer=cus_none"}, 400, badRequest, true},
		{"a wrong request can be corrected", request{"POST", customers, "email=nobody"}, request{"POST", customers, "email=a@example.com"}, 200, "", false},
		{"reads have no keys", request{"GET", customers, ""}, request{"GET", customers, "limit=1"}, 200, "", false},
		{"nor have deletions", request{"DELETE", customers + "/cus_none", ""}, request{"DELETE", customers + "/cus_nobody", ""}, 404, badRequest, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := overHTTP(t)
			first := c.do(t, tt.first.method, tt.first.path, tt.first.form, "Idempotency-Key", "k1")
			second := c.do(t, tt.second.method, tt.second.path, tt.second.form, "Idempotency-Key", "k1")
			kind, _ := second.at("error", "type").(string)
			if second.status != tt.status || kind != tt.kind {
				t.Errorf("second answer is %d %q, want %d %q: %s", second.status, kind, tt.status, tt.kind, second.raw)
			}
			if got := second.header.Get("Idempotent-Replayed") == "true"; got != tt.replayed {
				t.Errorf("replayed is %v, want %v", got, tt.replayed)
			}
			if tt.replayed && (second.raw != first.raw || second.header.Get("Original-Request") != first.header.Get("Request-Id")) {
				t.Errorf("second answer differs from the first:\n%s\n%s", first.raw, second.raw)
			}
			if first.header.Get("Request-Id") == second.header.Get("Request-Id") {
				t.Error("two requests share a Request-Id")
			}
			wantEcho := ""
			if tt.second.method == http.MethodPost {
				wantEcho = "k1"
			}
			if got := second.header.Get("Idempotency-Key"); got != wantEcho {
				t.Errorf("Idempotency-Key comes back as %q, want %q", got, wantEcho)
			}
		})
	}
}

func TestIdempotencyKeysHaveAnEnd(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := inProcess(clock.now)
	if got := c.do(t, http.MethodPost, customers, "", "Idempotency-Key", string(make([]byte, 256))); got.status != 400 {
		t.Errorf("a key of 256 characters gets %d", got.status)
	}
	first := c.must(t, http.MethodPost, customers, "", "Idempotency-Key", "k")
	clock.advance(24*time.Hour - time.Second)
	if again := c.must(t, http.MethodPost, customers, "", "Idempotency-Key", "k"); again.text("id") != first.text("id") {
		t.Error("a new customer within a day")
	}
	clock.advance(time.Second)
	if again := c.must(t, http.MethodPost, customers, "", "Idempotency-Key", "k"); again.text("id") == first.text("id") {
		t.Error("still the old customer after a day")
	}
}

// A second request under a key is turned away while the first is being sent, and answered with its result afterwards.
func TestIdempotencyKeyInUse(t *testing.T) {
	t.Parallel()
	c := inProcess(nil)
	body, write := io.Pipe()
	slow := c.request(t, http.MethodPost, customers, "", "Idempotency-Key", "k")
	slow.Body = body
	first := make(chan answer)
	go func() { first <- c.send(t, slow) }()
	if _, err := io.WriteString(write, "name=slow"); err != nil { // returns when the simulator is reading
		t.Fatal(err)
	}
	busy := c.do(t, http.MethodPost, customers, "name=slow", "Idempotency-Key", "k")
	if code := busy.at("error", "code"); busy.status != http.StatusConflict || code != "idempotency_key_in_use" {
		t.Errorf("in between: %d %v", busy.status, code)
	}
	_ = write.Close()
	done := <-first
	if again := c.must(t, http.MethodPost, customers, "name=slow", "Idempotency-Key", "k"); again.raw != done.raw {
		t.Errorf("afterwards: %s, want %s", again.raw, done.raw)
	}
}

func TestHundredRequestsUnderOneKeyMakeOneCustomer(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	var wg sync.WaitGroup
	ids := make([]string, 100)
	for i := range ids {
		wg.Go(func() {
			got := answer{status: http.StatusConflict}
			for got.status == http.StatusConflict { // Stripe's clients, too, come back after that
				got = c.do(t, http.MethodPost, customers, "name=once", "Idempotency-Key", "k")
			}
			ids[i] = got.text("id")
		})
	}
	wg.Wait()
	if all, got := c.must(t, http.MethodGet, customers, "limit=100").ids(), slices.Compact(ids); len(all) != 1 || !slices.Equal(all, got) {
		t.Errorf("customers %v, answers %v", all, got)
	}
}
