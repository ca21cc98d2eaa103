package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// These bound the memory that arguments take. Valid arguments stay far below. No tool nests its own deeper than five levels.
const (
	maxBytes  = 1 << 20
	maxValues = 5_000
	maxDepth  = 32
)

// reader decodes the arguments of one call.
type reader struct {
	left     int       // how many more values there may be
	problems []Problem // with JSON in texts
	emptied  []string  // paths of what was left out because nothing was in it
}

// given is what one call was given.
type given struct {
	object  map[string]any // nil when it cannot be read
	added   []string       // names of what clients add to every call (see dropAdditions)
	emptied []string       // paths of what was left out because nothing was in it
}

// parse reads arguments as one JSON object and converts them to what root expects (see lenient). Absent arguments are an
// empty object.
func parse(arguments json.RawMessage, root *Node, final bool) (given, []Problem) {
	refuse := func(rule string) (given, []Problem) { return given{}, []Problem{{Rule: rule}} }
	if len(arguments) > maxBytes {
		return refuse("the arguments are longer than 1 MiB")
	}
	if len(bytes.TrimSpace(arguments)) == 0 {
		arguments = json.RawMessage("{}")
	}
	r := &reader{left: maxValues}
	var added []string
	value, err := r.read(arguments)
	if err == nil {
		if value = r.fromText(value, ""); value == nil || value == "" {
			value = map[string]any{}
		}
		added = dropAdditions(value, root, final)
		value = r.lenient(value, root, "")
		err = r.tooMany() // in texts that hold JSON
	}
	if err != nil {
		return refuse(err.Error())
	}
	object, ok := value.(map[string]any)
	if !ok {
		if len(r.problems) == 0 {
			return refuse(`the arguments must be one JSON object, e.g. {"limit": 10}`)
		}
		return given{}, r.problems
	}
	return given{object, added, r.emptied}, r.problems
}

func (r *reader) tooMany() error {
	if r.left < 0 {
		return fmt.Errorf("the arguments hold more than %d values", maxValues)
	}
	return nil
}

// read decodes one JSON value and keeps numbers as they are written. A name may not appear twice in one object: a log or a
// person could read the other value and see a different request.
func (r *reader) read(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := r.readValue(decoder, maxDepth)
	if err == nil {
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return nil, errors.New("there is something after the end of the JSON" + fault(text))
		}
		return value, nil
	}
	if errors.Is(err, errMalformed) {
		err = errors.New(err.Error() + fault(text))
	}
	return nil, err
}

var errMalformed = errors.New("the JSON is malformed")

// fault says where text stops to be JSON, and shows nothing of it.
func fault(text []byte) string {
	syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(text, new(json.RawMessage)))
	if !ok {
		return ""
	}
	read := text[:min(int(syntax.Offset), len(text))]
	line := read[bytes.LastIndexByte(read, '\n')+1:]
	return fmt.Sprintf(" at line %d, column %d", bytes.Count(read, []byte("\n"))+1, utf8.RuneCount(line))
}

func (r *reader) readValue(decoder *json.Decoder, depth int) (any, error) {
	r.left--
	if err := r.tooMany(); err != nil {
		return nil, err
	}
	if depth == 0 {
		return nil, fmt.Errorf("the JSON is nested more than %d levels deep", maxDepth)
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, errMalformed
	}
	switch token {
	case json.Delim('{'):
		return r.readObject(decoder, depth)
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			item, err := r.readValue(decoder, depth-1)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		return list, closing(decoder)
	default:
		return token, nil
	}
}

func (r *reader) readObject(decoder *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for decoder.More() {
		token, err := decoder.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, errMalformed
		}
		if _, twice := object[name]; twice {
			return nil, fmt.Errorf("%s appears twice in one object", quoteName(name))
		}
		if object[name], err = r.readValue(decoder, depth-1); err != nil {
			return nil, err
		}
	}
	return object, closing(decoder)
}

func closing(decoder *json.Decoder) error {
	if _, err := decoder.Token(); err != nil {
		return errMalformed
	}
	return nil
}
