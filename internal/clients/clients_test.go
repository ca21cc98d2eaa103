package clients_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/clients"
)

// client returns the client of that name in a home of its own.
func client(t *testing.T, name string) clients.Client {
	t.Helper()
	home := t.TempDir()
	lookup := func(variable string) string { return map[string]string{"HOME": home}[variable] }
	for _, c := range clients.All(lookup, "linux") {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no client %s", name)
	return clients.Client{}
}

// with returns the client with a file of that text.
func with(t *testing.T, name, text string) clients.Client {
	t.Helper()
	c := client(t, name)
	write(t, c.Path, text)
	return c
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func entry() clients.Entry {
	return clients.Entry{Command: "/opt/stripe-mcp", Args: []string{"--config", "/c.yaml"}}
}

// add makes the change and checks that a second one has nothing to do.
func add(t *testing.T, c clients.Client) {
	t.Helper()
	change, err := c.Add(clients.DefaultName, entry())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := change.Apply(); err != nil {
		t.Fatal(err)
	}
	again, err := c.Add(clients.DefaultName, entry())
	if err != nil || !again.Unchanged() {
		t.Errorf("a second time, unchanged is %v, %v", again.Unchanged(), err)
	}
	if ours, err := c.Ours("/opt/stripe-mcp"); err != nil || len(ours) != 1 || ours[0].Name != clients.DefaultName || ours[0].Command != "/opt/stripe-mcp" {
		t.Errorf("ours are %+v, %v", ours, err)
	}
}

func TestNewFiles(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"claude-desktop": `{
  "mcpServers": {
    "stripe": {
      "command": "/opt/stripe-mcp",
      "args": [
        "--config",
        "/c.yaml"
      ]
    }
  }
}
`,
		"vscode": `{
  "servers": {
    "stripe": {
      "type": "stdio",
      "command": "/opt/stripe-mcp",
      "args": [
        "--config",
        "/c.yaml"
      ]
    }
  }
}
`,
	} {
		c := client(t, name)
		if c.Installed() {
			t.Errorf("%s is installed in an empty home", name)
		}
		add(t, c)
		if got := read(t, c.Path); got != want {
			t.Errorf("%s:\n%s", name, cmp.Diff(want, got))
		}
		info, err := os.Stat(c.Path)
		if err != nil || info.Mode().Perm() != 0o600 || !c.Installed() {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
}

const block = `"stripe": {
      "command": "/opt/stripe-mcp",
      "args": [
        "--config",
        "/c.yaml"
      ]
    }`

// TestEveryOtherByteStays: what was there before is there afterwards, in the same order and spelling. Taking the entry
// out again leaves the file as it was before.
func TestEveryOtherByteStays(t *testing.T) {
	t.Parallel()
	tests := []struct{ why, before, after string }{
		{"another server", "{\n  \"mcpServers\": {\n    \"a\": {\"command\": \"a\"}\n  }\n}\n",
			"{\n  \"mcpServers\": {\n    \"a\": {\"command\": \"a\"},\n    " + block + "\n  }\n}\n"},
		{"comments", "// mine\n{\n  /* all */ \"mcpServers\": { // here\n    \"a\": {} // note, with a comma\n    // and more\n  }, // end }\n  \"z\": [1,2 , 3.0e1]\n}\n// bye }\n",
			"// mine\n{\n  /* all */ \"mcpServers\": { // here\n    \"a\": {}, // note, with a comma\n    // and more\n    " + block + "\n  }, // end }\n  \"z\": [1,2 , 3.0e1]\n}\n// bye }\n"},
		{"trailing commas", "{\n  \"mcpServers\": {\n    \"a\": {}, // note\n  },\n}\n",
			"{\n  \"mcpServers\": {\n    \"a\": {}, // note\n    " + block + ",\n  },\n}\n"},
		{"tabs", "{\n\t\"mcpServers\": {\n\t\t\"a\": {}\n\t}\n}", "{\n\t\"mcpServers\": {\n\t\t\"a\": {},\n\t\t" + strings.ReplaceAll(block, "  ", "\t") + "\n\t}\n}"},
		{"lines of Windows", "\ufeff{\r\n    \"mcpServers\": {\r\n        \"ä\": {}\r\n    }\r\n}\r\n",
			"\ufeff{\r\n    \"mcpServers\": {\r\n        \"ä\": {},\r\n        " + strings.ReplaceAll(strings.ReplaceAll(block, "  ", "    "), "\n", "\r\n") + "\r\n    }\r\n}\r\n"},
		{"one line", `{"mcpServers":{"a":{}},"z":1}`, "{\"mcpServers\":{\"a\":{},\n    " + block + "\n  },\"z\":1}"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			c := with(t, "cursor", tt.before)
			add(t, c)
			if got := read(t, c.Path); got != tt.after {
				t.Errorf("added:\n%s", cmp.Diff(tt.after, got))
			}
			if got := read(t, c.Path+".before-stripe-mcp"); got != tt.before {
				t.Errorf("the backup is %q", got)
			}
			change, err := c.Remove(clients.DefaultName, "/opt/stripe-mcp")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := change.Apply(); err != nil {
				t.Fatal(err)
			}
			got := read(t, c.Path)
			if tt.why == "one line" { // but for white space
				got, tt.before = strings.Join(strings.Fields(got), ""), strings.Join(strings.Fields(tt.before), "")
			}
			if got != tt.before {
				t.Errorf("removed:\n%s", cmp.Diff(tt.before, got))
			}
		})
	}
}

// TestMerging: an entry of ours is brought up to date, and keeps what its owner added, but for a key.
func TestMerging(t *testing.T) {
	t.Parallel()
	tests := []struct{ why, before, after string }{
		{"a key in the variables", `{"mcpServers":{"stripe":{"env":{"STRIPE_SECRET_KEY":"sk_test_MadeUp1","STRIPE_MCP_READ_ONLY":"true"},"disabled":false, "command":"/old/stripe-mcp","args":["--simulator"]}}}`,
			`{"mcpServers":{"stripe":{"env":{"STRIPE_MCP_READ_ONLY":"true"},"disabled":false, "command":"/opt/stripe-mcp","args":["--config","/c.yaml"]}}}`},
		{"only a key", `{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","env":{"STRIPE_MCP_STRIPE_SECRET_KEY":"sk_test_MadeUp1"}}}}`,
			`{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--config","/c.yaml"]}}}`},
		{"a key in the arguments", `{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--tools=all","--api-key=sk_test_MadeUp1","--config","/c.yaml"],"env":{"STRIPE_API_KEY":"sk_test_MadeUp1","STRIPE_MCP_STATE_DIR":"/old"}}}}`,
			`{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--config","/c.yaml"]}}}`},
		{"arguments of its own", `{"mcpServers":{"stripe":{"command":"C:\\old\\stripe-mcp.exe","args":["--log-level","debug","--config","/c.yaml"]}}}`,
			`{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--log-level","debug","--config","/c.yaml"]}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			c := with(t, "claude-desktop", tt.before)
			add(t, c)
			squeeze := strings.NewReplacer("\n", "", " ", "")
			if got := read(t, c.Path); squeeze.Replace(got) != squeeze.Replace(tt.after) {
				t.Errorf("got %s", got)
			}
			if backup := read(t, c.Path+".before-stripe-mcp"); strings.Contains(backup, "MadeUp1") {
				t.Errorf("the backup keeps the key: %s", backup)
			}
		})
	}
}

// FuzzAdd: the file stays what it was but for our entry, or the file is refused.
func FuzzAdd(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", `{"mcpServers":{}}`, "{\n// c\n}", `{"a":1,}`, `{"mcpServers":{"stripe":{"command":"stripe-mcp",}}}`,
		"{\"mcpServers\":{\"a\":1 // x\n}}", `{"mcpServers":{"a":1/**/,/**/}/**/,}`, `{"mcpServers":1,"mcpServers":{}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := with(t, "cursor", text)
		if change, err := c.Add(clients.DefaultName, entry()); err == nil {
			if _, err := change.Apply(); err != nil {
				t.Fatal(err)
			}
			if again, err := c.Add(clients.DefaultName, entry()); err != nil || !again.Unchanged() {
				t.Errorf("%q became %q, and then: %v", text, read(t, c.Path), err)
			}
		}
	})
}

func TestWhereClientsKeepTheirFiles(t *testing.T) {
	t.Parallel()
	const xdg, own = "XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR"
	for _, tt := range []struct {
		goos, variable, value string
		want                  string
	}{
		{"linux", "", "", "/h/.config/Claude/claude_desktop_config.json /h/.claude.json /h/.cursor/mcp.json /h/.config/Code/User/mcp.json"},
		{"linux", xdg, "/x", "/x/Claude/claude_desktop_config.json /h/.claude.json /h/.cursor/mcp.json /x/Code/User/mcp.json"},
		{"linux", xdg, "x", "/h/.config/Claude/claude_desktop_config.json /h/.claude.json /h/.cursor/mcp.json /h/.config/Code/User/mcp.json"},
		{"linux", own, "/x", "/h/.config/Claude/claude_desktop_config.json /x/.claude.json /h/.cursor/mcp.json /h/.config/Code/User/mcp.json"},
		{"darwin", "", "", "/h/Library/Application Support/Claude/claude_desktop_config.json /h/.claude.json /h/.cursor/mcp.json /h/Library/Application Support/Code/User/mcp.json"},
		{"darwin", xdg, "/x", "/h/Library/Application Support/Claude/claude_desktop_config.json /h/.claude.json /h/.cursor/mcp.json /h/Library/Application Support/Code/User/mcp.json"},
		{"darwin", own, "/x", "/h/Library/Application Support/Claude/claude_desktop_config.json /x/.claude.json /h/.cursor/mcp.json /h/Library/Application Support/Code/User/mcp.json"},
		{"windows", "", "", "/u/Roaming/Claude/claude_desktop_config.json /u/.claude.json /u/.cursor/mcp.json /u/Roaming/Code/User/mcp.json"},
		{"windows", own, "/x", "/u/Roaming/Claude/claude_desktop_config.json /x/.claude.json /u/.cursor/mcp.json /u/Roaming/Code/User/mcp.json"},
	} {
		variables := map[string]string{"HOME": "/h", "USERPROFILE": "/u", "APPDATA": "/u/Roaming", "LOCALAPPDATA": "/u/Local", tt.variable: tt.value}
		var paths []string
		for _, c := range clients.All(func(name string) string { return variables[name] }, tt.goos) {
			paths = append(paths, c.Path)
		}
		if got := strings.Join(paths, " "); got != tt.want {
			t.Errorf("%s, %s=%s: %s", tt.goos, tt.variable, tt.value, got)
		}
	}
}
