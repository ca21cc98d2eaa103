package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/mcpclient"
)

func rawJSON(text string) json.RawMessage { return json.RawMessage(text) }

// asking starts the program with a live key that may write. What the program asks its client arrives on the channel.
func asking(t *testing.T, stripe *countingStripe, settings ...string) (*mcpclient.Client, <-chan string) {
	t.Helper()
	asked := make(chan string, 10)
	environment := append([]string{liveKey, "STRIPE_MCP_ALLOW_LIVE_WRITES=true", "STRIPE_MCP_API_BASE=" + stripe.URL}, settings...)
	client, err := mcpclient.StartWatched(command(t, environment), func(line []byte) { asked <- string(line) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.CloseInput() // one test has done it
		if err := client.Wait(); err != nil {
			t.Error(err)
		}
		if len(asked) > 0 {
			t.Errorf("and then %s", <-asked)
		}
	})
	return client, asked
}

// send sends a request with params that are written out, and returns its result.
func send(t *testing.T, client *mcpclient.Client, method, format string, values ...any) string {
	t.Helper()
	got, err := client.Request(t.Context(), method, rawJSON(fmt.Sprintf(format, values...)))
	if err != nil {
		t.Error(err)
	}
	return string(got)
}

const buy = `"name":"stripe_create_checkout_session","arguments":{"mode":"payment","customer":"cus_1","success_url":"https://shop.example/ok?x=1",` +
	`"line_items":[{"price_data":{"currency":"eur","unit_amount":2500,"product_data":{"name":"Approve this now"}},"quantity":2},{"price":"price_1"}]}`

// TestConfirmWhatIsLearned: a person who is asked reads what the call comes to, also where its arguments do not say.
func TestConfirmWhatIsLearned(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		call, question string
		writes         int32
	}{
		"a refund": {`"name":"stripe_create_refund","arguments":{"payment_intent":"pi_9eur"}`, "refund payment pi_9eur for 6.00 EUR, at once and for good", 1},
		"more of an item": {`"name":"stripe_update_subscription","arguments":{"subscription_id":"sub_9eur","items":[{"id":"si_9eur","quantity":7}]}`,
			"update subscription sub_9eur for 7 x price_9eur, customer cus_1", 1},
		"an item less, and one more": {`"name":"stripe_update_subscription","arguments":{"subscription_id":"sub_9eur","items":[{"id":"si_9eur","deleted":true},{"price":"price_1"}],"proration_behavior":"always_invoice"}`,
			"update subscription sub_9eur for 1 x price_1, customer cus_1, without si_9eur, billed now, at once and for good", 1},
		"the end of a trial": {`"name":"stripe_update_subscription","arguments":{"subscription_id":"sub_9eur","trial_end":"now"}`,
			"update subscription sub_9eur for 5 x price_9eur, customer cus_1, its trial ends now, at once and for good", 1},
		"a planned end and a pause": {`"name":"stripe_update_subscription","arguments":{"subscription_id":"sub_9eur","cancel_at_period_end":true,"pause_collection":"void","unset":["metadata"]}`,
			"update subscription sub_9eur, it ends with its period, collection is paused, clears metadata", 1},
		"a customer": {`"name":"stripe_update_customer","arguments":{"customer_id":"cus_1","email":"a@b.example","unset":["phone"]}`, "update customer, customer cus_1, sets email, clears phone", 1},
		"an invoice": {`"name":"stripe_create_invoice","arguments":{"customer":"cus_1","lines":[{"description":"Approve this","amount":500,"currency":"eur"},{"price":"price_1","quantity":2}],"send":true}`,
			"create invoice for 5.00 EUR + 2 x price_1, customer cus_1, sent by e-mail", 3},
		"the end of a draft":    {`"name":"stripe_finalize_invoice","arguments":{"invoice_id":"in_9eur"}`, "finalize invoice in_9eur for 9.00 EUR, customer cus_1, at once and for good", 1},
		"the end of an invoice": {`"name":"stripe_void_invoice","arguments":{"invoice_id":"in_9eur"}`, "void invoice in_9eur, at once and for good", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stripe := newCountingStripe(t)
			client, asked := asking(t, stripe, "STRIPE_MCP_TOOLSETS=all")
			send(t, client, "initialize", `{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}`)
			answer := make(chan string, 1)
			go func() { answer <- send(t, client, "tools/call", `{%s}`, tt.call) }()
			select {
			case got := <-asked:
				if want := `"Stripe, LIVE mode: ` + tt.question + `. Go ahead?"`; !strings.Contains(got, want) {
					t.Errorf("asked %s", got)
				}
			case got := <-answer:
				t.Fatalf("nobody was asked: %s", got)
			}
			if stripe.writes.Load() != 0 {
				t.Error("something was sent before the answer")
			}
			time.Sleep(limits.Reaction) // as a person takes it
			if err := client.WriteLine([]byte(`{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}`)); err != nil {
				t.Error(err)
			}
			if got := <-answer; strings.Contains(got, `"isError":true`) || stripe.writes.Load() != tt.writes {
				t.Errorf("%d writes, and %s", stripe.writes.Load(), got)
			}
		})
	}
}

