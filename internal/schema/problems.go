package schema

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"stripe-mcp/internal/nearest"
	"stripe-mcp/internal/secret"
)

// Problem is one thing that is wrong with the arguments.
type Problem struct {
	Path string // the place, e.g. line_items[0].price; empty for the arguments as a whole
	Rule string // what would be right, e.g. "must be true or false"
}

// String returns the problem as one line.
func (p Problem) String() string {
	if p.Path == "" {
		return p.Rule
	}
	return p.Path + ": " + p.Rule
}

// Error lists what is wrong with the arguments, sorted by path. It holds rules and never values.
type Error struct {
	Problems []Problem // the last one may say how many more there are
}

// Error returns the problems, a line each.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// mostListed is how many problems are listed. The others are counted.
const mostListed = 20

// newError sorts problems and keeps one of each.
func newError(problems []Problem) *Error {
	slices.SortFunc(problems, func(a, b Problem) int {
		return cmp.Or(comparePaths(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule))
	})
	problems = slices.Compact(problems)
	more := len(problems) - mostListed
	if more <= 0 {
		return &Error{Problems: problems}
	}
	// A key has to be in the list, because somebody must roll it.
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(a.order(), b.order()) })
	count := strconv.Itoa(more)
	if more >= 1000 {
		count = fmt.Sprintf("%d,%03d", more/1000, more%1000)
	}
	return &Error{Problems: append(problems[:mostListed:mostListed], Problem{Rule: "and " + count + " more"})}
}

func (p Problem) order() int {
	if strings.HasSuffix(p.Rule, secretAdvice) {
		return 0
	}
	return 1
}

// comparePaths compares paths as text, but list positions as numbers.
func comparePaths(a, b string) int {
	split := func(path string) []string {
		return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	}
	return slices.CompareFunc(split(a), split(b), func(x, y string) int {
		i, errI := strconv.Atoi(x)
		j, errJ := strconv.Atoi(y)
		if errI == nil && errJ == nil {
			return cmp.Compare(i, j)
		}
		return cmp.Compare(x, y)
	})
}

// independent returns the problems in broken that do not follow from a problem in known. broken are rules between values. A
// value with a known problem may not have been decoded. So the result says nothing about it, its parts or its container.
func independent(broken, known []Problem) []Problem {
	return slices.DeleteFunc(broken, func(b Problem) bool {
		return slices.ContainsFunc(known, func(k Problem) bool {
			return k.Path != "" && (within(b.Path, k.Path) || b.Path != "" && parent(k.Path) == b.Path)
		})
	})
}

