package clients_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/clients"
)

// TestRemoving: an entry whose file has no original goes, and every other byte stays. What was strict JSON still is.
func TestRemoving(t *testing.T) {
	t.Parallel()
	const ours = `"stripe": {"command": "/opt/stripe-mcp"}`
	for why, tt := range map[string]struct{ client, before, after string }{
		"the only one":               {"cursor", `{"mcpServers": {` + ours + `}}`, `{"mcpServers": {}}`},
		"the first":                  {"cursor", `{"mcpServers": {` + ours + `, "a": {}}}`, `{"mcpServers": { "a": {}}}`},
		"the middle one":             {"cursor", `{"mcpServers": {"b": {}, ` + ours + `, "a": {}}}`, `{"mcpServers": {"b": {}, "a": {}}}`},
		"the last":                   {"cursor", `{"mcpServers": {"a": {}, ` + ours + `}}`, `{"mcpServers": {"a": {}}}`},
		"the last of several lines":  {"cursor", "{\n  \"mcpServers\": {\n    \"a\": {},\n    " + ours + "\n  }\n}", "{\n  \"mcpServers\": {\n    \"a\": {}\n  }\n}"},
		"the last, with a comma":     {"cursor", "{\"mcpServers\": {\n  \"a\": {},\n  " + ours + ",\n}}", "{\"mcpServers\": {\n  \"a\": {},\n}}"},
		"the last, beside comments":  {"cursor", "{\"mcpServers\": {\n  \"a\": {} /* a */, // b\n  " + ours + " // c\n}}", "{\"mcpServers\": {\n  \"a\": {} /* a */ // b // c\n}}"},
		"a table":                    {"codex", "a = 1\n\n" + table, "a = 1\n"},
		"a table without a last end": {"codex", "a = 1\n\n" + strings.TrimSuffix(table, "\n"), "a = 1"},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			c := with(t, tt.client, tt.before)
			remove(t, c)
			got := read(t, c.Path)
			if diff := cmp.Diff(tt.after, got); diff != "" {
				t.Error(diff)
			}
			if json.Valid([]byte(tt.before)) && !json.Valid([]byte(got)) {
				t.Errorf("it is strict JSON no more: %s", got)
			}
		})
	}
}

// TestLines: what people copy is written as people write it.
func TestLines(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"cursor", "codex", "goose"} {
		change, err := client(t, name).Add(stripe, clients.Entry{Command: "/a&b <c>/stripe-mcp"})
		if err != nil || !strings.Contains(change.Lines(), `"/a&b <c>/stripe-mcp"`) {
			t.Errorf("%s: %v\n%s", name, err, change.Lines())
		}
	}
}

// TestNotTheOriginal: what changed after the first entry was added is not undone by removing it, not even white space in a text.
func TestNotTheOriginal(t *testing.T) {
	t.Parallel()
	c := with(t, "cursor", `{"theme": "dark blue"}`)
	add(t, c)
	write(t, c.Path, strings.Replace(read(t, c.Path), "dark blue", "darkblue", 1))
	remove(t, c)
	if got := read(t, c.Path); !strings.Contains(got, `"darkblue"`) {
		t.Errorf("it became %s", got)
	}
}

// TestReadingEntries: what a client's file says of an entry of ours.
func TestReadingEntries(t *testing.T) {
	t.Parallel()
	for why, tt := range map[string]struct {
		client, text string
		disabled     bool
		config       string
	}{
		"on":                       {"cursor", `{"mcpServers": {"x": {"command": "stripe-mcp"}}}`, false, ""},
		"off":                      {"cline", `{"mcpServers": {"x": {"command": "stripe-mcp", "disabled": true}}}`, true, ""},
		"on in words":              {"opencode", `{"mcp": {"x": {"command": ["stripe-mcp"], "enabled": true}}}`, false, ""},
		"not on":                   {"opencode", `{"mcp": {"x": {"command": ["stripe-mcp"], "enabled": false}}}`, true, ""},
		"on in TOML":               {"codex", "[mcp_servers.x]\ncommand = 'stripe-mcp'\n", false, ""},
		"off in TOML":              {"codex", "[mcp_servers.x]\ncommand = 'stripe-mcp'\nenabled = false\n", true, ""},
		"on in YAML":               {"goose", "extensions:\n  x:\n    cmd: stripe-mcp\n", false, ""},
		"off in YAML":              {"goose", "extensions:\n  x:\n    cmd: stripe-mcp\n    enabled: false\n", true, ""},
		"its configuration":        {"cursor", `{"mcpServers": {"x": {"command": "stripe-mcp", "args": ["--config", "/a"]}}}`, false, "/a"},
		"in one word":              {"cursor", `{"mcpServers": {"x": {"command": "stripe-mcp", "args": ["--config=/a"]}}}`, false, "/a"},
		"the last one counts":      {"cursor", `{"mcpServers": {"x": {"command": "stripe-mcp", "args": ["--config=/b", "--config", "/a"]}}}`, false, "/a"},
		"another one's value":      {"cursor", `{"mcpServers": {"x": {"command": "stripe-mcp", "args": ["--log-level", "--config", "/a"]}}}`, false, ""},
		"one that is not there":    {"cursor", `{"mcpServers": {"x": {"command": "stripe-mcp", "args": ["--config"]}}}`, false, ""},
		"a program of that ending": {"cursor", `{"mcpServers": {"x": {"command": "C:\\bin\\Stripe-MCP.EXE"}, "y": {"command": "my-stripe-mcp"}}}`, false, ""},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			ours, err := with(t, tt.client, tt.text).Ours("/opt/stripe-mcp")
			if err != nil || len(ours) != 1 {
				t.Fatalf("ours are %+v, %v", ours, err)
			}
			if got := ours[0]; got.Name != "x" || got.Disabled != tt.disabled || got.ConfigFile() != tt.config {
				t.Errorf("got %+v with %q", got, got.ConfigFile())
			}
		})
	}
}

// TestFault: what is wrong with an entry is said, and how to repair it, but not the key.
func TestFault(t *testing.T) {
	t.Parallel()
	const repair = "run this"
	for why, tt := range map[string]struct {
		entry clients.Entry
		want  string
	}{
		"nothing":              {clients.Entry{Command: "/dev/null"}, ""},
		"another program":      {clients.Entry{Command: "/nowhere/stripe-mcp"}, "its entry in /f starts /nowhere/stripe-mcp, which is not this program (/dev/null)\nhint: run this"},
		"one that is there":    {clients.Entry{Command: "/dev/zero"}, "starts /dev/zero, which is not this program"},
		"a key in a variable":  {clients.Entry{Command: "/dev/null", Env: map[string]string{"A": "sk_live_MadeUpMadeUp"}}, "/f holds a Stripe key, and may have been synced or copied\nhint: run this, then roll that key in the Dashboard"},
		"a key as an argument": {clients.Entry{Command: "/dev/null", Args: []string{"sk_live_MadeUpMadeUp"}}, "/f holds a Stripe key"},
		"an unknown argument":  {clients.Entry{Command: "/dev/null", Args: []string{"--tools"}}, "its entry in /f has wrong arguments: --tools is not a known argument\nhint: run this"},
	} {
		err := client(t, "cursor").Check(clients.Named{Name: "x", Entry: tt.entry, Path: "/f"}, "/dev/null", nil, repair)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) || err != nil && strings.Contains(err.Error(), "MadeUp") {
			t.Errorf("%s: %v", why, err)
		}
	}
}
