package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/mcpserver"
	"stripe-mcp/internal/version"
)

func (p *process) toolsCommand() *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "tools",
		Short: "List the tools that the configuration offers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !asJSON {
				return p.toolsTable()
			}
			list, err := mcpserver.New(mcpserver.Options{Version: version.String(), Tools: p.newApp().published()}).List(cmd.Context())
			if err == nil {
				_, err = fmt.Fprintf(p.stdout, "%s\n", list)
			}
			return err
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
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", tool.Name, cmp.Or(tool.Set, "default"), tool.Effects(), tool.Title); err != nil {
			return err
		}
	}
	for _, set := range a.Policy.SetsOff() {
		on := strings.Join(append(slices.Clone(a.Config.Toolsets), string(set)), " --toolset ") // setup replaces the list
		_, _ = fmt.Fprint(p.stderr, a.Config.Address(fmt.Sprintf("off: %s (%s); stripe-mcp setup --toolset %s switches it on\n", set, set.Purpose(), on)))
	}
	return table.Flush()
}
