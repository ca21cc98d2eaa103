package stripeapi_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/stripeapi"
)

// TestInvoiceIsOneOperation: an invoice takes several requests, each of which can fail or get lost. In the end there is one
// invoice, or none, or the answer names what there is. An equal call after an unknown outcome goes on under the same keys.
func TestInvoiceIsOneOperation(t *testing.T) {
	t.Parallel()
	var (
		draft    = status(200, `{"id":"in_1","object":"invoice","status":"draft"}`)
		replayed = status(200, `{"id":"in_1","object":"invoice","status":"draft"}`, "Idempotent-Replayed", "true")
		open     = status(200, `{"id":"in_1","object":"invoice","status":"open","amount_due":500,"currency":"eur"}`)
		reopened = status(200, `{"id":"in_1","object":"invoice","status":"open"}`, "Idempotent-Replayed", "true")
		paid     = status(200, `{"id":"in_1","object":"invoice","status":"paid"}`)
		deleted  = status(200, `{"id":"in_1","object":"invoice","deleted":true}`)
		no       = refusal(400, "invalid_request_error", "", "No such price: 'price_1'")
		denied   = refusal(403, "invalid_request_error", "", "not you")
		gone     = refusal(404, "invalid_request_error", "resource_missing", "No such invoice: 'in_1'")
		lost     = status(500, `{"error":{"type":"api_error","message":"oops"}}`, "Stripe-Should-Retry", "false")
		saved    = status(500, `{"error":{"type":"api_error","message":"oops"}}`, "Idempotent-Replayed", "true")
	)
	const (
		begin, lines, finalize = "POST /v1/invoices k1", "POST /v1/invoices/in_1/add_lines k1-2", "POST /v1/invoices/in_1/finalize k1-3"
		remove, look           = "DELETE /v1/invoices/in_1", "GET /v1/invoices/in_1"
		found                  = "found, not created: this is the same object as an earlier equal call's. To make another on purpose, give it something that differs, such as metadata {\"order\":\"2\"}"
	)
	type call struct {
		replies []reply
		want    string // the outcome, and the note or what the error says
	}
	tests := map[string]struct {
		calls    []call
		requests string
	}{
		"all goes well": {[]call{{[]reply{draft, draft, open}, "succeeded"}, {[]reply{draft, draft, open}, "succeeded"}},
			lineUp(begin, lines, finalize) + " | " + strings.ReplaceAll(lineUp(begin, lines, finalize), "k1", "k2")},
		"Stripe wants no such draft": {[]call{{[]reply{no}, "failed: No such price: 'price_1'"}, {[]reply{draft, draft, open}, "succeeded"}},
			begin + " | " + strings.ReplaceAll(lineUp(begin, lines, finalize), "k1", "k2")},
		"the lines are refused, and the draft goes": {[]call{
			{[]reply{draft, no, deleted}, "failed: No such price: 'price_1'. The draft in_1 was deleted again"}, {[]reply{draft, draft, open}, "succeeded"},
		}, lineUp(begin, lines, remove) + " | " + strings.ReplaceAll(lineUp(begin, lines, finalize), "k1", "k2")},
		"the end is refused, and the draft goes although no answer says so": {[]call{{[]reply{draft, draft, no, lost, gone}, "failed: No such price: 'price_1'. The draft in_1 was deleted again"}},
			lineUp(begin, lines, finalize, remove, look)},
		"the lines are refused, and the draft stays": {[]call{
			{[]reply{draft, no, denied, draft}, "unknown: in_1 was begun, could not be finished, and is not known to be gone again: No such price: 'price_1'"},
			{[]reply{replayed, no, deleted}, "failed: No such price: 'price_1'. The draft in_1 was deleted again"},
			{[]reply{draft, draft, open}, "succeeded"},
		}, lineUp(begin, lines, remove, look) + " | " + lineUp(begin, lines, remove) + " | " + strings.ReplaceAll(lineUp(begin, lines, finalize), "k1", "k2")},
		"the lines are refused, and nobody can say whether the draft stays": {[]call{
			{[]reply{draft, no, denied, denied}, "unknown: in_1 was begun, could not be finished, and is not known to be gone again: No such price: 'price_1'"},
			{[]reply{replayed, gone, gone, gone}, "failed: an earlier equal call began in_1, and it is gone. Nothing else was made"},
			{[]reply{draft, draft, open}, "succeeded"},
		}, lineUp(begin, lines, remove, look) + " | " + lineUp(begin, lines, remove, look) + " | " + strings.ReplaceAll(lineUp(begin, lines, finalize), "k1", "k2")},
		"the answer to the draft is lost": {[]call{{[]reply{lost}, "unknown: oops"}, {[]reply{replayed, draft, open}, "succeeded: " + strings.TrimPrefix(found, "found, not created: ")}},
			begin + " | " + lineUp(begin, lines, finalize)},
		"the answer to the lines is lost": {[]call{{[]reply{draft, lost}, "unknown: in_1 was begun and may not be finished: oops"}, {[]reply{replayed, replayed, open}, "succeeded: " + strings.TrimPrefix(found, "found, not created: ")}},
			lineUp(begin, lines) + " | " + lineUp(begin, lines, finalize)},
		"the last answer is lost": {[]call{{[]reply{draft, draft, lost}, "unknown: in_1 was begun and may not be finished: oops"}, {[]reply{replayed, replayed, reopened, paid}, "succeeded: " + found}},
			lineUp(begin, lines, finalize) + " | " + lineUp(begin, lines, finalize, look)},
		"Stripe keeps an internal error": {[]call{{[]reply{draft, saved}, "unknown: in_1 was begun and may not be finished: oops"}, {[]reply{draft, draft, open}, "succeeded"}},
			lineUp(begin, lines) + " | " + strings.ReplaceAll(lineUp(begin, lines, finalize), "k1", "k2")},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			var replies []reply
			for _, call := range tt.calls {
				replies = append(replies, call.replies...)
			}
			server := script(t, replies...)
			client := server.client(t, time.Minute)
			var seen []string
			for _, call := range tt.calls {
				first := len(server.requests)
				got := invoice(t.Context(), client, "price_1")
				if got != call.want {
					t.Errorf("got %s\nwant %s", got, call.want)
				}
				seen = append(seen, server.story(first))
			}
			if diff := cmp.Diff(tt.requests, strings.Join(seen, " | ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func lineUp(requests ...string) string { return strings.Join(requests, ", ") }

// invoice makes one and says in words what came of it.
func invoice(ctx context.Context, client *stripeapi.Client, price string) string {
	made, err := client.CreateInvoice(ctx, &stripe.InvoiceParams{Customer: new("cus_1")},
		&stripe.InvoiceAddLinesParams{Lines: []*stripe.InvoiceAddLinesLineParams{{Price: new(price)}}}, false)
	switch failure := outcome.As(err); {
	case failure != nil:
		return string(failure.Outcome) + ": " + failure.Message
	case made.Note != "":
		return "succeeded: " + made.Note
	}
	return "succeeded"
}

// story returns the requests from the first one on, with their keys as k1, k2 and so on in the order in which they first came.
func (s *scripted) story(first int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[string]string{}
	var seen []string
	for i, r := range s.requests {
		text := r.Method + " " + r.URL.Path
		if r.Method == http.MethodPost {
			key, part, _ := strings.Cut(r.Header.Get("Idempotency-Key"), "-")
			if names[key] == "" {
				names[key] = fmt.Sprintf("k%d", len(names)+1)
			}
			text += strings.TrimSuffix(" "+names[key]+"-"+part, "-")
		}
		if i >= first {
			seen = append(seen, text)
		}
	}
	return strings.Join(seen, ", ")
}

// TestOtherInvoice: an invoice with other lines is another order, although its draft is equal.
func TestOtherInvoice(t *testing.T) {
	t.Parallel()
	server := script(t, status(500, `{"error":{"type":"api_error","message":"oops"}}`, "Stripe-Should-Retry", "false"))
	client := server.client(t, time.Minute)
	for _, price := range []string{"price_1", "price_2", "price_1"} {
		invoice(t.Context(), client, price)
	}
	const want = "POST /v1/invoices k1, POST /v1/invoices k2, POST /v1/invoices k1"
	if got := server.story(0); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestInvoiceSeenThrough: when the caller leaves in the middle, what was begun is finished all the same.
func TestInvoiceSeenThrough(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	draft := status(200, `{"id":"in_1","object":"invoice","status":"draft"}`)
	server := script(t, draft, func(w http.ResponseWriter, r *http.Request) { leave(); draft(w, r) }, status(200, `{"id":"in_1","object":"invoice","status":"open"}`))
	client := server.client(t, time.Minute)
	if got := invoice(ctx, client, "price_1"); got != "succeeded" {
		t.Error(got)
	}
	if got := invoice(ctx, client, "price_1"); got != "failed: the call was cancelled, or this server stopped, before anything was sent" {
		t.Error(got)
	}
	if len(server.requests) != 3 {
		t.Errorf("%d requests", len(server.requests))
	}
}
