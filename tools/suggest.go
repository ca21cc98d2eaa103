package tools

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// argument is one argument of a tool, for people who type a call.
type argument struct {
	name, description string
	values            []string // that it can have, where those are few
}

// arguments returns the arguments in the order of their names.
func (t Tool) arguments() []argument {
	var input struct {
		Properties map[string]struct {
			Description, Type string
			Enum              []string
		}
	}
	raw, _ := t.Schemas()
	_ = json.Unmarshal(raw, &input) // it is our own
	all := make([]argument, 0, len(input.Properties))
	for _, name := range slices.Sorted(maps.Keys(input.Properties)) {
		property := input.Properties[name]
		if property.Type == "boolean" {
			property.Enum = []string{"false", "true"}
		}
		all = append(all, argument{name, property.Description, property.Enum})
	}
	return all
}

// Suggestion is text that can complete what a person typed of a call.
type Suggestion struct{ Text, Meaning string }

// Suggest returns what can follow an argument that was begun, after those that were given: the names of the others, or its values
// where those are few.
func (t Tool) Suggest(given []string, begun string) []Suggestion {
	var all []Suggestion
	name, _, valued := strings.Cut(begun, "=")
	for _, argument := range t.arguments() {
		isGiven := slices.ContainsFunc(given, func(pair string) bool { return strings.HasPrefix(pair, argument.name+"=") })
		switch {
		case valued && argument.name == name:
			for _, value := range argument.values {
				all = append(all, Suggestion{Text: name + "=" + value})
			}
		case !valued && !isGiven:
			all = append(all, Suggestion{argument.name + "=", argument.description})
		}
	}
	return all
}
