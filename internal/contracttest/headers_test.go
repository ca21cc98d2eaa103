package contracttest

import (
	"net/http"
	"strings"
	"testing"
)

// checkHeaders holds a request to what accompanies all of them: the version that the wrapper was written for, the key,
// and nothing about the machine that it comes from.
func checkHeaders(t *testing.T, sent request) {
	t.Helper()
	want := map[string]string{
		"Authorization":              "Bearer " + madeUpKey,
		"Stripe-Version":             "2024-06-20",
		"Content-Type":               "application/x-www-form-urlencoded",
		"X-Stripe-Client-User-Agent": `{"lang":"go","publisher":"stripe-mcp"}`,
		"X-Stripe-Client-Telemetry":  "",
		"Stripe-Account":             "",
		"Stripe-Context":             "",
	}
	for name, value := range want {
		if got := sent.header.Get(name); got != value {
			t.Errorf("%s: got %q, want %q", name, got, value)
		}
	}
	// Stripe ignores the key on DELETE, where net/http would take it for the permission to send again.
	if got, want := sent.header.Get("Idempotency-Key") != "", sent.method == http.MethodPost; got != want {
		t.Errorf("has an Idempotency-Key: %v, want %v", got, want)
	}
}

// TestEqualCallsAreTwo holds the program to what makes two equal purchases two: each has its own idempotency key. The
// second call is also the one that could carry telemetry, which is about the request before.
func TestEqualCallsAreTwo(t *testing.T) {
	t.Parallel()
	stripe := &recorder{}
	client := connect(t, stripe.start(t))
	for range 2 {
		call(t, client, "stripe_create_customer", `{"email": "jenny@example.com"}`)
	}
	sent := stripe.recorded()
	if len(sent) != 2 {
		t.Fatalf("sent %d requests, want 2", len(sent))
	}
	if sent[0].header.Get("Idempotency-Key") == sent[1].header.Get("Idempotency-Key") {
		t.Error("both calls have the same idempotency key")
	}
	checkHeaders(t, sent[1])
}

// TestAccountToActFor names the account that every request acts for.
func TestAccountToActFor(t *testing.T) {
	t.Parallel()
	for header, tt := range map[string]struct{ variable, other string }{
		"Stripe-Account": {"STRIPE_MCP_STRIPE_ACCOUNT=acct_1MadeUp", "Stripe-Context"},
		"Stripe-Context": {"STRIPE_MCP_STRIPE_CONTEXT=acct_1MadeUp", "Stripe-Account"},
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			stripe := ending("stripe_cancel_subscription")
			client := connect(t, stripe.start(t), tt.variable)
			call(t, client, "stripe_create_customer", `{"email": "jenny@example.com"}`)
			call(t, client, "stripe_cancel_subscription", `{"subscription_id": "sub_123"}`)
			call(t, client, "stripe_list_subscriptions", `{}`)
			for _, sent := range stripe.recorded() {
				if got, other := sent.header.Get(header), sent.header.Get(tt.other); got != "acct_1MadeUp" || other != "" {
					t.Errorf("%s: %s is %q, %s is %q", strings.SplitN(sent.String(), "\n", 2)[0], header, got, tt.other, other)
				}
			}
		})
	}
}
