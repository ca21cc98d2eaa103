package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// These bound the memory that arguments take. Valid arguments stay far below. No tool nests its own deeper than five levels.
const (
	maxBytes  = 1 << 20
	maxValues = 5_000
	maxDepth  = 32
)

// parse reads arguments as one JSON object and converts them to what root expects (see lenient). Absent arguments are an
// empty object.
func parse(arguments json.RawMessage, root *Node) (any, []Problem) {
	if len(arguments) > maxBytes {
		return nil, []Problem{{Rule: "the arguments are longer than 1 MiB"}}
	}
	if len(bytes.TrimSpace(arguments)) == 0 {
		return map[string]any{}, nil
	}
	r := &reader{left: maxValues}
	value, err := r.read(arguments)
	if err == nil {
		value = r.lenient(value, root)
		err = r.tooMany() // in texts that hold JSON
	}
	if err != nil {
		return nil, []Problem{{Rule: err.Error()}}
	}
	if value == nil {
		return map[string]any{}, nil
	}
	if _, ok := value.(map[string]any); !ok {
		return nil, []Problem{{Rule: `the arguments must be one JSON object, e.g. {"limit": 10}`}}
	}
	return value, nil
}

// reader decodes the arguments of one call.
type reader struct {
	left int // how many more values there may be
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
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after the end of the JSON")
	}
	return value, nil
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
		return nil, errors.New("the JSON is malformed")
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
			return nil, errors.New("the JSON is malformed")
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
		return errors.New("the JSON is malformed")
	}
	return nil
}

// lenient converts what models send into what they certainly mean, and fills in defaults. The schema decides:
//
//   - An integer may come as "10" or 14.0, and a boolean as "true".
//   - An object or an array may come as JSON text, and an empty map as an empty list.
//   - A map's strings may come as numbers or booleans.
//   - null stands for an absent argument. So does "" where the argument cannot be a string.
//
// A string argument stays a string. Everything uncertain stays as it is, and validation refuses it.
func (r *reader) lenient(value any, n *Node) any {
	if n == nil {
		return value
	}
	switch n.Type {
	case "object":
		return r.lenientObject(value, n)
	case "array":
		return r.lenientArray(value, n)
	case "integer":
		return lenientInteger(value)
	case "boolean":
		switch value {
		case "true":
			return true
		case "false":
			return false
		}
	}
	return value
}

func (r *reader) lenientObject(value any, n *Node) any {
	value = r.fromText(value)
	if list, ok := value.([]any); ok && len(list) == 0 && isMap(n) {
		return map[string]any{}
	}
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	for name, member := range object {
		if absent(member, n.Properties[name]) {
			delete(object, name)
			continue
		}
		if isMap(n) {
			object[name] = text(member)
			continue
		}
		object[name] = r.lenient(member, n.Properties[name])
	}
	for name, property := range n.Properties {
		if _, given := object[name]; !given && property.Default != nil {
			// The default is part of our own schema. If it did not decode, no test would pass.
			object[name], _ = r.read(property.Default)
		}
	}
	return object
}

func (r *reader) lenientArray(value any, n *Node) any {
	value = r.fromText(value)
	list, ok := value.([]any)
	if !ok {
		return value
	}
	for i, item := range list {
		list[i] = r.lenient(item, n.Items)
	}
	return list
}

// lenientInteger returns value as a plain integer literal if it certainly is an integer.
func lenientInteger(value any) any {
	switch v := value.(type) {
	case string:
		if i, err := strconv.ParseInt(v, 10, 64); err == nil && strconv.FormatInt(i, 10) == v {
			return json.Number(v)
		}
	case json.Number:
		if _, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return v
		}
		const exact = 1 << 53 // a float64 holds every integer up to here
		f, err := v.Float64()
		if err == nil && f == math.Trunc(f) && math.Abs(f) < exact {
			return json.Number(strconv.FormatInt(int64(f), 10))
		}
		// This is not an integer that we can hold. As text it fails the type check. So the validator never computes
		// 1e999999999.
		return v.String()
	}
	return value
}

// absent reports whether value stands for an argument that was left out.
func absent(value any, n *Node) bool {
	return value == nil || value == "" && n != nil && n.Type != "string"
}

// fromText returns the object or array that a string holds as JSON. It returns any other value as it is.
func (r *reader) fromText(value any) any {
	s, ok := value.(string)
	if !ok {
		return value
	}
	trimmed := strings.TrimSpace(s)
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return value
	}
	if decoded, err := r.read([]byte(trimmed)); err == nil {
		return decoded
	}
	return value
}

// isMap reports whether n describes an object with free keys and string values, such as metadata.
func isMap(n *Node) bool {
	return n.AdditionalProperties != nil && n.AdditionalProperties.Type == "string"
}

// text returns a number or boolean as JSON writes it. It returns any other value as it is.
func text(value any) any {
	switch v := value.(type) {
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return value
}
