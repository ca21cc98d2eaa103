package doctor_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
		"one that leaves others behind": {"read hello; : > \"$HOME/started\"; sleep 60 & wait", doctor.Installed{State: doctor.Broken, Problem: "wait for the answer to initialize"}},
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

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil { // a script has to be executable
		t.Fatal(err)
	}
}
