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

// TestPanic: a panic is answered, and logged without its value, which may hold a secret. The answer says whether anything can
// have been changed.
func TestPanic(t *testing.T) {
	t.Parallel()
	const key = "sk_test_MadeUpForAPanic"
	const read, write = "stripe_get_customer", "stripe_create_customer"
	harmless := `{"error":{"outcome":"failed","type":"internal_error","message":"internal error in ` + read + `. Nothing was changed",` +
		`"hint":"The log on stderr says more. Report it as a fault of stripe-mcp","retryable":false}}`
	tests := map[string]struct {
		cause     any
		typeName  string
		unmade    bool // there is not even a network
		tool      string
		arguments string
		want      string
	}{
		"a text, while reading":   {key, "string", false, read, `{"customer_id":"cus_1"}`, harmless},
		"an error, while reading": {errors.New(key), "*errors.errorString", false, read, `{"customer_id":"cus_1"}`, harmless},
		"before a write was sent": {key, "string", true, write, `{"email":"a@b.example"}`, strings.ReplaceAll(harmless, read, write)},
		"while a write was being sent": {key, "string", false, write, `{"email":"a@b.example"}`,
			`{"error":{"outcome":"unknown","type":"internal_error","message":"internal error in ` + write + `",` +
				`"hint":"Look in Stripe whether anything happened. The log on stderr says more","retryable":false}}`},
	}
	for name, tt := range tests {
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
				Network: func() (http.RoundTripper, error) {
					if tt.unmade {
						panic(tt.cause)
					}
					return panicking{tt.cause}, nil
				},
			})
			tool, _ := a.Find(tt.tool)
			got := a.Call(context.Background(), account.Caller{}, tool, json.RawMessage(tt.arguments))
			if string(got.JSON) != tt.want || got.Failure == nil {
				t.Errorf("got  %s\nwant %s", got.JSON, tt.want)
			}
			for _, part := range []string{"level=ERROR", "tool=" + tt.tool, "a panic of type " + tt.typeName, "account_test.go"} {
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
