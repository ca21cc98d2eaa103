package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"stripe-mcp/internal/lab"
	"stripe-mcp/internal/mcpclient"
)

// spendOf returns the arguments of a Checkout session of that sum. The order tells two of them apart.
func spendOf(cents int, order string) any {
	return rawJSON(fmt.Sprintf(`{"mode":"payment","success_url":"https://shop.example/ok","metadata":{"order":%q},
		"line_items":[{"price_data":{"currency":"eur","unit_amount":%d,"product_data":{"name":"x"}}}]}`, order, cents))
}

const limited = "STRIPE_MCP_DAILY_LIMIT=eur:5000"

// spend makes a call and returns the refusal, empty where there is none.
func spend(t *testing.T, client *mcpclient.Client, arguments any) string {
	t.Helper()
	got, err := client.Call(t.Context(), "stripe_create_checkout_session", arguments)
	if err != nil {
		t.Error(err)
		return ""
	}
	if !got.IsError {
		return ""
	}
	return got.Object()
}

// TestDailyLimitSideBySide: two programs spend at once, and together they stay within what the day may cost.
func TestDailyLimitSideBySide(t *testing.T) {
	t.Parallel()
	stripe, h := newCountingStripe(t), newHome(t)
	var calls sync.WaitGroup
	for program := range 2 {
		cmd := command(t, nil)
		cmd.Env = h.environment(testKey, limited, "STRIPE_MCP_API_BASE="+stripe.URL)
		client := handshake(t, cmd)
		for i := range 8 {
			calls.Go(func() {
				refusal := spend(t, client, spendOf(700, fmt.Sprintf("%d.%d", program, i)))
				if refusal != "" && !strings.HasPrefix(refusal, `{"error":{"outcome":"refused","type":"daily_limit","message":"nothing was sent: it costs 7.00 EUR, and of the daily limit of 50.00 EUR only 1.00 EUR is left until 20`) {
					t.Error(refusal)
				}
			})
		}
	}
	calls.Wait()
	if n := stripe.writes.Load(); n != 7 {
		t.Errorf("%d sessions of 7.00 EUR were sent", n)
	}
}

// TestDailyLimitAfterAKill: what a killed program had sent counts, because nobody knows what came of it. Its repetition counts once.
func TestDailyLimitAfterAKill(t *testing.T) {
	t.Parallel()
	arrived, hang := make(chan struct{}, 10), make(chan struct{})
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		if len(r.Header.Get("Idempotency-Key")) > 0 {
			select {
			case <-hang: // from then on it answers
			case <-r.Context().Done():
				return
			}
		}
		lab.Anything(w, r, "x_1")
	})
	h := newHome(t)
	environment := h.environment(testKey, limited, "STRIPE_MCP_API_BASE="+address)
	cmd := command(t, nil)
	cmd.Env = environment
	first, err := mcpclient.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Initialize(t.Context()); err != nil {
		t.Fatal(err)
	}
	call := map[string]any{"name": "stripe_create_checkout_session", "arguments": spendOf(4000, "1")}
	if err := first.Send(rawJSON("77"), "tools/call", call); err != nil {
		t.Fatal(err)
	}
	<-arrived
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // it was killed
	close(hang)
	next := command(t, nil)
	next.Env = environment
	second := handshake(t, next)
	for i, step := range []struct {
		cents       int
		order, want string
	}{
		{1001, "2", "only 10.00 EUR is left"},
		{4000, "1", ""},
		{1001, "2", "only 10.00 EUR is left"},
		{1000, "2", ""},
		{1, "3", "only 0.00 EUR is left"},
	} {
		if got := spend(t, second, spendOf(step.cents, step.order)); (got == "") != (step.want == "") || !strings.Contains(got, step.want) {
			t.Errorf("step %d: %s", i+1, got)
		}
	}
}

// TestDailyLimit: what the limit is about, and what it is not.
func TestDailyLimit(t *testing.T) {
	t.Parallel()
	stripe := newCountingStripe(t)
	client := start(t, []string{testKey, limited, "STRIPE_MCP_TOOLSETS=all", "STRIPE_MCP_API_BASE=" + stripe.URL})
	for i, step := range []struct{ tool, arguments, want string }{
		{"stripe_create_refund", `{"charge":"ch_9eur"}`, ""}, // of which 6.00 EUR is left
		{"stripe_create_customer", `{"email":"ann@example.com"}`, ""},
		{"stripe_create_subscription", `{"customer":"cus_1","items":[{"price":"price_9eur","quantity":5}]}`, "it costs 45.00 EUR, and of the daily limit of 50.00 EUR only 44.00 EUR is left"},
		{"stripe_create_subscription", `{"customer":"cus_1","items":[{"price":"price_9eur","quantity":4}]}`, ""},
		{"stripe_create_subscription", `{"customer":"cus_1","items":[{"price":"price_metered"}]}`, "what items[0] costs cannot be counted (its price depends on use or on the customer), and daily_limit is set"},
		{"stripe_create_subscription", `{"customer":"cus_1","items":[{"price":"price_yen"}]}`, "daily_limit is set, and it has no cap for JPY"},
		{"stripe_create_payment_link", `{"line_items":[{"price":"price_9eur","quantity":6}]}`, "it costs more than the daily limit of 50.00 EUR"},
		{"stripe_create_price", `{"product":"prod_1","currency":"eur","unit_amount":900000}`, ""}, // which costs nothing yet
		{"stripe_create_refund", `{"charge":"ch_9eur","amount":801}`, "only 8.00 EUR is left"},
		{"stripe_create_refund", `{"charge":"ch_9eur","amount":600}`, ""},
	} {
		got, err := client.Call(t.Context(), step.tool, rawJSON(step.arguments))
		if err != nil || got.IsError != (step.want != "") || !strings.Contains(got.Object(), step.want) {
			t.Errorf("step %d: %v %s", i+1, err, got.Object())
		}
		if step.want != "" && !strings.Contains(got.Object(), `"type":"daily_limit"`) {
			t.Errorf("step %d: %s", i+1, got.Object())
		}
	}
	newHome(t).run([]string{testKey, limited, "STRIPE_MCP_JOURNAL=false", "STRIPE_MCP_API_BASE=" + stripe.URL}, "", "call", "stripe_create_customer", "email=a@b.example").
		check(t, 3, "the journal counts what a day costs, and it is switched off")
}
