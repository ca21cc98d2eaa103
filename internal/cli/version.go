package cli

import (
	"github.com/spf13/cobra"

	"stripe-mcp/internal/version"
)

// Command returns the whole command line. A release makes its man page and completions from it.
func Command() *cobra.Command { return (&process{}).rootCommand() }

func (p *process) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run:   func(*cobra.Command, []string) { p.printf("stripe-mcp %s\n", version.String()) },
	}
}
