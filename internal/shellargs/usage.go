package shellargs

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/nearest"
)

// Explain makes every command below parent say in plain words which words it takes. A command that only has commands refuses
// other words: its help alone would look like a success. No error shows what was typed, because that may be a key.
func Explain(parent *cobra.Command) {
	for _, command := range parent.Commands() {
		Explain(command)
		allows := command.Args
		if command.HasSubCommands() && !command.Runnable() {
			allows = cobra.NoArgs
			command.RunE = func(command *cobra.Command, _ []string) error { return command.Help() }
		}
		if allows == nil {
			continue
		}
		command.Args = func(command *cobra.Command, typed []string) error {
			if allows(command, typed) == nil {
				return nil
			}
			return misplaced(command, typed)
		}
	}
}

// misplaced says what is wrong about the words after a command's name.
func misplaced(command *cobra.Command, typed []string) error {
	name := strings.TrimPrefix(command.CommandPath(), command.Root().Name()+" ")
	_, wanted, takes := strings.Cut(command.Use, " ")
	switch {
	case takes:
		return fmt.Errorf("%s takes one word: %s", name, wanted)
	case command.HasSubCommands():
		return Unknown(command, typed[0])
	}
	return fmt.Errorf("%s takes no word, only flags", name)
}

// Unknown says that a command has no such command, and which one may be meant.
func Unknown(command *cobra.Command, typed string) error {
	names := make([]string, 0, len(command.Commands()))
	for _, c := range command.Commands() {
		names = append(names, c.Name())
	}
	name := strings.TrimPrefix(command.CommandPath(), command.Root().Name()+" ")
	if near := nearest.DidYouMean(typed, names); near != "" {
		return hint.Errorf(near, "%s has no such command", name)
	}
	return fmt.Errorf("%s has no such command", name)
}

// FlagFault returns what is wrong with a flag, without what was typed, which may be a key.
func FlagFault(err error) error {
	said, _, _ := strings.Cut(err.Error(), " in -")
	if _, about, wrong := strings.Cut(said, `" for "`); wrong {
		flag, _, _ := strings.Cut(about, `"`)
		said = flag + " has a wrong value"
	}
	return errors.New(said)
}

// WantsJSON reports whether the arguments of a command ask for JSON, be the rest of them right or wrong.
func WantsJSON(arguments []string) bool {
	return slices.ContainsFunc(arguments, func(argument string) bool {
		name, value, given := strings.Cut(argument, "=")
		wants, _ := strconv.ParseBool(value)
		return name == "--json" && (wants || !given)
	})
}
