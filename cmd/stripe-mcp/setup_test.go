package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	setupKey = "sk_test_MadeUpForSetup"
	claude   = ".config/Claude/claude_desktop_config.json"
	cursor   = ".cursor/mcp.json"
	settings = ".config/stripe-mcp/config.yaml"
)

const commented = `{
  // my servers
  "mcpServers": {
    "files": {"command": "npx", "args": ["-y", "files"]}, // keep
  },
  "zoom":   1.50
}
`

// TestSetup: one command makes two clients work, started exactly as it wrote it, and changes nothing else.
func TestSetup(t *testing.T) {
	t.Parallel()
	stripe := fakeStripe(t)
	h := newHome(t)
	h.write(claude, commented)
	h.write(settings, "# mine\napi_base: "+stripe+" # loopback\n")
	arguments := []string{"setup", "--key-stdin", "--client", "claude-desktop", "--client", "cursor", "--yes"}
	h.run(nil, setupKey+"\n", arguments...).check(t, 0,
		"TEST mode, a secret key of acct_1MadeUp Ann's shop\n",
		"key-encryption key is in "+h.file(".local/state/stripe-mcp/vault-"),
		"claude-desktop: "+h.file(claude)+": entry written; its original is "+h.file(claude)+".before-stripe-mcp")

	after := h.files()
	for path, text := range after {
		if strings.Contains(text, setupKey) {
			t.Errorf("%s holds the key", path)
		}
	}
	if got := after[claude+".before-stripe-mcp"]; got != commented {
		t.Errorf("the backup is %s", got)
	}
	if got := after[settings]; got != "# mine\napi_base: "+stripe+" # loopback\nkey_in_vault: test\nstate_dir: "+h.file(".local/state/stripe-mcp")+"\n" {
		t.Errorf("the configuration became %s", got)
	}
	const kept = "// keep\n"
	before, rest, _ := strings.Cut(commented, kept)
	if got := after[claude]; !strings.HasPrefix(got, before+kept) || !strings.HasSuffix(got, rest) {
		t.Errorf("more than our entry changed:\n%s", cmp.Diff(commented, got))
	}
	for _, file := range []string{claude, cursor} {
		checkStarts(t, h, withoutComments(after[file]))
	}

	h.run(nil, setupKey+"\n", arguments...).check(t, 0, "vault: "+h.file(".config/stripe-mcp/config.vault")+": unchanged",
		"configuration: "+h.file(settings)+": unchanged", "claude-desktop: "+h.file(claude)+": unchanged", "cursor: "+h.file(cursor)+": unchanged")
	if diff := cmp.Diff(after, h.files()); diff != "" {
		t.Errorf("a second run changes something:\n%s", diff)
	}

	h.run(nil, "", "setup", "--remove", "--yes").check(t, 0, "claude-desktop: "+h.file(claude)+": entry removed", "cursor: ", "vault: ")
	if got := h.read(claude); got != commented {
		t.Errorf("after removal:\n%s", cmp.Diff(commented, got))
	}
	if got := h.read(settings); got != "# mine\napi_base: "+stripe+" # loopback\n" {
		t.Errorf("after removal, the configuration is %s", got)
	}
	for path := range h.files() {
		if strings.HasSuffix(path, ".vault") || strings.Contains(path, "vault-") {
			t.Errorf("%s stays", path)
		}
	}
}

// withoutComments is enough for the files of these tests.
func withoutComments(text string) string {
	return strings.NewReplacer("// my servers", "", "// keep", "", "    ,\n  }", "  }", "    },\n  }", "    }\n  }").Replace(text)
}

// started prepares a start of a client's entry exactly as it is written.
func started(t *testing.T, file string) *exec.Cmd {
	t.Helper()
	var config struct {
		Servers map[string]struct {
			Command string
			Args    []string
			Env     map[string]string
		} `json:"mcpServers"`
	}
	if err := json.Unmarshal([]byte(file), &config); err != nil {
		t.Fatal(err, file)
	}
	entry := config.Servers["stripe"]
	if len(entry.Env) > 0 {
		t.Errorf("the entry has variables: %v", entry.Env)
	}
	cmd := exec.Command(entry.Command, entry.Args...)
	cmd.Dir = "/"
	return cmd
}

