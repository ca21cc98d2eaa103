package clients

import "bytes"

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
	// drop takes the entry of that name out, and the whole section where empty is true and nothing else is in it.
	drop(name string, empty bool) error
	// text returns the file.
	text() []byte
	// others returns what the file says but for the entry of that name, and for the section when nothing else is in it.
	others(name string) map[string]any
}

// lineOf returns the number of the line in which text has the offset.
func lineOf(text []byte, offset int) int { return 1 + bytes.Count(text[:offset], []byte("\n")) }
