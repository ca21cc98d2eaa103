package stripeapi_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/stripeapi"
)

// unsigned is an answer without a request id, as a gateway gives it.
func unsigned(code int, body string) reply {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = fmt.Fprint(w, body)
	}
}

// TestOnlyStripeSettles: after an attempt that may have been applied, nobody's no counts but Stripe's own.
func TestOnlyStripeSettles(t *testing.T) {
	t.Parallel()
	const no = `{"error":{"type":"invalid_request_error","message":"no"%s}}`
	tests := []struct {
		why     string
		replies []reply
		want    outcome.Outcome
	}{
		{"Stripe's no", []reply{reset, refusal(400, "invalid_request_error", "", "no")}, outcome.Failed},
		{"its declined card", []reply{reset, refusal(402, "card_error", "", "no")}, outcome.Failed},
		{"Stripe's no, signed in the body", []reply{reset, unsigned(400, fmt.Sprintf(no, `,"request_log_url":"https://dashboard.stripe.com/test/logs/req_abc?t=1"`))}, outcome.Failed},
		{"a no without a signature", []reply{reset, unsigned(400, fmt.Sprintf(no, ""))}, outcome.Unknown},
		{"a gateway's no", []reply{reset, unsigned(400, `{"error":{"type":"blocked","message":"no"}}`)}, outcome.Unknown},
		{"a gateway's no, with a request id", []reply{reset, status(400, `{"error":{"type":"blocked","message":"no"}}`)}, outcome.Unknown},
		{"a gateway's not found", []reply{reset, unsigned(404, `{"error":"not found"}`)}, outcome.Unknown},
		{"Stripe's 403", []reply{reset, refusal(403, "invalid_request_error", "", "no")}, outcome.Unknown},
		{"an unsigned no to the only attempt", []reply{unsigned(400, fmt.Sprintf(no, ""))}, outcome.Failed},
		{"a gateway's no to the only attempt", []reply{unsigned(400, `{"error":{"type":"blocked","message":"no"}}`)}, outcome.Unknown},
		{"a success", []reply{reset, success}, outcome.Succeeded},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			_, err := create(t, script(t, tt.replies...), time.Minute)
			got := outcome.Succeeded
			if err != nil {
				got = asError(t, err).Outcome
			}
			if got != tt.want {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
		})
	}
}

// TestAnswersToAnotherQuestion: what was not asked for is no answer, and is not shown.
func TestAnswersToAnotherQuestion(t *testing.T) {
	t.Parallel()
	const (
		other    = "failed network_error: the answer was about something else than what was asked for; a proxy or a cache may be in the way"
		shape    = "failed unexpected_answer: Stripe's answer has an unexpected shape and cannot be shown."
		stranger = "failed network_error: the answer (HTTP 200) was not Stripe's; a proxy or a wrong api_base may be in the way"
	)
	get := func(ctx context.Context, c *stripeapi.Client) (string, error) {
		found, err := c.Customer(ctx, "cus_1")
		return strconv.FormatBool(found != nil && found.ID != ""), err
	}
	list := func(ctx context.Context, c *stripeapi.Client) (string, error) {
		page, err := c.CheckoutSessions(ctx, &stripe.CheckoutSessionListParams{})
		return fmt.Sprintf("%d %s %v", len(page.Data), page.Last, page.LeftOut), err
	}
	const row = `{"id":"cs_1","object":"checkout.session","amount_total":2000}`
	tests := []struct {
		why      string
		ask      func(context.Context, *stripeapi.Client) (string, error)
		body     string
		requests int
		want     string
	}{
		{"the customer", get, `{"id":"cus_1","object":"customer"}`, 1, "true"},
		{"another customer", get, `{"id":"cus_OTHER","object":"customer","email":"a@b.example"}`, 5, other},
		{"a charge", get, `{"id":"cus_1","object":"charge"}`, 5, other},
		{"no object", get, `{"ok":true}`, 5, stranger},
		{"a time in words", get, `{"id":"cus_1","object":"customer","created":"x"}`, 1, shape + " It is about cus_1"},
		{"half a second", get, `{"id":"cus_1","object":"customer","created":1764000000.5}`, 1, shape + " It is about cus_1"},
		{"a list for metadata", get, `{"id":"cus_1","object":"customer","metadata":[]}`, 1, shape + " It is about cus_1"},
		{"a list", list, `{"object":"list","has_more":false,"data":[` + row + `]}`, 1, "1 cs_1 []"},
		{"an empty one", list, `{"object":"list","has_more":false,"data":[]}`, 1, "0  []"},
		{"no data", list, `{"object":"list","has_more":false}`, 1, shape},
		{"data that is no list", list, `{"object":"list","data":{}}`, 1, shape},
		{"one row that cannot be read", list, `{"object":"list","data":[` + row + `,{"id":"cs_2","object":"checkout.session","amount_total":20.5}]}`, 1, "1 cs_2 [cs_2]"},
		{"one row of another kind", list, `{"object":"list","data":[{"id":"ch_1","object":"charge"},` + row + `]}`, 1, "1 cs_1 [ch_1]"},
		{"no row that can be read", list, `{"object":"list","data":[{"id":"cs_2","object":"checkout.session","created":"x"}]}`, 1, shape},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			server := script(t, status(200, tt.body))
			got, err := tt.ask(t.Context(), server.client(t, time.Minute))
			if err != nil {
				failure := asError(t, err)
				got = fmt.Sprintf("%s %s: %s", failure.Outcome, failure.Type, failure.Message)
				if failure.RequestID != "req_1" {
					t.Errorf("the request id is %q", failure.RequestID)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if n := len(server.keys()); n != tt.requests {
				t.Errorf("%d requests, want %d", n, tt.requests)
			}
		})
	}
}