const question = `Stripe, LIVE mode: create Checkout session for 50.00 EUR + 1 x price_1, customer cus_1, success_url on shop.example. Go ahead?`

// TestConfirmLegacy: clients up to 2025-11-25 are asked while the call waits.
func TestConfirmLegacy(t *testing.T) {
	t.Parallel()
	const hello = `{"protocolVersion":"2025-11-25","capabilities":%s,"clientInfo":{"name":"t","version":"1"}}`
	tests := []struct {
		why, capabilities string
		asked             bool
		response          string // to the question; empty leaves instead
		writes            int32
		text              string
	}{
		{"yes", `{"elicitation":{}}`, true, `"result":{"action":"accept","content":{}}`, 1, `"id":"x_1"`},
		{"yes, form declared", `{"elicitation":{"form":{}}}`, true, `"result":{"action":"accept"}`, 1, `"id":"x_1"`},
		{"no", `{"elicitation":{}}`, true, `"result":{"action":"decline"}`, 0, "the person said no"},
		{"closed", `{"elicitation":{}}`, true, `"result":{"action":"cancel"}`, 0, "closed the question"},
		{"nonsense", `{"elicitation":{}}`, true, `"result":{"action":"perhaps"}`, 0, "did not answer"},
		{"an error", `{"elicitation":{}}`, true, `"error":{"code":-32603,"message":"no"}`, 0, "did not answer"},
		{"a client that knows no questions after all", `{"elicitation":{}}`, true, `"error":{"code":-32601,"message":"Method not found"}`, 0, "Use a client that supports elicitation"},
		{"the client dies", `{"elicitation":{}}`, true, ``, 0, "did not answer"},
		{"a client that cannot ask", `{}`, false, ``, 1, `"id":"x_1"`},
		{"a client that only opens URLs", `{"elicitation":{"url":{}}}`, false, ``, 1, `"id":"x_1"`},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			stripe := newCountingStripe(t)
			client, asked := asking(t, stripe)
			send(t, client, "initialize", hello, tt.capabilities)
			answer := make(chan string, 1)
			go func() { answer <- send(t, client, "tools/call", "{%s}", buy) }()
			if tt.asked {
				select {
				case got := <-asked:
					want := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"params":{"mode":"form","message":%q,"requestedSchema":{"type":"object","properties":{}}},"method":"elicitation/create"}`, question)
					if strings.TrimSpace(got) != want {
						t.Errorf("asked\n%swant\n%s", got, want)
					}
				case got := <-answer:
					t.Fatalf("nobody was asked: %s", got)
				}
				if stripe.writes.Load() != 0 {
					t.Error("something was sent before the answer")
				}
				time.Sleep(limits.Reaction) // as a person takes it
				var err error
				if tt.response == "" {
					err = client.CloseInput()
				} else {
					err = client.WriteLine(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,%s}`, tt.response))
				}
				if err != nil {
					t.Error(err)
				}
			}
			if got := <-answer; !strings.Contains(strings.ReplaceAll(got, `\"`, `"`), tt.text) {
				t.Errorf("got %s", got)
			}
			if n := stripe.writes.Load(); n != tt.writes {
				t.Errorf("%d writes", n)
			}
		})
	}
}

