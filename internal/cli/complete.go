package cli

import (
	"encoding/json"
	"maps"
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
	var schema struct {
		Properties map[string]struct {
			Description string   `json:"description"`
			Type        string   `json:"type"`
			Enum        []string `json:"enum"`
		} `json:"properties"`
	}
	tool, known := a.Find(given[0])
	if !known {
		return nil, directive
	}
	if input, _ := tool.Schemas(); json.Unmarshal(input, &schema) != nil {
		return nil, directive
	}
	if name, _, valued := strings.Cut(begun, "="); valued {
		values := schema.Properties[name].Enum
		if schema.Properties[name].Type == "boolean" {
			values = []string{"false", "true"}
		}
		for _, value := range values {
			all = append(all, name+"="+value)
		}
		return all, directive
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		if !slices.ContainsFunc(given[1:], func(argument string) bool { return strings.HasPrefix(argument, name+"=") }) {
			all = append(all, cobra.CompletionWithDesc(name+"=", schema.Properties[name].Description))
		}
	}
	return all, directive | cobra.ShellCompDirectiveNoSpace
}
