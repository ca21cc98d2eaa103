package config

import (
	"fmt"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/secret"
)

// Error is everything wrong with a configuration. It shows no value that may be a secret.
type Error struct{ problems []Problem }

// Problem is one thing that is wrong.
type Problem struct {
	Message string // says the place and the fault
	Hint    string // the next step; may be empty
}

func problemOf(err error) Problem {
	message, next := hint.Split(err)
	return Problem{message, next}
}

// only returns an Error with one problem.
func only(err error) *Error { return &Error{[]Problem{problemOf(err)}} }

// maxProblems bounds what a wholly different file, given by mistake, can produce.
const maxProblems = 20

// Problems returns the problems in alphabetical order.
func (e *Error) Problems() []Problem { return e.problems }

// Message says in one line what is wrong.
func (e *Error) Message() string {
	if len(e.problems) == 1 {
		return "configuration: " + e.problems[0].Message
	}
	return e.list(": ", "; ")
}

// Hint says what to do next.
func (e *Error) Hint() string {
	if len(e.problems) == 1 {
		return e.problems[0].Hint
	}
	return "run stripe-mcp doctor, which says what to do about each"
}

// Error returns the message, with several problems one a line, and the hint.
func (e *Error) Error() string {
	message := e.Message()
	if len(e.problems) > 1 {
		message = e.list("\n- ", "\n- ")
	}
	return hint.Join(message, e.Hint())
}

func (e *Error) list(before, between string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "configuration: %d problems", len(e.problems))
	for _, problem := range e.problems[:min(len(e.problems), maxProblems)] {
		text.WriteString(before + problem.Message)
		before = between
	}
	if rest := len(e.problems) - maxProblems; rest > 0 {
		fmt.Fprintf(&text, "%sand %d more", between, rest)
	}
	return text.String()
}

// source is where a value was given.
type source struct {
	label    string // e.g. "timeout in /home/a/config.yaml"
	variable bool   // of the environment
}

func fromFile(f file, name string) source { return source{label: name + " in " + f.path} }

func fromVariable(name string) source { return source{"environment variable " + name, true} }

// nameShown returns a name from outside, fit for a message: a key can end up left of a colon too.
func nameShown(name string) string {
	const longest = 60
	if runes := []rune(name); len(runes) > longest {
		name = string(runes[:longest]) + "…"
	}
	return fmt.Sprintf("%q", secret.Redact(name))
}
