package stripeapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

const key = "sk_test_MadeUpForTests"

// TestOutcomes has what a caller is told after each thing that the network and Stripe can do.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	const html = "<html>Bad gateway</html>"
	tests := []struct {
		why      string
		replies  []reply
		requests int
		outcome  outcome.Outcome
		kind     string
		retry    bool
		message  string
	}{
		{"success", []reply{success}, 1, outcome.Succeeded, "", false, ""},
		{"a reset, then success", []reply{reset, success}, 2, outcome.Succeeded, "", false, ""},
		{"a truncated success, then the saved one", []reply{truncate, success}, 2, outcome.Succeeded, "", false, ""},
		{"HTML with status 200, then success", []reply{status(200, html), success}, 2, outcome.Succeeded, "", false, ""},
		{"JSON that is no object of Stripe's, then success", []reply{status(200, `{}`), success}, 2, outcome.Succeeded, "", false, ""},
		{"500 once", []reply{refusal(500, "api_error", "", "oops"), success}, 2, outcome.Succeeded, "", false, ""},
		{"409 once", []reply{refusal(409, "idempotency_error", "idempotency_key_in_use", "busy"), success}, 2, outcome.Succeeded, "", false, ""},
		{"429 with Retry-After", []reply{refusal(429, "invalid_request_error", "rate_limit", "slow down", "Retry-After", "1"), success}, 2, outcome.Succeeded, "", false, ""},
		{"lock_timeout once", []reply{refusal(429, "invalid_request_error", "lock_timeout", "locked"), success}, 2, outcome.Succeeded, "", false, ""},
		{"Stripe asks for a retry of a 400", []reply{refusal(400, "invalid_request_error", "", "again", "Stripe-Should-Retry", "true"), success}, 2,
			outcome.Failed, "", false, ""},
		{"Stripe forbids the retry of a 500", []reply{refusal(500, "api_error", "", "oops", "Stripe-Should-Retry", "false")}, 1,
			outcome.Unknown, "api_error", true, "oops"},
		{"400", []reply{refusal(400, "invalid_request_error", "resource_missing", "No such price")}, 1, outcome.Failed, "invalid_request_error", false, "No such price"},
		{"401", []reply{refusal(401, "invalid_request_error", "", "Invalid API Key provided: sk_test_MadeUpForTests")}, 1,
			outcome.Failed, "invalid_request_error", false, "Invalid API Key provided: sk_test_[redacted]"},
		{"402", []reply{refusal(402, "card_error", "card_declined", "Declined")}, 1, outcome.Failed, "card_error", false, "Declined"},
		{"403", []reply{refusal(403, "invalid_request_error", "", "needs rak_customer_write")}, 1, outcome.Failed, "invalid_request_error", false, "needs rak_customer_write"},
		{"approval required", []reply{refusal(400, "invalid_request_error", "approval_required", "Needs approval")}, 1,
			outcome.PendingApproval, "invalid_request_error", false, "Needs approval"},
		{"429 for ever", []reply{refusal(429, "invalid_request_error", "rate_limit", "slow down")}, 5, outcome.Failed, "invalid_request_error", true, "slow down"},
		{"429 asking for more time than there is", []reply{refusal(429, "invalid_request_error", "rate_limit", "slow down", "Retry-After", "3600")}, 1,
			outcome.Failed, "invalid_request_error", true, "slow down"},
		{"reset for ever", []reply{reset}, 5, outcome.Unknown, "network_error", true, "the connection broke after the request was sent and before Stripe's answer came"},
		{"truncated for ever", []reply{truncate}, 5, outcome.Unknown, "network_error", true, "the answer from Stripe broke off before its end"},
		{"500 for ever", []reply{refusal(500, "api_error", "", "oops")}, 5, outcome.Unknown, "api_error", true, "oops"},
		{"500, saved for this key", []reply{refusal(500, "api_error", "", "oops"), refusal(500, "api_error", "", "oops", "Idempotent-Replayed", "true")}, 2,
			outcome.Unknown, "api_error", true, "oops"},
		{"502 in HTML for ever", []reply{status(502, html)}, 5, outcome.Unknown, "network_error", true,
			"the answer (HTTP 502) was not Stripe's; a proxy or a wrong api_base may be in the way"},
		{"a redirect", []reply{status(307, "", "Location", "/elsewhere")}, 1, outcome.Unknown, "network_error", false,
			"the answer was a redirect (HTTP 307), which Stripe never sends and which is not followed"},
		{"a reset, then 400: Stripe's no settles it", []reply{reset, refusal(400, "invalid_request_error", "", "no")}, 2, outcome.Failed, "invalid_request_error", false, "no"},
		{"a reset, then 404 settles it", []reply{reset, refusal(404, "invalid_request_error", "", "no")}, 2, outcome.Failed, "invalid_request_error", false, "no"},
		{"a reset, then 401 settles nothing", []reply{reset, refusal(401, "invalid_request_error", "", "no")}, 2, outcome.Unknown, "invalid_request_error", false,
			"the answer to an earlier attempt got lost; the last one was: no"},
		{"a reset, then idempotency_error settles nothing", []reply{reset, refusal(400, "idempotency_error", "", "no")}, 2, outcome.Unknown, "idempotency_error", false,
			"the answer to an earlier attempt got lost; the last one was: no"},
		{"a reset, then 429 for ever", []reply{reset, refusal(429, "invalid_request_error", "rate_limit", "slow down")}, 5, outcome.Unknown, "invalid_request_error", true,
			"the answer to an earlier attempt got lost; the last one was: slow down"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			server := script(t, tt.replies...)
			_, err := create(t, server, time.Minute)
			keys := server.keys()
			for _, k := range keys {
				if k == "" || k != keys[0] {
					t.Errorf("attempts must share one idempotency key, got %q", keys)
				}
			}
			if len(keys) != tt.requests {
				t.Errorf("got %d requests, want %d", len(keys), tt.requests)
			}
			if err == nil {
				if tt.message != "" {
					t.Error("got a success")
				}
				return
			}
			failure := asError(t, err)
			if strings.Contains(failure.Error(), "MadeUp") {
				t.Errorf("a secret shows in %v", failure)
			}
			want := fmt.Sprintf("%s %s %v: %s", tt.outcome, tt.kind, tt.retry, tt.message)
			got := fmt.Sprintf("%s %s %v: %s", failure.Outcome, failure.Type, failure.Retryable, failure.Message)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if failure.Hint == "" {
				t.Error("no word on what to do next")
			}
		})
	}
}

