package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	root, _ := filepath.Abs("/") // with a drive, where there are some
	at := func(path string) string {
		if path == "" {
			return ""
		}
		return filepath.Join(root, path)
	}
	tests := []struct {
		goos          string
		env           []string
		config, state string
		relative      string
	}{
		{"linux", []string{"HOME=ROOThome/you"}, "home/you/.config/stripe-mcp", "home/you/.local/state/stripe-mcp", ""},
		{"linux", []string{"HOME=ROOThome/you", "XDG_CONFIG_HOME=ROOTc", "XDG_STATE_HOME=ROOTs"}, "c/stripe-mcp", "s/stripe-mcp", ""},
		{"linux", []string{"HOME=ROOThome/you", "XDG_CONFIG_HOME=c", "XDG_STATE_HOME=."}, "home/you/.config/stripe-mcp", "home/you/.local/state/stripe-mcp", "XDG_CONFIG_HOME XDG_STATE_HOME"},
		{"linux", []string{"HOME=ROOThome/you", "XDG_CONFIG_HOME= "}, "home/you/.config/stripe-mcp", "home/you/.local/state/stripe-mcp", ""},
		{"freebsd", []string{"HOME=ROOThome/you"}, "home/you/.config/stripe-mcp", "home/you/.local/state/stripe-mcp", ""},
		{"linux", nil, "", "", ""},
		{"darwin", []string{"HOME=ROOTUsers/you", "XDG_CONFIG_HOME=c"}, "Users/you/Library/Application Support/stripe-mcp", "Users/you/.local/state/stripe-mcp", ""},
		{"darwin", nil, "", "", ""},
		{"windows", []string{"AppData=ROOTRoaming", "LocalAppData=ROOTLocal", "XDG_STATE_HOME=s"}, "Roaming/stripe-mcp", "Local/stripe-mcp", ""},
		{"windows", []string{"APPDATA=Roaming", `LOCALAPPDATA=C:Local`}, "", "", ""},
		{"windows", []string{"=C:=C:\\", "HOME=ROOThome/you"}, "", "", ""},
	}
	for _, tt := range tests {
		env := make([]string, len(tt.env))
		for i, entry := range tt.env {
			env[i] = strings.ReplaceAll(entry, "ROOT", root)
		}
		p := placesOf(newEnvironment(env, tt.goos), tt.goos)
		if p.config != at(tt.config) || p.stateFolder() != at(tt.state) || strings.Join(p.relative, " ") != tt.relative {
			t.Errorf("%s %q\n got %q, %q and %q\nwant %q, %q and %q", tt.goos, env, p.config, p.stateFolder(), p.relative, at(tt.config), at(tt.state), tt.relative)
		}
	}
}

