package tools_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/outcome"
)

// TestMeteredPrices: Stripe wants no quantity for them, and 1 or more for all others. Only Stripe knows which is which.
func TestMeteredPrices(t *testing.T) {
	t.Parallel()
	// no refuses a quantity as Stripe does.
	no := func(param, message string) string {
		return fmt.Sprintf(`{"error":{"type":"invalid_request_error","param":%q,"message":%q}}`, param, message)
	}
	const metered = "Quantity should not be specified where usage_type is `metered`. Remove quantity from `line_items[0]`"
	tests := []struct {
		why, items string
		refusals   []string   // in turn; then Stripe makes the session
		sent       [][]string // the quantities of each request
		failed     bool
	}{
		{"a licensed price", `[{"price":"p"}]`, nil, [][]string{{"1"}}, false},
		{"a metered price", `[{"price":"p"}]`, []string{no("line_items[0]", metered)}, [][]string{{"1"}, {}}, false},
		{"quantity null", `[{"price":"p","quantity":null}]`, []string{no("line_items[0]", metered)}, [][]string{{"1"}, {}}, false},
		{"quantity empty", `[{"price":"p","quantity":""}]`, []string{no("line_items[0][quantity]", metered)}, [][]string{{"1"}, {}}, false},
		{"both metered, and one that is not", `[{"price":"p"},{"price":"q","quantity":2},{"price":"r"}]`,
			[]string{no("line_items[2]", metered), no("line_items[0]", metered)}, [][]string{{"1", "2", "1"}, {"1", "2"}, {"2"}}, false},
		{"a quantity that was asked for", `[{"price":"p","quantity":1}]`, []string{no("line_items[0]", metered)}, [][]string{{"1"}}, true},
		{"another line's", `[{"price":"p"},{"price":"q","quantity":2}]`, []string{no("line_items[1]", metered)}, [][]string{{"1", "2"}}, true},
		{"another refusal", `[{"price":"p"}]`, []string{no("line_items[0]", "Quantity must be 3 or more")}, [][]string{{"1"}}, true},
		{"another parameter", `[{"price":"p"}]`, []string{no("success_url", metered)}, [][]string{{"1"}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var sent [][]string
			var keys []string
			stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				if err := r.ParseForm(); err != nil {
					t.Error(err)
				}
				quantities := []string{}
				for i := range 3 {
					if q := r.PostForm.Get(fmt.Sprintf("line_items[%d][quantity]", i)); q != "" {
						quantities = append(quantities, q)
					}
				}
				sent, keys = append(sent, quantities), append(keys, r.Header.Get("Idempotency-Key"))
				w.Header().Set("Request-Id", "req_1")
				if len(sent) <= len(tt.refusals) {
					w.WriteHeader(http.StatusBadRequest)
					_, _ = io.WriteString(w, tt.refusals[len(sent)-1])
					return
				}
				_, _ = io.WriteString(w, `{"id":"cs_1","object":"checkout.session"}`)
			}))
			defer stripe.Close()
			request, err := find(t, "stripe_create_checkout_session").Prepare(json.RawMessage(
				`{"mode":"subscription","success_url":"https://h/","line_items":` + tt.items + `}`))
			if err != nil {
				t.Fatal(err)
			}
			_, err = request.Send(t.Context(), newClient(t, stripe.URL, journal.InMemory()))
			if failure := outcome.As(err); (failure != nil) != tt.failed || tt.failed && failure.Outcome != outcome.Failed {
				t.Errorf("got %v", err)
			}
			if fmt.Sprint(sent) != fmt.Sprint(tt.sent) {
				t.Errorf("sent %v, want %v", sent, tt.sent)
			}
			slices.Sort(keys)
			if len(slices.Compact(keys)) != len(sent) {
				t.Errorf("another request needs another idempotency key: %q", keys)
			}
		})
	}
}

// TestUndo: after a planned end, the same call with false comes to mind to take it back. It must not end the subscription.
func TestUndo(t *testing.T) {
	t.Parallel()
	subscription := func(more string) string {
		return `{"id":"sub_1","object":"subscription","status":"active"` + more + `}`
	}
	tests := []struct {
		why, arguments, read string
		want                 string // what is sent
		refused              string
	}{
		{"left out", `{"subscription_id":"sub_1"}`, "", "DELETE", ""},
		{"true", `{"subscription_id":"sub_1","cancel_at_period_end":true}`, "", "POST", ""},
		{"false, and no end is planned", `{"subscription_id":"sub_1","cancel_at_period_end":false}`, subscription(""), "GET DELETE", ""},
		{"false, and its end is planned", `{"subscription_id":"sub_1","cancel_at_period_end":"false"}`, subscription(`,"cancel_at_period_end":true`), "GET", "the subscription's end is planned"},
		{"false, and it ends on a day", `{"subscription_id":"sub_1","cancel_at_period_end":false}`, subscription(`,"cancel_at":1800000000`), "GET", "the subscription's end is planned"},
		{"false, and it cannot be read", `{"subscription_id":"sub_1","cancel_at_period_end":false}`, `{"error":{"type":"invalid_request_error","message":"no"}}`, "GET", "could not be read"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			var methods []string
			stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				methods = append(methods, r.Method)
				w.Header().Set("Request-Id", "req_1")
				if r.Method != http.MethodGet {
					_, _ = io.WriteString(w, strings.Replace(subscription(""), "active", "canceled", 1))
					return
				}
				if strings.Contains(tt.read, "error") {
					w.WriteHeader(http.StatusForbidden)
				}
				_, _ = io.WriteString(w, tt.read)
			}))
			defer stripe.Close()
			request, err := find(t, "stripe_cancel_subscription").Prepare(json.RawMessage(tt.arguments))
			if err != nil {
				t.Fatal(err)
			}
			_, err = request.Send(t.Context(), newClient(t, stripe.URL, journal.InMemory()))
			if got := strings.Join(methods, " "); got != tt.want {
				t.Errorf("sent %s, want %s", got, tt.want)
			}
			failure := outcome.As(err)
			if tt.refused == "" && err != nil || tt.refused != "" && (failure == nil || failure.Outcome != outcome.Refused || !strings.Contains(failure.Message, tt.refused) ||
				!strings.Contains(failure.Hint, "leave cancel_at_period_end out")) {
				t.Errorf("got %v, want %q", err, tt.refused)
			}
		})
	}
}

// TestNoAnswerIsNotNow: leaving cancel_at_period_end out ends a subscription at once, so no other nothing means that.
func TestNoAnswerIsNotNow(t *testing.T) {
	t.Parallel()
	for _, nothing := range []string{`""`, `null`, `[]`, `{}`, `0`, `"null"`} {
		_, err := find(t, "stripe_cancel_subscription").Prepare(json.RawMessage(`{"subscription_id":"sub_1","cancel_at_period_end":` + nothing + `}`))
		refused := outcome.As(err)
		const want = "cancel_at_period_end: must be true or false; to end the subscription now, leave it out"
		if refused == nil || refused.Outcome != outcome.Refused || !slices.Equal(refused.Problems, []string{want}) {
			t.Errorf("%s: got %v", nothing, err)
		}
	}
}
