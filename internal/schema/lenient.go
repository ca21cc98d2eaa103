package schema

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// leftOut is the name under which a node of our own says what happens without the argument. It is never published.
const leftOut = "leftOut"

// Decisive marks the constraint of an argument without which the call does more, or does it at once: a cancellation is then
// immediate, and a refund is full. So "" and null are not taken for an absent one. advice says what to do instead, such as
// "leave it out to refund all of it".
func Decisive(n *Node, advice string) *Node {
	n.Extra = map[string]any{leftOut: advice}
	return n
}

// decisive returns the advice of a node that Decisive marked, empty for another one.
func decisive(n *Node) string {
	advice, _ := n.Extra[leftOut].(string)
	return advice
}

// lenient converts what models and clients send into what they certainly mean, and fills in defaults. The schema decides:
//
//   - An integer may come as "10" or 14.0, a number as "12.5", and a boolean as "true".
//   - A string may come as a number or boolean. It then is what JSON writes, and has to keep the rules of its argument.
//   - An object or an array may come as JSON text, and an empty object as an empty list, which is how PHP writes it.
//   - null stands for an absent argument. So does "" where the argument cannot be "", and [] for an optional object. So does an
//     optional object or list that holds nothing but such nothings. An argument that Decisive marks is the exception.
//
// Everything uncertain stays as it is, and validation refuses it. path says where value stands.
func (r *reader) lenient(value any, n *Node, path string) any {
	if n == nil {
		return value
	}
	switch n.Type {
	case "object":
		return r.lenientObject(value, n, path)
	case "array":
		return r.lenientArray(value, n, path)
	case "string":
		return text(value)
	case "integer":
		return lenientInteger(value)
	case "number":
		return lenientNumber(value)
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

func (r *reader) lenientObject(value any, n *Node, path string) any {
	value = r.fromText(value, path)
	if isEmptyList(value) {
		value = map[string]any{}
	}
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	for name, member := range object {
		property, required := n.Properties[name], slices.Contains(n.Required, name)
		if property != nil && property.Type == "object" {
			member = r.fromText(member, join(path, quoteName(name)))
		}
		switch {
		case absent(member, property, required):
			delete(object, name)
		case !required && empty(member, property):
			delete(object, name)
			r.emptied = append(r.emptied, join(path, quoteName(name)))
		case isMap(n):
			object[name] = text(member)
		default:
			object[name] = r.lenient(member, property, join(path, quoteName(name)))
		}
	}
	for name, property := range n.Properties {
		if _, given := object[name]; !given && property.Default != nil {
			// The default is part of our own schema. If it did not decode, no test would pass.
			object[name], _ = r.read(property.Default)
		}
	}
	return object
}

func (r *reader) lenientArray(value any, n *Node, path string) any {
	value = r.fromText(value, path)
	list, ok := value.([]any)
	if !ok {
		return value
	}
	for i, item := range list {
		list[i] = r.lenient(item, n.Items, fmt.Sprintf("%s[%d]", path, i))
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

// lenientNumber returns value as a plain number literal if it certainly is a number.
func lenientNumber(value any) any {
	const largest = 1e15 // with fewer digits than a float64 holds
	given := fmt.Sprint(value)
	switch value.(type) {
	case string, json.Number:
		if f, err := strconv.ParseFloat(given, 64); err == nil && math.Abs(f) < largest && strings.Trim(given, "-+.0123456789eE") == "" {
			return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
		}
		return given // as text, as above
	}
	return value
}

// absent reports whether value stands for an argument of n that was left out.
func absent(value any, n *Node, required bool) bool {
	switch {
	case n == nil:
		return value == nil
	case decisive(n) != "":
		return false
	case value == "":
		return !takesEmpty(n)
	case isEmptyList(value):
		return n.Type == "object" && !isMap(n) && !required
	}
	return value == nil
}

// empty reports whether value is an object or a list of texts of n's that holds nothing. A client that fills in every argument sends such
// ones for what nobody gave it.
func empty(value any, n *Node) bool {
	if n == nil || decisive(n) != "" || isMap(n) {
		return false
	}
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if !hollow(member, n.Properties[name]) {
				return false
			}
		}
		return n.Type == "object"
	case []any:
		isText := n.Type == "array" && n.Items.Type == "string"
		return isText && len(value) > 0 && !takesEmpty(n.Items) && !slices.ContainsFunc(value, func(item any) bool { return !hollow(item, n.Items) })
	}
	return false
}

// hollow reports whether a member of n's is nothing, or holds nothing at any depth.
func hollow(value any, n *Node) bool {
	if n == nil || decisive(n) != "" {
		return false
	}
	return value == nil || value == "" || isEmptyList(value) || empty(value, n)
}

// takesEmpty reports whether "" keeps the rules of n.
func takesEmpty(n *Node) bool {
	if n.Type != "string" || n.MinLength != nil && *n.MinLength > 0 || len(n.Enum) > 0 && !slices.Contains(n.Enum, any("")) {
		return false
	}
	matches, err := regexp.MatchString(n.Pattern, "")
	return matches || err != nil
}

// fromText returns the object or array that a string holds as JSON. It returns any other value as it is.
func (r *reader) fromText(value any, path string) any {
	s, ok := value.(string)
	if !ok {
		return value
	}
	trimmed := strings.TrimSpace(s)
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return value
	}
	decoded, err := r.read([]byte(trimmed))
	if err != nil {
		r.problems = append(r.problems, Problem{path, err.Error()})
		return value
	}
	return decoded
}

// isMap reports whether n describes an object with free keys and string values, such as metadata.
func isMap(n *Node) bool {
	return n.AdditionalProperties != nil && n.AdditionalProperties.Type == "string"
}

func isEmptyList(value any) bool {
	list, ok := value.([]any)
	return ok && len(list) == 0
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

// dropAdditions takes out what a client adds to every call without the model's doing, and returns the names. n8n adds these
// as strings, and one of the last two is always among them: action alone may be what the model means to do. An argument of one
// of these names stays. Where a call cannot be taken back, one name alone is not enough.
func dropAdditions(arguments any, root *Node, final bool) []string {
	object, _ := arguments.(map[string]any)
	var added []string
	for _, name := range []string{"action", "chatInput", "sessionId", "toolCallId"} {
		if _, isText := object[name].(string); isText && root.Properties[name] == nil {
			added = append(added, name)
		}
	}
	if !slices.Contains(added, "sessionId") && !slices.Contains(added, "toolCallId") || final && len(added) == 1 {
		return nil
	}
	for _, name := range added {
		delete(object, name)
	}
	return added
}
