package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSimulatorWithoutRoom: where nothing can be kept, the simulator and its journal work in memory, and a warning says so.
func TestSimulatorWithoutRoom(t *testing.T) {
	t.Parallel()
	const mounted = "mount -t tmpfs -o OPTIONS tmpfs \"$HOME\" && exec stripe-mcp \"$@\""
	for why, tt := range map[string]struct {
		home   string // below a new folder, or absolute; empty to have none
		owner  int    // of that folder, if it is not ours
		mount  string // options of a file system of its own
		exists bool   // whether the state folder is there already
		says   string
	}{
		"no home":                        {says: "there is no home folder"},
		"a relative home":                {home: ".", says: "there is no home folder"},
		"a home below a file":            {home: os.DevNull + "/ann", says: "nothing can be kept in " + os.DevNull + "/ann/"},
		"a home that cannot be made":     {home: "/proc/ann", says: "nothing can be kept in /proc/ann/"},
		"a read-only home":               {home: "ann", mount: "ro", says: "read-only file system"},
		"a full disk":                    {home: "ann", mount: "size=16k", says: "no space left on device"},
		"somebody else's home":           {home: "ann", owner: 12345, says: "another user"},
		"somebody else's home with ours": {home: "ann", owner: 12345, exists: true, says: "another user"},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			home := tt.home
			if home == "ann" {
				home = filepath.Join(t.TempDir(), home)
				if err := os.MkdirAll(filepath.Join(home, ".local/state/stripe-mcp"), 0o700); err != nil {
					t.Fatal(err)
				}
				if !tt.exists {
					_ = os.RemoveAll(filepath.Join(home, ".local"))
				}
			}
			h := newHome(t)
			if tt.owner != 0 {
				h.path = home
				h.sudo(t)
			}
			environment := []string{"HOME=" + home, "STRIPE_MCP_SIMULATOR_ADDR=127.0.0.1:1"}
			customer := []string{"--simulator", "call", "stripe_create_customer", "email=ann@example.com"}
			cmd := command(t, nil, customer...)
			if tt.mount != "" {
				if err := exec.Command("unshare", "-rm", "true").Run(); err != nil {
					t.Skip("file systems cannot be mounted here")
				}
				script := strings.ReplaceAll(mounted, "OPTIONS", tt.mount)
				cmd = exec.Command("unshare", append([]string{"-rm", "sh", "-c", script, "sh"}, customer...)...)
			}
			cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, environment...)
			cmd.Dir, cmd.Stderr = t.TempDir(), nil
			var stderr strings.Builder
			cmd.Stderr = &stderr
			stdout, err := cmd.Output()
			if err != nil || !strings.Contains(string(stdout), `"id":"cus_`) {
				t.Errorf("%v %s", err, stdout)
			}
			if !strings.Contains(stderr.String(), "forget everything when this process ends") || !strings.Contains(stderr.String(), tt.says) {
				t.Errorf("stderr is %s", stderr.String())
			}
		})
	}
}
