package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestKeysOfOtherKinds are set up, used and refused as arguments like any other key, and show nowhere.
func TestKeysOfOtherKinds(t *testing.T) {
	t.Parallel()
	for key, tt := range map[string]struct {
		config string
		says   string // of what the key is
	}{
		"rkcs_test_MadeUpOfASandbox":        {"", "TEST mode, a restricted key of acct_1MadeUp"},
		"sk_org_test_MadeUpOfManyAccounts1": {"stripe_context: acct_1MadeUp/acct_2MadeUp\n", "TEST mode, an organisation key of acct_1MadeUp"},
		"sk_org_live_MadeUpOfManyAccounts1": {"stripe_context: acct_1MadeUp\n", "LIVE mode, an organisation key of acct_1MadeUp"},
		"sk_org_MadeUpOfManyAccounts1":      {"stripe_context: acct_1MadeUp\n", "LIVE mode, an organisation key of acct_1MadeUp"},
	} {
		t.Run(strings.TrimRight(key, "1"), func(t *testing.T) {
			t.Parallel()
			context := make(chan string, 100)
			stripe := serve(t, func(w http.ResponseWriter, r *http.Request) {
				context <- r.Header.Get("Stripe-Context")
				switch {
				case r.URL.Path == "/v1/account":
					_, _ = io.WriteString(w, `{"id":"acct_1MadeUp","object":"account"}`)
				case r.URL.Path == "/v1/customers/cus_bad":
					w.WriteHeader(http.StatusNotFound)
					_, _ = fmt.Fprintf(w, `{"error":{"type":"invalid_request_error","message":"no, %s"}}`, r.Header.Get("Authorization"))
				case strings.HasPrefix(r.URL.Path, "/v1/customers/"):
					_, _ = io.WriteString(w, aCustomer)
				default:
					_, _ = io.WriteString(w, `{"object":"list","data":[],"has_more":false}`)
				}
			})
			h := newHome(t)
			h.write(settings, "api_base: "+stripe+"\n"+tt.config)
			said := []ended{
				h.run(nil, key, "setup", "--key-stdin", "--yes"), h.run(nil, "", "doctor"), h.run(nil, "", "call", "stripe_get_customer", "customer_id=cus_1"),
				h.run(nil, "", "call", "stripe_get_customer", "customer_id=cus_bad"), h.run(nil, "", "call", "stripe_get_customer", "customer_id="+key),
			}
			said[0].check(t, 0, tt.says)
			said[1].check(t, 0, tt.says)
			if account := strings.TrimPrefix(tt.config, "stripe_context: "); account != "" {
				said[1].check(t, 0, "an organisation key that acts for "+strings.TrimSpace(account)+", from the vault")
			}
			said[2].check(t, 0, "cus_1")
			said[3].check(t, 1, "[redacted]")
			said[4].check(t, 1, "invalid_arguments")
			for i, one := range said {
				if strings.Contains(one.String(), key) {
					t.Errorf("run %d shows the key: %v", i, one)
				}
			}
			want := strings.TrimSuffix(strings.TrimPrefix(tt.config, "stripe_context: "), "\n")
			for range len(context) {
				if got := <-context; got != want {
					t.Errorf("Stripe-Context is %q, want %q", got, want)
				}
			}
			if strings.HasPrefix(tt.says, "LIVE") {
				h.run(nil, "", "call", "stripe_create_customer", "email=ann@shop.example").check(t, 6, "allow_live_writes")
			}
		})
	}
}

// TestKeysThatAreNotRead: an error and doctor name the place where a key seems to be, and never what is in it.
func TestKeysThatAreNotRead(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{
		"STRIPE_API_KEY=sk_test_MadeUp1":                          `the environment variable "STRIPE_API_KEY" is set, but it is not read; the name that is read is STRIPE_SECRET_KEY`,
		"STRIPE_KEY=MadeUp1":                                      `the environment variable "STRIPE_KEY" is set, but it is not read`,
		"STRIPE_SECRET_KEY=${user_config.stripe_secret_key}":      "environment variable STRIPE_SECRET_KEY does not count: it is a placeholder that was not filled in",
		"STRIPE_MCP_STRIPE_SECRET_KEY=${input:stripe_secret_key}": "environment variable STRIPE_MCP_STRIPE_SECRET_KEY does not count: it is a placeholder",
	} {
		for _, arguments := range [][]string{{"call", "stripe_get_customer", "customer_id=cus_1"}, {"doctor", "--offline"}} {
			got := newHome(t).run([]string{variable}, "", arguments...)
			got.check(t, 3, "no Stripe secret key; "+want, "run stripe-mcp setup, which stores one encrypted")
			if strings.Contains(got.String(), "MadeUp1") {
				t.Errorf("the value shows in %v", got)
			}
			if arguments[0] == "call" && strings.Contains(got.String(), "estart") {
				t.Errorf("there is nothing to restart: %v", got)
			}
		}
	}
}

// TestPlaceholdersBesideAStoredKey: the stored key is used, and doctor warns.
func TestPlaceholdersBesideAStoredKey(t *testing.T) {
	t.Parallel()
	h := healthy(t, fakeStripe(t), setupKey)
	for _, placeholder := range []string{"${user_config.stripe_secret_key}", "${input:stripe-key}", "${env:STRIPE_KEY}", "$STRIPE_KEY", "%STRIPE_KEY%", "<your key>", " ", ""} {
		for _, name := range []string{"STRIPE_SECRET_KEY", "STRIPE_MCP_STRIPE_SECRET_KEY", "STRIPE_MCP_STATE_DIR", "STRIPE_MCP_TIMEOUT"} {
			variable := []string{name + "=" + placeholder}
			h.run(variable, "", "call", "stripe_get_customer", "customer_id=cus_1").check(t, 0, `"cus_1"`)
			want := ""
			if strings.TrimSpace(placeholder) != "" {
				want = "warn  config   environment variable " + name + " does not count: it is a placeholder that was not filled in\nhint: fill it in, or remove it"
			}
			h.run(variable, "", "doctor", "--offline").check(t, 0, want)
		}
	}
}

// TestAnotherContextIsAnotherAccount: what was sent for one account is not repeated for another.
func TestAnotherContextIsAnotherAccount(t *testing.T) {
	t.Parallel()
	keys := make(chan string, 100)
	stripe := serve(t, func(w http.ResponseWriter, r *http.Request) {
		keys <- r.Header.Get("Idempotency-Key")
		w.WriteHeader(http.StatusBadGateway)
	})
	h := newHome(t)
	var sent []string
	for _, context := range []string{"acct_1MadeUp", "acct_2MadeUp", "acct_1MadeUp"} {
		h.run([]string{testKey, "STRIPE_MCP_API_BASE=" + stripe, "STRIPE_MCP_STRIPE_CONTEXT=" + context, "STRIPE_MCP_TIMEOUT=5s"}, "",
			"call", "stripe_create_customer", "email=ann@shop.example").check(t, 7)
		sent = append(sent, <-keys)
		for range len(keys) { // its repetitions
			if again := <-keys; again != sent[len(sent)-1] {
				t.Errorf("%s: one call has two keys", context)
			}
		}
	}
	if sent[0] == sent[1] || sent[0] != sent[2] {
		t.Errorf("idempotency keys %q", sent)
	}
}