// checkStarts starts a client's entry with HOME and PATH only, and calls a tool.
func checkStarts(t *testing.T, h home, file string) {
	t.Helper()
	cmd := started(t, file)
	cmd.Env = []string{"HOME=" + h.path, "PATH=" + os.Getenv("PATH")}
	client := handshake(t, cmd)
	got, err := client.Call(t.Context(), "stripe_get_customer", map[string]string{"customer_id": "cus_1"})
	if err != nil || got.IsError {
		t.Errorf("%v %s", err, got.Object())
	}
}

// TestSetupElsewhere: folders that only variables name are written into the entries, because clients pass no variables.
func TestSetupElsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	elsewhere := []string{"XDG_CONFIG_HOME=" + h.file("c"), "XDG_STATE_HOME=" + h.file("s")}
	h.write("c/stripe-mcp/config.yaml", "api_base: "+fakeStripe(t)+"\n")
	h.run(elsewhere, setupKey, "setup", "--key-stdin", "--client", "cursor", "--yes").check(t, 0, h.file("s/stripe-mcp/vault-"))
	checkStarts(t, h, h.read(cursor))
}

// TestSetupFinds: without names, the installed clients are set up.
func TestSetupFinds(t *testing.T) {
	t.Parallel()
	stripe := "STRIPE_MCP_API_BASE=" + fakeStripe(t)
	h := newHome(t)
	h.run([]string{stripe}, setupKey, "setup", "--key-stdin", "--yes").check(t, 0, "No AI client was found")
	h.write(".claude.json", `{"numStartups": 7}`)
	h.write(".config/Code/User/settings.json", `{}`)
	h.run([]string{stripe}, "", "setup", "--yes").check(t, 0, "claude-code: ", "vscode: ", "config.vault: unchanged")
	if got := h.read(".claude.json"); !strings.Contains(got, `"numStartups": 7`) || !strings.Contains(got, `"type": "stdio"`) {
		t.Error(got)
	}
	if got := h.read(".config/Code/User/mcp.json"); !strings.Contains(got, `"servers"`) {
		t.Error(got)
	}
	if got := h.read(settings); !strings.HasPrefix(got, "# ") {
		t.Errorf("the new configuration is %s", got)
	}
	for path, mode := range map[string]os.FileMode{settings: 0o600, filepath.Dir(settings): 0o700, ".config/stripe-mcp/config.vault": 0o600} {
		if info, err := os.Stat(h.file(path)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// TestSetupToolsets: the sets that are named are switched on, and stay on.
func TestSetupToolsets(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(settings, "api_base: "+fakeStripe(t)+"\n")
	h.run(nil, setupKey, "setup", "--key-stdin", "--yes", "--toolset", "lookup", "--toolset", "refunds").check(t, 0)
	h.run(nil, setupKey, "setup", "--key-stdin", "--yes").check(t, 0, "configuration: "+h.file(settings)+": unchanged")
	if got := h.read(settings); !strings.Contains(got, "\ntoolsets: [lookup, refunds]\n") {
		t.Errorf("the configuration is %s", got)
	}
	h.run(nil, setupKey, "setup", "--key-stdin", "--yes", "--toolset", "all").check(t, 0)
	if got := h.read(settings); !strings.Contains(got, "\ntoolsets: [all]\n") {
		t.Errorf("the configuration is %s", got)
	}
}

// TestSetupRefuses: what is not right is said, and nothing is written.
func TestSetupRefuses(t *testing.T) {
	t.Parallel()
	stripe := fakeStripe(t)
	const yes = "--yes"
	tests := []struct {
		why       string
		config    string
		stdin     string
		arguments []string
		code      int
		text      string
	}{
		{"no key", "", "", []string{yes}, 2, "hint: pipe it into setup --key-stdin"},
		{"no terminal", "", setupKey, []string{"--key-stdin"}, 2, "hint: add --yes"},
		{"no terminal to remove at", "", "", []string{"--remove"}, 2, "hint: add --yes"},
		{"an unknown client", "", setupKey, []string{"--key-stdin", yes, "--client", "claude"}, 2, "hint: did you mean claude-code?"},
		{"a client that is not known", "", setupKey, []string{"--key-stdin", yes, "--client", "emacs"}, 2, "hint: choose one of claude-desktop, claude-code, cursor, vscode, vscode-insiders, vscodium, codex, gemini-cli, "},
		{"a key for another purpose", "", "mk_MadeUpMadeUpMadeUp1", []string{"--key-stdin", yes}, 3, "it is a key for another purpose"},
		{"an organisation key alone", "", "sk_org_test_MadeUp1", []string{"--key-stdin", yes}, 3, "an organisation key (sk_org_…) needs stripe_context"},
		{"an empty key", "", "\n", []string{"--key-stdin", yes}, 3, "it is empty"},
		{"a publishable key", "", "pk_test_MadeUp1", []string{"--key-stdin", yes}, 3, "it is a publishable key"},
		{"an expired key", "", "sk_test_MadeUpExpired", []string{"--key-stdin", yes}, 4, "nothing was stored: Expired API Key provided: sk_test_[redacted]"},
		{"no network", "api_base: http://127.0.0.1:1\n", setupKey, []string{"--key-stdin", yes}, 5, "the connection was refused"},
		{"a live key for another host", "api_base: https://stripe.example\n", "sk_live_MadeUp1", []string{"--key-stdin", yes}, 3, "a live key is sent to api.stripe.com or loopback only"},
		{"a broken configuration", "tiemout: 1s\n", setupKey, []string{"--key-stdin", yes}, 3, "hint: correct the name, perhaps to timeout"},
		{"a key of its own", "stripe_secret_key: sk_test_MadeUpOther\napi_base: " + stripe + "\n", setupKey, []string{"--key-stdin", yes}, 3, "hint: remove that line, then run setup again"},
		{"a set that does not exist", "", setupKey, []string{"--key-stdin", yes, "--toolset", "lokup"}, 3, `"lokup" (nearest: lookup)`},
		{"one folder for both", "api_base: " + stripe + "\nstate_dir: HOME/.config/stripe-mcp\n", setupKey, []string{"--key-stdin", yes}, 3, "hint: choose another state_dir"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			h.write(cursor, "{}")
			h.write(settings, strings.ReplaceAll(tt.config, "HOME", h.path))
			before := h.files()
			var environment []string
			if tt.config == "" {
				environment = []string{"STRIPE_MCP_API_BASE=" + stripe}
			}
			h.run(environment, tt.stdin, append([]string{"setup"}, tt.arguments...)...).check(t, tt.code, tt.text)
			if diff := cmp.Diff(before, h.files()); diff != "" {
				t.Errorf("something was written:\n%s", diff)
			}
		})
	}
}

// TestSetupLeavesBrokenFiles: a client's file that cannot be understood stays as it was, and the others are still set up.
func TestSetupLeavesBrokenFiles(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(claude, `{"mcpServers": {`)
	h.run([]string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}, setupKey, "setup", "--key-stdin", "--yes", "--client", "claude-desktop", "--client", "cursor").check(t, 3,
		h.file(claude)+" stays as it is: it is not valid JSON, not even with comments\nhint: repair that file\n", "cursor: "+h.file(cursor)+": entry written")
	if got := h.read(claude); got != `{"mcpServers": {` {
		t.Errorf("it became %s", got)
	}
}

// TestSetupWhereTheConfigurationCannotChange: it is asked for first, and nothing is stored.
func TestSetupWhereTheConfigurationCannotChange(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(settings, "{api_base: \""+fakeStripe(t)+"\"}\n")
	before := h.files()
	h.run(nil, setupKey, "setup", "--key-stdin", "--yes").check(t, 3, "hint: set key_in_vault to test and set state_dir to "+h.file(".local/state/stripe-mcp")+" yourself, then run setup again")
	if diff := cmp.Diff(before, h.files()); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}
}