// TestFormerState: where an earlier version kept the state, it is found, used and talked about until it was moved.
func TestFormerState(t *testing.T) {
	t.Parallel()
	const mac, appData, unused = "lies in the folder of the configuration", "lies in AppData", "does not count beside"
	tests := []struct {
		why, goos string
		there     []string // folders in the home
		chosen    string   // state_dir, in the home
		setup     bool
		state     string // in the home
		warns     string
		refuses   bool
	}{
		{"macOS, new", "darwin", nil, "", false, ".local/state/stripe-mcp", "", false},
		{"macOS, of before", "darwin", []string{"Library/Application Support/stripe-mcp/state"}, "", false, "Library/Application Support/stripe-mcp/state", mac, false},
		{"macOS, set up again", "darwin", []string{"Library/Application Support/stripe-mcp/state"}, "", true, "Library/Application Support/stripe-mcp/state", mac, false},
		{"macOS, written down", "darwin", []string{"Library/Application Support/stripe-mcp/state"}, "Library/Application Support/stripe-mcp/state", true, "Library/Application Support/stripe-mcp/state", mac, false},
		{"macOS, moved", "darwin", []string{".local/state/stripe-mcp"}, "", false, ".local/state/stripe-mcp", "", false},
		{"macOS, both", "darwin", []string{"Library/Application Support/stripe-mcp/state", ".local/state/stripe-mcp"}, "", false, ".local/state/stripe-mcp", unused, false},
		{"macOS, chosen", "darwin", []string{"Library/Application Support/stripe-mcp/state"}, "mine", false, "mine", "", false},
		{"Windows", "windows", []string{"Local/stripe-mcp"}, "", true, "Local/stripe-mcp", "", false},
		{"Store, new", "windows", []string{"Local/Packages/PACKAGE"}, "", true, ".stripe-mcp", "", false},
		{"Store, of before", "windows", []string{"Local/Packages/PACKAGE", "Local/stripe-mcp"}, "", false, "Local/stripe-mcp", appData, false},
		{"Store, set up again", "windows", []string{"Local/Packages/PACKAGE", "Local/stripe-mcp"}, "", true, "Local/stripe-mcp", appData, true},
		{"Store, another account", "windows", []string{"Local/Packages/PACKAGE", "Local/stripe-mcp"}, "", true, "Local/stripe-mcp/stripe-eu", appData, true},
		{"Store, another account, new", "windows", []string{"Local/Packages/PACKAGE"}, "", true, ".stripe-mcp/stripe-eu", "", false},
		{"macOS, another account", "darwin", []string{"Library/Application Support/stripe-mcp/state"}, "", false, "Library/Application Support/stripe-mcp/state/stripe-eu", mac, false},
		{"Store, written down", "windows", []string{"Local/Packages/PACKAGE", "Local/stripe-mcp"}, "Local/stripe-mcp", true, "Local/stripe-mcp", appData, false},
		{"Store, moved", "windows", []string{"Local/Packages/PACKAGE", ".stripe-mcp"}, "", true, ".stripe-mcp", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			for _, folder := range tt.there {
				if err := os.MkdirAll(filepath.Join(home, strings.ReplaceAll(folder, "PACKAGE", local.ClaudePackage)), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			env := []string{"HOME=" + home, "USERPROFILE=" + home, "APPDATA=" + filepath.Join(home, "Roaming"), "LOCALAPPDATA=" + filepath.Join(home, "Local")}
			if tt.chosen != "" {
				env = append(env, "STRIPE_MCP_STATE_DIR="+filepath.Join(home, tt.chosen))
			}
			options := Options{Env: env, Setup: tt.setup}
			if strings.Contains(tt.why, "another account") {
				options.Name = "stripe-eu"
			}
			c, err := load(options, tt.goos)
			if err != nil {
				t.Error(err)
			}
			said := fmt.Sprint(c.Warnings)
			if _, err := c.Write(Edit{StateDir: c.StateDir}, true); tt.setup && (err != nil) != tt.refuses {
				t.Errorf("written down: %v", err)
			} else if err != nil {
				said = err.Error()
			}
			if _, err := c.Write(Edit{Forget: true}, true); err != nil {
				t.Errorf("removed: %v", err)
			}
			if want := filepath.Join(home, tt.state); c.StateDir != want {
				t.Errorf("the state is in %s, want %s", c.StateDir, want)
			}
			if !strings.Contains(said, tt.warns) || (said != "[]") != (tt.warns != "") {
				t.Errorf("it says %s, want %s", said, tt.warns)
			}
			if _, next := hint.Split(errors.New(said)); tt.refuses && (!strings.Contains(next, "move ") || !strings.Contains(next, filepath.Join(home, ".stripe-mcp"))) {
				t.Errorf("it says %s, not what to do", said)
			}
		})
	}
}

// TestRelativePaths: a path that means another file in every folder is an error wherever it counts, and the error shows a
// whole one.
func TestRelativePaths(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	whole := filepath.Join(home, "config.yaml")
	paths := []string{"relative", filepath.Join(".", "a", "b"), "~/a"}
	if runtime.GOOS == "windows" {
		paths = append(paths, `C:foo`, `\foo`, `/foo`, `C:`)
	}
	for _, path := range paths {
		for name, options := range map[string]Options{
			"--config":               {Path: path},
			"STRIPE_MCP_CONFIG":      {Env: []string{"STRIPE_MCP_CONFIG=" + path}},
			"state_dir":              {Env: []string{"STRIPE_MCP_STATE_DIR=" + path}},
			"ca_file":                {Env: []string{"STRIPE_MCP_CA_FILE=" + path}},
			"stripe_secret_key_file": {Env: []string{"STRIPE_MCP_STRIPE_SECRET_KEY_FILE=" + path}},
			"journal_password_file":  {Env: []string{"STRIPE_MCP_JOURNAL_PASSWORD_FILE=" + path}},
			"XDG_CONFIG_HOME":        {Env: []string{"HOME=" + home, "XDG_CONFIG_HOME=" + path}},
			"XDG_STATE_HOME":         {Env: []string{"HOME=" + home, "XDG_STATE_HOME=" + path}},
		} {
			if runtime.GOOS == "windows" && strings.HasPrefix(name, "XDG") {
				continue
			}
			_, err := load(options, runtime.GOOS)
			if err == nil || !strings.Contains(err.Error(), "must be an absolute path") || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(name)) {
				t.Errorf("%s of %q: %v", name, path, err)
				continue
			}
			_, next := hint.Split(err)
			if words := strings.FieldsFunc(next, func(r rune) bool { return r == ' ' || r == ',' }); !slices.ContainsFunc(words, filepath.IsAbs) {
				t.Errorf("%s of %q: the hint shows none: %q", name, path, next)
			}
		}
	}
	if err := os.WriteFile(whole, []byte("state_dir: '"+home+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := load(Options{Path: whole, Env: []string{"XDG_CONFIG_HOME=a", "XDG_STATE_HOME=b"}}, "linux"); err != nil {
		t.Errorf("where they do not count: %v", err)
	}
}
