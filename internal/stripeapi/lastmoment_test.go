package stripeapi_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

// network is a Stripe without a network in between.
type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

func (n network) client(timeout time.Duration) *stripeapi.Client {
	return stripeapi.New(stripeapi.Config{
		Key: secret.New(key), BaseURL: "http://stripe.invalid", Timeout: timeout, Network: n, Journal: journal.InMemory(), Logger: slog.New(slog.DiscardHandler),
	})
}

// lastMoment is a body that ends when the time for the call has run out.
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

// TestTheLastMoment: an answer that is there when the time runs out is not thrown away.
func TestTheLastMoment(t *testing.T) {
	t.Parallel()
	client := network(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: lastMoment{strings.NewReader(customerJSON), r.Context()}}, nil
	}).client(2 * time.Second)
	ctx, cancel := client.WithBudget(t.Context())
	defer cancel()
	created, err := client.CreateCustomer(ctx, &stripe.CustomerParams{Email: new("jenny@example.com")})
	if err != nil || created.Object.ID != "cus_1" {
		t.Errorf("got %v, %v", created.Object, err)
	}
}

// TestASuccessThatCannotBeRead may have happened, and the same call again finds out.
func TestASuccessThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, err := create(t, script(t, status(http.StatusOK, `{"id":"cus_1","object":"customer","created":"soon"}`)), time.Minute)
	failure := asError(t, err)
	if failure.Outcome != stripeapi.Unknown || !failure.Retryable || !strings.Contains(failure.Hint, "Call again with exactly the same arguments") {
		t.Errorf("got %+v", failure)
	}
}
