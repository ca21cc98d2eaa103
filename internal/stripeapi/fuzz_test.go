package stripeapi_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

// saying is a network at whose other end every answer has this body.
type saying []byte

func (body saying) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
}

// FuzzAnswers: whatever a body holds, a read shows the object that was asked for or fails, and rows are what was listed.
func FuzzAnswers(f *testing.F) {
	for _, members := range []map[string]string{odd, fine} {
		for _, member := range members {
			f.Add([]byte(subscriptionWith("sub_1", member)))
			f.Add([]byte(`{"object":"list","has_more":true,"data":[` + subscriptionWith("sub_1", member) + `,null]}`))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		synctest.Test(t, func(t *testing.T) {
			client := stripeapi.New(stripeapi.Config{
				Key: secret.New(key), BaseURL: "http://stripe.invalid", Timeout: time.Minute, Network: saying(body),
				Journal: journal.InMemory(), Logger: slog.New(slog.DiscardHandler),
			})
			ctx, cancel := client.WithBudget(t.Context())
			defer cancel()
			found, err := client.Subscription(ctx, "sub_1")
			if err == nil && found.ID != "sub_1" || err != nil && asError(t, err).Outcome != outcome.Failed {
				t.Errorf("got %+v, %v", found, err)
			}
			page, err := client.Subscriptions(ctx, &stripe.SubscriptionListParams{})
			if err != nil && asError(t, err).Outcome != outcome.Failed {
				t.Errorf("got %v", err)
			}
			for _, row := range page.Data {
				if row == nil || row.ID == "" || row.Items != nil && len(row.Items.Data) > 0 && row.Items.Data[0] == nil {
					t.Errorf("a row that cannot be shown: %+v", row)
				}
			}
		})
	})
}
