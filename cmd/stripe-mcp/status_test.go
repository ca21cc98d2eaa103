package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// installed is one entry as --status --json shows it.
type installed struct{ Client, Name, State, Mode string }

func (h home) installed(environment []string, code int, arguments ...string) []installed {
	h.t.Helper()
	got := h.run(environment, "", append([]string{"setup", "--status", "--json"}, arguments...)...)
	got.check(h.t, code)
	var found struct{ Installed []installed }
	decode(h.t, got.stdout, &found)
	return found.Installed
}

// TestStatus: each entry is started as its client starts it, with what that passes on, and nothing is changed.
func TestStatus(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.run(nil, "", "setup", "--status").check(t, 3, "no AI client has an entry for this program\nhint: run stripe-mcp setup")
	quoted, _ := json.Marshal(program(t))
	h.write(cursor, `{"mcpServers": {"stripe": {"command": `+string(quoted)+`}}}`)
	h.write(claude, `{"mcpServers": {"stripe": {"command": `+string(quoted)+`}, "sim": {"command": `+string(quoted)+`, "env": {"STRIPE_MCP_SIMULATOR": "true", "STRIPE_MCP_READ_ONLY": "true"}}}}`)
	h.write(".codex/config.toml", "[mcp_servers.stripe]\ncommand = "+string(quoted)+"\n\n[mcp_servers.off]\ncommand = "+string(quoted)+"\nenabled = false\n")
	before := h.snapshot()
	shell := []string{"STRIPE_MCP_STRIPE_SECRET_KEY=" + setupKey} // which only Cursor passes on
	want := []installed{
		{"claude-desktop", "stripe", "ok", "UNKNOWN"}, {"claude-desktop", "sim", "ok", "SIMULATOR"}, {"cursor", "stripe", "ok", "TEST"},
		{"codex", "off", "off", ""}, {"codex", "stripe", "ok", "UNKNOWN"},
	}
	if diff := cmp.Diff(want, h.installed(shell, 0)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[2:3], h.installed(shell, 0, "--client", "cursor")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[1:2], h.installed(shell, 0, "--name", "sim")); diff != "" {
		t.Error(diff)
	}
	got := h.run(shell, "", "setup", "--status")
	got.check(t, 0, "ok    cursor: stripe: Stripe in TEST mode (test data, no real money); 10 tools, version ", "off   codex: off: switched off there; ", "SIMULATOR mode (an embedded simulation, nothing reaches Stripe); 5 tools, ")
	if lines := strings.Count(got.stdout, "\n"); lines != len(want) {
		t.Errorf("%d lines for %d entries: %v", lines, len(want), got)
	}
	if diff := cmp.Diff(before, h.snapshot()); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
	h.run(shell, "", "setup", "--status", "--name", "none").check(t, 3, "hint: run stripe-mcp setup --name none")
	h.write(cursor, "{")
	h.write(claude, `{"mcpServers": {"stripe": {"command": "/nowhere/stripe-mcp"}}}`)
	h.run(shell, "", "setup", "--status").check(t, 3, "fail  claude-desktop: stripe: start the server: ", "hint: run stripe-mcp setup --client claude-desktop", "fail  cursor: "+h.file(cursor)+" stays as it is: it is not valid JSON", "not every entry works")
}

// TestSwitchedOff: what a client's owner switched off there stays so, and setup does not say that all is done.
func TestSwitchedOff(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(cursor, `{"mcpServers": {"stripe": {"command": "/old/stripe-mcp", "disabled": true}}}`)
	h.write(".codex/config.toml", "[mcp_servers.stripe]\ncommand = \"/old/stripe-mcp\"\nenabled = false\n")
	h.run(nil, "", "setup", "--simulator", "--yes").check(t, 0, "cursor: "+h.file(cursor)+": entry written; it is switched off there\n", "config.toml: entry written; it is switched off there\n")
	h.run(nil, "", "setup", "--simulator", "--yes", "--json").check(t, 0, `"changed":false,"off":true`)
	h.run(nil, "", "setup", "--status").check(t, 3, "off   cursor: stripe: switched off there", "no entry for this program is switched on\nhint: switch it on in the client")
	h.run([]string{"HOME="}, "", "setup", "--status").check(t, 3, "there is no home folder")
}

