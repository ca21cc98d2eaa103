package clients_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stripe-mcp/internal/clients"
)

// stripe is the usual name of our entry.
const stripe = "stripe"

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
	change, err := c.Add(stripe, entry())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := change.Apply(); err != nil {
		t.Fatal(err)
	}
	again, err := c.Add(stripe, entry())
	if err != nil || !again.Unchanged() {
		t.Errorf("a second time, unchanged is %v, %v", again.Unchanged(), err)
	}
	if ours, err := c.Ours("/opt/stripe-mcp"); err != nil || len(ours) != 1 || ours[0].Name != stripe || ours[0].Command != "/opt/stripe-mcp" {
		t.Errorf("ours are %+v, %v", ours, err)
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
		{"no section", "{\n    \"theme\": \"dark\"\n}\n", "{\n    \"theme\": \"dark\",\n    \"mcpServers\": {\n        " + strings.ReplaceAll(block, "  ", "    ") + "\n    }\n}\n"},
		{"no section, a comment at the end", "{\n  \"theme\": \"dark\" // at night\n  // more to come\n}\n// bye",
			"{\n  \"theme\": \"dark\", // at night\n  // more to come\n  \"mcpServers\": {\n    " + block + "\n  }\n}\n// bye"},
		{"an empty section", "{\n  \"mcpServers\": {},\n  \"z\": 1\n}\n", "{\n  \"mcpServers\": {\n    " + block + "\n  },\n  \"z\": 1\n}\n"},
		{"an empty file", "", "{\n  \"mcpServers\": {\n    " + block + "\n  }\n}\n"},
		{"white space", " \r\n", "{\n  \"mcpServers\": {\n    " + block + "\n  }\n}\n"},
		{"only a byte-order mark", "\ufeff", "\ufeff{\n  \"mcpServers\": {\n    " + block + "\n  }\n}\n"},
		{"null", "null\n", "{\n  \"mcpServers\": {\n    " + block + "\n  }\n}\n"},
		{"null for no servers", "{\n  \"z\": 1,\n  \"mcpServers\": null // none\n}\n", "{\n  \"z\": 1,\n  \"mcpServers\": {\n    " + block + "\n  } // none\n}\n"},
		{"a list for no servers", "{\n  \"mcpServers\": [],\n  \"z\": 1\n}\n", "{\n  \"mcpServers\": {\n    " + block + "\n  },\n  \"z\": 1\n}\n"},
		{"null for our entry", "{\n  \"mcpServers\": {\n    \"stripe\": null\n  }\n}\n", "{\n  \"mcpServers\": {\n    " + block + "\n  }\n}\n"},
		{"one line", `{"mcpServers":{"a":{}},"z":1}`, "{\"mcpServers\":{\"a\":{},\n    " + block + "\n  },\"z\":1}"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			checkRoundTrip(t, with(t, "cursor", tt.before), tt.before, tt.after)
		})
	}
}