func create(t *testing.T, server *scripted, timeout time.Duration) (*stripe.Customer, error) {
	t.Helper()
	client := server.client(t, timeout)
	ctx, cancel := client.WithBudget(t.Context())
	defer cancel()
	created, err := client.CreateCustomer(ctx, &stripe.CustomerParams{Email: new("jenny@example.com")})
	return created.Object, err
}

func asError(t *testing.T, err error) *outcome.Error {
	t.Helper()
	failure, ok := errors.AsType[*outcome.Error](err)
	if !ok {
		t.Fatalf("%v is not a *outcome.Error", err)
	}
	return failure
}

func TestReadsAreNeverUnknown(t *testing.T) {
	t.Parallel()
	server := script(t, reset)
	client := server.client(t, time.Minute)
	_, err := client.Customer(t.Context(), "cus_1")
	if failure := asError(t, err); failure.Outcome != outcome.Failed || !failure.Retryable {
		t.Errorf("got %+v", failure)
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	t.Run("a write that was sent is finished", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		server := script(t, func(w http.ResponseWriter, r *http.Request) {
			cancel()
			reset(w, r)
		}, success)
		created, err := server.client(t, time.Minute).CreateCustomer(ctx, &stripe.CustomerParams{Email: new("jenny@example.com")})
		if err != nil || created.Object.ID != "cus_1" {
			t.Errorf("got %v, %v", created, err)
		}
	})
	t.Run("a write that was not sent is dropped", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		server := script(t, success)
		_, err := server.client(t, time.Minute).CreateCustomer(ctx, &stripe.CustomerParams{Email: new("jenny@example.com")})
		if failure := asError(t, err); failure.Outcome != outcome.Failed || len(server.keys()) != 0 {
			t.Errorf("got %+v and %d requests", failure, len(server.keys()))
		}
	})
	t.Run("a read ends at once", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		server := script(t, func(w http.ResponseWriter, r *http.Request) { cancel(); hang(w, r) })
		_, err := server.client(t, time.Minute).Customer(ctx, "cus_1")
		if failure := asError(t, err); failure.Outcome != outcome.Failed {
			t.Errorf("got %+v", failure)
		}
	})
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	tlsServer := httptest.NewTLSServer(http.HandlerFunc(success))
	t.Cleanup(tlsServer.Close)
	closed := httptest.NewServer(http.HandlerFunc(success))
	closed.Close()
	tests := []struct{ why, url, message string }{
		{"nothing listens", closed.URL, "Stripe could not be reached: the connection was refused"},
		{"the name does not resolve", "http://stripe.invalid", "Stripe could not be reached: the host name does not resolve"},
		{"the certificate is not trusted", tlsServer.URL,
			"Stripe could not be reached: its certificate is not trusted by this machine; see ca_file if a company proxy re-signs connections"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			_, err := create(t, &scripted{Server: &httptest.Server{URL: tt.url}}, time.Minute)
			failure := asError(t, err)
			if failure.Outcome != outcome.Failed || failure.Message != tt.message {
				t.Errorf("got %s: %s", failure.Outcome, failure.Message)
			}
		})
	}
}

