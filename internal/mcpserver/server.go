// Package mcpserver speaks MCP: it alone knows the protocol and mcp-go, publishes tools through it, and carries it over a
// pair of byte streams.
package mcpserver

import (
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

// Tool is one tool as MCP publishes it. Its openWorldHint is always true: what it talks to is Stripe.
type Tool struct {
	Name, Title, Description string
	// Schemas returns JSON Schemas of type object for arguments and answer; the latter may be nil. It is asked once, when the
	// tools are first listed.
	Schemas func() (input, output json.RawMessage)
	// ReadOnly, Destructive and Idempotent are published as the annotations of these names.
	ReadOnly, Destructive, Idempotent bool
	// Hidden keeps the tool out of tools/list. A call of it still reaches Options.Call, which refuses it by name.
	Hidden bool
}

// Options is what New needs to know.
type Options struct {
	// Version and Instructions are what the server says of itself to clients.
	Version, Instructions string
	// Tools are listed in this order.
	Tools []Tool
	// Call runs one tool. When ctx ends before the result's Delivered was called, the client cancelled or the process is
	// stopping: Call decides what it still finishes, and returns soon. It must bound its own duration, and not panic.
	Call func(ctx context.Context, call *Call) Result
	// Scrub, where set, takes out of each line to the client what it must not show.
	Scrub func(line string) string
	// Logger is where internal errors go. Without one they go nowhere.
	Logger *slog.Logger
	// MaxConcurrent is how many calls run at once; more of them wait. Zero means 256.
	MaxConcurrent int
}

// Server answers MCP requests. It is safe for concurrent use.
type Server struct {
	protocol *server.MCPServer
	offer    func() // makes the tools known to protocol; to be called before anything is asked about them
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
	s := &Server{call: o.Call, scrub: o.Scrub, log: o.Logger, slots: make(chan struct{}, o.MaxConcurrent), seals: sync.OnceValue(newSeals)}

	listed := sync.OnceValue(func() []mcp.Tool { return publish(o.Tools) })
	// mcp-go would list hidden tools too, and by name; a tool filter of its would make them impossible to call.
	hooks := &server.Hooks{}
	hooks.AddAfterListTools(func(_ context.Context, _ any, _ *mcp.ListToolsRequest, result *mcp.ListToolsResult) {
		result.Tools = listed()
	})
	s.protocol = server.NewMCPServer(serverName, o.Version,
		server.WithTitle(serverTitle),
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

// publish returns what tools/list shows.
func publish(tools []Tool) []mcp.Tool {
	list := make([]mcp.Tool, 0, len(tools))
	for _, t := range tools {
		if t.Hidden {
			continue
		}
		input, output := t.Schemas()
		published := mcp.NewToolWithRawSchema(t.Name, t.Description, input)
		published.Title = t.Title
		published.RawOutputSchema = output
		published.Annotations = mcp.ToolAnnotation{
			ReadOnlyHint:    new(t.ReadOnly),
			DestructiveHint: new(t.Destructive),
			IdempotentHint:  new(t.Idempotent),
			OpenWorldHint:   new(true),
		}
		list = append(list, published)
	}
	return list
}

// callTool is the handler of every tool. It never returns an error: mcp-go would make a protocol error of it, which the
// model behind the client does not get to see.
func (s *Server) callTool(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	x := exchangeFrom(ctx)
	call := x.call(ctx, request)
	result := s.call(x.ctx, call) //nolint:contextcheck // ctx comes from it, and ends too early
	x.delivered = result.Delivered
	if call.question != nil {
		return call.question, nil
	}
	answer := &mcp.CallToolResult{
		Content: []mcp.Content{mcp.NewTextContent(string(result.JSON))},
		IsError: result.IsError,
	}
	if !result.IsError {
		answer.StructuredContent = result.JSON
	}
	return answer, nil
}
