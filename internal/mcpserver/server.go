// Package mcpserver is the only place that knows MCP and mcp-go.
package mcpserver

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	serverName  = "stripe-mcp"
	serverTitle = "Stripe"

	defaultMaxConcurrent = 256
)

// Tool is one tool as MCP publishes it. Its openWorldHint is always true, because it talks to Stripe.
type Tool struct {
	Name, Title, Description string
	// Schemas returns JSON Schemas of type object for the arguments and the answer. The second may be nil. Schemas is called
	// once, when the tools are first listed.
	Schemas func() (input, output json.RawMessage)
	// ReadOnly, Destructive and Idempotent are published as the annotations of these names.
	ReadOnly, Destructive, Idempotent bool
	// Hidden keeps the tool out of tools/list. A call of it still reaches Options.Call, which refuses it by name.
	Hidden bool
}

// Options says what a server offers.
type Options struct {
	// Version, Title and Instructions are what the server tells clients about itself. Without a Title it is Stripe.
	Version, Title, Instructions string
	// Tools are listed in this order.
	Tools []Tool
	// Call runs one tool. If ctx ends before the result's Delivered is called, the client cancelled or the process stops. Call
	// then decides what it still finishes, and returns soon. Call must bound its own duration, and must not panic.
	Call func(ctx context.Context, call *Call) Result
	// Scrub, where set, takes out of each line to the client what must not be shown.
	Scrub func(line string) string
	// Logger gets internal errors. Without a Logger they are dropped.
	Logger *slog.Logger
	// MaxConcurrent is how many calls run at the same time. Further calls wait. Zero means 256.
	MaxConcurrent int
}

// Server answers MCP requests. It is safe for concurrent use.
type Server struct {
	protocol *server.MCPServer
	tools    toolNames
	offer    func()                 // makes the tools known to protocol; call it before any request about them
	listed   func() json.RawMessage // the tools as tools/list shows them
	call     func(ctx context.Context, call *Call) Result
	scrub    func(string) string
	log      *slog.Logger
	slots    chan struct{}
	seals    func() *seals
}

// New returns a server that offers the tools of o.
func New(o Options) *Server {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxConcurrent <= 0 {
		o.MaxConcurrent = defaultMaxConcurrent
	}
	s := &Server{
		tools: namesOf(o.Tools), call: o.Call, scrub: o.Scrub, log: o.Logger,
		slots: make(chan struct{}, o.MaxConcurrent), seals: sync.OnceValue(newSeals),
	}

	s.listed = sync.OnceValue(func() json.RawMessage { return publish(o.Tools) })
	// mcp-go would list hidden tools too, and sort by name. Its tool filter would make hidden tools impossible to call.
	hooks := &server.Hooks{}
	hooks.AddAfterListTools(func(_ context.Context, _ any, _ *mcp.ListToolsRequest, result *mcp.ListToolsResult) {
		result.Tools = []mcp.Tool{} // see fill
	})
	s.protocol = server.NewMCPServer(serverName, o.Version,
		server.WithTitle(cmp.Or(o.Title, serverTitle)),
		server.WithInstructions(o.Instructions),
		server.WithToolCapabilities(false),
		server.WithHooks(hooks),
	)
	s.offer = sync.OnceFunc(func() {
		registered := make([]server.ServerTool, 0, len(o.Tools))
		for _, t := range o.Tools {
			registered = append(registered, server.ServerTool{Tool: mcp.NewTool(t.Name), Handler: s.callTool})
		}
		s.protocol.AddTools(registered...)
	})
	return s
}

// publish returns the tools that tools/list shows.
func publish(tools []Tool) json.RawMessage {
	type annotations struct {
		ReadOnly    bool `json:"readOnlyHint"`
		Destructive bool `json:"destructiveHint"`
		Idempotent  bool `json:"idempotentHint"`
		OpenWorld   bool `json:"openWorldHint"`
	}
	type listed struct {
		Annotations  annotations     `json:"annotations"`
		Description  string          `json:"description"`
		InputSchema  json.RawMessage `json:"inputSchema"`
		Name         string          `json:"name"`
		OutputSchema json.RawMessage `json:"outputSchema,omitempty"`
		Title        string          `json:"title,omitempty"`
	}
	list := make([]listed, 0, len(tools))
	for _, t := range tools {
		if !t.Hidden {
			input, output := t.Schemas()
			list = append(list, listed{annotations{t.ReadOnly, t.Destructive, t.Idempotent, true}, t.Description, input, t.Name, output, t.Title})
		}
	}
	encoded, err := encode(list)
	if err != nil {
		panic(err) // the schemas are part of the program
	}
	return encoded
}

// callTool is mcp-go's handler for every tool. It never returns an error: mcp-go would turn it into a protocol error, which
// the model behind the client does not see.
func (s *Server) callTool(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	x := exchangeFrom(ctx)
	call := x.call(ctx, request)
	result := s.call(x.ctx, call) //nolint:contextcheck // ctx comes from x.ctx, and ends too early
	x.delivered = result.Delivered
	if call.question != nil {
		return call.question, nil
	}
	x.result = &result
	answer := &mcp.CallToolResult{Content: []mcp.Content{mcp.NewTextContent("")}, IsError: result.IsError} // see fill
	if !result.IsError {
		answer.StructuredContent = json.RawMessage("{}")
	}
	return answer, nil
}