// TestSetupPrint shows the lines for every client, or for those named, also where a file cannot be changed.
func TestSetupPrint(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(claude, commented)
	h.write(cursor, "{")
	before := h.files()
	all := []string{"claude-desktop: ", "cursor: ", "not installed: claude-code, vscode, ", ", junie\nhint: setup --print --client NAME shows the lines of one of them"}
	for why, tt := range map[string]struct {
		arguments     []string
		says, silence []string
	}{
		"installed ones":          {nil, append(all, h.file(claude)+": would get an entry", h.file(cursor)+" stays as it is", "config.vault"), []string{`"--simulator"`, `"command": ""`}},
		"one":                     {[]string{"--client", "vscode"}, []string{"vscode: ", `"servers"`}, []string{"claude-desktop: ", "cursor: ", "mcpServers"}},
		"two":                     {[]string{"--client", "vscode", "--client", "cursor"}, []string{"vscode: ", `"servers"`, "cursor: ", `"mcpServers"`}, []string{"claude-desktop: "}},
		"a file that people edit": {[]string{"--client", "zed"}, []string{"zed: " + h.file(".config/zed/settings.json") + ": write these lines into it yourself\n", `"context_servers": {`}, []string{"not installed"}},
		"TOML":                    {[]string{"--client", "codex"}, []string{"codex: ", "\n[mcp_servers.stripe]\ncommand = "}, []string{"{"}},
		"the simulator":           {[]string{"--simulator"}, append(all, `"--simulator"`), []string{"vault"}},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			got := h.run(nil, "", append([]string{"setup", "--print"}, tt.arguments...)...)
			got.check(t, 0, append(tt.says, h.file(settings)+": would be written", `"--config",`, h.file(settings)+`"`)...)
			for _, part := range tt.silence {
				if strings.Contains(got.stdout, part) {
					t.Errorf("%q shows in %v", part, got)
				}
			}
			if diff := cmp.Diff(before, h.files()); diff != "" {
				t.Errorf("something was written:\n%s", diff)
			}
		})
	}
}

