package local_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stripe-mcp/internal/local"
)

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.8.9.10": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "0.0.0.0": false, "localhost.example": false, "127.0.0.1.example": false, "10.0.0.1": false,
	} {
		if local.IsLoopback(host) != want {
			t.Errorf("%q: not %v", host, want)
		}
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "new", "file")
	if err := local.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, mode, err := local.ReadFile(path, 4); string(text) != "text" || mode.Perm() != 0o600 || err != nil {
		t.Errorf("%q, %v, %v", text, mode, err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("its folder: %v, %v", info.Mode(), err)
	}
	for path, want := range map[string]string{path: "is larger than 0 KiB", folder: "is a folder, not a file", path + "s": "cannot be read: "} {
		if _, _, err := local.ReadFile(path, 3); err == nil || !strings.HasPrefix(err.Error(), path+" "+want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, _, err := local.ReadFile(path+"s", 3); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestCheckPrivate(t *testing.T) {
	t.Parallel()
	const want = "other users can open /it's (mode 0640)\nhint: run chmod 600 '/it'\\''s'"
	if err := local.CheckPrivate("/it's", 0o640, local.OthersUse); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if err := local.CheckPrivate("/k", 0o644, local.OthersWrite); err != nil {
		t.Errorf("got %v", err)
	}
}
