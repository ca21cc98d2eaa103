package tools_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/tools"
)

// TestReadmeTable keeps the README's list of the default tools correct, and the list of all sets beside the tools. make docs
// rewrites both.
func TestReadmeTable(t *testing.T) {
	t.Parallel()
	const readme, begin, end = "../README.md", "<!-- tools: written by make docs -->\n", "<!-- end of tools -->"
	now := contents(t, readme)
	before, rest, found := strings.Cut(now, begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("the README has no place for the table of tools")
	}
	for path, want := range map[string]string{
		readme:      before + begin + toolTable(t, "") + end + after,
		"README.md": setTables(t),
	} {
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if diff := cmp.Diff(want, contents(t, path)); diff != "" {
			t.Errorf("%s: run make docs:\n%s", path, diff)
		}
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	return string(text)
}

// setTables is the whole list: what each set is for, what it needs and which tools it has.
func setTables(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	text.WriteString("# Tools\n<!-- written by make docs -->\n" +
		"The default tools are always on. `toolsets: [lookup, refunds]` in the configuration, or `stripe-mcp setup --toolset lookup --toolset refunds`, switches on these sets and no others. " +
		"`toolsets: [all]` switches all on.\nA restricted key needs the permissions of each set that is on.\n")
	for _, set := range append([]tools.Set{""}, tools.Sets()...) {
		name := string(set)
		if name == "" {
			name = "default"
		}
		if len(ofSet(set)) > 0 {
			text.WriteString("\n## " + name + ": " + set.Purpose() + "\nPermissions: " + permissions(set) + ".\n\n" + toolTable(t, set))
		}
	}
	return text.String()
}

func ofSet(set tools.Set) []tools.Tool {
	return slices.DeleteFunc(tools.All(), func(tool tools.Tool) bool { return tool.Set != set })
}

// permissions lists what a restricted key needs for a set. A tool that writes needs the right to write, but for what only
// completes its answer.
func permissions(set tools.Set) string {
	var said []string
	for _, permission := range tools.Permissions(ofSet(set)) {
		right := "read"
		for _, tool := range ofSet(set) {
			needed := func(p tools.Permission) bool { return p.Path == permission.Path && !p.Optional }
			if tool.Effect != tools.Reads && slices.ContainsFunc(tool.Permissions, needed) {
				right = "write"
			}
		}
		if permission.Optional {
			right += ", optional"
		}
		said = append(said, permission.Name+" ("+right+")")
	}
	return strings.Join(said, ", ")
}

func toolTable(t *testing.T, set tools.Set) string {
	t.Helper()
	var table strings.Builder
	table.WriteString("| tool | arguments (* required) | effect |\n|---|---|---|\n")
	for _, tool := range ofSet(set) {
		schema, _ := tool.Schemas()
		var input node
		if err := json.Unmarshal(schema, &input); err != nil {
			t.Fatal(err)
		}
		var arguments []string
		for _, name := range orderOf(t, schema) {
			if slices.Contains(input.Required, name) {
				name += "\\*"
			}
			arguments = append(arguments, name)
		}
		table.WriteString("| `" + tool.Name + "` | " + strings.Join(arguments, ", ") + " | " + tool.Effects() + " |\n")
	}
	return table.String()
}

// orderOf returns a schema's property names in the order in which they are published.
func orderOf(t *testing.T, schema json.RawMessage) []string {
	t.Helper()
	var top struct{ Properties json.RawMessage }
	if err := json.Unmarshal(schema, &top); err != nil {
		t.Fatal(err)
	}
	if top.Properties == nil {
		return nil // it takes none
	}
	var names []string
	decoder := json.NewDecoder(bytes.NewReader(top.Properties))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil {
			t.Fatal(err)
		}
	}
	return names
}