// TestSetupOfTheSimulator needs no key, and a later setup with one takes its place.
func TestSetupOfTheSimulator(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(cursor, "{}")
	before := h.files()
	h.run(nil, "", "setup", "--simulator").check(t, 2, "hint: add --yes")
	h.run(nil, setupKey, "setup", "--simulator", "--key-stdin", "--yes").check(t, 2, "the simulator needs no key")
	if diff := cmp.Diff(before, h.files()); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}
	for range 2 {
		got := h.run(nil, "", "setup", "--simulator", "--yes")
		got.check(t, 0, "cursor: ")
		if strings.Contains(got.String(), "vault") {
			t.Errorf("it speaks of a key: %v", got)
		}
	}
	cmd := started(t, h.read(cursor))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "STRIPE_MCP_SIMULATOR_ADDR=127.0.0.1:1"}
	client := handshake(t, cmd)
	if got, err := client.Call(t.Context(), "stripe_create_customer", map[string]string{"email": "ann@shop.example"}); err != nil || got.IsError {
		t.Errorf("%v %s", err, got.Object())
	}
	h.run([]string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}, setupKey, "setup", "--key-stdin", "--yes").check(t, 0, "entry written")
	if entry := h.read(cursor); strings.Contains(entry, "--simulator") {
		t.Error(entry)
	}
	h.run(nil, "", "setup", "--simulator", "--yes").check(t, 0, "entry written")
	h.run(nil, "", "setup", "--remove", "--yes").check(t, 0, "entry removed")

	h.write(cursor, `{"mcpServers": {"stripe": {"command": "/old/stripe-mcp", "env": {"STRIPE_MCP_SIMULATOR": "true", "STRIPE_MCP_READ_ONLY": "true"}}}}`)
	h.write(settings, "simulator: true\n")
	h.run([]string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}, setupKey, "setup", "--key-stdin", "--yes").check(t, 0, "The simulator goes on answering.\nhint: take simulator: true out of the configuration\n")
	if entry := h.read(cursor); strings.Contains(entry, "SIMULATOR") || !strings.Contains(entry, "READ_ONLY") {
		t.Error(entry)
	}
}

// TestSetupFollowsLinksInTheOpen: what a link leads to is changed, and named.
func TestSetupFollowsLinksInTheOpen(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write("dotfiles/mcp.json", "{}")
	if err := os.MkdirAll(h.file(".cursor"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(h.file("dotfiles/mcp.json"), h.file(cursor)); err != nil {
		t.Fatal(err)
	}
	h.run([]string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}, setupKey, "setup", "--key-stdin", "--yes").check(t, 0, "it is a link to "+h.file("dotfiles/mcp.json"))
	if !strings.Contains(h.read("dotfiles/mcp.json"), "stripe-mcp") {
		t.Error("nothing was written")
	}
}
