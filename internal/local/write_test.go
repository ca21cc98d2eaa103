package local_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"stripe-mcp/internal/local"
)

// TestNothingInSharedFolders: the temporary file stands beside its target, where no other user can open it.
func TestNothingInSharedFolders(t *testing.T) {
	shared := t.TempDir()
	t.Setenv("TMPDIR", shared)
	past := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(shared, past, past); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "file")
	for _, text := range []string{"new", "replaced"} {
		if err := local.WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, _, err := local.ReadFile(path, 100); string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
	if info, err := os.Stat(shared); err != nil || !info.ModTime().Equal(past) {
		t.Errorf("something was in $TMPDIR: %v, %v", info.ModTime(), err)
	}
}

// TestReplacedFilesStayWhoseTheyAre: mode, owner and group survive.
func TestReplacedFilesStayWhoseTheyAre(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	path := filepath.Join(t.TempDir(), "file")
	for _, mode := range []fs.FileMode{0o400, 0o600, 0o644, 0o666} {
		if err := local.WriteFile(path, nil); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		giveAway(t, path)
		if err := local.WriteFile(path, []byte("text")); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != mode || info.Size() != 4 {
			t.Errorf("%v became %v, %v", mode, info, err)
		}
		if os.Geteuid() == 0 && !strings.Contains(fmt.Sprint(local.CheckPrivate(path, info, 0)), "(uid 12345)") {
			t.Errorf("another user's file has become root's")
		}
		if err := local.WritePrivate(path, nil); err != nil {
			t.Fatal(err)
		}
		info, err = os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 || local.CheckPrivate(path, info, local.OthersUse) != nil {
			t.Errorf("%v: the private one is %v, %v", mode, info, err)
		}
	}
}

// giveAway makes a file another user's, where this user may do so.
func giveAway(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	if err := os.Chown(path, 12345, 12346); err != nil {
		t.Fatal(err)
	}
}

func TestWritingThroughLinks(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "link")
	if err := os.Symlink("target", link); err != nil {
		t.Skip(err)
	}
	if err := local.WriteFile(link, []byte("text")); err == nil || !strings.Contains(err.Error(), link+" is a link that leads nowhere") {
		t.Errorf("a dangling link: %v", err)
	}
	if err := os.WriteFile(target, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := local.WriteFile(link, []byte("text")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
	if text, err := os.ReadFile(target); err != nil || string(text) != "text" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestWritingFails: what was there stays, and nothing is left behind.
func TestWritingFails(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "taken")
	if err := os.MkdirAll(filepath.Join(path, "below"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := local.WriteFile(path, []byte("text")); err == nil {
		t.Error("a folder was replaced")
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("%v is left, %v", left, err)
	}
}
