package clients

import (
	"bytes"

	"stripe-mcp/internal/hint"
)

// format is how clients write their servers into a file.
type format interface {
	// parse fails where the file cannot be understood, or its section of servers cannot be told for certain.
	parse(text []byte) (document, error)
	// lines returns what a file without other servers says to start entry under that name.
	lines(name string, entry Entry) string
}

// document is a client's file. All that is not edited stays as it was, to the byte.
type document interface {
	// names returns the names of all entries.
	names() []string
	// entry returns the entry of that name.
	entry(name string) (entry Named, found bool, err error)
	// put adds the entry of that name or changes the one that is there, of which further members stay.
	put(name string, entry Entry) error
	// drop takes the entry of that name out.
	drop(name string) error
	// tidy takes out a section without entries.
	tidy()
	// text returns the file.
	text() []byte
	// others returns what the file says but for how the entry of that name starts a program, or but for the whole entry. A
	// section without entries is left out, too.
	others(name string, whole bool) map[string]any
}

// lineOf returns the number of the line in which text has the offset.
func lineOf(text []byte, offset int) int { return 1 + bytes.Count(text[:offset], []byte("\n")) }

// uncertainError says why a change is left to the person, who needs the lines for it: those of the format, or others.
type uncertainError struct {
	error

	lines string
}

// Unwrap implements what package errors looks for.
func (e uncertainError) Unwrap() error { return e.error }

func uncertain(format string, values ...any) error {
	return uncertainError{hint.Errorf("write these lines into it yourself", format, values...), ""}
}

func errUnclear() error {
	return uncertain("its entry is not written in a way that can be changed for certain")
}