// TestSetupInJSON: one object ends on stdout, whatever happens, and the words are on stderr.
func TestSetupInJSON(t *testing.T) {
	t.Parallel()
	stripe := []string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}
	type result struct {
		Account, Mode, Key   string
		Configuration, Vault struct {
			Path    string
			Changed bool
		}
		Clients []struct {
			Name, Path, Lines string
			Changed           bool
			Error             *struct{ Message, Hint string }
		}
		Error *struct{ Message, Hint string }
	}
	h := newHome(t)
	h.write(cursor, "{}")
	for _, tt := range []struct {
		why       string
		key       string
		arguments []string
		code      int
		clients   int
		changed   bool
		message   string
		hint      string
	}{
		{"no key", "", []string{"--yes"}, 2, 0, false, "there is no terminal to type the key in", "pipe it into setup --key-stdin"},
		{"nobody to ask", setupKey, []string{"--key-stdin"}, 2, 0, false, "there is no terminal to ask at", "add --yes"},
		{"an expired key", "sk_test_MadeUpExpired", []string{"--key-stdin", "--yes"}, 4, 0, false, "the key could not be checked and nothing was stored: Expired API Key provided: sk_test_[redacted]", "copy a current key"},
		{"a wrong key", "pk_test_MadeUp1", []string{"--key-stdin", "--yes"}, 3, 0, false, "nothing was changed: the key cannot be used: it is a publishable key", ""},
		{"a flag that does not exist", "", []string{"--jsn"}, 2, 0, false, "unknown flag: --jsn", ""},
		{"flags that exclude each other", "", []string{"--print", "--status"}, 2, 0, false, "print", ""},
		{"an argument", "", []string{"cursor"}, 2, 0, false, "setup takes no word, only flags", ""},
		{"an unknown client", setupKey, []string{"--key-stdin", "--yes", "--client", "emacs"}, 2, 0, false, "there is no client \"emacs\"", "choose one of"},
		{"to be shown", "", []string{"--print"}, 0, 1, true, "", ""},
		{"set up", setupKey, []string{"--key-stdin", "--yes"}, 0, 1, true, "", ""},
		{"once more", setupKey, []string{"--key-stdin", "--yes"}, 0, 1, false, "", ""},
		{"a broken client", setupKey, []string{"--key-stdin", "--yes", "--client", "cursor", "--client", "claude-desktop"}, 3, 2, false, "not every client could be set up", "setup --print shows what its file needs"},
	} {
		if tt.why == "a broken client" {
			h.write(claude, "{")
		}
		got := h.run(stripe, tt.key, append([]string{"setup", "--json"}, tt.arguments...)...)
		var r result
		if err := json.Unmarshal([]byte(got.stdout), &r); err != nil || got.code != tt.code || strings.Count(got.stdout, "\n") != 1 {
			t.Fatalf("%s: %v, %v", tt.why, err, got)
		}
		switch {
		case tt.message == "" && r.Error != nil, tt.message != "" && (r.Error == nil || !strings.Contains(r.Error.Message, tt.message) || !strings.Contains(r.Error.Hint, tt.hint)):
			t.Errorf("%s: %v", tt.why, got)
		case len(r.Clients) != tt.clients, tt.code == 0 && (r.Clients[0].Changed != tt.changed || r.Configuration.Changed != tt.changed || r.Configuration.Path != h.file(settings)):
			t.Errorf("%s: %+v", tt.why, r)
		}
		if tt.why == "set up" && (r.Account != "stripe" || r.Mode != "TEST" || !strings.Contains(r.Key, "acct_1MadeUp") || !r.Vault.Changed || !strings.Contains(got.stderr, "cursor: "+h.file(cursor)+": entry written")) {
			t.Errorf("%s: %+v", tt.why, got)
		}
		if tt.why == "to be shown" && !strings.Contains(r.Clients[0].Lines, `"mcpServers"`) {
			t.Errorf("%s: %+v", tt.why, r)
		}
		if tt.why == "a broken client" && (r.Clients[0].Error == nil || r.Clients[1].Error != nil) {
			t.Errorf("%s: %+v", tt.why, r)
		}
	}
	h.run(stripe, "", "setup", "--json", "--remove", "--yes").check(t, 3, `"message":"not everything could be removed"`)
}

// TestWrongUsageInJSON: a script that asks for JSON gets one object on stdout, however its other arguments are wrong. No value
// is shown, because it may be a key.
func TestWrongUsageInJSON(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	for arguments, message := range map[string]string{
		"setup --json --nope":                            "unknown flag: --nope",
		"setup --nope --json=true":                       "unknown flag: --nope",
		"setup --json=1 --client":                        "flag needs an argument: --client",
		"setup --json --yes=perhapssk_test_MadeUp1":      "--yes has a wrong value",
		"setup --json --simulator=sk_test_MadeUp1":       "--simulator has a wrong value",
		"setup --json -xsk_test_MadeUp1":                 "unknown shorthand flag: 'x'",
		"doctor --json --nope":                           "unknown flag: --nope",
		"tools --nope --json":                            "unknown flag: --nope",
		"journal list --json --unknown=xsk_test_MadeUp1": "--unknown has a wrong value",
		"setup --json=no --nope":                         "",
	} {
		got := h.run(nil, "", strings.Fields(arguments)...)
		var told struct{ Error struct{ Message string } }
		err := json.Unmarshal([]byte(got.stdout), &told)
		if got.code != 2 || (err == nil) != (message != "") || told.Error.Message != message || strings.Contains(got.String(), "MadeUp") || (got.stderr == "") != (err == nil) {
			t.Errorf("%s: %v", arguments, got)
		}
	}
}
