package clients

import (
	"bytes"
	"errors"
	"sync"

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
	// copy returns a document to edit, which leaves this one as it is.
	copy() document
	// put adds the entry of that name or changes the one that is there, of which further members stay.
	put(name string, entry Entry) error
	// drop takes the entry of that name out.
	drop(name string) error
	// tidy takes out a section without entries.
	tidy()
	// text returns the file.
	text() []byte
	// alike reports whether other, of the same format, says the same but for how the entry of that name starts a program, or but
	// for the whole entry. A section without entries does not count.
	alike(other document, name string, whole bool) bool
}

// latest keeps the text that was parsed last and what it says, because large files are looked at several times.
type latest struct {
	mu   sync.Mutex
	text []byte
	says document
}

func (l *latest) parse(f format, text []byte) (says document, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.says != nil && bytes.Equal(text, l.text) {
		return l.says, nil
	}
	if says, err = f.parse(text); err == nil {
		l.text, l.says = text, says
	}
	return says, err
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

// certain returns an error with another next step, where there is nothing to write.
func certain(err error, next string) error {
	if _, uncertain := errors.AsType[uncertainError](err); !uncertain {
		return err
	}
	message, _ := hint.Split(err)
	return hint.Errorf(next, "%s", message)
}

func errUnclear() error {
	return uncertain("its entry is not written in a way that can be changed for certain")
}
