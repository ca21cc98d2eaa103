package clients

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/nearest"
	"stripe-mcp/internal/secret"
)

// flags lists the flags of a server, and says which take a value.
func flags() map[string]bool {
	return map[string]bool{"--config": true, "--log-level": true, "--simulator": false}
}

// stray is an argument that a server does not take. It shows no value, because that may be a key.
type stray struct {
	shown string
	key   bool // it is, or introduces, a key
}

// CheckArguments returns an error that says which of a server's arguments it does not take, and what to do. settings are the
// names that a configuration file knows. The error shows no value, because that may be a key.
func CheckArguments(arguments, settings []string) error {
	found := strays(arguments)
	keys, unknown, todo := make([]string, 0, len(found)), make([]string, 0, len(found)), make([]string, 0, len(found))
	for _, s := range found {
		if s.key {
			keys = append(keys, s.shown)
			continue
		}
		unknown, todo = append(unknown, s.shown), append(todo, s.remedy(settings))
	}
	var wrong []string
	if len(keys) > 0 {
		wrong = append(wrong, "keys do not go on the command line, because every program on the machine can read it ("+strings.Join(keys, ", ")+"). The key was not used")
		todo = append([]string{"remove " + strings.Join(keys, " and ") + " with the key, and run stripe-mcp setup, which stores it encrypted"}, todo...)
	}
	switch len(unknown) {
	case 0:
	case 1:
		wrong = append(wrong, unknown[0]+" is not a known argument")
	default:
		wrong = append(wrong, strings.Join(unknown, ", ")+" are not known arguments")
	}
	if len(wrong) == 0 {
		return nil
	}
	return hint.Errorf(strings.Join(todo, "; "), "%s", strings.Join(wrong, ". "))
}

// remedy says what to do about an argument that is no key.
func (s stray) remedy(settings []string) string {
	if setting := strings.ReplaceAll(strings.TrimLeft(s.shown, "-"), "-", "_"); slices.Contains(settings, setting) {
		return "remove " + s.shown + " (the configuration file knows " + setting + ")"
	}
	if near := nearest.Nearest(s.shown, slices.Sorted(maps.Keys(flags()))); near != "" && strings.HasPrefix(s.shown, "--") {
		return "correct " + s.shown + ", perhaps to " + near
	}
	return "remove " + s.shown
}

// strays returns the arguments that a server does not take, each once.
func strays(arguments []string) []stray {
	var found []stray
	served := false
	for i := 0; i < len(arguments); i++ {
		name, _, valued := strings.Cut(arguments[i], "=")
		takes, known := flags()[name]
		switch {
		case known && takes && !valued:
			i++ // over its value
		case known, name == "--":
		case name == "serve" && !served:
			served = true
		default:
			if s := strayAt(arguments, i); !slices.Contains(found, s) {
				found = append(found, s)
			}
			if follows(arguments, i) {
				i++
			}
		}
	}
	return found
}

// follows reports whether the value of an unknown flag is the next argument.
func follows(arguments []string, i int) bool {
	isFlag := strings.HasPrefix(arguments[i], "--") && !strings.Contains(arguments[i], "=") || strings.HasPrefix(arguments[i], "-") && len(arguments[i]) == len("-k")
	return isFlag && i+1 < len(arguments) && !strings.HasPrefix(arguments[i+1], "-") && arguments[i+1] != "serve"
}

// strayAt describes one argument, by its name where that cannot be a key.
func strayAt(arguments []string, i int) stray {
	const longest = 30
	name, value, _ := strings.Cut(arguments[i], "=")
	isFlag := strings.HasPrefix(name, "-")
	short := isFlag && !strings.HasPrefix(name, "--")
	if short { // its value may follow without a space
		name = name[:min(len(name), len("-k"))]
		value = arguments[i][len(name):]
	}
	if follows(arguments, i) {
		value = arguments[i+1]
	}
	isKey := secret.Looks(name) || secret.Looks(value) || isFlag && regexp.MustCompile(`key|secret|token|^-k$`).MatchString(name)
	if len(name) > longest || secret.Looks(name) || !regexp.MustCompile(`^(?:--?[A-Za-z][a-z_-]*|[a-z]+)$`).MatchString(name) {
		name = fmt.Sprintf("argument %d", i+1)
	}
	return stray{name, isKey}
}
