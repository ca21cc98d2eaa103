package stripeapi_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

func TestHints(t *testing.T) {
	t.Parallel()
	declined := func(code string) reply {
		return status(402, `{"error":{"type":"card_error","code":"card_declined","decline_code":"`+code+`","message":"no"}}`)
	}
	tests := []struct {
		why   string
		reply reply
		hint  string
	}{
		{"the portal was never set up", refusal(400, "invalid_request_error", "", "No configuration provided and your test mode default configuration has not been created."),
			"Save its settings once in the Dashboard under Settings > Billing > Customer portal"},
		{"no payment method", refusal(400, "invalid_request_error", "resource_missing", "This customer has no attached payment source or default payment method."),
			"Use payment_behavior default_incomplete"},
		{"a live id with a test key", refusal(404, "invalid_request_error", "resource_missing", "No such customer: 'cus_1'; a similar object exists in live mode, but a test mode key was used"),
			"belongs to the other mode"},
		{"a permission is missing", refusal(403, "invalid_request_error", "", "The provided key does not have the required permissions. Having the 'rak_customer_write' permission would allow it."),
			"add rak_customer_write"},
		{"a permission is missing, in Stripe's later words", refusal(403, "invalid_request_error", "", `The provided key does not have the required permissions. Enabling "Prices Read" ('plan_read') permissions on this key would allow this request to continue.`),
			"add Prices Read"},
		{"a permission is missing that is not named", refusal(403, "invalid_request_error", "more_permissions_required", "This key does not have the required permissions."),
			"add the permission that the message names"},
		{"the key is wrong", refusal(401, "invalid_request_error", "", "Invalid API Key provided"), "Stripe does not accept the configured key. Put a current"},
		{"the key is limited to addresses", refusal(401, "invalid_request_error", "", "The API key provided does not allow requests from your IP address."), "Add the address in the Dashboard"},
		{"the same, with the address", refusal(401, "invalid_request_error", "", "The API key provided does not allow requests from your IP address (192.0.2.7)."), "Add the address in the Dashboard"},
		{"the same, forbidden", refusal(403, "invalid_request_error", "", "The API key provided does not allow requests from your IP address."), "Add the address in the Dashboard"},
		{"the key has expired", refusal(401, "invalid_request_error", "api_key_expired", "Expired API Key provided: sk_test_****"), "Stripe does not accept the configured key. Put a current"},
		{"the key has expired, without a code", refusal(401, "invalid_request_error", "", "Expired API Key provided: sk_test_****"), "Stripe does not accept the configured key. Put a current"},
		{"a platform's key has expired", refusal(401, "invalid_request_error", "platform_api_key_expired", "The API key provided by your Connect platform has expired."), "The Connect platform that gave this key out"},
		{"a publishable key", refusal(401, "invalid_request_error", "secret_key_required", "no"), "is a publishable one (pk_)"},
		{"a publishable key, without a code", refusal(401, "invalid_request_error", "", "This API call cannot be made with a publishable API key. Please use a secret API key."), "is a publishable one (pk_)"},
		{"no key arrived", refusal(401, "invalid_request_error", "", "You did not provide an API key. You need to provide your API key in the Authorization header"), "The key did not reach Stripe"},
		{"the same, in other words", refusal(403, "invalid_request_error", "", "This API key cannot be used from IP address 203.0.113.7."), "Add the address in the Dashboard"},
		{"the same, by its code", refusal(401, "invalid_request_error", "ip_not_allowed", "Requests from this IP are not permitted for this key."), "Add the address in the Dashboard"},
		{"a key that ships are meant by", refusal(401, "invalid_request_error", "", "The key of the ship address is not valid."), "Stripe does not accept the configured key"},
		{"another account", refusal(403, "invalid_request_error", "account_invalid", "The provided key 'sk_test_****' does not have access to account 'acct_1' (or that account does not exist)."), "no access to its own account"},
		{"another account, without a code", refusal(403, "invalid_request_error", "", "The provided key does not have access to account 'acct_1'. Application access may have been revoked."), "no access to its own account"},
		{"an account that is no platform", refusal(403, "invalid_request_error", "platform_account_required", "no"), "Remove stripe_account from the configuration"},
		{"an account that is no platform, without a code", refusal(403, "invalid_request_error", "", "Only Stripe Connect platforms can work with other accounts."), "Remove stripe_account from the configuration"},
		{"a test key for what is live", refusal(403, "invalid_request_error", "livemode_mismatch", "no"), "belongs to the other mode"},
		{"not activated for live payments", refusal(403, "invalid_request_error", "testmode_charges_only", "no"), "not activated for live payments"},
		{"the object is missing", refusal(404, "invalid_request_error", "resource_missing", "No such customer"), "Check the id"},
		{"a referred object is missing", refusal(400, "invalid_request_error", "resource_missing", "No such price"), "does not exist in this account and mode"},
		{"the card was refused", refusal(402, "card_error", "card_declined", "Your card was declined."), "The bank refused the card"},
		{"the card has too little on it", refusal(402, "card_error", "card_declined", "Your card has insufficient funds."), "The bank refused the card"},
		{"the customer has to confirm", refusal(402, "card_error", "subscription_payment_intent_requires_action", "Payment requires additional user action"), "The customer has to confirm the payment. Use payment_behavior default_incomplete"},
		{"the same, by its other code", refusal(402, "card_error", "authentication_required", "no"), "The customer has to confirm the payment"},
		{"the bank asks for that", declined("authentication_required"), "The customer has to confirm the payment"},
		{"the card could not be processed", refusal(402, "card_error", "processing_error", "Try again in a little bit."), "Call again in a few minutes"},
		{"the bank was away", declined("try_again_later"), "Call again in a few minutes"},
		{"the card has expired", refusal(402, "card_error", "expired_card", "no"), "the customer has to store another one"},
		{"the card's data are wrong", refusal(402, "card_error", "incorrect_cvc", "no"), "the customer has to store another one"},
		{"a metered price with a quantity", refusal(400, "invalid_request_error", "", "Quantity should not be specified where usage_type is `metered`."), "leave quantity out"},
		{"a product for a price", refusal(400, "invalid_request_error", "resource_missing", "No such price: 'prod_123'"), "That is the id of a product, and the id of a price (price_…) is needed"},
		{"a price's older name", refusal(400, "invalid_request_error", "resource_missing", "No such plan: 'prod_123'"), "the id of a price (price_…) is needed"},
		{"a payment for a customer", refusal(404, "invalid_request_error", "resource_missing", "No such customer: 'pi_123'"), "the id of a customer (cus_…) is needed"},
		{"an owner's own id", refusal(404, "invalid_request_error", "resource_missing", "No such customer: 'shop_123'"), "Check the id"},
		{"the last row is gone", status(400, `{"error":{"type":"invalid_request_error","code":"resource_missing","param":"starting_after","message":"No such customer: 'cus_1'"}}`), "Start again without starting_after"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			_, err := create(t, script(t, tt.reply), time.Minute)
			failure := asError(t, err)
			if !strings.Contains(failure.Hint, tt.hint) {
				t.Errorf("got %q, want %q in it", failure.Hint, tt.hint)
			}
			if replaces := strings.Contains(failure.Hint, "Put a"); replaces && !strings.Contains(tt.why, "key") {
				t.Errorf("a good key is told to be replaced: %q", failure.Hint)
			}
		})
	}
}

