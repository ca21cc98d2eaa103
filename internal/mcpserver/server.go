// Package mcpserver speaks MCP: it alone knows the protocol and mcp-go, publishes tools through it, and carries it over a
// pair of byte streams.
package mcpserver

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
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

// Options is what New needs to know.
type Options struct {
	// Version and Instructions are what the server says of itself to clients.
	Version, Instructions string
	// Tools are listed in this order.
	Tools []Tool
	// Call runs one tool, by name, on its arguments exactly as the client sent them ({} when it sent none). When ctx ends
	// before the result's Delivered was called, the client cancelled or the process is stopping: Call decides what it still
	// finishes, and returns soon. It must bound its own duration. A panic in it is recovered and answered as an internal error.
	Call func(ctx context.Context, name string, args json.RawMessage) Result
	// Logger is where internal errors go. Without one they go nowhere.
	Logger *slog.Logger
	// MaxConcurrent is how many calls run at once; more of them wait. Zero means 256.
	MaxConcurrent int
}

// Server answers MCP requests. It is safe for concurrent use.
type Server struct {
	protocol *server.MCPServer
	offer    func() // makes the tools known to protocol; to be called before anything is asked about them
	call     func(ctx context.Context, name string, args json.RawMessage) Result
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
	s := &Server{call: o.Call, log: o.Logger, slots: make(chan struct{}, o.MaxConcurrent), seals: sync.OnceValue(newSeals)}

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
	asker := askerFrom(ctx)
	asker.prepare(ctx, request)
	delivery := deliveryFrom(ctx)
	result := s.callRecovering(delivery.asker, request.Params.Name, argumentsFrom(ctx)) //nolint:contextcheck // ctx comes from it, and ends too early
	delivery.delivered = result.Delivered
	if asker.result != nil {
		return asker.result, nil
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

func (s *Server) callRecovering(ctx context.Context, name string, args json.RawMessage) (result Result) {
	defer func() {
		if cause := recover(); cause != nil {
			result = s.internalError(ctx, name, cause)
		}
	}()
	return s.call(ctx, name, args)
}

// internalError logs a panic and returns the result that points to the log line. Neither of them shows the value of the
// panic, which may hold a secret.
func (s *Server) internalError(ctx context.Context, tool string, cause any) Result {
	ref := rand.Text()[:8]
	s.log.ErrorContext(ctx, "internal error: a tool panicked",
		slog.String("ref", ref),
		slog.String("tool", tool),
		slog.String("panic_type", fmt.Sprintf("%T", cause)),
		slog.String("stack", string(debug.Stack())),
	)
	text := fmt.Sprintf(`{"error":{"outcome":"unknown","type":"internal_error",`+
		`"message":"internal error; see the log line %s",`+
		`"hint":"Whether anything was changed is not known: look before calling again, and report the log line.",`+
		`"retryable":false}}`, ref)
	return Result{JSON: json.RawMessage(text), IsError: true}
}
