// Package schema is the only place that derives JSON Schemas from Go types and decides whether arguments are acceptable.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// Node is one JSON Schema (2020-12). In a Constrained type's node, Comment holds the rule in words ("must be …"), and
// Examples holds a correct value. Error messages use both. The published schema leaves them out.
type Node = jsonschema.Schema

// Constrained is implemented by field types that carry their own constraint.
type Constrained interface {
	// Schema returns the constraint. It is called on the type's zero value.
	Schema() *Node
}

// Checked is implemented by argument types with a rule that portable JSON Schema cannot express. Examples are a relation
// between fields, a limit on keys and a well-formed URL.
type Checked interface {
	// Check returns what is wrong, with paths relative to the value itself.
	Check() []Problem
}

// Sparse is implemented by arguments that have to know what was left out because nothing was in it, such as {"interval":""}.
type Sparse interface {
	// CheckEmptied returns what is wrong with leaving out what stood at these paths.
	CheckEmptied(paths []string) []Problem
}

// Schema accepts arguments of type T.
type Schema[T any] struct {
	root     *Node
	json     json.RawMessage
	validate func() (*validator.Schema, error)
	final    bool // see Final
}

// For derives the schema of T, a struct whose json tags name the arguments and whose jsonschema tags describe them. Fields
// without omitempty are required. For panics if JSON Schema cannot describe T. No input can cause that.
func For[T any]() *Schema[T] { return schemaOf[T](encode) }

// InWords is For with a published schema that has no limits: no patterns, lengths and ranges. They are enforced all the same, and
// the descriptions say what matters of them. It is for tools of which a model reads many.
func InWords[T any]() *Schema[T] {
	return schemaOf[T](func(root *Node) json.RawMessage {
		walk(root, func(n *Node) {
			n.Pattern, n.MinLength, n.MaxLength, n.Minimum, n.Maximum, n.MinItems, n.MaxItems = "", nil, nil, nil, nil, nil, nil
		})
		return encode(root)
	})
}

func schemaOf[T any](publish func(*Node) json.RawMessage) *Schema[T] {
	t := reflect.TypeFor[T]()
	described := derive(t)
	if described.Properties == nil { // some clients refuse all tools when one has no list of arguments, even an empty one
		described.Properties = map[string]*Node{}
	}
	return &Schema[T]{
		root: derive(t),
		json: publish(described),
		validate: sync.OnceValues(func() (*validator.Schema, error) { // the first call pays
			return compile(encode(derive(t)))
		}),
	}
}

// Final is for a call that cannot be taken back: one unknown argument is then never put down to the client.
func (s *Schema[T]) Final() { s.final = true }

// JSON returns the published schema. Decode enforces it, and the limits that InWords leaves out.
func (s *Schema[T]) JSON() json.RawMessage { return s.json }

// Decode reads arguments into a T. It first converts what models certainly mean (see lenient), and then validates. If the
// arguments are not acceptable, the error is an *Error that lists the problems. It never echoes a value. ignored are the names
// of what the client added to the arguments by itself.
func (s *Schema[T]) Decode(arguments json.RawMessage) (decoded T, ignored []string, err error) {
	read, problems := parse(arguments, s.root, s.final)
	value := read.object
	if value == nil {
		return decoded, nil, newError(problems)
	}
	compiled, err := s.validate()
	if err != nil {
		return decoded, nil, err
	}
	problems = slices.Concat(problems, secrets(value, ""), violations(compiled.Validate(value), s.root))

	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false) // which makes six bytes of one
	if err := encoder.Encode(value); err != nil {
		return decoded, nil, fmt.Errorf("encode the converted arguments: %w", err)
	}
	if err := json.Unmarshal(plain.Bytes(), &decoded); err != nil && len(problems) == 0 {
		return decoded, nil, fmt.Errorf("decode validated arguments: %w", err)
	}
	// The decoded part is checked even then, so that one error lists every problem.
	broken := check(decoded)
	if sparse, ok := any(decoded).(Sparse); ok {
		broken = append(broken, sparse.CheckEmptied(read.emptied)...)
	}
	problems = append(problems, independent(broken, problems)...)
	if len(problems) > 0 {
		return decoded, nil, newError(problems)
	}
	return decoded, read.added, nil
}

