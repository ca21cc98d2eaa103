package stripeapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/outcome"
)

// TestASavedError: when Stripe keeps an internal error for a key, the key is no longer used once the caller knows that.
func TestASavedError(t *testing.T) {
	t.Parallel()
	saved := refusal(http.StatusInternalServerError, "api_error", "", "oops", "Idempotent-Replayed", "true")
	server := script(t, saved, saved, success)
	client := server.client(t, time.Minute)
	for i, delivered := range []bool{false, true, true} {
		receipt := journal.NewReceipt(t.Context(), journal.Caller{}, time.Time{})
		_, err := client.For(receipt).CreateCustomer(t.Context(), &stripe.CustomerParams{Email: new("jenny@example.com")})
		if i < 2 && asError(t, err).Outcome != outcome.Unknown || i == 2 && err != nil {
			t.Errorf("call %d: %v", i+1, err)
		}
		receipt.Close(delivered)
	}
	if keys := server.keys(); len(keys) != 3 || keys[0] != keys[1] || keys[1] == keys[2] {
		t.Errorf("keys %q: the second call has to repeat the first, and the third to be new", keys)
	}
}
