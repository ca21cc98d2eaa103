package local_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"stripe-mcp/internal/local"
)

// held opens a file as a scanner or viewer does that lets nobody else change it meanwhile.
func held(t *testing.T, path string) (release func()) {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, 0, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = windows.CloseHandle(handle) }
}

// TestHeldOpen: what another program lets go of in time is changed. Otherwise it stays as it was, and the error names it.
func TestHeldOpen(t *testing.T) {
	t.Parallel()
	acts := map[string]func(path string) error{
		"write":   func(path string) error { return local.WriteFile(path, []byte("new")) },
		"private": func(path string) error { return local.WritePrivate(path, []byte("new")) },
		"remove":  local.Remove,
		"read":    func(path string) error { _, _, err := local.ReadFile(path, 100); return err },
	}
	for name, act := range acts {
		for _, forGood := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				folder := t.TempDir()
				path := filepath.Join(folder, "file")
				if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
					t.Fatal(err)
				}
				release := held(t, path)
				if !forGood {
					time.AfterFunc(100*time.Millisecond, release)
				}
				err := act(path)
				if forGood {
					release()
				}
				if (err != nil) != forGood || forGood && !strings.Contains(err.Error(), "another program holds "+path+" open") {
					t.Errorf("for good %v: %v", forGood, err)
				}
				if text, err := os.ReadFile(path); forGood && (err != nil || string(text) != "old") {
					t.Errorf("it was changed: %q, %v", text, err)
				}
				if left, err := filepath.Glob(filepath.Join(folder, ".stripe-mcp-*")); err != nil || len(left) > 0 {
					t.Errorf("it left %v, %v", left, err)
				}
			})
		}
	}
}
