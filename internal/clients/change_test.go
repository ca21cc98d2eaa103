package clients_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/clients"
)

// TestLeftAlone: what cannot be understood, or belongs to another program, is not touched.
func TestLeftAlone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"mcpServers": {`:                       "not valid JSON",
		`{"mcpServers": {"a": sk_test_MadeUp1}}`: "not valid JSON",
		`[]`:                                     "is not an object",
		`{"mcpServers": [1]}`:                    "its mcpServers is not an object",
		"{\n\"mcpServers\": {},\n\"mcpServers\": {}}":      `"mcpServers" stands twice in it, in line 2 and in line 3`,
		`{"mcpServers": {"stripe": "x"}}`:                  `its entry "stripe" is not one that starts a program`,
		`{"mcpServers": {"stripe": {"command": "npx"}}}`:   "starts another program\nhint: rename or remove",
		`{"mcpServers": {"stripe": {"url": "https://x"}}}`: "starts another program\nhint: rename or remove",
	} {
		c := with(t, "claude-desktop", text)
		_, err := c.Add(clients.DefaultName, entry())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), c.Path+" stays as it is") || strings.Contains(err.Error(), "MadeUp") {
			t.Errorf("%s: %v", text, err)
		}
		if change, err := c.Remove(clients.DefaultName, "/opt/stripe-mcp"); err == nil && !change.Unchanged() {
			t.Errorf("%s: it would be removed", text)
		}
		if got := read(t, c.Path); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
	c := client(t, "cursor")
	if err := os.MkdirAll(c.Path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(clients.DefaultName, entry()); err == nil || !strings.Contains(err.Error(), "is a folder, not a file") {
		t.Errorf("a folder: %v", err)
	}
}

// TestNothingThere: some programs write null or [] where there are no servers yet.
func TestNothingThere(t *testing.T) {
	t.Parallel()
	tests := []struct{ why, before, after string }{
		{"null for no servers", "{\n  \"z\": 1,\n  \"mcpServers\": null // none\n}\n", "{\n  \"z\": 1,\n  \"mcpServers\": {\n    " + block + "\n  } // none\n}\n"},
		{"a list for no servers", "{\n  \"mcpServers\": [],\n  \"z\": 1\n}\n", "{\n  \"mcpServers\": {\n    " + block + "\n  },\n  \"z\": 1\n}\n"},
		{"null for our entry", "{\n  \"mcpServers\": {\n    \"stripe\": null\n  }\n}\n", "{\n  \"mcpServers\": {\n    " + block + "\n  }\n}\n"},
	}
	for _, tt := range tests {
		c := with(t, "cursor", tt.before)
		add(t, c)
		if got := read(t, c.Path); got != tt.after {
			t.Errorf("%s:\n%s", tt.why, cmp.Diff(tt.after, got))
		}
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	c := client(t, "cursor")
	target := filepath.Join(t.TempDir(), "dotfiles.json")
	write(t, target, "{}")
	if err := os.Chmod(target, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, c.Path); err != nil {
		t.Fatal(err)
	}
	change, err := c.Add(clients.DefaultName, entry())
	if err != nil || !change.Linked() {
		t.Fatal(change.Linked(), err)
	}
	if _, err := change.Apply(); err != nil {
		t.Fatal(err)
	}
	link, err := os.Lstat(c.Path)
	if err != nil || link.Mode().Type() != os.ModeSymlink {
		t.Errorf("the link became %v, %v", link.Mode(), err)
	}
	info, err := os.Stat(target)
	if err != nil || info.Mode().Perm() != 0o644 || !strings.Contains(read(t, target), "/opt/stripe-mcp") {
		t.Errorf("the file it leads to: mode %v, %v", info.Mode(), err)
	}
	if err := os.Remove(target); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(clients.DefaultName, entry()); err == nil || !strings.Contains(err.Error(), "a link that leads nowhere") {
		t.Errorf("a dangling link: %v", err)
	}
}

// TestChangedInTheMeantime: what another program writes between planning and doing is not lost.
func TestChangedInTheMeantime(t *testing.T) {
	t.Parallel()
	c := with(t, "claude-code", "{}")
	change, err := c.Add(clients.DefaultName, entry())
	if err != nil {
		t.Fatal(err)
	}
	write(t, c.Path, `{"projects":{}}`)
	if _, err := change.Apply(); err == nil || read(t, c.Path) != `{"projects":{}}` {
		t.Errorf("%v, and the file is %s", err, read(t, c.Path))
	}
}

// TestRenamedProgram: under another file name, the program still knows its own entry.
func TestRenamedProgram(t *testing.T) {
	t.Parallel()
	const program = "/opt/stripe"
	c := with(t, "cursor", `{"mcpServers":{"stripe":{"command":"/opt/stripe","args":["--config","/c.yaml"]}}}`)
	if change, err := c.Add(clients.DefaultName, clients.Entry{Command: program, Args: []string{"--config", "/c.yaml"}}); err != nil || !change.Unchanged() {
		t.Errorf("unchanged is %v, %v", change.Unchanged(), err)
	}
	if ours, err := c.Ours(program); err != nil || len(ours) != 1 {
		t.Errorf("ours is %v, %v", ours, err)
	}
	if change, err := c.Remove(clients.DefaultName, program); err != nil || change.Unchanged() {
		t.Errorf("it would stay: %v", err)
	}
	if change, err := c.Remove(clients.DefaultName, "/opt/other"); err != nil || !change.Unchanged() {
		t.Errorf("another program would remove it: %v", err)
	}
}
