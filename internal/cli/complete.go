package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completeCall completes the name of a tool, then the names of its arguments, then their values where those are few.
func (p *process) completeCall(_ *cobra.Command, given []string, begun string) (all []cobra.Completion, directive cobra.ShellCompDirective) {
	directive = cobra.ShellCompDirectiveNoFileComp
	a := p.newApp()
	if len(given) == 0 {
		for _, tool := range a.Offered() {
			all = append(all, cobra.CompletionWithDesc(tool.Name, tool.Title))
		}
	} else if tool, known := a.Find(given[0]); known {
		for _, suggestion := range tool.Suggest(given[1:], begun) {
			all = append(all, cobra.CompletionWithDesc(suggestion.Text, suggestion.Meaning))
		}
		if !strings.Contains(begun, "=") {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
	}
	return slices.DeleteFunc(all, func(c cobra.Completion) bool { return !strings.HasPrefix(c, begun) }), directive
}