// TestACancellationThatWasNone: Stripe answered, and nothing has ended.
func TestACancellationThatWasNone(t *testing.T) {
	t.Parallel()
	subscription := func(id, state string) reply {
		return status(200, fmt.Sprintf(`{"id":%q,"object":"subscription","status":%q}`, id, state))
	}
	planned := status(200, `{"id":"sub_1","object":"subscription","status":"active","cancel_at_period_end":true}`)
	now, later := (*stripeapi.Client).CancelSubscription, (*stripeapi.Client).CancelSubscriptionAtPeriodEnd
	tests := []struct {
		why     string
		cancel  func(*stripeapi.Client, context.Context, string) (stripeapi.Reply[*stripe.Subscription], error)
		replies []reply
		want    string // the note, or what is said
	}{
		{"it ended", now, []reply{subscription("sub_1", "canceled")}, ""},
		{"it shows a moment later", now, []reply{subscription("sub_1", "active"), subscription("sub_1", "canceled")},
			"read again, because Stripe's answer to the cancellation did not show it"},
		{"it goes on", now, []reply{subscription("sub_1", "active")}, "unknown unexpected_answer: Stripe answered, and the subscription is still active"},
		{"another subscription", now, []reply{subscription("sub_OTHER", "active")},
			"unknown network_error: the answer was about something else than what was asked for; a proxy or a cache may be in the way"},
		{"another one, and then it has ended", now, []reply{subscription("sub_OTHER", "active"), subscription("sub_1", "canceled")}, ""},
		{"the answer was lost", now, []reply{reset, refusal(404, "invalid_request_error", "resource_missing", "none"), subscription("sub_1", "canceled")},
			"read again, because the answer to the cancellation was lost"},
		{"it had ended before", now, []reply{refusal(404, "invalid_request_error", "resource_missing", "none"), subscription("sub_1", "canceled")},
			"it had been canceled before"},
		{"its end is planned", later, []reply{planned}, ""},
		{"its end shows a moment later", later, []reply{subscription("sub_1", "active"), planned}, "read again, because Stripe's answer to the cancellation did not show it"},
		{"no end is planned", later, []reply{subscription("sub_1", "active")},
			"unknown unexpected_answer: Stripe answered, and the subscription's end is still not planned: cancel_at_period_end is false"},
		{"no end is planned, and the answers were lost", later, []reply{reset, reset, reset, reset, reset, subscription("sub_1", "active")},
			"unknown network_error: the cancellation was sent and its answer got lost; a moment later the subscription's end is still not planned: cancel_at_period_end is false"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			reply, err := tt.cancel(script(t, tt.replies...).client(t, time.Minute).As(stripeapi.Ends), t.Context(), "sub_1")
			got := reply.Note
			if err != nil {
				failure := asError(t, err)
				got = fmt.Sprintf("%s %s: %s", failure.Outcome, failure.Type, failure.Message)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSwitchingProtocols: a body without end does not hold the call.
func TestSwitchingProtocols(t *testing.T) {
	t.Parallel()
	server := script(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
	})
	_, err := create(t, server, time.Minute)
	if failure := asError(t, err); failure.Outcome != outcome.Unknown || failure.Message != "the answer (HTTP 101) was not Stripe's; a proxy or a wrong api_base may be in the way" {
		t.Errorf("got %s: %s", failure.Outcome, failure.Message)
	}
}
