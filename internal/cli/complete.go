package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completeCall returns what can complete what was begun.
func (p *process) completeCall(_ *cobra.Command, given []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	all, directive := p.suggest(given, begun)
	return slices.DeleteFunc(all, func(c cobra.Completion) bool { return !strings.HasPrefix(c, begun) }), directive
}

// suggest completes the name of a tool, then the names of its arguments, then their values where those are few.
func (p *process) suggest(given []string, begun string) (all []cobra.Completion, directive cobra.ShellCompDirective) {
	directive = cobra.ShellCompDirectiveNoFileComp
	a := p.newApp()
	if len(given) == 0 {
		for _, tool := range a.Offered() {
			all = append(all, cobra.CompletionWithDesc(tool.Name, tool.Title))
		}
		return all, directive
	}
	tool, known := a.Find(given[0])
	if !known {
		return nil, directive
	}
	name, _, valued := strings.Cut(begun, "=")
	for _, argument := range tool.Arguments() {
		isGiven := slices.ContainsFunc(given[1:], func(pair string) bool { return strings.HasPrefix(pair, argument.Name+"=") })
		switch {
		case valued && argument.Name == name:
			for _, value := range argument.Values {
				all = append(all, name+"="+value)
			}
		case !valued && !isGiven:
			all = append(all, cobra.CompletionWithDesc(argument.Name+"=", argument.Description))
		}
	}
	if !valued {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return all, directive
}
