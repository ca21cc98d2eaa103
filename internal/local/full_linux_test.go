package local_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"stripe-mcp/internal/local"
)

// TestFullDisk: what was there stays whole, and nothing is left that takes room. It runs itself on a small disk of its own.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	const room = "STRIPE_MCP_TEST_ROOM"
	folder := os.Getenv(room)
	if folder == "" {
		if err := exec.Command("unshare", "-rm", "true").Run(); err != nil {
			t.Skip("file systems cannot be mounted here")
		}
		const mounted = `mount -t tmpfs -o size=64k tmpfs "$` + room + `" && exec "$0" -test.run '^TestFullDisk$'`
		again := exec.Command("unshare", "-rm", "sh", "-c", mounted, os.Args[0])
		again.Env = append(os.Environ(), room+"="+t.TempDir())
		if said, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, said)
		}
		return
	}
	path, old, large := filepath.Join(folder, "file"), bytes.Repeat([]byte("old "), 9<<10), bytes.Repeat([]byte("new "), 10<<10)
	if err := local.WriteFile(path, old); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(string, []byte) error{"inheriting": local.WriteFile, "private": local.WritePrivate} {
		if err := write(path, large); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := local.WriteFile(filepath.Join(folder, "another"), large); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a new file: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || !bytes.Equal(text, old) {
		t.Errorf("%d bytes are left of %d, %v", len(text), len(old), err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("%v is left, %v", left, err)
	}
}
