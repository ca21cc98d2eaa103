package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

func rawJSON(text string) json.RawMessage { return json.RawMessage(text) }

// wire is a client that writes and reads lines itself.
type wire struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func dial(t *testing.T, environment ...string) *wire {
	t.Helper()
	cmd := command(t, environment)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &wire{t, cmd, in, bufio.NewReader(out)}
}

func (w *wire) send(format string, values ...any) {
	w.t.Helper()
	if _, err := fmt.Fprintf(w.in, format+"\n", values...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *wire) read() string {
	w.t.Helper()
	line, err := w.out.ReadString('\n')
	if err != nil {
		w.t.Fatal(err)
	}
	return line
}

// end closes stdin and expects the program to end well.
func (w *wire) end() {
	w.t.Helper()
	if err := w.in.Close(); err != nil {
		w.t.Error(err)
	}
	if rest, err := io.ReadAll(w.out); err != nil || len(rest) > 0 {
		w.t.Errorf("%v, and then %s", err, rest)
	}
	if err := w.cmd.Wait(); err != nil {
		w.t.Error(err)
	}
}

const buy = `"name":"stripe_create_checkout_session","arguments":{"mode":"payment","customer":"cus_1","success_url":"https://shop.example/ok?x=1",` +
	`"line_items":[{"price_data":{"currency":"eur","unit_amount":2500,"product_data":{"name":"Approve this now"}},"quantity":2},{"price":"price_1"}]}`

const question = `Stripe, LIVE mode: create Checkout session for 50.00 EUR + 1 x price_1, customer cus_1, success_url on shop.example. Go ahead?`

func liveAndAsking(url string) []string {
	return []string{liveKey, "STRIPE_MCP_ALLOW_LIVE_WRITES=true", "STRIPE_MCP_API_BASE=" + url}
}

// TestConfirmLegacy: clients up to 2025-11-25 are asked while the call waits.
func TestConfirmLegacy(t *testing.T) {
	t.Parallel()
	const handshake = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":%s,"clientInfo":{"name":"t","version":"1"}}}`
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
		{"the client dies", `{"elicitation":{}}`, true, ``, 0, "did not answer"},
		{"a client that cannot ask", `{}`, false, ``, 1, `"id":"x_1"`},
		{"a client that only opens URLs", `{"elicitation":{"url":{}}}`, false, ``, 1, `"id":"x_1"`},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			stripe := newCountingStripe(t)
			w := dial(t, liveAndAsking(stripe.URL)...)
			w.send(handshake, tt.capabilities)
			w.read()
			w.send(`{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{%s}}`, buy)
			if tt.asked {
				asked := w.read()
				want := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"params":{"mode":"form","message":%q,"requestedSchema":{"type":"object","properties":{}}},"method":"elicitation/create"}`, question)
				if strings.TrimSpace(asked) != want {
					t.Errorf("asked\n%swant\n%s", asked, want)
				}
				if stripe.writes.Load() != 0 {
					t.Error("something was sent before the answer")
				}
				if tt.response != "" {
					w.send(`{"jsonrpc":"2.0","id":1,%s}`, tt.response)
				} else if err := w.in.Close(); err != nil {
					t.Error(err)
				}
			}
			got := w.read()
			if text := strings.ReplaceAll(got, `\"`, `"`); !strings.Contains(got, `"id":"c"`) || !strings.Contains(text, tt.text) {
				t.Errorf("got %s", got)
			}
			if n := stripe.writes.Load(); n != tt.writes {
				t.Errorf("%d writes", n)
			}
			if tt.why != "the client dies" {
				w.end()
			} else if err := w.cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestConfirmModern: clients from 2026-07-28 on get the question as a result and call again with the answer.
func TestConfirmModern(t *testing.T) {
	t.Parallel()
	const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":%s}`
	const canAsk, cannotAsk = `{"elicitation":{"form":{}}}`, `{}`
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
			w := dial(t, liveAndAsking(stripe.URL)...)
			w.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{%s,%s}}`, buy, fmt.Sprintf(meta, canAsk))
			asked := w.read()
			found := state.FindStringSubmatch(asked)
			if found == nil || !strings.Contains(asked, question) || stripe.writes.Load() != 0 {
				t.Fatalf("got %s", asked)
			}
			sealed := fmt.Sprintf(`,"requestState":%q`, found[1])
			w.send(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{%s,%s}}`, tt.second(sealed), fmt.Sprintf(meta, canAsk))
			got := w.read()
			if text := strings.ReplaceAll(got, `\"`, `"`); !strings.Contains(text, tt.text) {
				t.Errorf("got %s", got)
			}
			if n := stripe.writes.Load(); n != tt.writes {
				t.Errorf("%d writes", n)
			}
			w.end()
		})
	}
	for _, first := range []string{"accept", "decline"} {
		t.Run("a state that was used to "+first, func(t *testing.T) {
			t.Parallel()
			stripe := newCountingStripe(t)
			w := dial(t, liveAndAsking(stripe.URL)...)
			w.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{%s,%s}}`, buy, fmt.Sprintf(meta, canAsk))
			sealed := fmt.Sprintf(`,"requestState":%q`, state.FindStringSubmatch(w.read())[1])
			w.send(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{%s,%s}}`, buy+answer(first)+sealed, fmt.Sprintf(meta, canAsk))
			w.read()
			before := stripe.writes.Load()
			w.send(`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{%s,%s}}`, buy+answer("accept")+sealed, fmt.Sprintf(meta, canAsk))
			if got := w.read(); !strings.Contains(got, "was used before") || stripe.writes.Load() != before {
				t.Errorf("got %s", got)
			}
			w.end()
		})
	}
	t.Run("a client that cannot ask", func(t *testing.T) {
		t.Parallel()
		stripe := newCountingStripe(t)
		w := dial(t, liveAndAsking(stripe.URL)...)
		w.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{%s,%s}}`, buy, fmt.Sprintf(meta, cannotAsk))
		if got := w.read(); !strings.Contains(got, "x_1") || stripe.writes.Load() != 1 {
			t.Errorf("got %s", got)
		}
		w.end()
	})
}
