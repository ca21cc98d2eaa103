package tools_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/tools"
)

var update = flag.Bool("update", false, "rewrite the golden files and the README's table")

// sight is the part of a tool that a client sees.
type sight struct {
	Name         string          `json:"name"`
	Title        string          `json:"title"`
	Description  string          `json:"description"`
	Effect       string          `json:"effect"`
	InputSchema  json.RawMessage `json:"inputSchema"`
	OutputSchema json.RawMessage `json:"outputSchema"`
}

func derive(tool tools.Tool) sight {
	input, output := tool.Derive()
	return sight{tool.Name, tool.Title, tool.Description, tool.Effects(), input, output}
}

// lines returns compact JSON with nothing but tabs and line breaks added. Schemas takes those out again.
func lines(t *testing.T, compact []byte) string {
	t.Helper()
	var indented bytes.Buffer
	if err := json.Indent(&indented, compact, "", "\t"); err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^(\t*"(?:[^"\\]|\\.)*":) `).ReplaceAllString(indented.String(), "$1") + "\n"
}

// TestGolden: what clients see is what the tools enforce and answer, and it changes only on purpose. make golden writes the
// file of a new tool and removes the file of a tool that is gone.
func TestGolden(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for _, tool := range tools.All() {
		compact, err := tools.Encode(derive(tool))
		if err != nil {
			t.Fatal(err)
		}
		want[filepath.Join("published", tool.Name+".json")] = lines(t, compact)
	}
	if *update {
		for path, text := range want {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := filepath.Glob("published/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if _, known := want[path]; known {
			continue
		}
		if !*update {
			t.Errorf("%s belongs to no tool: run make golden", path)
		} else if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range want {
		got, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("run make golden: %v", err)
		} else if diff := cmp.Diff(string(got), text); diff != "" {
			t.Errorf("run make golden if this change of %s is meant:\n%s", path, diff)
		}
	}
}

// node has the keywords of JSON Schema that all known clients understand.
type node struct {
	Type                 string           `json:"type"`
	Description          string           `json:"description"`
	Properties           map[string]*node `json:"properties"`
	Required             []string         `json:"required"`
	Items                *node            `json:"items"`
	AdditionalProperties json.RawMessage  `json:"additionalProperties"`
	Enum                 []string         `json:"enum"`
	Pattern              string           `json:"pattern"`
	Default              any              `json:"default"`
	Minimum              *float64         `json:"minimum"`
	Maximum              *float64         `json:"maximum"`
	MinLength            *int             `json:"minLength"`
	MaxLength            *int             `json:"maxLength"`
	MinItems             *int             `json:"minItems"`
	MaxItems             *int             `json:"maxItems"`
}

// TestSchemasArePortable: one keyword that a client does not know can hide all tools from it.
func TestSchemasArePortable(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	for _, tool := range tools.All() {
		t.Run(tool.Name, func(t *testing.T) {
			t.Parallel()
			if !name.MatchString(tool.Name) || len("stripe")+len(tool.Name) > 60 {
				t.Error("the name is not one that all clients take")
			}
			if tool.Title == "" || len(tool.Description) < 30 || len(tool.Description) > 500 {
				t.Error("a tool needs a title and a description worth its tokens")
			}
			input, output := tool.Schemas()
			for described, schema := range map[bool]json.RawMessage{true: input, false: output} {
				var root node
				decoder := json.NewDecoder(bytes.NewReader(schema))
				decoder.DisallowUnknownFields()
				if err := decoder.Decode(&root); err != nil {
					t.Fatalf("not portable: %v in %s", err, schema)
				}
				inspect(t, "root", &root, described)
				if root.Type != "object" {
					t.Error("the root must be an object")
				}
			}
		})
	}
}

// portablePattern is what every client's regular expressions read alike. Engines that turn a schema into a grammar refuse \w, \d
// and \s with all tools, and JavaScript's v flag refuses an unescaped - beside a class's bracket.
var portablePattern = regexp.MustCompile(`^\^(?:[A-Za-z_@:/?$]|\[\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_@ ])+\][+*]?(?:\{\d+\})?)+\$$`)

// repetitions returns the bounds of n that llama.cpp writes out as repetitions.
func repetitions(n *node) []int {
	var bounds []int
	for _, bound := range []*int{n.MinLength, n.MaxLength, n.MinItems, n.MaxItems} {
		if bound != nil {
			bounds = append(bounds, *bound)
		}
	}
	for _, count := range regexp.MustCompile(`\{(\d+)\}`).FindAllStringSubmatch(n.Pattern, -1) {
		bound, _ := strconv.Atoi(count[1])
		bounds = append(bounds, bound)
	}
	return bounds
}

func inspect(t *testing.T, path string, n *node, described bool) {
	t.Helper()
	const most = 1_000 // llama.cpp refuses all tools from 2,000 on
	for _, bound := range repetitions(n) {
		if bound > most {
			t.Errorf("%s: local engines refuse the bound %d with all tools: put it into Check", path, bound)
		}
	}
	if n.Pattern != "" && !portablePattern.MatchString(n.Pattern) {
		t.Errorf("%s: not all clients can read the pattern %s", path, n.Pattern)
	}
	switch n.Type {
	case "object":
		extra := string(n.AdditionalProperties)
		closed := extra == "false" || described && extra == `{"type":"string"}`
		if !described && path != "root" {
			closed = extra == "" // as the rest of an answer's schema says nothing of it
		}
		if !closed {
			t.Errorf("%s: additionalProperties is %q", path, extra)
		}
	case "array":
		if n.Items == nil {
			t.Errorf("%s: a list needs items", path)
			return
		}
		inspect(t, path+"[]", n.Items, described)
	case "string", "integer", "number", "boolean":
	default:
		t.Errorf("%s: type %q", path, n.Type)
	}
	for name, property := range n.Properties {
		if (property.Description != "") != described {
			t.Errorf("%s.%s: inputs are described, outputs are not", path, name)
		}
		inspect(t, path+"."+name, property, described)
	}
}

// defaultTools are the tools that are on unless the owner says otherwise. Clients and scripts rely on them.
func defaultTools() []string {
	return []string{
		"stripe_create_checkout_session", "stripe_get_checkout_session", "stripe_list_checkout_sessions",
		"stripe_create_customer", "stripe_get_customer",
		"stripe_create_subscription", "stripe_get_subscription", "stripe_list_subscriptions", "stripe_cancel_subscription",
		"stripe_create_billing_portal_session",
	}
}

// TestSizes holds budgets: a model reads all of this before it reads the user's question.
func TestSizes(t *testing.T) {
	t.Parallel()
	const one = 3_000 // bytes of a tool; Checkout's cart takes the most
	most := map[tools.Set]int{"": 9_000, tools.Lookup: 3_500, tools.Refunds: 1_000, tools.Catalog: 4_200, tools.Disputes: 700}
	const together = 22_000
	sums, sum := map[tools.Set]int{}, 0
	for _, tool := range tools.All() {
		input, _ := tool.Schemas()
		visible := len(tool.Name) + len(tool.Description) + len(input)
		if visible > one {
			t.Errorf("a model sees %d bytes of %s, more than %d", visible, tool.Name, one)
		}
		sums[tool.Set] += visible
		sum += visible
	}
	for set, budget := range most {
		if sums[set] > budget {
			t.Errorf("a model sees %d bytes of the set %q, more than %d", sums[set], set, budget)
		}
	}
	if sum > together {
		t.Errorf("a model sees %d bytes of all sets, more than %d", sum, together)
	}
}

// TestSets: the default tools come first and are exactly those that clients rely on. Every other tool is in a set, beside the
// others of it.
func TestSets(t *testing.T) {
	t.Parallel()
	byDefault, order := []string{}, []tools.Set{}
	for _, tool := range tools.All() {
		if tool.Set == "" {
			byDefault = append(byDefault, tool.Name)
		}
		if len(order) == 0 || order[len(order)-1] != tool.Set {
			order = append(order, tool.Set)
		}
	}
	if diff := cmp.Diff(defaultTools(), byDefault); diff != "" {
		t.Errorf("the default tools:\n%s", diff)
	}
	want := slices.DeleteFunc(append([]tools.Set{""}, tools.Sets()...), func(set tools.Set) bool { return !slices.Contains(order, set) })
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("the order of the sets:\n%s", diff)
	}
}

// TestRepetitions shows which bounds inspect finds.
func TestRepetitions(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string][]int{
		`{"type":"string","maxLength":5000}`: {5000}, `{"type":"string","minLength":3000}`: {3000}, `{"type":"array","minItems":1,"maxItems":2000}`: {1, 2000},
		`{"type":"string","pattern":"^[a-z]{4000}$"}`: {4000}, `{"type":"integer","maximum":999999999999}`: nil,
	} {
		var n node
		if err := json.Unmarshal([]byte(schema), &n); err != nil {
			t.Fatal(err)
		}
		if got := repetitions(&n); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", schema, got, want)
		}
	}
}

// TestPortablePattern shows what inspect refuses.
func TestPortablePattern(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]bool{
		`^cs_[A-Za-z0-9_]+$`: true, `^[^@ ]+@[^@ ]+$`: true, `^[A-Za-z]{3}$`: true, `^[A-Za-z]+://[^ ]+$`: true,
		`^cs_\w+$`: false, `^\S+$`: false, `^[\w.-]+$`: false, `^[a-z.-]+$`: false, `^\d{3}$`: false, `cs_`: false, `^\p{L}+$`: false,
	} {
		if got := portablePattern.MatchString(pattern); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}