// Answer returns the schema of an answer of type T as JSON. Only the root says that there are no other properties. Elsewhere
// every answer conforms to that anyway, and clients would have to read it. Answer panics as For does.
func Answer[T any]() json.RawMessage {
	root := derive(reflect.TypeFor[T]())
	others := root.AdditionalProperties
	walk(root, func(n *Node) { n.AdditionalProperties = nil })
	root.AdditionalProperties = others
	return encode(root)
}

// encode returns a schema as JSON, without the parts that only error messages use.
func encode(root *Node) json.RawMessage {
	walk(root, func(n *Node) { n.Comment, n.Examples, n.Extra = "", nil, nil })
	published, err := json.Marshal(root)
	if err != nil {
		panic(fmt.Sprintf("encode a schema: %v", err))
	}
	return published
}

// ListOf returns the constraint of a list of T that has from least to most items.
func ListOf[T any](least, most int) *Node {
	n := &Node{Type: "array", Items: derive(reflect.TypeFor[T]()), MaxItems: &most}
	if least > 0 {
		n.MinItems = &least
	}
	return n
}

// derive returns the schema of t, with the constraints of the types in t.
func derive(t reflect.Type) *Node {
	constraints := map[reflect.Type]*Node{}
	collect(t, constraints)
	root, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: constraints})
	if err != nil {
		panic(fmt.Sprintf("derive the schema of %v: %v", t, err))
	}
	// The library allows null for slices and pointers, and writes that as an array of types. Several clients refuse such an
	// array. An absent argument means the same as null.
	walk(root, func(n *Node) {
		for _, name := range n.Types {
			if name != "null" {
				n.Type, n.Types = name, nil
				return
			}
		}
	})
	return root
}

// collect finds the types below t that carry their own constraint.
func collect(t reflect.Type, found map[reflect.Type]*Node) {
	if constrained, ok := reflect.TypeAssert[Constrained](reflect.Zero(t)); ok && t.Kind() != reflect.Pointer {
		found[t] = constrained.Schema()
		return
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collect(t.Elem(), found)
	case reflect.Struct:
		for field := range t.Fields() {
			if field.IsExported() || field.Anonymous {
				collect(field.Type, found)
			}
		}
	default:
	}
}

// walk calls visit for every schema at or below n.
func walk(n *Node, visit func(*Node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, property := range n.Properties {
		walk(property, visit)
	}
	walk(n.Items, visit)
	walk(n.AdditionalProperties, visit)
}

// compile prepares published for validation.
func compile(published json.RawMessage) (*validator.Schema, error) {
	document, err := validator.UnmarshalJSON(bytes.NewReader(published))
	if err != nil {
		return nil, fmt.Errorf("read a derived schema: %w", err)
	}
	const name = "urn:stripe-mcp:arguments" // a relative one would need the working directory
	compiler := validator.NewCompiler()
	if err := compiler.AddResource(name, document); err != nil {
		return nil, fmt.Errorf("add a derived schema: %w", err)
	}
	compiled, err := compiler.Compile(name)
	if err != nil {
		return nil, fmt.Errorf("compile a derived schema: %w", err)
	}
	return compiled, nil
}

// Walk calls visit for every value at or below root that is not absent. The path looks like line_items[0].price. A struct
// comes before its fields.
func Walk(root any, visit func(path string, value any)) {
	walkValue(reflect.ValueOf(root), "", visit)
}

func walkValue(v reflect.Value, path string, visit func(path string, value any)) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	} else if v.IsValid() && v.IsZero() && v.Kind() != reflect.Struct {
		return // left out
	}
	if !v.IsValid() {
		return
	}
	visit(path, v.Interface())
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			walkValue(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			if field.IsExported() {
				walkValue(value, join(path, jsonName(field)), visit)
			}
		}
	default:
	}
}

// check runs the rules of every Checked value at or below root.
func check(root any) []Problem {
	var problems []Problem
	Walk(root, func(path string, value any) {
		if checked, ok := value.(Checked); ok {
			for _, p := range checked.Check() {
				problems = append(problems, Problem{Path: join(path, p.Path), Rule: p.Rule})
			}
		}
	})
	return problems
}