// TestHintsNameTheSetting: what is said about the account is said of the setting that names it.
func TestHintsNameTheSetting(t *testing.T) {
	t.Parallel()
	tests := []struct{ account, context, code, hint string }{
		{"acct_1", "", "account_invalid", "Check stripe_account in the configuration"},
		{"", "acct_1", "account_invalid", "Check stripe_context in the configuration"},
		{"", "", "account_invalid", "no access to its own account"},
		{"acct_1", "", "platform_account_required", "Remove stripe_account from the configuration"},
		{"", "acct_1", "platform_account_required", "Remove stripe_context from the configuration"},
	}
	for _, tt := range tests {
		server := script(t, refusal(403, "invalid_request_error", tt.code, "no"))
		network, err := stripeapi.NewNetwork(nil, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = stripeapi.New(stripeapi.Config{
			Key: secret.New(key), Account: tt.account, Context: tt.context, BaseURL: server.URL, Timeout: time.Minute, Network: network,
			Journal: journal.InMemory(), Logger: slog.New(slog.DiscardHandler),
		}).Customer(t.Context(), "cus_1")
		if failure := asError(t, err); !strings.Contains(failure.Hint, tt.hint) {
			t.Errorf("%+v: got %q", tt, failure.Hint)
		}
	}
}

// TestOddErrors: of an error object only the type decides. What describes it may have any shape.
func TestOddErrors(t *testing.T) {
	t.Parallel()
	for member, want := range map[string]string{
		`"message":"no","code":5`:                                 "no",
		`"message":"no","param":3,"decline_code":false`:           "no",
		`"message":"no","doc_url":[],"request_log_url":{}`:        "no",
		`"message":"no","approval_request":[]`:                    "no",
		`"message":"no","approval_request":{"dashboard_url":[1]}`: "no",
		`"message":7`:    "7",
		`"message":null`: "Stripe refused it and gave no reason (HTTP 400)",
		`"message":{}`:   "Stripe refused it and gave no reason (HTTP 400)",
		`"message":" "`:  "Stripe refused it and gave no reason (HTTP 400)",
		`"code":"x"`:     "Stripe refused it and gave no reason (HTTP 400)",
	} {
		_, err := create(t, script(t, status(400, `{"error":{"type":"invalid_request_error",`+member+`}}`)), time.Minute)
		if failure := asError(t, err); failure.Outcome != outcome.Failed || failure.Message != want || failure.Type != "invalid_request_error" || failure.RequestID != "req_1" {
			t.Errorf("%s: got %+v", member, failure)
		}
	}
}

// TestRetryable: a call can be repeated when it may then end otherwise.
func TestRetryable(t *testing.T) {
	t.Parallel()
	const page = "<html>no</html>"
	tests := []struct {
		why   string
		reply reply
		want  bool
	}{
		{"a page with 404, as of a wrong api_base", status(404, page), false},
		{"a page of a proxy that wants a password", status(407, page), false},
		{"a page with 403", status(403, page), false},
		{"a page with 408", status(408, page), true},
		{"a page with 429", status(429, page, "Stripe-Should-Retry", "false"), true},
		{"a page with 502", status(502, page, "Stripe-Should-Retry", "false"), true},
		{"a card that could not be processed", refusal(402, "card_error", "processing_error", "no"), true},
		{"a card that was declined", refusal(402, "card_error", "card_declined", "no"), false},
	}
	for _, tt := range tests {
		_, err := script(t, tt.reply).client(t, time.Minute).Customer(t.Context(), "cus_1")
		if failure := asError(t, err); failure.Retryable != tt.want {
			t.Errorf("%s: got %+v", tt.why, failure)
		}
	}
}
