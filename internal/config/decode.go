package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/viper"
)

// decode reads a file's content, names spelt as they are in it. Errors give the line where it is
// known and nothing of the content, which may be a key.
//
// It asks viper's decoders rather than viper itself, which folds the case of names: of "read_only"
// and "Read_Only" in one file it would keep either.
func decode(format string, data []byte) (map[string]any, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors on Windows begin with it
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil
	}
	decoder, err := viper.NewCodecRegistry().Decoder(format)
	if err != nil {
		return nil, fmt.Errorf("cannot decode %s: %w", format, err)
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
	where, advice := "", "look for a missing quote, bracket or comma, a wrong indentation, or a name given twice"
	if line := lineOf(err, data); line > 0 {
		where = fmt.Sprintf(" at line %d", line)
	}
	if own, ok := errors.AsType[lineError](err); ok {
		advice = own.advice
	}
	return nil, fmt.Errorf("cannot be read as %s%s: %s", strings.ToUpper(format), where, advice)
}

// lineError is a fault that no decoder minds.
type lineError struct {
	line   int
	advice string
}

func (e lineError) Error() string { return e.advice }

// checkDepth refuses what would crash the TOML decoder, which follows brackets without limit.
func checkDepth(format string, data []byte) error {
	const enough = 1000
	if format == "toml" && bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > enough {
		return lineError{0, "it has too many brackets"}
	}
	return nil
}

// checkWhole refuses what the decoders silently leave out, because it could be read_only: what
// follows the first document in YAML, and the first of two equal names in JSON.
func checkWhole(format string, data []byte) error {
	switch format {
	case "yaml":
		return checkOneDocument(data)
	case "json":
		return checkNamesOnce(data)
	default:
		return nil
	}
}

func checkOneDocument(data []byte) error {
	begun := false
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimRight(line, " \t\r\n")
		switch {
		case begun && (line == "---" || strings.HasPrefix(line, "--- ") || line == "..."):
			return lineError{number, "only the first of several documents would count, so keep one"}
		case line != "" && line[0] != '#' && line[0] != '%':
			begun = true
		}
	}
	return nil
}

func checkNamesOnce(data []byte) error {
	tokens := json.NewDecoder(bytes.NewReader(data))
	seen := map[string]bool{}
	if _, err := tokens.Token(); err != nil { // the opening brace
		return err
	}
	for tokens.More() {
		token, err := tokens.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		if seen[name] {
			return lineError{lineAt(data, tokens.InputOffset()), "a name is given twice"}
		}
		seen[name] = true
		var skipped json.RawMessage
		if err := tokens.Decode(&skipped); err != nil {
			return err
		}
	}
	return nil
}

// lineOf returns the line that a decoder's error is about, or 0.
func lineOf(err error, data []byte) int {
	if own, ok := errors.AsType[lineError](err); ok {
		return own.line
	}
	if fault, ok := errors.AsType[*json.SyntaxError](err); ok {
		return lineAt(data, fault.Offset)
	}
	if fault, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return lineAt(data, fault.Offset)
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

// positioned is what an error of the TOML decoder can do.
type positioned interface {
	error
	Position() (line, column int)
}

func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(offset, int64(len(data)))], []byte("\n"))
}
