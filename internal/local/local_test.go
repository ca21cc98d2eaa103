package local_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
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
	if err := local.WriteFile(path, []byte("text")); err != nil {
		t.Fatal(err)
	}
	if text, info, err := local.ReadFile(path, 4); string(text) != "text" || err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v, %v", text, info, err)
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
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	const (
		owned = "PATH belongs to another user (uid 12345)\nhint: run this as that user"
		write = "other users can write to PATH (mode 0%o)\nhint: run chmod go-w QUOTED"
	)
	folder := filepath.Join(t.TempDir(), "it's")
	file := filepath.Join(folder, "file")
	if err := local.WriteFile(file, nil); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path      string
		mode      fs.FileMode
		forbidden fs.FileMode
		want      string
	}{
		{file, 0o600, local.OthersUse, ""},
		{file, 0o640, local.OthersUse, "other users can open PATH (mode 0640)\nhint: run chmod 600 QUOTED"},
		{file, 0o644, local.OthersWrite, ""},
		{file, 0o664, local.OthersWrite, fmt.Sprintf(write, 0o664)},
		{file, 0o602, local.OthersWrite, fmt.Sprintf(write, 0o602)},
		{folder, 0o755, local.OthersWrite, ""},
		{folder, 0o777, local.OthersWrite, fmt.Sprintf(write, 0o777)},
		{folder, 0o777 | fs.ModeSticky, local.OthersWrite, "other users can write to PATH\nhint: choose a folder of your own"},
	} {
		if err := os.Chmod(tt.path, tt.mode); err != nil {
			t.Fatal(err)
		}
		want := strings.NewReplacer("PATH", tt.path, "QUOTED", "'"+strings.ReplaceAll(tt.path, "'", `'\''`)+"'").Replace(tt.want)
		checkFault(t, tt.path, tt.forbidden, want)
	}
	giveAway(t, file)
	if os.Geteuid() == 0 {
		checkFault(t, file, local.OthersUse, strings.ReplaceAll(owned, "PATH", file))
	}
}

func checkFault(t *testing.T, path string, forbidden fs.FileMode, want string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	if err := local.CheckPrivate(path, info, forbidden); err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("%v: got %q, want %q", info.Mode(), got, want)
	}
}
