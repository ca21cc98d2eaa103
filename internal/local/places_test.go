package local_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stripe-mcp/internal/local"
)

// TestCheckRoom: the folders need not be there, but it must be possible to make them and to write into them.
func TestCheckRoom(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	file, shared, half, foreign := filepath.Join(home, "file"), filepath.Join(home, "shared"), filepath.Join(home, "half"), filepath.Join(home, "foreign")
	for _, folder := range []string{shared, filepath.Join(half, "journal"), foreign} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{shared, filepath.Join(half, "journal")} {
		if err := os.Chmod(folder, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	cases := map[string]string{
		home: "", filepath.Join(home, "new", "and", "newer"): "",
		"": "there is no home folder", "relative": "there is no home folder",
		file: "nothing can be kept in " + file, filepath.Join(file, "below"): "nothing can be kept in " + file,
		shared: "other users can write to " + shared, half: "other users can write to " + half,
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(foreign, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		cases[foreign] = foreign + " belongs to another user"
		cases[filepath.Join(foreign, "new")] = foreign + " belongs to another user"
	}
	for folder, want := range cases {
		err := local.CheckRoom(folder, "simulator", "journal")
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", folder, err, want)
		}
	}
	if left, err := filepath.Glob(filepath.Join(home, ".*")); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(home, "new")); err == nil {
		t.Error("it made a folder")
	}
}