// TestCancelTellsTheTruth: Stripe's answer to a cancellation can get lost, and Stripe answers a second one with 404.
func TestCancelTellsTheTruth(t *testing.T) {
	t.Parallel()
	canceled := status(200, `{"id":"sub_1","object":"subscription","status":"canceled"}`)
	active := status(200, `{"id":"sub_1","object":"subscription","status":"active"}`)
	missing := refusal(404, "invalid_request_error", "resource_missing", "No such subscription: 'sub_1'")
	tests := []struct {
		why     string
		replies []reply
		methods []string
		outcome outcome.Outcome
		message string
	}{
		{"the answer was lost, the retry finds it gone, and it cannot be read", []reply{reset, missing, status(403, `{"error":{"type":"invalid_request_error","message":"no"}}`)},
			[]string{"DELETE", "DELETE", "GET"}, outcome.Unknown, "the answer to an earlier attempt got lost; the last one was: No such subscription: 'sub_1'"},
		{"Stripe finds it gone, and it cannot be read", []reply{missing, status(403, `{"error":{"type":"invalid_request_error","message":"no"}}`)},
			[]string{"DELETE", "GET"}, outcome.Unknown,
			"Stripe found nothing to cancel, as it does for what is canceled already, and the subscription could not be read: no"},
		{"the answer was lost, and it never existed", []reply{reset, missing, missing}, []string{"DELETE", "DELETE", "GET"}, outcome.Failed,
			"No such subscription: 'sub_1'"},
		{"it worked", []reply{canceled}, []string{"DELETE"}, outcome.Succeeded, ""},
		{"the answer was lost, the retry finds it gone", []reply{reset, missing, canceled}, []string{"DELETE", "DELETE", "GET"}, outcome.Succeeded, ""},
		{"it was canceled before", []reply{missing, canceled}, []string{"DELETE", "GET"}, outcome.Succeeded, ""},
		{"it never existed", []reply{missing}, []string{"DELETE", "GET"}, outcome.Failed, "No such subscription: 'sub_1'"},
		{"nothing came back, and it is canceled", []reply{reset, reset, reset, reset, reset, canceled},
			[]string{"DELETE", "DELETE", "DELETE", "DELETE", "DELETE", "GET"}, outcome.Succeeded, ""},
		{"nothing came back, and it still runs", []reply{reset, reset, reset, reset, reset, active},
			[]string{"DELETE", "DELETE", "DELETE", "DELETE", "DELETE", "GET"}, outcome.Unknown,
			"the cancellation was sent and its answer got lost; a moment later the subscription is still active"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			server := script(t, tt.replies...)
			got, err := server.client(t, time.Minute).As(stripeapi.Ends).CancelSubscription(t.Context(), "sub_1")
			var methods []string
			for _, r := range server.requests {
				methods = append(methods, r.Method)
				if r.Header.Get("Idempotency-Key") != "" {
					t.Error("Stripe ignores idempotency keys on DELETE, and net/http resends because of them")
				}
			}
			if diff := cmp.Diff(tt.methods, methods); diff != "" {
				t.Error(diff)
			}
			if tt.outcome == outcome.Succeeded {
				if err != nil || got.Object.Status != stripe.SubscriptionStatusCanceled {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if failure := asError(t, err); failure.Outcome != tt.outcome || failure.Message != tt.message {
				t.Errorf("got %s: %s", failure.Outcome, failure.Message)
			}
		})
	}
}

// TestWhatLeavesTheMachine: the headers say only what they must about this machine.
func TestWhatLeavesTheMachine(t *testing.T) {
	t.Parallel()
	server := script(t, success)
	if _, err := create(t, server, time.Minute); err != nil {
		t.Fatal(err)
	}
	r := server.requests[0]
	for name, want := range map[string]string{
		"Authorization":              "Bearer " + key,
		"Content-Type":               "application/x-www-form-urlencoded",
		"Stripe-Version":             "2024-06-20",
		"X-Stripe-Client-User-Agent": `{"lang":"go","publisher":"stripe-mcp"}`,
		"X-Stripe-Client-Telemetry":  "",
		"Stripe-Account":             "",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if server.forms[0] != "email=jenny%40example.com" {
		t.Errorf("the form is %q", server.forms[0])
	}
}

func TestConnectedAccount(t *testing.T) {
	t.Parallel()
	server := script(t, success)
	network, err := stripeapi.NewNetwork(nil, "")
	if err != nil {
		t.Fatal(err)
	}
	client := stripeapi.New(stripeapi.Config{
		Key: secret.New(key), Account: "acct_1", BaseURL: server.URL, Timeout: time.Minute, Network: network, Journal: journal.InMemory(), Logger: slog.New(slog.DiscardHandler),
	})
	if _, err := client.Customer(t.Context(), "cus_1"); err != nil {
		t.Fatal(err)
	}
	if got := server.requests[0].Header.Get("Stripe-Account"); got != "acct_1" {
		t.Errorf("Stripe-Account is %q", got)
	}
}

// TestErrorShape holds the JSON that scripts parse.
func TestErrorShape(t *testing.T) {
	t.Parallel()
	_, err := create(t, script(t, refusal(400, "invalid_request_error", "resource_missing", "No such price")), time.Minute)
	got, err := json.Marshal(asError(t, err))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"outcome":"failed","type":"invalid_request_error","code":"resource_missing","message":"No such price",` +
		`"hint":"Nothing was changed. The object named in param does not exist in this account and mode; create it or use another id",` +
		`"request_id":"req_1","retryable":false}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

// TestMessagesStayInOneLine: a model reads an error in lines, and Stripe's own words may hold line breaks of every kind.
func TestMessagesStayInOneLine(t *testing.T) {
	t.Parallel()
	for name, mark := range map[string]string{
		"line feed": `\n`, "carriage return": `\r`, "both": `\r\n`, "line separator": `\u2028`, "paragraph separator": `\u2029`,
		"next line": `\u0085`, "vertical tab": `\u000b`, "form feed": `\f`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := strings.ReplaceAll(`{"error":{"type":"invalid_request_error","code":"resource|missing","param":"a|b","message":"No such|price: 'p|q'|"}}`, "|", mark)
			_, err := create(t, script(t, status(400, body)), time.Minute)
			failure := asError(t, err)
			const want = "failed: No such price: 'p q'\nhint: Nothing was changed\n"
			if got := failure.Lines(); got != want || failure.Code != "resource missing" || failure.Param != "a b" {
				t.Errorf("got %q, %+v", got, failure)
			}
		})
	}
}
