package mcpserver

import (
	"context"
	"encoding/json"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Call is one call of a tool.
type Call struct {
	Tool      string
	Client    string          // the name that the client gave itself, empty when it gave none
	Arguments json.RawMessage // exactly as the client sent them, {} when it sent none

	exchange     *exchange
	request      mcp.CallToolRequest
	modern       bool // of protocol version 2026-07-28 or later
	capabilities mcp.ClientCapabilities
	question     *mcp.CallToolResult // once it was put as the call's result
}

// Result is what a call answers.
type Result struct {
	// JSON is one compact JSON object with & < > unescaped. A success conforms to the tool's output schema.
	JSON json.RawMessage
	// IsError says that JSON describes a failure. Clients then get it as text only.
	IsError bool
	// Delivered, where set, is called once with whether the answer was written to a client that had not cancelled the call,
	// and again with false, at any time later, when a cancellation turns out to have crossed the answer: clients ignore
	// answers to what they have cancelled. It must not wait for long then.
	Delivered func(bool)
}

// CanAsk reports whether the client declared that it can show a person a form (MCP, elicitation).
func (c *Call) CanAsk() bool {
	declared := c.capabilities.Elicitation
	// An empty declaration means forms, as it did before there was anything else.
	return declared != nil && (declared.Form != nil || declared.URL == nil)
}

// Ask asks the person at the client a yes-or-no question. Clients up to protocol version 2025-11-25 are asked while the
// call waits. Later ones get the question as the call's result, and call again with the answer. since is when the question
// was put.
func (c *Call) Ask(ctx context.Context, question string) (answer Answer, since time.Time) {
	switch {
	case !c.CanAsk():
		return Impossible, time.Now()
	case c.modern:
		return c.askByResult(question)
	}
	since = time.Now()
	return c.exchange.questions.ask(ctx, question), since
}

// exchange travels with a call through mcp-go, and brings back what mcp-go has no place for.
type exchange struct {
	ctx       context.Context // ends when the client leaves; the one that mcp-go hands on also ends when the call returns
	client    *session
	questions *questions
	seals     func() *seals
	arguments json.RawMessage
	delivered func(bool) // of the result
}

type exchangeKey struct{}

func withExchange(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// exchangeFrom returns what the loop put beside a call. Every call has it.
func exchangeFrom(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// takeArguments takes a tool's arguments out of the params of a call, untouched, and returns the rest. mcp-go would decode
// them several times, and refuse the whole request for a number that no float64 can hold.
func (x *exchange) takeArguments(params json.RawMessage) (others json.RawMessage) {
	x.arguments = json.RawMessage("{}")
	var fields map[string]json.RawMessage
	if json.Unmarshal(params, &fields) != nil {
		return nil // no params at all
	}
	if given := fields["arguments"]; given != nil && string(given) != "null" {
		x.arguments = given
	}
	delete(fields, "arguments")
	others, _ = json.Marshal(fields) //nolint:errchkjson // they were read as JSON
	return others
}

// call returns the call that a handler of mcp-go's is asked for. ctx is the handler's.
func (x *exchange) call(ctx context.Context, request mcp.CallToolRequest) *Call {
	c := &Call{
		Tool: request.Params.Name, Client: x.client.GetClientInfo().Name, Arguments: x.arguments,
		exchange: x, request: request, capabilities: x.client.GetClientCapabilities(),
	}
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		c.modern, c.capabilities = true, *info.ClientCapabilities
	}
	return c
}

func (x *exchange) tell(delivered bool) {
	if x.delivered != nil {
		x.delivered(delivered)
	}
}
