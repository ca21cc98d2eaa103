package main

import (
	"errors"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"stripe-mcp/tools"
)

// TestExitCodes has what Stripe does on the left and what a script sees on the right.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	refusing := func(status int, message string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","message":"`+message+`"}}`)
		}
	}
	refusingWith := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","code":"`+code+`","message":"no"}}`)
		}
	}
	hanging := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice that the client has gone
		<-r.Context().Done()
	}
	tests := []struct {
		why    string
		stripe http.HandlerFunc
		code   int
		stdout string
	}{
		{"it works", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, aCustomer)
		}, 0, `{"id":"cus_1","livemode":false}`},
		{"Stripe says no", refusing(400, "no"), 1, `"outcome":"failed"`},
		{"Stripe does not accept the key", refusing(401, "Invalid API Key provided: sk_test_MadeUpForTests"), 4, `"outcome":"failed"`},
		{"the key works from other addresses", refusing(401, "The API key provided does not allow requests from your IP address."), 4, "Add the address in the Dashboard"},
		{"the key has no access to its account", refusingWith(403, "account_invalid"), 4, "no access to its own account"},
		{"the key's account is no platform", refusingWith(403, "platform_account_required"), 4, "stripe_account"},
		{"the key lacks a permission", refusing(403, "The key does not have the required permissions."), 1, "lacks this permission"},
		{"Stripe is busy", refusing(429, "slow down"), 5, `"outcome":"failed"`},
		{"the answer never comes", hanging, 7, `"outcome":"unknown"`},
		{"an answer that makes no sense", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"id":"cus_1","object":"customer","created":"soon"}`)
		}, 7, `"outcome":"unknown"`},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			stripe := serve(t, tt.stripe)
			environment := []string{testKey, "STRIPE_MCP_API_BASE=" + stripe}
			if tt.code == 7 {
				environment = append(environment, "STRIPE_MCP_TIMEOUT=2s") // what has another end must reach it on a busy machine, too
			}
			cmd := command(t, environment,
				"--log-level", "debug", "call", "stripe_create_customer", "email=ann@example.com")
			var stderr strings.Builder
			cmd.Stderr = &stderr
			stdout, err := cmd.Output()
			code := 0
			if exit, ok := errors.AsType[*exec.ExitError](err); ok {
				code = exit.ExitCode()
			}
			if code != tt.code || !strings.Contains(string(stdout), tt.stdout) {
				t.Errorf("exit code %d, want %d: %s", code, tt.code, stdout)
			}
			if said := stderr.String() + string(stdout); strings.Contains(said, "MadeUp") || strings.Contains(stderr.String(), "ann@example.com") {
				t.Errorf("the key or an argument shows in %s", said)
			}
		})
	}
}

// TestExitCodeOfAReadBefore: a call that is not sent, because what has to be known first could not be read, ends as that read.
func TestExitCodeOfAReadBefore(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]int{401: 4, 404: 6, 429: 5} {
		stripe := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Stripe-Should-Retry", "false")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","message":"no"}}`)
		})
		newHome(t).run([]string{testKey, "STRIPE_MCP_API_BASE=" + stripe}, "", "call", "stripe_cancel_subscription", "subscription_id=sub_1", "cancel_at_period_end=false").
			check(t, code, `"outcome":"refused"`)
	}
}

// TestAnnotations: clients decide by them what to ask a person about.
func TestAnnotations(t *testing.T) {
	t.Parallel()
	client := start(t, nil, "--simulator")
	raw, err := client.Request(t.Context(), "tools/list", nil)
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Tools []struct {
			Name        string
			Annotations map[string]bool
		}
	}
	decode(t, string(raw), &list)
	for _, tool := range list.Tools {
		at := slices.IndexFunc(tools.All(), func(t tools.Tool) bool { return t.Name == tool.Name })
		effect := tools.All()[at].Effect
		want := map[string]bool{
			"readOnlyHint":    effect == tools.Reads,
			"destructiveHint": effect == tools.Ends || effect == tools.Pays,
			"idempotentHint":  effect == tools.Reads || effect == tools.Changes || effect == tools.Ends,
			"openWorldHint":   true,
		}
		for hint, value := range want {
			if got, explicit := tool.Annotations[hint]; !explicit || got != value {
				t.Errorf("%s: %s is %v, explicit %v", tool.Name, hint, got, explicit)
			}
		}
	}
}
