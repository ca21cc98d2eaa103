package clients_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"stripe-mcp/internal/clients"
)

// TestEveryClient: for each there is a file of what becomes of an empty home, and of a file that has other servers.
func TestEveryClient(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if all := clients.All(func(string) string { return "" }, "linux"); err != nil || len(files) != len(all) {
		t.Errorf("%d files for %d clients, %v", len(files), len(all), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			part := map[string]string{}
			for _, f := range archive.Files {
				part[f.Name] = string(f.Data)
			}
			c := client(t, name)
			if c.Installed() || !strings.HasSuffix(c.Path, "/"+strings.TrimSpace(part["path"])) {
				t.Errorf("installed is %v, at %s", c.Installed(), c.Path)
			}
			if c.PrintOnly() {
				checkShown(t, c, part["new"])
				return
			}
			add(t, c)
			if diff := cmp.Diff(part["new"], read(t, c.Path)); diff != "" {
				t.Errorf("a new file:\n%s", diff)
			}
			if info, err := os.Stat(c.Path); err != nil || info.Mode().Perm() != 0o600 || !c.Installed() {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
			checkRoundTrip(t, with(t, name, part["before"]), part["before"], part["after"])
		})
	}
}

// checkShown checks that nothing is written for a client whose file people edit, and that what they wrote is known.
func checkShown(t *testing.T, c clients.Client, lines string) {
	t.Helper()
	for _, text := range []string{"", "\t{ nonsense"} {
		if text != "" {
			write(t, c.Path, text)
		}
		change, err := c.Add(stripe, entry())
		if err != nil || !change.ByHand || change.Unchanged() || change.Lines()+"\n" != lines {
			t.Errorf("%q: by hand is %v, %v\n%s", text, change.ByHand, err, cmp.Diff(lines, change.Lines()))
		}
		if original, err := change.Apply(); original != "" || err != nil || text == "" && c.Installed() {
			t.Errorf("%q: %s was made, %v", text, original, err)
		}
	}
	write(t, c.Path, lines)
	change, err := c.Add(stripe, entry())
	if err != nil || change.ByHand || !change.Unchanged() {
		t.Errorf("with its lines: by hand is %v, %v", change.ByHand, err)
	}
	if ours, err := c.Ours("/opt/stripe-mcp"); err != nil || len(ours) != 1 || ours[0].ConfigFile() != "/c.yaml" {
		t.Errorf("ours are %+v, %v", ours, err)
	}
	if _, err := c.Remove(stripe, "/opt/stripe-mcp"); err == nil || !strings.Contains(err.Error(), "hint: take the entry out of it yourself") {
		t.Errorf("removal: %v", err)
	}
	if got := read(t, c.Path); got != lines {
		t.Errorf("it became %s", got)
	}
}

// checkRoundTrip adds the entry, which makes the file after, and removes it, which makes it what it was.
func checkRoundTrip(t *testing.T, c clients.Client, before, after string) {
	t.Helper()
	add(t, c)
	if diff := cmp.Diff(after, read(t, c.Path)); diff != "" {
		t.Errorf("added:\n%s", diff)
	}
	if got := read(t, c.Path+".before-stripe-mcp"); got != before {
		t.Errorf("the backup is %q", got)
	}
	remove(t, c)
	if diff := cmp.Diff(before, read(t, c.Path)); diff != "" {
		t.Errorf("removed:\n%s", diff)
	}
}

// remove makes the change and checks that a second one has nothing to do.
func remove(t *testing.T, c clients.Client) {
	t.Helper()
	change, err := c.Remove(stripe, "/opt/stripe-mcp")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := change.Apply(); err != nil {
		t.Fatal(err)
	}
	if again, err := c.Remove(stripe, "/opt/stripe-mcp"); err != nil || !again.Unchanged() {
		t.Errorf("a second time, unchanged is %v, %v", again.Unchanged(), err)
	}
	if ours, err := c.Ours("/opt/stripe-mcp"); err != nil || len(ours) != 0 {
		t.Errorf("after removal, ours are %+v, %v", ours, err)
	}
}