// within reports whether path is container or lies in it.
func within(path, container string) bool {
	rest, ok := strings.CutPrefix(path, container)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// parent returns the path of the value that path lies in.
func parent(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

// violations translates the validator's error. The validator's own texts echo values and come in random order.
func violations(err error, root *Node) []Problem {
	var invalid *validator.ValidationError
	if !errors.As(err, &invalid) {
		return nil
	}
	var problems []Problem
	var visit func(*validator.ValidationError)
	visit = func(e *validator.ValidationError) {
		for _, cause := range e.Causes {
			visit(cause)
		}
		path, n := locate(root, e.InstanceLocation)
		switch k := e.ErrorKind.(type) {
		case *kind.Schema, *kind.Group:
		case *kind.Required:
			for _, name := range k.Missing {
				problems = append(problems, Problem{join(path, name), "is required" + describe(n.Properties[name])})
			}
		case *kind.AdditionalProperties:
			for _, name := range k.Properties {
				problems = append(problems, Problem{path, unknown(name, n, path == "")})
			}
		default:
			problems = append(problems, Problem{path, rule(n, k)})
		}
	}
	visit(invalid)
	return problems
}

// locate follows a validator's location from root. It returns the location as a path, and the schema at that path.
func locate(root *Node, location []string) (string, *Node) {
	path, n := "", root
	for _, step := range location {
		switch {
		case n.Items != nil:
			path, n = path+"["+step+"]", n.Items
		case n.Properties[step] != nil:
			path, n = join(path, step), n.Properties[step]
		default:
			path, n = join(path, quoteName(step)), n.AdditionalProperties
		}
		if n == nil {
			return path, &Node{}
		}
	}
	return path, n
}

// rule says what a value at n must be.
func rule(n *Node, k validator.ErrorKind) string {
	if advice := decisive(n); advice != "" {
		return broken(n, k) + "; " + advice
	}
	return broken(n, k)
}

// broken is the part of a rule that k says was broken. The node's own words come first.
func broken(n *Node, k validator.ErrorKind) string {
	if n.Comment != "" {
		return n.Comment + example(n)
	}
	switch k := k.(type) {
	case *kind.Enum:
		return "must be one of " + enum(n)
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %d", k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %d", k.Want)
	case *kind.MinLength:
		return "must not be empty"
	case *kind.MaxLength:
		return fmt.Sprintf("must be at most %d characters", k.Want)
	case *kind.Minimum, *kind.Maximum:
		return "must be a whole number" + bounds(n)
	}
	return "must be " + typeName(n)
}

// describe says after "is required" what the value must be.
func describe(n *Node) string {
	if n == nil {
		return ""
	}
	if n.Comment != "" {
		return "; it " + n.Comment + example(n)
	}
	return "; it must be " + typeName(n)
}

func typeName(n *Node) string {
	switch {
	case len(n.Enum) > 0:
		return "one of " + enum(n)
	case n.Type == "integer":
		return "a whole number" + bounds(n)
	case n.Type == "boolean":
		return "true or false"
	case n.Type == "array":
		return "a list"
	case n.Type == "object":
		return "an object"
	}
	return "a string"
}

func bounds(n *Node) string {
	switch {
	case n.Minimum != nil && n.Maximum != nil:
		return fmt.Sprintf(" from %.0f to %.0f", *n.Minimum, *n.Maximum)
	case n.Minimum != nil:
		return fmt.Sprintf(" of at least %.0f", *n.Minimum)
	}
	return ""
}

func enum(n *Node) string {
	values := make([]string, len(n.Enum))
	for i, v := range n.Enum {
		values[i] = fmt.Sprint(v)
	}
	return strings.Join(values, ", ")
}

// example returns ", e.g. …" with the schema's own example.
func example(n *Node) string {
	if len(n.Examples) == 0 {
		return ""
	}
	text, err := json.Marshal(n.Examples[0])
	if err != nil {
		return ""
	}
	return ", e.g. " + string(text)
}

// unknown says that n has no property of that name, and lists the ones that it has. Some callers put all arguments into one
// at the top.
func unknown(name string, n *Node, top bool) string {
	known := slices.Sorted(maps.Keys(n.Properties))
	proposal := "."
	if top && isWrapper(name) {
		proposal = ": put the arguments at the top level."
	} else if question := nearest.DidYouMean(name, known); question != "" {
		proposal = "; " + question
	}
	return fmt.Sprintf("%s is not a known argument%s Known are %s", quoteName(name), proposal, strings.Join(known, ", "))
}

// isWrapper reports whether a name is one under which callers wrap arguments.
func isWrapper(name string) bool {
	switch strings.ToLower(strings.ReplaceAll(name, "_", "")) {
	case "kwargs", "args", "arg", "arguments", "argument", "params", "param", "parameters", "input", "inputs", "toolinput",
		"body", "payload", "data", "json", "request", "query":
		return true
	}
	return false
}

const secretAdvice = "looks like a Stripe secret and was not sent anywhere; " +
	"keys belong in the configuration. If a real key got here, roll it in the Dashboard under Developers > API keys"

// secrets finds strings that look like a key, at any depth. They must not be sent, logged or echoed.
func secrets(value any, path string) []Problem {
	var problems []Problem
	switch v := value.(type) {
	case string:
		if secret.Looks(v) {
			problems = append(problems, Problem{path, secretAdvice})
		}
	case []any:
		for i, item := range v {
			problems = append(problems, secrets(item, fmt.Sprintf("%s[%d]", path, i))...)
		}
	case map[string]any:
		for name, member := range v {
			if secret.Looks(name) {
				problems = append(problems, Problem{path, "a name in it " + secretAdvice})
			}
			problems = append(problems, secrets(member, join(path, quoteName(name)))...)
		}
	}
	return problems
}

// quoteName makes a name from outside safe to show.
func quoteName(name string) string {
	const longest = 40
	if secret.Looks(name) {
		return "[secret]"
	}
	const bytes = 4 * (longest + 1) // at most, for one more
	if runes := []rune(name[:min(len(name), bytes)]); len(runes) > longest {
		name = string(runes[:longest]) + "…"
	}
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` || strings.ContainsAny(name, " .[]") || name == "" {
		return quoted
	}
	return name
}

// join appends a name to a path.
func join(path, name string) string {
	if path == "" || name == "" || strings.HasPrefix(name, "[") {
		return path + name
	}
	return path + "." + name
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}
