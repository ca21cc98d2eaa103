package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/mcpserver"
)

func (p *process) toolsCommand() *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "tools",
		Short: "List the tools that the configuration offers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return p.toolsJSON(cmd.Context())
			}
			return p.toolsTable()
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print the result of tools/list")
	return command
}

func (p *process) toolsTable() error {
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	a := p.newApp()
	if a.Fault != nil {
		_, _ = fmt.Fprintln(p.stderr, "stripe-mcp: every call will be refused: "+a.Fault.Error())
	}
	for _, tool := range a.Offered() {
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\n", tool.Name, tool.Effect, tool.Title); err != nil {
			return err
		}
	}
	return table.Flush()
}

// toolsJSON prints what an MCP client gets, by asking as one would.
func (p *process) toolsJSON(ctx context.Context) error {
	server := mcpserver.New(mcpserver.Options{Version: version(), Tools: p.newApp().published()})
	var answer struct {
		Result json.RawMessage `json:"result"`
	}
	var lines bytes.Buffer
	if err := server.Serve(ctx, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`), &lines); err != nil {
		return err
	}
	if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
		return fmt.Errorf("read the list of tools: %w", err)
	}
	_, err := fmt.Fprintf(p.stdout, "%s\n", answer.Result)
	return err
}
