package account_test

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/secret"
)

// answering is a network on which Stripe answers every request with one text.
type answering struct {
	status int
	text   string
	asked  *string
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	*a.asked = r.Method + " " + r.URL.Path + "?" + r.URL.RawQuery
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}, "Request-Id": {"req_1"}}, Body: io.NopCloser(strings.NewReader(a.text)), Request: r,
	}, nil
}

// TestSettle: what Stripe can tell of an order of unknown outcome, without the words of its request.
func TestSettle(t *testing.T) {
	t.Parallel()
	const path = "/v1/subscriptions"
	tests := map[string]struct {
		path, mode string
		age        time.Duration
		status     int
		answer     string
		nothing    bool
		said       string
		fault      string
	}{
		"nothing was made":      {answer: `{"object":"list","data":[],"has_more":false}`, nothing: true, said: "Stripe has none of subscriptions that was made between "},
		"something was made":    {answer: `{"object":"list","data":[{"id":"sub_1","object":"subscription"},{"id":"sub_2","object":"subscription"}]}`, said: "It may be one of these subscriptions, which were made between "},
		"the key may not look":  {status: 403, answer: `{"error":{"type":"invalid_request_error","message":"no"}}`, said: "Stripe cannot be asked what came of it: "},
		"no list by time":       {path: "/v1/payment_links", said: "there is no list of /v1/payment_links by time"},
		"another mode":          {mode: "LIVE", said: "it was made in another mode"},
		"it may be under way":   {age: time.Millisecond, fault: "may still be under way"},
		"not a list of objects": {answer: `<html>`, said: "Stripe cannot be asked what came of it: "},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			home, asked := t.TempDir(), ""
			cfg, err := config.Load(config.Options{Env: []string{"HOME=" + home, "STRIPE_MCP_STRIPE_SECRET_KEY=sk_test_MadeUp1", "STRIPE_MCP_TIMEOUT=1s"}})
			if err != nil {
				t.Fatal(err)
			}
			a := account.New(account.Options{
				Config: cfg, Scrubber: &secret.Scrubber{}, Logger: slog.New(slog.DiscardHandler),
				Network: func() (http.RoundTripper, error) { return answering{max(tt.status, 200), tt.answer, &asked}, nil },
			})
			age := cmp.Or(tt.age, time.Hour)
			unknown(t, filepath.Join(cfg.StateDir, "journal"), time.Now().Add(-age), cmp.Or(tt.path, path), cmp.Or(tt.mode, "TEST"))
			found, err := a.Settle(t.Context(), "LOST")
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || found.Nothing != tt.nothing || !strings.Contains(found.Said, tt.said) {
				t.Errorf("got %+v, %v (asked %s)", found, err, asked)
			}
			if tt.nothing && (!strings.HasPrefix(asked, "GET "+path+"?") || !strings.Contains(asked, "status=all") || !strings.Contains(asked, "created")) {
				t.Errorf("asked %s", asked)
			}
		})
	}
}

// unknown writes the journal of an order of unknown outcome.
func unknown(t *testing.T, folder string, at time.Time, path, mode string) {
	t.Helper()
	caller := fmt.Sprintf(`"time":%q,"intent":"LOST","tool":"stripe_create_subscription","mode":%q,"method":"POST","path":%q`, at.Format(time.RFC3339Nano), mode, path)
	text := fmt.Sprintf("{%s,%q:%q,%q:%q,%q:%q,%q:%q}\n{%s,%q:%q,%q:%q}\n", caller, "event", "intent", "request", "d1", "idempotency_key", "KEY", "key_time", at.Format(time.RFC3339Nano),
		caller, "event", "outcome", "outcome", "unknown")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "journal.jsonl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
