package stripeapi_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/stripeapi"
)

func TestAccess(t *testing.T) {
	t.Parallel()
	denied := refusal(403, "invalid_request_error", "", "the provided key does not have the permission rak_x")
	const account = `{"id":"acct_1","object":"account","settings":{"dashboard":{"display_name":"Ann's shop"}}}`
	all := []stripeapi.Permission{{Name: "Customers", Path: "/v1/customers"}, {Name: "Invoices", Path: "/v1/invoices", Optional: true}}
	tests := []struct {
		why         string
		account     reply
		denied      string // paths
		permissions []stripeapi.Permission
		want        string
		requests    int
	}{
		{"a secret key", status(200, account), "", nil, "acct_1 Ann's shop", 1},
		{"a restricted key that may all", status(200, account), "", all, "acct_1 Ann's shop", 3},
		{"one that may little", denied, "/v1/account /v1/customers", all, " without Customers", 3},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			s := script(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", "Tue, 24 Nov 2026 10:00:00 GMT")
				switch {
				case r.Method != http.MethodGet:
					t.Errorf("it writes: %s %s", r.Method, r.URL)
				case r.URL.Path == "/v1/account":
					tt.account(w, r)
				case strings.Contains(tt.denied, r.URL.Path):
					denied(w, r)
				case r.FormValue("limit") != "1":
					t.Errorf("it reads more than it needs: %s", r.URL)
				default:
					_, _ = io.WriteString(w, `{"object":"list","data":[],"has_more":false}`)
				}
			})
			access, err := s.client(t, time.Minute).Access(t.Context(), tt.permissions)
			got := strings.TrimSuffix(access.Account+" "+access.Name, " ")
			var without []string
			for _, permission := range access.Denied {
				without = append(without, permission.Name)
			}
			if len(without) > 0 {
				got += " without " + strings.Join(without, ", ")
			}
			if err != nil || got != tt.want || len(s.keys()) != tt.requests {
				t.Errorf("got %q after %d requests, %v", got, len(s.keys()), err)
			}
			if !access.Clock.Equal(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)) {
				t.Errorf("Stripe's clock says %v", access.Clock)
			}
		})
	}
}

func TestAccessOfARefusedKey(t *testing.T) {
	t.Parallel()
	s := script(t, refusal(401, "invalid_request_error", "api_key_expired", "Expired API Key provided: "+key))
	_, err := s.client(t, time.Minute).Access(t.Context(), nil)
	failure, ok := errors.AsType[*outcome.Error](err)
	if !ok || !failure.Unauthorized() || strings.Contains(err.Error(), "MadeUp") {
		t.Errorf("got %v", err)
	}
}

// TestAnswersCannotRepeatTheKey: the key is taken out of every part of an answer.
func TestAnswersCannotRepeatTheKey(t *testing.T) {
	t.Parallel()
	s := script(t, status(200, `{"id":"`+key+`","object":"customer","name":"`+key+`","metadata":{"a":"`+key+`"}}`, "Request-Id", key))
	made, err := s.client(t, time.Minute).CreateCustomer(t.Context(), &stripe.CustomerParams{Email: new("a@example.com")})
	if err != nil || made.Object.ID != "sk_test_[redacted]" || made.Object.Name != "sk_test_[redacted]" || made.Object.Metadata["a"] != "sk_test_[redacted]" {
		t.Errorf("got %+v, %v", made.Object, err)
	}
}
