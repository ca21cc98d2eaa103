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
	Read      time.Time       // when it was read

	exchange     *exchange
	request      mcp.CallToolRequest
	modern       bool // the protocol version is 2026-07-28 or later
	capabilities mcp.ClientCapabilities
	question     *mcp.CallToolResult // set when the call's result is a question
}

// Result is the answer to a call.
type Result struct {
	// JSON is one compact JSON object with & < > unescaped. A success conforms to the tool's output schema.
	JSON json.RawMessage
	// IsError says that JSON describes a failure. Clients then get it only as text.
	IsError bool
	// Words says of a failure what happened. They stand before JSON and end in a line break. A client that took a text of JSON
	// alone for structured content would show its model none of it.
	Words string
	// Delivered may be nil. It is called once, with true if the answer was written and the client had not cancelled the call.
	// It can be called later with false: then a cancellation has crossed the answer, and clients ignore such an answer. That
	// second time Delivered must return soon.
	Delivered func(bool)
}

// CanAsk reports whether the client declared that it can show a person a form (MCP, elicitation).
func (c *Call) CanAsk() bool {
	return c.capabilities.Elicitation != nil // see neededCapabilities
}

// Ask asks the person at the client a yes-or-no question. Clients up to protocol version 2025-11-25 are asked while the
// call waits. Later ones get the question as the call's result, and call again with the response.
func (c *Call) Ask(ctx context.Context, question string) Response {
	switch {
	case !c.CanAsk():
		return Response{Answer: Impossible, Since: time.Now()}
	case c.modern:
		return c.askByResult(question)
	}
	c.exchange.leaveSlot()
	defer c.exchange.takeSlot()
	since := time.Now()
	return Response{Answer: c.exchange.questions.ask(ctx, question), Since: since}
}

// exchange travels through mcp-go with a call. It carries what mcp-go has no place for.
type exchange struct {
	ctx       context.Context // ends when the client leaves; mcp-go's own context also ends when the call returns
	client    *session
	questions *questions
	seals     func() *seals
	slots     chan struct{}
	holding   bool      // one of slots
	read      time.Time // when the call was read
	arguments json.RawMessage
	result    *Result    // nil when the call was not made, or asks the person
	delivered func(bool) // of the result
}

type exchangeKey struct{}

func withExchange(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// exchangeFrom returns the exchange that the loop gave to a call. Every call has one.
func exchangeFrom(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// takeArguments takes a tool's arguments unchanged out of a call's params. mcp-go would decode them several times. It would
// also refuse the whole request for a number that no float64 can hold.
func (x *exchange) takeArguments(params fields) {
	x.arguments = json.RawMessage("{}")
	if params.has("arguments") {
		x.arguments = params["arguments"]
	}
}

// call returns the Call for one of mcp-go's requests. ctx is the context of mcp-go's handler.
func (x *exchange) call(ctx context.Context, request mcp.CallToolRequest) *Call {
	c := &Call{
		Tool: request.Params.Name, Client: x.client.GetClientInfo().Name, Arguments: x.arguments, Read: x.read,
		exchange: x, request: request, capabilities: x.client.GetClientCapabilities(),
	}
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		c.modern, c.capabilities = true, *info.ClientCapabilities
	}
	return c
}

// takeSlot waits for the call's turn. A call that is cancelled waits no longer, and learns it from its context.
func (x *exchange) takeSlot() {
	select {
	case x.slots <- struct{}{}:
		x.holding = true
	case <-x.ctx.Done():
	}
}

// leaveSlot lets another call run.
func (x *exchange) leaveSlot() {
	if x.holding {
		<-x.slots
		x.holding = false
	}
}

func (x *exchange) tell(delivered bool) {
	if x.delivered != nil {
		x.delivered(delivered)
	}
}
