package main

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// TestSetupOfClients: files of each kind are written and read again, and lines are shown for a file that people edit.
func TestSetupOfClients(t *testing.T) {
	t.Parallel()
	stripe := []string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}
	h := newHome(t)
	const (
		codex, opencode, zed = ".codex/config.toml", ".config/opencode/opencode.jsonc", ".config/zed/settings.json"
		toml, jsonc          = "model = \"large\" # mine\n", "{\n  // mine\n  \"theme\": \"dark\",\n}"
	)
	h.write(codex, toml)
	h.write(opencode, jsonc)
	h.write(zed, "{}")
	got := h.run(stripe, setupKey, "setup", "--key-stdin", "--yes")
	got.check(t, 0, "codex: "+h.file(codex)+": entry written; its original is "+h.file(codex)+".before-stripe-mcp", "opencode: "+h.file(opencode)+": entry written",
		"zed: "+h.file(zed)+": write these lines into it yourself\n{\n  \"context_servers\": {")
	if strings.Contains(got.stdout, "gemini-cli") || h.read(zed) != "{}" {
		t.Errorf("%v, and zed has %s", got, h.read(zed))
	}
	for file, want := range map[string]string{codex: toml + "\n[mcp_servers.stripe]\ncommand = ", opencode: "\n  \"mcp\": {\n    \"stripe\": {\n      \"type\": \"local\",\n      \"command\": [\n"} {
		if got := h.read(file); !strings.Contains(got, want) {
			t.Errorf("%s is %s", file, got)
		}
	}
	_, lines, _ := strings.Cut(got.stdout, "into it yourself\n")
	lines, _, _ = strings.Cut(lines, "\nRestart")
	h.write(zed, lines)
	h.run(stripe, "", "setup", "--yes").check(t, 0, "codex: "+h.file(codex)+": unchanged", "opencode: "+h.file(opencode)+": unchanged", "zed: "+h.file(zed)+": unchanged")
	h.run(stripe, "", "doctor").check(t, 0, "Codex: "+h.file(codex), "OpenCode: "+h.file(opencode), "Zed: "+h.file(zed))

	h.run(stripe, "", "setup", "--remove", "--yes").check(t, 3, "codex: "+h.file(codex)+": entry removed", "opencode: ",
		"zed: "+h.file(zed)+" stays as it is: its entry \"stripe\" is left to people\nhint: take the entry out of it yourself")
	if h.read(codex) != toml || h.read(opencode) != jsonc {
		t.Errorf("after removal: %s\n%s", h.read(codex), h.read(opencode))
	}

	h.write(codex, "mcp_servers = {}\n")
	h.run(stripe, setupKey, "setup", "--key-stdin", "--yes", "--client", "codex", "--client", "zed").check(t, 3,
		"codex: "+h.file(codex)+" stays as it is: its mcp_servers is written in braces\nhint: write this inside its braces\nstripe = { command = ",
		"zed: "+h.file(zed)+": unchanged")
	h.run([]string{stripe[0], "CODEX_HOME=" + h.file("elsewhere")}, "", "setup", "--yes", "--client", "codex", "--client", "goose").check(t, 0,
		"codex: "+h.file("elsewhere/config.toml")+": entry written\n", "goose: "+h.file(".config/goose/config.yaml")+": write these lines into it yourself\nextensions:\n")
}

// TestSetupOfAFileThatChanges: clients write their files at any time, also while setup asks.
func TestSetupOfAFileThatChanges(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(cursor, "{}")
	address, err := url.Parse(fakeStripe(t))
	if err != nil {
		t.Fatal(err)
	}
	var meanwhile sync.Once
	stripe := serve(t, func(w http.ResponseWriter, r *http.Request) {
		meanwhile.Do(func() { h.write(cursor, `{"mcpServers": {"other": {"command": "other"}}, "theme": "dark"}`) })
		httputil.NewSingleHostReverseProxy(address).ServeHTTP(w, r)
	})
	h.run([]string{"STRIPE_MCP_API_BASE=" + stripe}, setupKey, "setup", "--key-stdin", "--yes").check(t, 0, "cursor: "+h.file(cursor)+": entry written")
	if got := h.read(cursor); !strings.Contains(got, `"other": {"command": "other"}`) || !strings.Contains(got, `"theme": "dark"`) || len(h.entries()) != 2 {
		t.Errorf("it became %s", got)
	}
}
