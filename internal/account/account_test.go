package account_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/secret"
)

// panicking is a network that panics.
type panicking struct{ cause any }

func (p panicking) RoundTrip(*http.Request) (*http.Response, error) { panic(p.cause) }

// TestPanic: a panic gets an answer and a line in the log. Neither shows its value, which may hold a secret.
func TestPanic(t *testing.T) {
	t.Parallel()
	const key = "sk_test_MadeUpForAPanic"
	causes := map[string]struct {
		cause    any
		typeName string
	}{
		"string": {key, "string"},
		"error":  {errors.New(key), "*errors.errorString"},
	}
	for name, tt := range causes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, err := config.Load(config.Options{Env: []string{
				"HOME=" + t.TempDir(), "STRIPE_MCP_STRIPE_SECRET_KEY=sk_test_MadeUp1", "STRIPE_MCP_JOURNAL=false",
			}})
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			a := account.New(account.Options{
				Config: cfg, Scrubber: &secret.Scrubber{}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
				Network: func() (http.RoundTripper, error) { return panicking{tt.cause}, nil },
			})
			tool, _ := a.Find("stripe_get_customer")
			got := a.Call(context.Background(), account.Caller{}, tool, json.RawMessage(`{"customer_id":"cus_1"}`))
			const want = `{"error":{"outcome":"unknown","type":"internal_error","message":"internal error in stripe_get_customer",` +
				`"hint":"Look in Stripe whether anything happened. The log on stderr says more","retryable":false}}`
			if string(got.JSON) != want || got.Failure == nil {
				t.Errorf("got %s", got.JSON)
			}
			for _, part := range []string{"level=ERROR", "tool=stripe_get_customer", "a panic of type " + tt.typeName, "account_test.go"} {
				if !strings.Contains(log.String(), part) {
					t.Errorf("the log lacks %s:\n%s", part, &log)
				}
			}
			if strings.Contains(log.String()+string(got.JSON), "MadeUpForAPanic") {
				t.Errorf("the value of the panic got out:\n%s\n%s", got.JSON, &log)
			}
		})
	}
}
