package stripeapi_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

// TestProxy: a request to this machine does not leave it, even with a proxy.
func TestProxy(t *testing.T) {
	t.Parallel()
	stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "direct") }))
	t.Cleanup(stripe.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "proxied") }))
	t.Cleanup(proxy.Close)
	through, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	network, err := stripeapi.NewNetwork(through, "")
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		stripe.URL: "direct",
		strings.Replace(stripe.URL, "127.0.0.1", "localhost", 1): "direct",
		"http://stripe.invalid":                                  "proxied",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := network.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || string(got) != want {
			t.Errorf("%s was reached %s, want %s (%v)", address, got, want, err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestTheLogNamesNoObject: the log holds no id, because an owner's own id may be a customer's name.
func TestTheLogNamesNoObject(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why  string
		call func(context.Context, *stripeapi.Client) error
		want []string // method and path of each request
	}{
		{"an object", func(ctx context.Context, c *stripeapi.Client) error {
			_, err := c.Customer(ctx, "jenny_rosen")
			return err
		}, []string{"GET /v1/customers/{id}"}},
		{"an id that looks like a collection", func(ctx context.Context, c *stripeapi.Client) error {
			_, err := c.Customer(ctx, "customers")
			return err
		},
			[]string{"GET /v1/customers/{id}"}},
		{"a session", func(ctx context.Context, c *stripeapi.Client) error {
			_, err := c.CheckoutSession(ctx, "jenny_rosen")
			return err
		},
			[]string{"GET /v1/checkout/sessions/{id}"}},
		{"a price", func(ctx context.Context, c *stripeapi.Client) error {
			_, err := c.UnitPrice(ctx, "jenny_rosen")
			return err
		}, []string{"GET /v1/prices/{id}"}},
		{"an invoice", func(ctx context.Context, c *stripeapi.Client) error {
			c.InvoiceToPay(ctx, "jenny_rosen")
			return nil
		}, []string{"GET /v1/invoices/{id}"}},
		{"an end", func(ctx context.Context, c *stripeapi.Client) error {
			_, err := c.As(stripeapi.Ends).CancelSubscription(ctx, "jenny_rosen")
			return err
		},
			[]string{"DELETE /v1/subscriptions/{id}"}},
		{"a planned end", func(ctx context.Context, c *stripeapi.Client) error {
			_, err := c.As(stripeapi.Ends).CancelSubscriptionAtPeriodEnd(ctx, "jenny_rosen")
			return err
		}, []string{"POST /v1/subscriptions/{id}"}},
		{"a new object", func(ctx context.Context, c *stripeapi.Client) error {
			_, err := c.As(stripeapi.Makes).CreateCustomer(ctx, &stripe.CustomerParams{Name: new("jenny_rosen")})
			return err
		}, []string{"POST /v1/customers"}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			server := script(t, anything)
			network, err := stripeapi.NewNetwork(nil, "")
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			client := stripeapi.New(stripeapi.Config{
				Key: secret.New(key), BaseURL: server.URL, Timeout: time.Minute, Network: network, Journal: journal.InMemory(),
				Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			})
			if err := tt.call(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, line := range regexp.MustCompile(`method=(\S+) path=(\S+)`).FindAllStringSubmatch(log.String(), -1) {
				got = append(got, line[1]+" "+line[2])
			}
			if !slices.Equal(got, tt.want) || strings.Contains(log.String(), "jenny") {
				t.Errorf("got %q, want %q in\n%s", got, tt.want, &log)
			}
		})
	}
}

// TestAClientOnlyReads until it is told what it may do.
func TestAClientOnlyReads(t *testing.T) {
	t.Parallel()
	server := script(t, success)
	client := server.client(t, time.Minute).As(stripeapi.Reads)
	for why, err := range map[string]error{
		"create": func() error { _, err := client.CreateCustomer(t.Context(), &stripe.CustomerParams{}); return err }(),
		"cancel": func() error { _, err := client.CancelSubscription(t.Context(), "sub_1"); return err }(),
		"open": func() error {
			_, err := client.CreateBillingPortalSession(t.Context(), &stripe.BillingPortalSessionParams{})
			return err
		}(),
	} {
		if failure := asError(t, err); failure.Outcome != "refused" || failure.Type != "internal_error" {
			t.Errorf("%s: %v", why, failure)
		}
	}
	if n := len(server.keys()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