// TestMerging: an entry of ours is brought up to date, and keeps what its owner added, but for a key.
func TestMerging(t *testing.T) {
	t.Parallel()
	tests := []struct{ why, client, before, after string }{
		{"a key in the variables", "claude-desktop", `{"mcpServers":{"stripe":{"env":{"STRIPE_SECRET_KEY":"sk_test_MadeUp1","STRIPE_MCP_READ_ONLY":"true"},"disabled":false, "command":"/old/stripe-mcp","args":["--simulator"]}}}`,
			`{"mcpServers":{"stripe":{"env":{"STRIPE_MCP_READ_ONLY":"true"},"disabled":false, "command":"/opt/stripe-mcp","args":["--config","/c.yaml"]}}}`},
		{"only a key", "claude-desktop", `{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","env":{"STRIPE_MCP_STRIPE_SECRET_KEY":"sk_test_MadeUp1"}}}}`,
			`{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--config","/c.yaml"]}}}`},
		{"a key in the arguments", "claude-desktop", `{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--tools=all","--api-key=sk_test_MadeUp1","--config","/c.yaml"],"env":{"STRIPE_API_KEY":"sk_test_MadeUp1","STRIPE_MCP_STATE_DIR":"/old"}}}}`,
			`{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--config","/c.yaml"]}}}`},
		{"the name of a key elsewhere", "claude-desktop", `{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","env":{"STRIPE_MCP_STRIPE_SECRET_KEY_FILE":"/key","STRIPE_SECRET_KEY":"${KEY}"}}}}`,
			`{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--config","/c.yaml"]}}}`},
		{"the simulator, no more", "claude-desktop", `{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--config","/c.yaml","--simulator"]}}}`,
			`{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--config","/c.yaml"]}}}`},
		{"arguments of its own", "claude-desktop", `{"mcpServers":{"stripe":{"command":"C:\\old\\stripe-mcp.exe","args":["--log-level","debug","--config","/c.yaml"]}}}`,
			`{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--log-level","debug","--config","/c.yaml"]}}}`},
		{"what the client's user added", "gemini-cli", `{"mcpServers":{"stripe":{"trust":true,"command":"stripe-mcp","timeout":9,"includeTools":["a"],"disabled":true,"alwaysAllow":["b"]}}}`,
			`{"mcpServers":{"stripe":{"trust":true,"command":"/opt/stripe-mcp","timeout":9,"includeTools":["a"],"disabled":true,"alwaysAllow":["b"],"args":["--config","/c.yaml"]}}}`},
		{"fewer tools", "copilot-cli", `{"mcpServers":{"stripe":{"tools":["stripe_get_customer"],"command":"stripe-mcp"}}}`,
			`{"mcpServers":{"stripe":{"tools":["stripe_get_customer"],"command":"/opt/stripe-mcp","type":"local","args":["--config","/c.yaml"]}}}`},
		{"a list, switched off", "opencode", `{"mcp":{"stripe":{"enabled":false,"type":"local","command":["/old/stripe-mcp","--simulator"],"environment":{"STRIPE_SECRET_KEY":"sk_test_MadeUp1","A":"b"},"timeout":9}}}`,
			`{"mcp":{"stripe":{"enabled":false,"type":"local","command":["/opt/stripe-mcp","--config","/c.yaml"],"environment":{"A":"b"},"timeout":9}}}`},
		{"one level deeper", "cline", `{"mcpServers":{"stripe":{"transport":{"type":"stdio","command":"/old/stripe-mcp","env":{"STRIPE_SECRET_KEY":"sk_test_MadeUp1"}},"disabled":true}}}`,
			`{"mcpServers":{"stripe":{"transport":{"type":"stdio","command":"/opt/stripe-mcp","args":["--config","/c.yaml"]},"disabled":true}}}`},
		{"no variables", "cursor", `{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--config","/c.yaml"],"env":{}}}}`,
			`{"mcpServers":{"stripe":{"command":"/opt/stripe-mcp","args":["--config","/c.yaml"],"env":{}}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			c := with(t, tt.client, tt.before)
			add(t, c)
			squeeze := strings.NewReplacer("\n", "", " ", "")
			if got := read(t, c.Path); squeeze.Replace(got) != squeeze.Replace(tt.after) {
				t.Errorf("got %s", got)
			}
			if backup, _ := os.ReadFile(c.Path + ".before-stripe-mcp"); bytes.Contains(backup, []byte("MadeUp1")) {
				t.Errorf("the backup keeps the key: %s", backup)
			}
		})
	}
}

// FuzzAdd: the file stays what it was but for our entry, or the file is refused. Removing makes it what it was.
func FuzzAdd(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", `{"mcpServers":{}}`, "{\n// c\n}", `{"a":1,}`, `{"mcpServers":{"stripe":{"command":"stripe-mcp",}}}`,
		"{\"mcpServers\":{\"a\":1 // x\n}}", `{"mcpServers":{"a":1/**/,/**/}/**/,}`, `{"mcpServers":1,"mcpServers":{}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := with(t, "cursor", text)
		had, _ := c.Ours("/opt/stripe-mcp")
		change, err := c.Add(stripe, entry())
		if err != nil {
			return
		}
		if _, err := change.Apply(); err != nil {
			t.Fatal(err)
		}
		thereAndBack(t, c, text, len(had) == 0)
	})
}

// thereAndBack checks that an entry that was added to text is not added again, and that removing it gives back a text that had
// none.
func thereAndBack(t *testing.T, c clients.Client, text string, hadNone bool) {
	t.Helper()
	after := read(t, c.Path)
	if again, err := c.Add(stripe, entry()); err != nil || !again.Unchanged() {
		t.Errorf("%q became %q, and then: %v", text, after, err)
	}
	change, err := c.Remove(stripe, "/opt/stripe-mcp")
	if err != nil {
		t.Fatalf("%q became %q: %v", text, after, err)
	}
	if _, err := change.Apply(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, c.Path); hadNone && got != text {
		t.Errorf("%q became %q, and then %q", text, after, got)
	}
}
