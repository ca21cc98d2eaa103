package clients

import (
	"bytes"
	"regexp"

	"github.com/pelletier/go-toml/v2"
)

// statement is a part of a TOML file: a header, a key with its value, or a line that says nothing.
type statement struct {
	start, end int      // with its line break
	said       int      // where its text ends, but for blanks and a comment; start where it says nothing
	header     bool     // it begins a table
	path       []string // of a header
	list       bool     // the header begins one table of a list
}

// says reports whether a statement is more than blanks and comments.
func (s statement) says() bool { return s.said > s.start }

// scan takes a text apart. What is no TOML comes out as something, and is left to the decoder.
func scan(text []byte) []statement {
	var all []statement
	for start := 0; start < len(text); {
		s := statement{start: start, said: start}
		s.end, s.said = statementEnd(text, start)
		if first := bytes.TrimLeft(text[start:s.said], " \t"); len(first) > 0 && first[0] == '[' {
			s.header = true
			s.path, s.list = headerPath(text[start:s.said])
		}
		all = append(all, s)
		start = s.end
	}
	return all
}

// statementEnd returns where the statement at start ends, and where its text does.
func statementEnd(text []byte, start int) (end, said int) {
	depth := 0
	said = start
	for i := start; i < len(text); {
		switch c := text[i]; c {
		case '\n':
			if depth <= 0 {
				return i + 1, said
			}
			i++
		case ' ', '\t', '\r':
			i++
		case '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case '"', '\'':
			i = stringEnd(text, i)
			said = i
		default:
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth--
			}
			i++
			said = i
		}
	}
	return len(text), said
}

// stringEnd returns where the string at i ends.
func stringEnd(text []byte, i int) int {
	quote := text[i]
	marks := bytes.Repeat([]byte{quote}, 3)
	multiline := bytes.HasPrefix(text[i:], marks)
	if multiline {
		i += len(marks)
	} else {
		marks = marks[:1]
		i++
	}
	for i < len(text) && (multiline || text[i] != '\n') {
		switch {
		case text[i] == '\\' && quote == '"':
			i += 2
		case bytes.HasPrefix(text[i:], marks):
			i += len(marks)
			for range 2 { // the string itself may end in quotes
				if multiline && i < len(text) && text[i] == quote {
					i++
				}
			}
			return i
		default:
			i++
		}
	}
	return min(i, len(text))
}

// headerPath returns the keys of a header, and whether it begins one table of a list.
func headerPath(header []byte) (path []string, list bool) {
	var level any
	var table map[string]any
	if toml.Unmarshal(header, &table) != nil {
		return nil, false
	}
	for level = table; ; {
		switch v := level.(type) {
		case []any:
			return path, true
		case map[string]any:
			if len(v) == 0 {
				return path, false
			}
			for key, value := range v { // the only one
				path, level = append(path, key), value
			}
		default:
			return nil, false
		}
	}
}

// keyOf returns the key and where its value begins, of a statement that gives a plain key a value; else an empty one.
func keyOf(text []byte) (key string, value int) {
	found := regexp.MustCompile(`^[ \t]*(?:([A-Za-z0-9_-]+)|"([^"\\\n]+)"|'([^'\n]+)')[ \t]*=[ \t]*`).FindSubmatchIndex(text)
	for group := 1; found != nil && group <= 3; group++ {
		if found[2*group] >= 0 {
			return string(text[found[2*group]:found[2*group+1]]), found[1]
		}
	}
	return "", 0
}
