package mcpserver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type toolFunc func(ctx context.Context, name string, args json.RawMessage) Result

func (f toolFunc) handle(ctx context.Context, call *Call) Result {
	return f(ctx, call.Tool, call.Arguments)
}

func schemas(input, output json.RawMessage) func() (json.RawMessage, json.RawMessage) {
	return func() (json.RawMessage, json.RawMessage) { return input, output }
}

// newServer offers two tools and a hidden one, in an order that is not alphabetical.
func newServer(call toolFunc) *Server {
	object := json.RawMessage(`{"type":"object","description":"1 < 2 & 3 > 2"}`)
	return New(Options{
		Version:      "v1.2.3",
		Instructions: "Test mode & <nothing> else.",
		Tools: []Tool{
			{Name: "read", Title: "Read & see", Description: "a < b", Schemas: schemas(object, object), ReadOnly: true, Idempotent: true},
			{Name: "buy", Title: "Buy", Description: "buys", Schemas: schemas(object, nil), Destructive: true},
			{Name: "gone", Schemas: schemas(object, nil), Hidden: true},
		},
		Call: call.handle,
	})
}

// newLimitedServer runs so many calls at once.
func newLimitedServer(maxConcurrent int, call toolFunc) *Server {
	return New(Options{
		Tools:         []Tool{{Name: "read", Schemas: schemas(json.RawMessage(`{"type":"object"}`), nil)}},
		Call:          call.handle,
		MaxConcurrent: maxConcurrent,
	})
}

// echo answers with the name and the arguments it was called with.
func echo(_ context.Context, name string, args json.RawMessage) Result {
	answer, err := json.Marshal(map[string]json.RawMessage{"name": json.RawMessage(`"` + name + `"`), "args": args})
	return Result{JSON: answer, IsError: err != nil}
}

// converse gives a server all input at once. It returns the lines that the server wrote until it ended by itself.
func converse(t *testing.T, s *Server, input string) []string {
	t.Helper()
	var out bytes.Buffer
	if err := s.Serve(t.Context(), strings.NewReader(input), &out); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if out.Len() == 0 {
		return nil
	}
	written, whole := strings.CutSuffix(out.String(), "\n")
	if !whole {
		t.Errorf("the last line has no end: %q", written)
	}
	return strings.Split(written, "\n")
}

// client is the other end of a running server.
type client struct {
	t       *testing.T
	in      *io.PipeWriter
	out     *bufio.Reader
	outPipe *io.PipeReader
	ended   chan error // what Serve returned
}

func connect(ctx context.Context, t *testing.T, s *Server) *client {
	t.Helper()
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	c := &client{t: t, in: inWrite, out: bufio.NewReader(outRead), outPipe: outRead, ended: make(chan error, 1)}
	go func() {
		c.ended <- s.Serve(ctx, inRead, outWrite)
		shut(t, outWrite)
	}()
	t.Cleanup(func() { shut(t, inRead, outRead) })
	return c
}

func shut(t *testing.T, ends ...io.Closer) {
	t.Helper()
	for _, end := range ends {
		if err := end.Close(); err != nil {
			t.Error(err)
		}
	}
}

func (c *client) send(lines ...string) {
	c.t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(c.in, line+"\n"); err != nil {
			c.t.Fatalf("sending %s: %v", line, err)
		}
	}
}

func (c *client) expect(want string) {
	c.t.Helper()
	got, err := c.out.ReadString('\n')
	if err != nil || got != want+"\n" {
		c.t.Fatalf("got  %s (%v)\nwant %s", got, err, want)
	}
}

// expectEnd reads the rest of the output, which must be these lines in any order. Serve must then end without an error.
func (c *client) expectEnd(want ...string) {
	c.t.Helper()
	rest, err := io.ReadAll(c.out)
	if err != nil {
		c.t.Fatal(err)
	}
	left := map[string]int{}
	for _, line := range want {
		left[line]++
	}
	for line := range strings.Lines(string(rest)) {
		line = strings.TrimSuffix(line, "\n")
		if left[line]--; left[line] < 0 {
			c.t.Errorf("unexpected: %s", line)
		}
	}
	for line, missing := range left {
		if missing > 0 {
			c.t.Errorf("missing: %s", line)
		}
	}
	if err := <-c.ended; err != nil {
		c.t.Errorf("Serve: %v", err)
	}
}

// The messages that tests are made of.

func request(id, method, params string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"` + method + `","params":` + params + `}`
}

func ping(id string) string { return request(id, "ping", "{}") }

func pong(id string) string { return `{"jsonrpc":"2.0","id":` + id + `,"result":{}}` }

func call(id, tool, args string) string {
	return request(id, "tools/call", `{"name":"`+tool+`","arguments":`+args+`}`)
}

func cancelled(id string) string {
	return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `,"reason":"bored"}}`
}

// success is the answer to a legacy call that succeeded with a JSON object.
func success(id, object string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"result":{"content":[` + textBlock(object) + `],"structuredContent":` + object + `}}`
}

// failure is the answer to a legacy call that failed with a JSON object.
func failure(id, object string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"result":{"content":[` + textBlock(object) + `],"isError":true}}`
}

func textBlock(text string) string {
	return `{"type":"text","text":"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"}`
}

// meta is the _meta of a request of the modern era.
const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",` +
	`"io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`

// next returns the next line, without its end.
func (c *client) next() string {
	c.t.Helper()
	line, err := c.out.ReadString('\n')
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.TrimSuffix(line, "\n")
}

// skip reads a line that the test is not about.
func (c *client) skip() {
	c.t.Helper()
	c.next()
}
