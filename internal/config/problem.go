package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"stripe-mcp/internal/secret"
)

// Error is everything wrong with a configuration. It shows no value that may be a secret.
type Error struct{ problems []string }

// maxProblems bounds what a wholly different file, given by mistake, can produce.
const maxProblems = 20

// Error lists the problems, one a line, each with where it is and what to do about it.
func (e *Error) Error() string {
	if len(e.problems) == 1 {
		return "configuration: " + e.problems[0]
	}
	shown := e.problems[:min(len(e.problems), maxProblems)]
	text := fmt.Sprintf("configuration: %d problems\n- %s", len(e.problems), strings.Join(shown, "\n- "))
	if rest := len(e.problems) - len(shown); rest > 0 {
		text += fmt.Sprintf("\n- and %d more", rest)
	}
	return text
}

// Problems returns the problems in alphabetical order.
func (e *Error) Problems() []string { return slices.Clone(e.problems) }

// source is where a value was given, in the words and the syntax of that place.
type source struct {
	label   string // e.g. "timeout in /home/a/config.yaml"
	pattern string // how one writes it there, e.g. "timeout: %s"
	quoted  bool   // texts and lists are written as in JSON, which YAML and TOML understand too
}

func fromFile(f file, name string) source {
	patterns := map[string]string{"yaml": "%s: %%s", "toml": "%s = %%s", "json": "%q: %%s"}
	return source{label: name + " in " + f.path, pattern: fmt.Sprintf(patterns[f.format], name), quoted: true}
}

func fromVariable(name string) source {
	return source{label: "environment variable " + name, pattern: name + "=%s"}
}

func fromFlag(name string) source {
	return source{label: name, pattern: name + " %s"}
}

// example returns how value would be written at s.
func (s source) example(value any) string {
	text := fmt.Sprint(value)
	if list, ok := value.([]string); ok {
		text = strings.Join(list, ",")
	}
	if s.quoted {
		encoded, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		text = string(encoded)
	}
	return fmt.Sprintf(s.pattern, text)
}

// nameShown returns a name that somebody else chose, fit for a message: a key can end up left of a
// colon too.
func nameShown(name string) string {
	const longest = 60
	if runes := []rune(name); len(runes) > longest {
		name = string(runes[:longest]) + "…"
	}
	return fmt.Sprintf("%q", secret.Redact(name))
}
