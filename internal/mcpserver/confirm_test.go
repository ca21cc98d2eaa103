package mcpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stripe-mcp/internal/limits"
)

// asking is a tool that answers with the answer to its question.
func asking(ctx context.Context, call *Call) Result {
	got := call.Ask(ctx, "Go ahead?")
	return Result{JSON: fmt.Appendf(nil, `{"answer":%d,"waited":%q}`, got.Answer, time.Since(got.Since).Round(time.Second))}
}

func newAskingServer() *Server {
	return New(Options{Tools: []Tool{{Name: "buy", Schemas: schemas(json.RawMessage(`{"type":"object"}`), nil)}}, Call: asking})
}

const askingClient = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}}`

// TestAskLegacy: a question to an older client ends after 45 s if no answer to it comes.
func TestAskLegacy(t *testing.T) {
	t.Parallel()
	const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"buy"}}`
	tests := []struct {
		why    string
		act    func(*client)
		answer string
	}{
		{"nobody answers in time", func(*client) { time.Sleep(limits.Question) }, fmt.Sprintf(`{"answer":%d,"waited":"45s"}`, TimedOut)},
		{"the answer comes at the last moment", func(c *client) {
			time.Sleep(limits.Question - time.Millisecond)
			c.send(`{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}`)
		}, fmt.Sprintf(`{"answer":%d,"waited":"45s"}`, Accepted)},
		{"no, by a person", func(c *client) {
			time.Sleep(limits.Reaction)
			c.send(`{"jsonrpc":"2.0","id":1,"result":{"action":"decline"}}`)
		}, fmt.Sprintf(`{"answer":%d,"waited":"0s"}`, Declined)},
		{"no, faster than a person reads", func(c *client) {
			time.Sleep(9 * time.Millisecond)
			c.send(`{"jsonrpc":"2.0","id":1,"result":{"action":"decline"}}`)
		}, fmt.Sprintf(`{"answer":%d,"waited":"0s"}`, Unshown)},
		{"closed, faster than a person reads", func(c *client) {
			c.send(`{"jsonrpc":"2.0","id":1,"result":{"action":"cancel"}}`)
		}, fmt.Sprintf(`{"answer":%d,"waited":"0s"}`, Unshown)},
		{"a client that knows no questions after all", func(c *client) {
			c.send(`{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}`)
		}, fmt.Sprintf(`{"answer":%d,"waited":"0s"}`, Impossible)},
		{"an error of another shape", func(c *client) {
			c.send(`{"jsonrpc":"2.0","id":1,"error":"no"}`)
		}, fmt.Sprintf(`{"answer":%d,"waited":"0s"}`, Failed)},
		{"an answer to something else is none", func(c *client) {
			c.send(`{"jsonrpc":"2.0","id":2,"result":{"action":"accept"}}`, `{"jsonrpc":"2.0","id":"1","result":{"action":"accept"}}`)
			time.Sleep(limits.Question)
		}, fmt.Sprintf(`{"answer":%d,"waited":"45s"}`, TimedOut)},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := connect(t.Context(), t, newAskingServer())
				c.send(askingClient)
				c.skip()
				c.send(call)
				c.skip() // the question
				tt.act(c)
				got := c.next()
				if strings.Contains(got, "notifications/cancelled") {
					if got != `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}` {
						t.Errorf("withdrawn with %s", got)
					}
					got = c.next()
				}
				if want := strings.ReplaceAll(tt.answer, `"`, `\"`); !strings.Contains(got, want) {
					t.Errorf("got %s, want %s", got, want)
				}
				shut(t, c.in)
				c.expectEnd()
			})
		})
	}
}

// TestAskModern: an answer that comes too late does not count.
func TestAskModern(t *testing.T) {
	t.Parallel()
	const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}`
	for wait, want := range map[time.Duration]Answer{0: Accepted, limits.Dialog: Accepted, limits.Dialog + time.Millisecond: TimedOut, 24 * time.Hour: TimedOut} {
		t.Run(wait.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := connect(t.Context(), t, newAskingServer())
				c.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"buy",` + meta + `}}`)
				state := regexp.MustCompile(`"requestState":"[^"]+"`).FindString(c.next())
				time.Sleep(wait)
				c.send(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"buy",` + state + `,"inputResponses":{"confirm":{"action":"accept"}},` + meta + `}}`)
				if got := c.next(); !strings.Contains(got, fmt.Sprintf(`"answer\":%d,`, want)) && !strings.Contains(got, fmt.Sprintf(`{"answer":%d,`, want)) {
					t.Errorf("got %s, want %d", got, want)
				}
				shut(t, c.in)
				c.expectEnd()
			})
		})
	}
}
