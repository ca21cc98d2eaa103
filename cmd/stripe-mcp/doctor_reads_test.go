package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestDoctorOnlyReads: after it every file and folder is as before, with its mode, its size and its time. That holds for the
// server that it starts, too.
func TestDoctorOnlyReads(t *testing.T) {
	t.Parallel()
	stripe := fakeStripe(t)
	customer := []string{"call", "stripe_create_customer", "email=ann@example.com"}
	const log = ".local/state/stripe-mcp/journal/journal.jsonl"
	simulated := func(h home) { h.run(nil, "", append([]string{"--simulator"}, customer...)...).check(t, 0) }
	unknown := func(h home) {
		h.run([]string{testKey, "STRIPE_MCP_API_BASE=" + mute(t)}, "", customer...).check(t, 7, `"outcome":"unknown"`)
	}
	tests := map[string]struct {
		prepare   func(home)
		arguments []string
		code      int
		says      string
	}{
		"nothing at all":                {func(home) {}, nil, 3, "ok    journal  nothing unresolved in "},
		"nothing but a client":          {func(h home) { h.write(cursor, "{}") }, nil, 3, "no AI client has an entry"},
		"after setup":                   {func(h home) { h.setUp(stripe) }, nil, 0, "ok    server   answers"},
		"the simulator, never used":     {func(home) {}, []string{"--simulator"}, 0, "ok    server   answers"},
		"the simulator, used":           {simulated, []string{"--simulator"}, 0, "nothing unresolved"},
		"an unknown in the journal":     {unknown, []string{"--offline"}, 3, "warn  journal  the outcome of POST /v1/customers is unknown"},
		"a last line that is torn":      {func(h home) { unknown(h); h.write(log, h.read(log)+`{"time":"20`) }, []string{"--offline"}, 3, "the outcome of POST /v1/customers is unknown"},
		"a journal without its lock":    {func(h home) { unknown(h); h.erase(filepath.Dir(log) + "/lock") }, []string{"--offline"}, 3, "the outcome of POST /v1/customers is unknown"},
		"a journal without its key":     {func(h home) { unknown(h); h.erase(filepath.Dir(log) + "/digest.key") }, []string{"--offline"}, 3, "the outcome of POST /v1/customers is unknown"},
		"a damaged journal":             {func(h home) { unknown(h); h.write(log, "no\n") }, []string{"--offline"}, 3, "is damaged at byte 0, so nothing can be created"},
		"a state folder that is a file": {func(h home) { h.write(".local/state/stripe-mcp", "") }, []string{"--simulator"}, 0, "in memory only, as is all that the simulator makes: nothing can be kept in "},
		"a state folder of others": {func(h home) { h.write(log, ""); h.chmod(".local/state/stripe-mcp", 0o777) }, []string{"--simulator"}, 0,
			"in memory only, as is all that the simulator makes: other users can write to "},
		"a database that is not there": {func(h home) { h.write(settings, "journal: postgres://127.0.0.1:1/journal\n") }, []string{"--offline"}, 3, "fail  journal  the journal cannot be used"},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			h.makeFolder("tmp")
			tt.prepare(h)
			before := h.snapshot()
			environment := []string{"TMPDIR=" + h.file("tmp"), "STRIPE_MCP_SIMULATOR_ADDR=127.0.0.1:1"}
			h.run(environment, "", append([]string{"doctor"}, tt.arguments...)...).check(t, tt.code, tt.says)
			if diff := cmp.Diff(before, h.snapshot()); diff != "" {
				t.Errorf("something was changed:\n%s", diff)
			}
		})
	}
}

// TestAServerThatIsOnlyLookedAt: what a client does before the first call changes nothing either.
func TestAServerThatIsOnlyLookedAt(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	before := h.snapshot()
	cmd := command(t, nil, "--simulator")
	cmd.Env = h.environment("STRIPE_MCP_SIMULATOR_ADDR=127.0.0.1:1")
	t.Run("a listing", func(t *testing.T) {
		if _, err := handshake(t, cmd).Request(t.Context(), "tools/list", struct{}{}); err != nil {
			t.Error(err)
		}
	})
	if diff := cmp.Diff(before, h.snapshot()); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
}

// TestAServerBesideAnother: what starts while another process has the address of the pages leaves that one's disk alone, too.
func TestAServerBesideAnother(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	address := "STRIPE_MCP_SIMULATOR_ADDR=" + freeAddress(t)
	before := h.snapshot()
	t.Run("two listings", func(t *testing.T) {
		for range 2 {
			cmd := command(t, nil, "--simulator")
			cmd.Env = h.environment(address)
			if _, err := handshake(t, cmd).Request(t.Context(), "tools/list", struct{}{}); err != nil {
				t.Error(err)
			}
		}
		h.run([]string{address}, "", "doctor", "--simulator").check(t, 0)
	})
	if diff := cmp.Diff(before, h.snapshot()); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
}

// setUp sets up with a key, for the clients that are there.
func (h home) setUp(stripe string, arguments ...string) {
	h.t.Helper()
	h.write(settings, "api_base: "+stripe+"\ntimeout: 5s\n")
	h.write(cursor, "{}")
	h.run(nil, setupKey, append([]string{"setup", "--key-stdin", "--yes"}, arguments...)...).check(h.t, 0)
}

func (h home) makeFolder(name string) {
	h.t.Helper()
	if err := os.MkdirAll(h.file(name), 0o700); err != nil {
		h.t.Fatal(err)
	}
}

// snapshot says of every file and folder in the home what its mode and its size are, and when it was changed last.
func (h home) snapshot() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(h.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			all[strings.TrimPrefix(path, h.path)] = fmt.Sprintf("%v, %d bytes, %s", info.Mode(), info.Size(), info.ModTime().Format(time.RFC3339Nano))
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}
