// Package hint is the only place that words an error for a person: what is wrong, then a line with the one best next step.
package hint

import (
	"fmt"
	"strings"
)

const separator = "\nhint: "

// Errorf returns an error as fmt.Errorf does, with a next step.
func Errorf(next, format string, values ...any) error {
	return &hinted{fmt.Errorf(format, values...), next}
}

// Split returns what is wrong and the next step, which is empty when err has none. An error that adds something in front of
// one with a next step keeps that step.
func Split(err error) (message, next string) {
	message, next, _ = strings.Cut(err.Error(), separator)
	return message, next
}

// Join returns the text that Split takes apart.
func Join(message, next string) string {
	if next == "" {
		return message
	}
	return message + separator + next
}

type hinted struct {
	cause error
	next  string
}

func (e *hinted) Error() string { return Join(e.cause.Error(), e.next) }
func (e *hinted) Unwrap() error { return e.cause }
