package cli

import (
	"context"
	"runtime/debug"
	"sync/atomic"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/mcpserver"
	"stripe-mcp/internal/version"
	"stripe-mcp/tools"
)

func (p *process) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve MCP on stdin and stdout, even in a terminal",
		RunE: func(cmd *cobra.Command, left []string) error {
			if err := p.servedArguments(cmd, left); err != nil {
				return err
			}
			return p.serve(cmd.Context())
		},
	}
}

// memory is from where on the garbage collector works rather than let a server grow. Other commands end soon, and may read
// large files.
const memory = 64 << 20

// serve answers MCP requests until stdin ends or a signal comes.
func (p *process) serve(ctx context.Context) error {
	debug.SetMemoryLimit(memory)
	a := p.newApp()
	if a.Fault != nil {
		a.Logger.WarnContext(ctx, "every call will be refused", "reason", a.Fault)
	}
	for _, warning := range a.Config.Warnings {
		a.Logger.WarnContext(ctx, "in the configuration", "warning", warning.Message, "hint", warning.Hint)
	}
	server := mcpserver.New(mcpserver.Options{
		Version:      version.String(),
		Title:        a.Title(),
		Instructions: a.Instructions(),
		Tools:        a.published(),
		Scrub:        p.scrubber.Scrub,
		Logger:       a.Logger,
		Call:         a.serveCall,
	})
	defer a.Close(ctx)
	defer a.showPages(ctx)()
	if err := server.Serve(ctx, p.stdin, p.stdout); err != nil {
		return &exitError{ExitToolError, "stripe-mcp: " + err.Error()}
	}
	return nil
}

// hearing notes whether a client has said anything.
type hearing struct{ atomic.Bool }

// Write takes what was said.
func (h *hearing) Write(text []byte) (int, error) {
	h.Store(true)
	return len(text), nil
}

// published returns the tools as MCP shows them.
func (a *app) published() []mcpserver.Tool {
	published := make([]mcpserver.Tool, len(a.Tools()))
	for i, tool := range a.Tools() {
		published[i] = mcpserver.Tool{
			Name:        tool.Name,
			Title:       tool.Title,
			Description: tool.Description,
			Schemas:     tool.Schemas,
			ReadOnly:    tool.Effect == tools.Reads,
			Destructive: tool.Effect == tools.Ends || tool.Most() == tools.Pays,
			Idempotent:  !tool.Most().Journalled() && tool.Effect != tools.Opens,
			Hidden:      !a.Offers(tool),
		}
	}
	return published
}
