package clients_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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
		"{\n\"mcpServers\": {},\n\"mcpServers\": {}}":                                                                           `"mcpServers" stands twice in it, in line 2 and in line 3`,
		"{\n\"mcpServers\": {\n\"stripe\": {},\"stripe\":\n{}}}":                                                                `"stripe" stands twice in it, in line 3 and in line 3`,
		"{\"mcpServers\": {\"stripe\": {\"command\": \"/opt/stripe-mcp\",\n\"env\":{\"A\":\"sk_test_MadeUp1\"},\n\"env\":{}}}}": `"env" stands twice in it, in line 2 and in line 3`,
		`{"mcpServers": {"stripe": "x"}}`:                                                                                       `its entry "stripe" is not written as one that starts a program`,
		`{"mcpServers": {"stripe": {"command": "npx"}}}`:                                                                        "is another server's\nhint: rename or remove",
		`{"mcpServers": {"stripe": {"url": "https://x"}}}`:                                                                      "is another server's\nhint: rename or remove",
	} {
		c := with(t, "claude-desktop", text)
		_, err := c.Add(stripe, entry())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), c.Path+" stays as it is") || strings.Contains(err.Error(), "MadeUp") {
			t.Errorf("%s: %v", text, err)
		}
		if change, err := c.Remove(stripe, "/opt/stripe-mcp"); err == nil && !change.Unchanged() {
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
	if _, err := c.Add(stripe, entry()); err == nil || !strings.Contains(err.Error(), "is a folder, not a file") {
		t.Errorf("a folder: %v", err)
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
	change, err := c.Add(stripe, entry())
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
	if _, err := c.Add(stripe, entry()); err == nil || !strings.Contains(err.Error(), "a link that leads nowhere") {
		t.Errorf("a dangling link: %v", err)
	}
}

// TestNoLinks: a file is no link where its folder has another name.
func TestNoLinks(t *testing.T) {
	t.Parallel()
	c := client(t, "cursor")
	folder := t.TempDir()
	write(t, filepath.Join(folder, "mcp.json"), "{}")
	if err := os.Symlink(folder, filepath.Dir(c.Path)); err != nil {
		t.Fatal(err)
	}
	change, err := c.Add(stripe, entry())
	if err != nil || change.Linked() {
		t.Fatal(change.Linked(), err)
	}
	if _, err := change.Apply(); err != nil || !strings.Contains(read(t, filepath.Join(folder, "mcp.json")), "/opt/stripe-mcp") {
		t.Error(err)
	}
}

// TestReadOnly: somebody, or another program, keeps this file from changes.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"cursor", "codex", "opencode"} {
		c := client(t, name)
		add(t, c)
		with := read(t, c.Path)
		if err := os.Chmod(c.Path, 0o444); err != nil {
			t.Fatal(err)
		}
		if change, err := c.Add(stripe, entry()); err != nil || !change.Unchanged() {
			t.Errorf("%s: nothing to change: %v", name, err)
		}
		_, adding := c.Add("stripe-eu", entry())
		_, removing := c.Remove(stripe, "/opt/stripe-mcp")
		for _, err := range []error{adding, removing} {
			if err == nil || !strings.Contains(err.Error(), "stays as it is: it is read-only\nhint: make it writable") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := read(t, c.Path); got != with {
			t.Errorf("%s became %s", name, got)
		}
	}
}

