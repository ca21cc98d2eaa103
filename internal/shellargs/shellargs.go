// Package shellargs is the only place that reads a tool's arguments as people type or pipe them, and that says what is wrong
// about the words after a command.
package shellargs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"stripe-mcp/internal/hint"
)

// Read returns a tool's arguments as JSON: those given, or for a lone - the object on stdin.
func Read(given []string, stdin io.Reader) (json.RawMessage, error) {
	const most = 4 << 20 // bytes
	if len(given) != 1 || given[0] != "-" {
		return Parse(given)
	}
	text, err := io.ReadAll(io.LimitReader(stdin, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the arguments from stdin: %w", err)
	case len(text) > most:
		return nil, fmt.Errorf("the arguments on stdin are larger than %d bytes", most)
	}
	return Decode(text)
}

// Decode returns what came on stdin as UTF-8 without a byte-order mark. Windows PowerShell 5 writes UTF-16 into files and puts
// such a mark in front.
func Decode(text []byte) (json.RawMessage, error) {
	const where = "on stdin"
	decoded, _, err := transform.Bytes(utf.BOMOverride(transform.Nop), text)
	wide := bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff"))
	switch {
	case err != nil:
		return nil, fmt.Errorf("decode the arguments %s: %w", where, err)
	case wide && bytes.ContainsRune(decoded, utf8.RuneError):
		return nil, hint.Errorf(saveAs, "the UTF-16 %s breaks off or is damaged, and nothing was sent", where)
	}
	return decoded, check(where, string(decoded))
}

const saveAs = "save the file as UTF-8"

// check finds text that is no JSON of its caller's any more. Its errors show nothing of the text but a name.
func check(where, text string) error {
	switch bad := notUTF8(text); {
	case len(text) > 1 && (text[0] == 0 || text[1] == 0):
		return hint.Errorf(saveAs, "the text %s is UTF-16 without a byte-order mark, and nothing was sent", where)
	case strings.Contains(text, "\x00"):
		return hint.Errorf(saveAs, "the text %s has a zero byte in it, and nothing was sent", where)
	case bad >= 0: // Go's JSON would read another letter there, without a word
		return hint.Errorf(saveAs, "the text %s is not UTF-8 at byte %d, and nothing was sent", where, bad+1)
	case unquoted(text):
		return withoutQuotes("the shell removed the quotes of the JSON "+where, text)
	case escaped(text):
		return withoutQuotes("the quotes of the JSON "+where+" are escaped once too often", strings.ReplaceAll(text, `"`, ""))
	}
	return nil
}

// notUTF8 returns where text stops to be UTF-8, or -1.
func notUTF8(text string) int {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return -1
}

// escaped reports whether text is JSON whose quotes still have the backslashes that a shell should have taken.
func escaped(text string) bool {
	return strings.Contains(text, `\"`) && !json.Valid([]byte(bare(text))) && startsJSON(text) && json.Valid([]byte(bare(strings.ReplaceAll(text, `\"`, `"`))))
}

// Parse returns the arguments on a command line as JSON. Pairs become strings, from which the tool's schema makes what it
// wants, just as it does for models.
func Parse(given []string) (json.RawMessage, error) {
	if len(given) > 0 && startsJSON(given[0]) {
		whole := strings.Join(given, " ") // a shell that removes quotes also splits at blanks
		if err := check("on the command line", whole); err != nil {
			return nil, err
		}
		if len(given) > 1 {
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
		case strings.HasSuffix(name, ":") && isName(name[:len(name)-1]):
			return nil, hint.Errorf("write "+name[:len(name)-1]+"=…; numbers and lists need no other sign", "argument %d has := between name and value", i+1)
		case twice:
			return nil, fmt.Errorf("argument %d gives a name a second time", i+1)
		}
		if err := check(fmt.Sprintf("in argument %d", i+1), value); err != nil {
			return nil, err
		}
		if bad := notUTF8(name); bad >= 0 {
			return nil, fmt.Errorf("argument %d is not UTF-8 at byte %d, and nothing was sent", i+1, bad+1)
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

// unquoted reports whether text is what is left of JSON when a shell has removed the quotes. PowerShell and cmd.exe remove
// those that a program should get, and Unix shells those outside of single quotes.
func unquoted(text string) bool {
	text = strings.TrimSpace(strings.Trim(text, "' "))
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") || strings.Contains(text, `"`) || json.Valid([]byte(text)) {
		return false
	}
	inside := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("[{", r) })
	return inside != "" && (inside[0] == '\\' || inside[0] == '_' || unicode.IsLetter([]rune(inside)[0]))
}

// withoutQuotes returns the error for text whose quotes are wrong, which what says. It shows a name and no values.
func withoutQuotes(what, text string) error {
	pair := "name=value"
	inside := strings.TrimLeft(text, "{[ \\'\t\r\n")
	if end := strings.IndexAny(inside, ":\\ "); strings.HasPrefix(strings.TrimLeft(text, " '"), "{") && end > 0 && isName(inside[:end]) {
		pair = inside[:end] + "=…"
	}
	show := "cat"
	if runtime.GOOS == "windows" {
		show = "type"
	}
	return hint.Errorf("give name=value pairs, such as "+pair+", or pipe the JSON from a file: "+show+" arguments.json | stripe-mcp call TOOL -. "+quoting, "%s", what)
}

// quoting says how each shell takes JSON in an argument.
const quoting = `On a command line, cmd takes "{\"limit\": 3}", PowerShell 5 takes '{\"limit\": 3}', and other shells take '{"limit": 3}'`

// isName reports whether text can be the name of an argument. A key that somebody pasted is not shown.
func isName(text string) bool {
	const longest = 30
	return len(text) <= longest && !strings.ContainsFunc(text, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
}
