package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/viper"
	"github.com/tailscale/hujson"
	"go.yaml.in/yaml/v3"

	"stripe-mcp/internal/hint"
)

// decode reads a file's content, names spelt as they are in it. Errors give the line where it is known and nothing of the
// content, which may be a key.
//
// It asks viper's decoders and not viper itself, which folds the case of names: of "read_only" and "Read_Only" in one
// file it would keep either.
func decode(format string, data []byte) (map[string]any, error) {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil
	}
	if isWide(data) {
		return nil, hint.Errorf("save it as UTF-8", "is UTF-16, and not UTF-8")
	}
	decoder, err := viper.NewCodecRegistry().Decoder(format)
	if err != nil {
		return nil, fmt.Errorf("cannot be decoded as %s: %w", format, err)
	}
	values := map[string]any{}
	err = checkDepth(format, data)
	if err == nil {
		err = decoder.Decode(data, values)
	}
	if err == nil {
		err = checkWhole(format, data)
	}
	if err == nil {
		return values, nil
	}
	text := "cannot be read as " + strings.ToUpper(format)
	if line := lineOf(err, data); line > 0 {
		text += fmt.Sprintf(" at line %d", line)
	}
	if own, ok := errors.AsType[contentError](err); ok {
		text += ": " + own.text
	} else if regexp.MustCompile(`"[^"\n]*\b[A-Za-z]:\\[^\\\n]|"\\{1,2}[^"\\\n]+\\[^\\\n]`).Match(data) { // "C:\a", "\a\b" or "\\a\b"
		text += `: a \ between double quotes does not stand for itself`
		return nil, hint.Errorf(escapes, "%s", text)
	}
	return nil, hint.Errorf(badFormat, "%s", text)
}

const (
	byteOrderMark = "\ufeff" // some editors on Windows begin with it
	badFormat     = "look there for a missing quote, bracket or comma, a wrong indentation, or a name given twice"
	escapes       = `write the path with / or with \\ in place of each \, or in YAML and TOML between single quotes`
)

// isWide reports whether text is UTF-16, which PowerShell 5 writes into files.
func isWide(text []byte) bool {
	marked := bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff"))
	return marked || len(text) > 1 && (text[0] == 0) != (text[1] == 0)
}

// contentError is a fault that the decoders accept.
type contentError struct {
	text   string
	offset int // 0 when it is not known
}

func (e contentError) Error() string { return e.text }

// checkDepth refuses a file that would crash the TOML decoder, which follows brackets without limit.
func checkDepth(format string, data []byte) error {
	const enough = 1000
	if format == "toml" && bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > enough {
		return contentError{text: "it has too many brackets"}
	}
	return nil
}

// checkWhole refuses a file of which the decoders silently drop a part, which could hold read_only: all but the first
// document in YAML, and the first of two equal names in JSON.
func checkWhole(format string, data []byte) error {
	switch format {
	case "yaml":
		documents := yaml.NewDecoder(bytes.NewReader(data))
		var document yaml.Node
		if err := documents.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err := documents.Decode(&document); !errors.Is(err, io.EOF) {
			return contentError{text: "it has several documents, of which only the first would count"}
		}
	case "json":
		tree, err := hujson.Parse(data)
		if err != nil {
			return err
		}
		return checkNamesOnce(tree, "")
	}
	return nil
}

// checkNamesOnce refuses an object that has two equal names. of is its own name, or empty for the whole file.
func checkNamesOnce(value hujson.Value, of string) error {
	object, isObject := value.Value.(*hujson.Object)
	if !isObject {
		return nil
	}
	seen := map[string]bool{}
	for _, member := range object.Members {
		literal, _ := member.Name.Value.(hujson.Literal)
		name := literal.String()
		switch {
		case seen[name] && of == "":
			return contentError{"a name is given twice", member.Name.StartOffset}
		case seen[name]:
			return contentError{nameShown(of) + " gives a name twice", member.Name.StartOffset}
		}
		seen[name] = true
		if err := checkNamesOnce(member.Value, name); err != nil {
			return err
		}
	}
	return nil
}

// lineOf returns the line that a decoder's error is about, or 0.
func lineOf(err error, data []byte) int {
	lineAt := func(offset int) int { return 1 + bytes.Count(data[:min(offset, len(data))], []byte("\n")) }
	if own, ok := errors.AsType[contentError](err); ok && own.offset > 0 {
		return lineAt(own.offset)
	}
	if fault, ok := errors.AsType[*json.SyntaxError](err); ok {
		return lineAt(int(fault.Offset))
	}
	if fault, ok := errors.AsType[positioned](err); ok {
		line, _ := fault.Position()
		return line
	}
	// The YAML decoder gives it in no other way.
	if found := regexp.MustCompile(`\bline ([0-9]{1,9})\b`).FindStringSubmatch(err.Error()); found != nil {
		line, _ := strconv.Atoi(found[1])
		return line
	}
	return 0
}

// positioned is an error of the TOML decoder.
type positioned interface {
	error
	Position() (line, column int)
}
