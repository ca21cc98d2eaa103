package stripeapi_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

// network is a Stripe that is called without a network.
type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	return n(r)
}

func (n network) client(timeout time.Duration) *stripeapi.Client {
	return stripeapi.New(stripeapi.Config{
		Key: secret.New(key), BaseURL: "http://stripe.invalid", Timeout: timeout, Network: n, Journal: journal.InMemory(), Logger: slog.New(slog.DiscardHandler),
	}).As(stripeapi.Makes)
}

// lastMoment is a body that ends when the time for the call is over.
type lastMoment struct {
	io.Reader
	ctx context.Context
}

func (b lastMoment) Read(into []byte) (int, error) {
	n, err := b.Reader.Read(into)
	if errors.Is(err, io.EOF) {
		<-b.ctx.Done()
	}
	return n, err
}

func (lastMoment) Close() error { return nil }

// TestTheBudgetEndsEverything runs on the bubble's clock, so it does not depend on the machine's speed.
func TestTheBudgetEndsEverything(t *testing.T) {
	t.Parallel()
	answer := func(status int, body io.ReadCloser) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: body}
	}
	tests := []struct {
		why     string
		network network
		outcome outcome.Outcome
		message string
	}{
		{"while waiting for an answer", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, outcome.Unknown, "Stripe did not answer within the time for one call"},
		{"during the wait before a retry", func(*http.Request) (*http.Response, error) {
			const slowDown = `{"error":{"type":"invalid_request_error","code":"rate_limit","message":"slow down"}}`
			return answer(http.StatusTooManyRequests, io.NopCloser(strings.NewReader(slowDown))), nil
		}, outcome.Failed, "slow down"},
		{"but not an answer that is there at the last moment", func(r *http.Request) (*http.Response, error) {
			return answer(http.StatusOK, lastMoment{strings.NewReader(customerJSON), r.Context()}), nil
		}, outcome.Succeeded, ""},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const budget = 200 * time.Millisecond
				client := tt.network.client(budget)
				ctx, cancel := client.WithBudget(t.Context())
				defer cancel()
				begin := time.Now()
				created, err := client.CreateCustomer(ctx, &stripe.CustomerParams{Email: new("jenny@example.com")})
				if took := time.Since(begin); took > budget {
					t.Errorf("took %v of %v", took, budget)
				}
				if tt.outcome == outcome.Succeeded {
					if err != nil || created.Object.ID != "cus_1" {
						t.Errorf("got %v, %v", created.Object, err)
					}
					return
				}
				if failure := asError(t, err); failure.Outcome != tt.outcome || failure.Message != tt.message {
					t.Errorf("got %s: %s", failure.Outcome, failure.Message)
				}
			})
		})
	}
}

// TestASuccessThatCannotBeRead has most likely happened, and asking again would bring the same answer.
func TestASuccessThatCannotBeRead(t *testing.T) {
	t.Parallel()
	server := script(t, status(http.StatusOK, `{"id":"cus_1","object":"customer","created":"soon"}`))
	_, err := create(t, server, time.Minute)
	failure := asError(t, err)
	if failure.Outcome != outcome.Unknown || failure.Retryable || !strings.Contains(failure.Hint, "look at cus_1") || len(server.keys()) != 1 {
		t.Errorf("got %+v after %d requests", failure, len(server.keys()))
	}
}