func TestWhereClientsKeepTheirFiles(t *testing.T) {
	t.Parallel()
	const relative = "is not an absolute path, so the client's file is not known\nhint: write the whole path there"
	for _, tt := range []struct {
		goos, variable, value string
		want                  map[string]string // a path, or an error
	}{
		{"linux", "XDG_CONFIG_HOME", "/x", map[string]string{
			"claude-desktop": "/x/Claude/claude_desktop_config.json", "claude-code": "/h/.claude.json", "vscode": "/x/Code/User/mcp.json",
			"vscode-insiders": "/x/Code - Insiders/User/mcp.json", "vscodium": "/x/VSCodium/User/mcp.json", "opencode": "/x/opencode/opencode.json",
			"kilo": "/x/kilo/kilo.json", "copilot-cli": "/h/.copilot/mcp-config.json", "zed": "/x/zed/settings.json", "goose": "/x/goose/config.yaml"}},
		{"linux", "XDG_CONFIG_HOME", "x", map[string]string{"claude-desktop": "/h/.config/Claude/claude_desktop_config.json", "opencode": "/h/.config/opencode/opencode.json"}},
		{"linux", "CLAUDE_CONFIG_DIR", "/x", map[string]string{"claude-code": "/x/.claude.json", "claude-desktop": "/h/.config/Claude/claude_desktop_config.json"}},
		{"linux", "CLAUDE_CONFIG_DIR", "x", map[string]string{"claude-code": "CLAUDE_CONFIG_DIR " + relative}},
		{"linux", "CLAUDE_CONFIG_DIR", " ", map[string]string{"claude-code": "/h/.claude.json"}},
		{"linux", "CODEX_HOME", "/x", map[string]string{"codex": "/x/config.toml"}},
		{"linux", "CODEX_HOME", "~/x", map[string]string{"codex": "CODEX_HOME " + relative}},
		{"linux", "CODEX_HOME", "", map[string]string{"codex": "/h/.codex/config.toml"}},
		{"linux", "GEMINI_CLI_HOME", "/x", map[string]string{"gemini-cli": "/x/.gemini/settings.json", "qwen-code": "/h/.qwen/settings.json"}},
		{"linux", "GEMINI_CLI_HOME", ".", map[string]string{"gemini-cli": "GEMINI_CLI_HOME " + relative}},
		{"linux", "QWEN_HOME", "/x", map[string]string{"qwen-code": "/x/settings.json"}},
		{"linux", "QWEN_HOME", "x", map[string]string{"qwen-code": "QWEN_HOME " + relative}},
		{"linux", "COPILOT_HOME", "/x", map[string]string{"copilot-cli": "/x/mcp-config.json"}},
		{"linux", "COPILOT_HOME", "x", map[string]string{"copilot-cli": "COPILOT_HOME " + relative}},
		{"linux", "CLINE_DIR", "/x", map[string]string{"cline": "/x/data/settings/cline_mcp_settings.json"}},
		{"linux", "CLINE_DATA_DIR", "/x", map[string]string{"cline": "/x/settings/cline_mcp_settings.json"}},
		{"linux", "CLINE_MCP_SETTINGS_PATH", "/x/y.json", map[string]string{"cline": "/x/y.json"}},
		{"linux", "CLINE_DIR", "x", map[string]string{"cline": "CLINE_DIR " + relative}},
		{"linux", "CLINE_DATA_DIR", "x", map[string]string{"cline": "CLINE_DATA_DIR " + relative}},
		{"darwin", "XDG_CONFIG_HOME", "/x", map[string]string{
			"claude-desktop": "/h/Library/Application Support/Claude/claude_desktop_config.json", "vscode": "/h/Library/Application Support/Code/User/mcp.json",
			"vscodium": "/h/Library/Application Support/VSCodium/User/mcp.json", "opencode": "/x/opencode/opencode.json", "zed": "/x/zed/settings.json"}},
		{"darwin", "", "", map[string]string{"codex": "/h/.codex/config.toml", "kilo": "/h/.config/kilo/kilo.json", "goose": "/h/.config/goose/config.yaml", "lm-studio": "/h/.lmstudio/mcp.json"}},
		{"windows", "", "", map[string]string{
			"claude-desktop": "/u/Roaming/Claude/claude_desktop_config.json", "claude-code": "/u/.claude.json", "cursor": "/u/.cursor/mcp.json",
			"vscode-insiders": "/u/Roaming/Code - Insiders/User/mcp.json", "codex": "/u/.codex/config.toml", "opencode": "/u/.config/opencode/opencode.json",
			"windsurf": "/u/.codeium/windsurf/mcp_config.json", "zed": "/u/Roaming/Zed/settings.json", "goose": "/u/Roaming/Block/goose/config/config.yaml"}},
	} {
		variables := map[string]string{"HOME": "/h", "USERPROFILE": "/u", "APPDATA": "/u/Roaming", "LOCALAPPDATA": "/u/Local", tt.variable: tt.value}
		for _, c := range clients.All(func(name string) string { return variables[name] }, tt.goos) {
			got := c.Path
			if _, err := c.Add(stripe, entry()); err != nil {
				got = err.Error()
			}
			if want := tt.want[c.Name]; want != "" && got != want {
				t.Errorf("%s, %s=%s, %s: %s", tt.goos, tt.variable, tt.value, c.Name, got)
			}
		}
	}
}