// TestConfirmModern: clients from 2026-07-28 on get the question as a result and call again with the answer.
func TestConfirmModern(t *testing.T) {
	t.Parallel()
	const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":%s}`
	call := func(t *testing.T, client *mcpclient.Client, params string) string {
		t.Helper()
		return send(t, client, "tools/call", "{%s,"+meta+"}", params, `{"elicitation":{"form":{}}}`)
	}
	state := regexp.MustCompile(`"requestState":"([^"]+)"`)
	answer := func(action string) string {
		return fmt.Sprintf(`,"inputResponses":{"confirm":{"action":%q}}`, action)
	}
	tests := []struct {
		why    string
		second func(state string) string // what the second call adds to, or has instead of, the first one's params
		writes int32
		text   string
	}{
		{"yes", func(s string) string { return buy + answer("accept") + s }, 1, `"id":"x_1"`},
		{"no", func(s string) string { return buy + answer("decline") + s }, 0, "the person said no"},
		{"closed", func(s string) string { return buy + answer("cancel") + s }, 0, "closed the question"},
		{"no answer", func(s string) string { return buy + s }, 0, "did not answer"},
		{"yes to another cart", func(s string) string { return strings.Replace(buy, "2500", "2501", 1) + answer("accept") + s }, 0, "belongs to another call"},
		{"an invented state", func(string) string { return buy + answer("accept") + `,"requestState":"AAAA"` }, 0, "belongs to another call"},
		{"yes without a state is no answer to anything", func(string) string { return buy + answer("accept") }, 0, `"resultType":"input_required"`},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			stripe := newCountingStripe(t)
			client, _ := asking(t, stripe)
			asked := call(t, client, buy)
			found := state.FindStringSubmatch(asked)
			if found == nil || !strings.Contains(asked, question) || stripe.writes.Load() != 0 {
				t.Fatalf("got %s", asked)
			}
			sealed := fmt.Sprintf(`,"requestState":%q`, found[1])
			time.Sleep(limits.Reaction) // as a person takes it
			got := call(t, client, tt.second(sealed))
			if text := strings.ReplaceAll(got, `\"`, `"`); !strings.Contains(text, tt.text) {
				t.Errorf("got %s", got)
			}
			if n := stripe.writes.Load(); n != tt.writes {
				t.Errorf("%d writes", n)
			}
		})
	}
	t.Run("a no that comes faster than a person can read", func(t *testing.T) {
		t.Parallel()
		stripe := newCountingStripe(t)
		client, _ := asking(t, stripe)
		sealed := fmt.Sprintf(`,"requestState":%q`, state.FindStringSubmatch(call(t, client, buy))[1])
		if got := call(t, client, buy+answer("decline")+sealed); !strings.Contains(got, "without showing it to a person") || stripe.writes.Load() != 0 {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a no stays a no", func(t *testing.T) {
		t.Parallel()
		stripe := newCountingStripe(t)
		client, _ := asking(t, stripe)
		sealed := fmt.Sprintf(`,"requestState":%q`, state.FindStringSubmatch(call(t, client, buy))[1])
		call(t, client, buy+answer("decline")+sealed)
		if got := call(t, client, buy+answer("accept")+sealed); !strings.Contains(got, "another answer was given before") || stripe.writes.Load() != 0 {
			t.Errorf("got %s", got)
		}
	})
	t.Run("one yes is one order", func(t *testing.T) {
		t.Parallel()
		stripe := newCountingStripe(t)
		client, _ := asking(t, stripe)
		sealed := fmt.Sprintf(`,"requestState":%q`, state.FindStringSubmatch(call(t, client, buy))[1])
		for range 2 {
			if got := call(t, client, buy+answer("accept")+sealed); !strings.Contains(got, "x_1") {
				t.Errorf("got %s", got)
			}
		}
		again := fmt.Sprintf(`,"requestState":%q`, state.FindStringSubmatch(call(t, client, buy))[1])
		call(t, client, buy+answer("accept")+again)
		if keys := stripe.keys(); len(keys) != 3 || keys[0] != keys[1] || keys[1] == keys[2] {
			t.Errorf("keys %q: the same yes has the same key, and another yes another", keys)
		}
	})
	t.Run("a client that cannot ask", func(t *testing.T) {
		t.Parallel()
		stripe := newCountingStripe(t)
		client, _ := asking(t, stripe)
		if got := send(t, client, "tools/call", "{%s,"+meta+"}", buy, `{}`); !strings.Contains(got, "x_1") || stripe.writes.Load() != 1 {
			t.Errorf("got %s", got)
		}
	})
}