// TestTwoEntries: each has its name, and removing one leaves the other.
func TestTwoEntries(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"claude-code", "codex", "opencode"} {
		c := client(t, name)
		add(t, c)
		one := read(t, c.Path)
		other := clients.Entry{Command: "/opt/stripe-mcp", Args: []string{"--config", "/eu.yaml"}, Env: map[string]string{"A B": `"c\` + "\n\x7f" + `"`}}
		apply(t, c, "stripe-eu", other)
		ours, err := c.Ours("/opt/stripe-mcp")
		if err != nil || len(ours) != 2 || ours[0].Name != stripe || ours[1].Name != "stripe-eu" || ours[1].ConfigFile() != "/eu.yaml" || ours[1].Env["A B"] != other.Env["A B"] {
			t.Errorf("%s: ours are %+v, %v\n%s", name, ours, err, read(t, c.Path))
		}
		change, err := c.Remove("stripe-eu", "/opt/stripe-mcp")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := change.Apply(); err != nil || read(t, c.Path) != one {
			t.Errorf("%s: %v\n%s", name, err, read(t, c.Path))
		}
	}
}

// apply adds an entry.
func apply(t *testing.T, c clients.Client, name string, entry clients.Entry) (original string) {
	t.Helper()
	change, err := c.Add(name, entry)
	if err != nil {
		t.Fatal(err)
	}
	original, err = change.Apply()
	if err != nil {
		t.Fatal(err)
	}
	return original
}

// TestOriginal: the file as it was before the first change is kept, and no later one takes its place.
func TestOriginal(t *testing.T) {
	t.Parallel()
	const first = `{"mcpServers":{"a":{}}}`
	c := with(t, "cursor", first)
	for i, config := range []string{"/c.yaml", "/d.yaml", "/e.yaml"} {
		original := apply(t, c, stripe, clients.Entry{Command: "/opt/stripe-mcp", Args: []string{"--config", config}})
		if got := read(t, original); got != first {
			t.Errorf("after change %d it is %s", i, got)
		}
	}
	mine := strings.Replace(read(t, c.Path), `"a":{}`, `"a":{ "command":"b" }`, 1)
	write(t, c.Path, mine)
	remove(t, c)
	if got := read(t, c.Path); !strings.Contains(got, `"a":{ "command":"b" }`) || strings.Contains(got, "stripe") {
		t.Errorf("what changed meanwhile is gone: %s", got)
	}
}

// TestOriginalWithAKey: the original does not keep another entry's key for good, and so is not what removal gives back.
func TestOriginalWithAKey(t *testing.T) {
	t.Parallel()
	const first = `{"mcpServers":{"a":{"env":{"K":"sk_test_MadeUpMadeUpMadeUp"}}}}`
	c := with(t, "cursor", first)
	if kept := read(t, apply(t, c, stripe, entry())); strings.Contains(kept, "MadeUp") || !strings.Contains(kept, `{"K":"sk_test_`) {
		t.Errorf("it is %s", kept)
	}
	remove(t, c)
	if got := read(t, c.Path); !strings.Contains(got, `{"K":"sk_test_MadeUpMadeUpMadeUp"}`) {
		t.Errorf("after removal: %s", got)
	}
}

// TestNoOriginal: a file that setup has made has no original, which would keep our entry for good.
func TestNoOriginal(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	for _, c := range clients.All(func(name string) string { return map[string]string{"HOME": home}[name] }, "linux") {
		if c.PrintOnly() {
			continue
		}
		for _, name := range []string{stripe, "stripe-eu", stripe} {
			if original := apply(t, c, name, clients.Entry{Command: "/opt/ours", Args: []string{"--config", "/" + name + ".yaml"}}); original != "" {
				t.Errorf("%s: with %s its original is %s", c.Name, name, original)
			}
		}
		for _, name := range []string{stripe, "stripe-eu"} {
			change, err := c.Remove(name, "/opt/ours")
			if err != nil {
				t.Fatal(err)
			}
			if original, err := change.Apply(); err != nil || original != "" {
				t.Errorf("%s: without %s its original is %s, %v", c.Name, name, original, err)
			}
		}
		if _, err := os.Stat(c.Path + ".before-stripe-mcp"); err == nil {
			t.Errorf("%s: it has an original", c.Name)
		}
	}
}

// TestNothingToRemove: removing what was never there makes and changes nothing.
func TestNothingToRemove(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	for _, c := range clients.All(func(name string) string { return map[string]string{"HOME": home}[name] }, "linux") {
		for _, text := range []string{"", " \n"} {
			if text != "" {
				write(t, c.Path, text)
			}
			change, err := c.Remove(stripe, "/opt/stripe-mcp")
			if err != nil || !change.Unchanged() {
				t.Errorf("%s: unchanged is %v, %v", c.Name, change.Unchanged(), err)
			}
			if original, err := change.Apply(); original != "" || err != nil {
				t.Errorf("%s: %s, %v", c.Name, original, err)
			}
			if _, err := os.Stat(filepath.Dir(c.Path)); text == "" && err == nil && filepath.Dir(c.Path) != home {
				t.Errorf("%s: its folder was made", c.Name)
			}
			if text != "" && read(t, c.Path) != text {
				t.Errorf("%s: its file became %q", c.Name, read(t, c.Path))
			}
		}
	}
}

// TestProcess: a server gets of the client's variables what the client passes on, and those of its entry.
func TestProcess(t *testing.T) {
	t.Parallel()
	environ := []string{"HOME=/h", "PATH=/bin", "LANG=C", "Path=x", "STRIPE_SECRET_KEY=x", "USER=u", "TERM=t"}
	for name, want := range map[string]string{
		"claude-desktop": "HOME=/h PATH=/bin Path=x A=b",
		"codex":          "HOME=/h PATH=/bin LANG=C Path=x USER=u TERM=t A=b",
		"cursor":         "HOME=/h PATH=/bin LANG=C Path=x STRIPE_SECRET_KEY=x USER=u TERM=t A=b",
	} {
		command := client(t, name).Process(t.Context(), clients.Entry{Command: "/opt/stripe-mcp", Args: []string{"serve"}, Env: map[string]string{"A": "b"}}, environ)
		if got := strings.Join(command.Env, " "); got != want || strings.Join(command.Args, " ") != "/opt/stripe-mcp serve" {
			t.Errorf("%s: %s with %s", name, command.Args, got)
		}
	}
}

// TestChangedInTheMeantime: what another program writes between planning and doing is not lost.
func TestChangedInTheMeantime(t *testing.T) {
	t.Parallel()
	c := with(t, "claude-code", "{}")
	change, err := c.Add(stripe, entry())
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
	if change, err := c.Add(stripe, clients.Entry{Command: program, Args: []string{"--config", "/c.yaml"}}); err != nil || !change.Unchanged() {
		t.Errorf("unchanged is %v, %v", change.Unchanged(), err)
	}
	if ours, err := c.Ours(program); err != nil || len(ours) != 1 {
		t.Errorf("ours is %v, %v", ours, err)
	}
	if change, err := c.Remove(stripe, program); err != nil || change.Unchanged() {
		t.Errorf("it would stay: %v", err)
	}
	if change, err := c.Remove(stripe, "/opt/other"); err != nil || !change.Unchanged() {
		t.Errorf("another program would remove it: %v", err)
	}
}

// TestPlans: what was only planned shows nowhere, neither in the file nor in what is read of it again.
func TestPlans(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"claude-code", "cline", "codex", "opencode"} {
		c := client(t, name)
		ours := func() int {
			t.Helper()
			found, err := c.Ours("/opt/stripe-mcp")
			if err != nil {
				t.Fatal(err)
			}
			return len(found)
		}
		for range 2 {
			if change, err := c.Add("stripe", entry()); err != nil || change.Unchanged() || ours() != 0 {
				t.Errorf("%s: planned, and there are %d, %v", name, ours(), err)
			}
		}
		add(t, c)
		with := read(t, c.Path)
		for range 2 {
			if change, err := c.Remove("stripe", "/opt/stripe-mcp"); err != nil || change.Unchanged() || ours() != 1 || read(t, c.Path) != with {
				t.Errorf("%s: to be removed, and there are %d, %v", name, ours(), err)
			}
			if change, err := c.Add("stripe", clients.Entry{Command: "/opt/stripe-mcp", Args: []string{"--config", "/d.yaml"}}); err != nil || change.Unchanged() {
				t.Errorf("%s: to be changed: %v", name, err)
			}
		}
		remove(t, c)
		if ours() != 0 {
			t.Errorf("%s: %d are left", name, ours())
		}
	}
}
