package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/mcpserver"
	"stripe-mcp/tools"
)

func (p *process) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve MCP on stdin and stdout, even in a terminal",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context()) },
	}
}

// serve answers MCP requests until stdin ends or a signal comes.
func (p *process) serve(ctx context.Context) error {
	a := p.newApp()
	if a.Fault != nil {
		a.Logger.WarnContext(ctx, "every call will be refused", "reason", a.Fault)
	}
	for _, warning := range a.Config.Warnings {
		a.Logger.WarnContext(ctx, "in the environment", "warning", warning)
	}
	server := mcpserver.New(mcpserver.Options{
		Version:      version(),
		Instructions: account.Instructions(a.Config),
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
			Destructive: tool.Effect == tools.Ends || tool.Effect == tools.Pays,
			Idempotent:  !tool.Effect.Journalled() && tool.Effect != tools.Opens,
			Hidden:      !a.Offers(tool),
		}
	}
	return published
}

// isTerminal reports whether a person sits at file.
func isTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }
