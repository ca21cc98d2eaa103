package tools_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
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
	const leave = "leave quantity out for it"
	const metered = "Quantity should not be specified where usage_type is `metered`. Remove quantity from `line_items[0]`"
	tests := []struct {
		why, items string
		refusals   []string   // in turn; then Stripe makes the session
		sent       [][]string // the quantities of each request
		hint       string     // of the failure
	}{
		{"a licensed price", `[{"price":"p"}]`, nil, [][]string{{"1"}}, ""},
		{"a metered price", `[{"price":"p"}]`, []string{no("line_items[0]", metered)}, [][]string{{"1"}, {}}, ""},
		{"quantity null", `[{"price":"p","quantity":null}]`, []string{no("line_items[0]", metered)}, [][]string{{"1"}, {}}, ""},
		{"quantity empty", `[{"price":"p","quantity":""}]`, []string{no("line_items[0][quantity]", metered)}, [][]string{{"1"}, {}}, ""},
		{"both metered, and one that is not", `[{"price":"p"},{"price":"q","quantity":2},{"price":"r"}]`,
			[]string{no("line_items[2]", metered), no("line_items[0]", metered)}, [][]string{{"1", "2", "1"}, {"1", "2"}, {"2"}}, ""},
		{"a quantity that was asked for", `[{"price":"p","quantity":1}]`, []string{no("line_items[0]", metered)}, [][]string{{"1"}}, leave},
		{"another line's", `[{"price":"p"},{"price":"q","quantity":2}]`, []string{no("line_items[1]", metered)}, [][]string{{"1", "2"}}, leave},
		{"another refusal", `[{"price":"p"}]`, []string{no("line_items[0]", "Quantity must be 3 or more")}, [][]string{{"1"}}, "Nothing was changed"},
		{"another parameter", `[{"price":"p"}]`, []string{no("success_url", metered)}, [][]string{{"1"}}, "Nothing was changed"},
		{"the line stands in the message only", `[{"price":"p"},{"price":"q"}]`, []string{no("", "Quantity should not be specified where usage_type is `metered`. Remove quantity from `line_items[1]`")},
			[][]string{{"1", "1"}, {"1"}}, ""},
		{"the line with dots", `[{"price":"p"},{"price":"q"}]`, []string{no("line_items.1.quantity", metered)}, [][]string{{"1", "1"}, {"1"}}, ""},
		{"other words, and one line that can be meant", `[{"price":"p"},{"price":"q","quantity":2}]`, []string{no("line_items", "You cannot specify a quantity for metered price q.")}, [][]string{{"1", "2"}, {"2"}}, ""},
		{"other words, and two lines that can be meant", `[{"price":"p"},{"price":"q"}]`, []string{no("", "You cannot specify a quantity for metered prices.")}, [][]string{{"1", "1"}},
			"Give quantity for each line whose price is not metered"},
		{"a line that does not exist", `[{"price":"p"}]`, []string{no("line_items[7]", metered)}, [][]string{{"1"}}, leave},
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
			if failure := outcome.As(err); (failure != nil) != (tt.hint != "") || failure != nil && (failure.Outcome != outcome.Failed || !strings.Contains(failure.Hint, tt.hint)) {
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
	const (
		no     = `{"subscription_id":"sub_1","cancel_at_period_end":false}`
		leave  = "leave cancel_at_period_end out"
		unread = "nothing was changed: cancel_at_period_end is false, and the subscription could not be read to see whether its end is planned: "
	)
	tests := []struct {
		why, arguments, read string
		want                 string // what is sent
		refused, hint        string
	}{
		{"left out", `{"subscription_id":"sub_1"}`, "", "DELETE", "", ""},
		{"true", `{"subscription_id":"sub_1","cancel_at_period_end":true}`, "", "POST", "", ""},
		{"false, and no end is planned", no, subscription(""), "GET DELETE", "", ""},
		{"false, and its end is planned", `{"subscription_id":"sub_1","cancel_at_period_end":"false"}`, subscription(`,"cancel_at_period_end":true`), "GET", "the subscription's end is planned", leave},
		{"false, and it ends on a day", no, subscription(`,"cancel_at":1800000000`), "GET", "the subscription's end is planned", leave},
		{"false, and it has ended as planned", no, `{"id":"sub_1","object":"subscription","status":"canceled","cancel_at_period_end":true,"cancel_at":1700000000}`, "GET DELETE", "", ""},
		{"false, and it expired", no, `{"id":"sub_1","object":"subscription","status":"incomplete_expired","cancel_at":1700000000}`, "GET DELETE", "", ""},
		{"false, and it does not exist", no, `404 {"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such subscription: 'sub_1'","param":"id"}}`, "GET",
			unread + "No such subscription: 'sub_1'", "Check the id"},
		{"false, and the key is not valid", no, `401 {"error":{"type":"invalid_request_error","message":"Invalid API Key provided"}}`, "GET", unread + "Invalid API Key provided", "Stripe does not accept the configured key"},
		{"false, and the key may not read it", no, `403 {"error":{"type":"invalid_request_error","message":"Having the 'rak_subscription_read' permission would allow it."}}`, "GET",
			unread + "Having the 'rak_subscription_read' permission", "add rak_subscription_read"},
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
				code, body, isError := strings.Cut(tt.read, ` {"error"`)
				if !isError {
					_, _ = io.WriteString(w, tt.read)
					return
				}
				status, _ := strconv.Atoi(code)
				w.WriteHeader(status)
				_, _ = io.WriteString(w, `{"error"`+body)
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
			switch {
			case tt.refused == "":
				if err != nil {
					t.Error(err)
				}
			case failure == nil, failure.Outcome != outcome.Refused, !strings.Contains(failure.Message, tt.refused), !strings.Contains(failure.Hint, tt.hint),
				strings.Contains(failure.Hint, leave) != (tt.hint == leave), failure.RequestID == "" && tt.hint != leave:
				t.Errorf("got %+v, want %q and %q", failure, tt.refused, tt.hint)
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