// TestWithoutHome: no client has a place, so that the caller can say so before anything is made.
func TestWithoutHome(t *testing.T) {
	t.Parallel()
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, c := range clients.All(func(string) string { return "" }, goos) {
			if filepath.IsAbs(c.Path) {
				t.Errorf("%s, %s: %s", goos, c.Name, c.Path)
			}
			if _, err := c.Ours("/opt/stripe-mcp"); err == nil || !strings.Contains(err.Error(), "there is no home folder") {
				t.Errorf("%s, %s: a file in the working directory was read: %v", goos, c.Name, err)
			}
		}
	}
}

// TestStorePackage: the package from the Windows Store has a folder of its own.
func TestStorePackage(t *testing.T) {
	t.Parallel()
	appData := t.TempDir()
	lookup := func(name string) string {
		return map[string]string{"LOCALAPPDATA": filepath.Join(appData, "Local"), "APPDATA": filepath.Join(appData, "Roaming"), "USERPROFILE": appData}[name]
	}
	store := filepath.Join(appData, "Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude")
	for _, want := range []string{filepath.Join(appData, "Roaming", "Claude"), store} {
		desktop, err := clients.Select(clients.All(lookup, "windows"), []string{"claude-desktop"})
		if got := desktop[0].Path; err != nil || got != filepath.Join(want, "claude_desktop_config.json") {
			t.Errorf("its file is %s, %v", got, err)
		}
		if err := os.MkdirAll(store, 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSeveralFiles: of the files that a client reads, the one with our entry is changed, or else its own that is there.
func TestSeveralFiles(t *testing.T) {
	t.Parallel()
	const ours = `{"mcp":{"stripe":{"type":"local","command":["/opt/stripe-mcp"]}}}`
	for why, tt := range map[string]struct {
		before  map[string]string
		changed string // or an error
	}{
		"none":                        {nil, "kilo.json"},
		"with comments":               {map[string]string{"kilo.jsonc": "{}"}, "kilo.jsonc"},
		"both":                        {map[string]string{"kilo.json": "{}", "kilo.jsonc": "{}"}, "kilo.json"},
		"another program's":           {map[string]string{"opencode.json": "{}"}, "kilo.json"},
		"the entry is in the second":  {map[string]string{"kilo.json": "{}", "kilo.jsonc": ours}, "kilo.jsonc"},
		"the entry is in an old file": {map[string]string{"kilo.json": "{}", "config.json": ours}, "config.json"},
		"the entry is in two":         {map[string]string{"kilo.json": ours, "kilo.jsonc": ours}, `kilo.jsonc stay as they are: both have an entry "stripe"`},
		"one cannot be read":          {map[string]string{"kilo.json": "{}", "kilo.jsonc": "{"}, "kilo.jsonc stays as it is: it is not valid JSON"},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			folder := filepath.Join(home, ".config/kilo")
			for name, text := range tt.before {
				write(t, filepath.Join(folder, name), text)
			}
			all := clients.All(func(name string) string { return map[string]string{"HOME": home}[name] }, "linux")
			chosen, err := clients.Select(all, []string{"kilo"})
			if err != nil {
				t.Fatal(err)
			}
			change, err := chosen[0].Add(stripe, entry())
			if err != nil {
				if !strings.Contains(err.Error(), tt.changed) {
					t.Error(err)
				}
				return
			}
			if got := filepath.Base(change.Path); got != tt.changed {
				t.Errorf("%s would change", got)
			}
			if _, err := change.Apply(); err != nil {
				t.Error(err)
			}
			if named, err := chosen[0].Ours("/opt/stripe-mcp"); err != nil || len(named) != 1 || filepath.Base(named[0].Path) != tt.changed {
				t.Errorf("ours are %+v, %v", named, err)
			}
			remove(t, chosen[0])
		})
	}
}
