package doctor_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/doctor"
)

// TestInstallations: whatever an entry starts, it is judged, and nothing waits for ever.
func TestInstallations(t *testing.T) {
	t.Parallel()
	const (
		hello = `read hello; printf '%s\n' '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","serverInfo":{"name":"s","version":"v9"},"instructions":"Stripe in LIVE mode (real money).\nMore."}}'; read initialized; read list; `
		lists = `printf '%s\n' '{"jsonrpc":"2.0","id":2,"result":{"tools":[{},{},{}]}}'; `
	)
	for why, tt := range map[string]struct {
		script string
		want   doctor.Installed
	}{
		"a sound one":                   {hello + lists, doctor.Installed{State: doctor.Works, Mode: "LIVE", Says: "Stripe in LIVE mode (real money)", Tools: 3, Version: "v9"}},
		"one that does not list":        {hello, doctor.Installed{State: doctor.Broken, Mode: "LIVE", Says: "Stripe in LIVE mode (real money)", Version: "v9", Problem: "the server ended without an answer"}},
		"one that ends at once":         {"echo no such library >&2; exit 3", doctor.Installed{State: doctor.Broken, Problem: "no such library"}},
		"one that says a key":           {"echo sk_live_MadeUpMadeUpMadeUp >&2; exit 3", doctor.Installed{State: doctor.Broken, Problem: "sk_live_[redacted]"}},
		"one that says nothing":         {"read hello; : > \"$HOME/started\"; sleep 60", doctor.Installed{State: doctor.Broken, Problem: "wait for the answer to initialize"}},
		"one that leaves others behind": {"read hello; sleep 600 & echo $! >\"$HOME/left\"; : > \"$HOME/started\"; wait", doctor.Installed{State: doctor.Broken, Problem: "wait for the answer to initialize"}},
		"one that never ends a line":    {"exec cat /dev/zero", doctor.Installed{State: doctor.Broken, Problem: "the server wrote a line that does not end"}},
		"one that ends badly":           {hello + lists + "exit 4", doctor.Installed{State: doctor.Broken, Mode: "LIVE", Says: "Stripe in LIVE mode (real money)", Tools: 3, Version: "v9", Problem: "exit status 4"}},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			program := filepath.Join(home, "stripe-mcp")
			write(t, program, "#!/bin/sh\n"+tt.script)
			write(t, filepath.Join(home, ".cursor/mcp.json"), fmt.Sprintf(`{"mcpServers": {"stripe": {"command": %q}, "other": {"command": "false"}}}`, program))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if strings.Contains(tt.script, "sleep") {
				go endWhenThereIs(ctx, filepath.Join(home, "started"), cancel)
			}
			all := clients.All(func(name string) string { return map[string]string{"HOME": home}[name] }, "linux")
			found := doctor.Installations(ctx, all, program, []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")})
			if len(found) != 1 {
				t.Fatalf("found %+v", found)
			}
			if left, err := os.ReadFile(filepath.Join(home, "left")); err == nil {
				checkGone(t, strings.TrimSpace(string(left)))
			}
			got := found[0]
			if got.Client != "cursor" || got.Name != "stripe" || !strings.Contains(got.Problem, tt.want.Problem) || (got.Problem == "") != (tt.want.Problem == "") {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if got.State != tt.want.State || got.Mode != tt.want.Mode || got.Says != tt.want.Says || got.Tools != tt.want.Tools || got.Version != tt.want.Version {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// endWhenThereIs ends the time of a server that says by a file that it has begun.
func endWhenThereIs(ctx context.Context, path string, end func()) {
	for ctx.Err() == nil {
		if _, err := os.Stat(path); err == nil {
			end()
		}
		time.Sleep(time.Millisecond)
	}
}

// TestWhichFile: of the files that a client reads, the one that the entry is in is named.
func TestWhichFile(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	folder := filepath.Join(home, ".config/kilo")
	write(t, filepath.Join(folder, "kilo.json"), "{}")
	write(t, filepath.Join(folder, "config.json"), `{"mcp": {"stripe": {"type": "local", "command": ["/nowhere/stripe-mcp"], "enabled": false}}}`)
	all := clients.All(func(name string) string { return map[string]string{"HOME": home}[name] }, "linux")
	found := doctor.Installations(t.Context(), all, "/nowhere/stripe-mcp", nil)
	if len(found) != 1 || found[0].State != doctor.Off || found[0].Path != filepath.Join(folder, "config.json") {
		t.Errorf("found %+v", found)
	}
}

// checkGone waits for the end of a process, as far as the system shows processes as files.
func checkGone(t *testing.T, process string) {
	t.Helper()
	for range 3000 {
		stat, err := os.ReadFile("/proc/" + process + "/stat")
		if _, state, _ := strings.Cut(string(stat), ") "); err != nil || strings.HasPrefix(state, "Z") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %s goes on", process)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	// A child that is begun meanwhile would hold the file open for writing, and nobody can start such a program.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil { // a script has to be executable
		t.Fatal(err)
	}
}

// TestEntriesThatAreNotStarted: what a client's file says can be another command of this program, which changes something.
func TestEntriesThatAreNotStarted(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		`"args": ["setup", "--remove", "--yes"]`:                "setup, --remove, --yes are not known arguments\nhint: run stripe-mcp setup --client cursor",
		`"args": ["call", "stripe_create_customer"]`:            "call, argument 2 are not known arguments\nhint: run",
		`"args": ["--", "call"]`:                                "call is not a known argument\nhint: run",
		`"args": ["--api-key", "sk_test_MadeUpMadeUpMadeUp"]`:   "keys do not go on the command line",
		`"args": "--simulator"`:                                 "is not written as one that starts a program\nhint: rename or remove that entry",
		`"env": {"A": 1}`:                                       "is not written as one that starts a program\nhint: rename or remove that entry",
		`"args": ["serve", "--log-level", "call", "--config="]`: "",
	} {
		home := t.TempDir()
		program, started := filepath.Join(home, "stripe-mcp"), filepath.Join(home, "started")
		write(t, program, "#!/bin/sh\necho started >"+started)
		write(t, filepath.Join(home, ".cursor/mcp.json"), fmt.Sprintf(`{"mcpServers": {"stripe": {"command": %q, %s}}}`, program, entry))
		all := clients.All(func(name string) string { return map[string]string{"HOME": home}[name] }, "linux")
		found := doctor.Installations(t.Context(), all, program, nil)
		if _, err := os.Stat(started); (err == nil) != (want == "") {
			t.Errorf("%s: started is %v", entry, err == nil)
		}
		if len(found) != 1 || found[0].State != doctor.Broken || !strings.Contains(found[0].Problem+"\nhint: "+found[0].WhatToDo, want) || strings.Contains(found[0].Text(), "MadeUp") {
			t.Errorf("%s: %+v", entry, found)
		}
	}
}

// TestText: what others wrote cannot move a terminal's cursor or begin a line.
func TestText(t *testing.T) {
	t.Parallel()
	for want, i := range map[string]doctor.Installed{
		"ok    cursor: a [31m: LIVE ok; 3 tools, version v 1; /h/mcp.json": {State: doctor.Works, Name: "a\n\x1b[31m", Says: "LIVE\u202e ok", Tools: 3, Version: "v\n1"},
		"off   cursor: stripe: switched off there; /h/mcp.json":            {State: doctor.Off, Name: "stripe"},
		"fail  cursor: stripe: it says x; /h/mcp.json\nhint: do y":         {State: doctor.Broken, Name: "stripe", Problem: "it says\nx", WhatToDo: "do\ny"},
		"fail  cursor: /h/mcp.json is a folder\nhint: y":                   {State: doctor.Broken, Problem: "/h/mcp.json is a folder", WhatToDo: "y"},
	} {
		i.Client, i.Path = "cursor", "/h/mcp.json"
		if got := i.Text(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
