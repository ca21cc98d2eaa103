// Package shellargs is the only place that reads a tool's arguments as people type or pipe them.
package shellargs

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"stripe-mcp/internal/hint"
)

// Decode returns what came on stdin as UTF-8 without a byte-order mark. Windows PowerShell 5 writes UTF-16 into files and puts
// such a mark in front.
func Decode(text []byte) (json.RawMessage, error) {
	decoded, _, err := transform.Bytes(utf.BOMOverride(transform.Nop), text)
	if err != nil {
		return nil, fmt.Errorf("decode the arguments on stdin: %w", err)
	}
	if unquoted(string(decoded)) {
		return nil, withoutQuotes("on stdin", string(decoded))
	}
	return decoded, nil
}

// Parse returns the arguments on a command line as JSON. Pairs become strings, from which the tool's schema makes what it
// wants, just as it does for models.
func Parse(given []string) (json.RawMessage, error) {
	if len(given) > 0 && startsJSON(given[0]) {
		switch whole := strings.Join(given, " "); { // a shell that removes quotes also splits at blanks
		case unquoted(whole):
			return nil, withoutQuotes("on the command line", whole)
		case len(given) > 1:
			return nil, errBoth
		}
		return json.RawMessage(bare(given[0])), nil
	}
	pairs := make(map[string]string, len(given))
	for i, argument := range given {
		name, value, ok := strings.Cut(argument, "=")
		switch _, twice := pairs[name]; {
		case !ok && startsJSON(argument):
			return nil, errBoth
		case !ok:
			return nil, fmt.Errorf("argument %d is neither name=value nor a JSON object", i+1)
		case twice:
			return nil, fmt.Errorf("argument %d gives a name a second time", i+1)
		case unquoted(value):
			return nil, withoutQuotes(fmt.Sprintf("in argument %d", i+1), "")
		}
		pairs[name] = value
	}
	return json.Marshal(pairs)
}

var errBoth = hint.Errorf("a JSON object with blanks in it has to be one argument of the shell", "give either one JSON object or name=value pairs, and not both")

// startsJSON reports whether an argument is meant as a JSON object. cmd.exe does not know single quotes and leaves them.
func startsJSON(argument string) bool {
	return strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(argument, "'")), "{")
}

// bare returns an argument without the single quotes that cmd.exe leaves around it.
func bare(argument string) string {
	if inside, ok := strings.CutPrefix(argument, "'"); ok {
		return strings.TrimSuffix(inside, "'")
	}
	return argument
}

// unquoted reports whether text is what is left of JSON when a shell has removed the quotes: PowerShell and cmd.exe remove
// those that a program should get, and Unix shells those outside of single quotes.
func unquoted(text string) bool {
	text = strings.TrimSpace(strings.Trim(text, "' "))
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") || strings.Contains(text, `"`) || json.Valid([]byte(text)) {
		return false
	}
	inside := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("[{", r) })
	return inside != "" && (inside[0] == '\\' || inside[0] == '_' || unicode.IsLetter([]rune(inside)[0]))
}

// withoutQuotes returns the error for such text. It shows a name and no values.
func withoutQuotes(where, text string) error {
	pair := "name=value"
	inside := strings.TrimLeft(text, "{[ \\'\t\r\n")
	if end := strings.IndexAny(inside, ":\\ "); end > 0 && isName(inside[:end]) {
		pair = inside[:end] + "=…"
	}
	return hint.Errorf("give name=value pairs, such as "+pair+", or pipe the JSON from a file: type arguments.json | stripe-mcp call TOOL -",
		"the shell removed the quotes of the JSON %s", where)
}

// isName reports whether text can be the name of an argument. A key that somebody pasted is not shown.
func isName(text string) bool {
	const longest = 30
	return len(text) <= longest && !strings.ContainsFunc(text, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
}
