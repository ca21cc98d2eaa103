package local_test

import (
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"stripe-mcp/internal/local"
)

// TestEnvironment: what is given stays, and on Windows the system names the folders that are missing or no whole paths.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	given, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entries := range [][]string{nil, {"OTHER=1"}, {"AppData=Roaming", `LOCALAPPDATA=\Local`, "USERPROFILE="}, {"APPDATA=%APPDATA%"}} {
		complete := local.Environment(entries)
		if runtime.GOOS != "windows" && !slices.Equal(complete, entries) {
			t.Errorf("%q became %q", entries, complete)
		}
		find := local.Lookup(complete)
		for _, name := range []string{"APPDATA", "LOCALAPPDATA", "USERPROFILE"} {
			if runtime.GOOS == "windows" && !filepath.IsAbs(find(name)) {
				t.Errorf("%q: %s is %q", entries, name, find(name))
			}
		}
	}
	find := local.Lookup(local.Environment([]string{"AppData=" + given, "HOME=" + given, "HOME=later"}))
	if runtime.GOOS == "windows" && find("APPDATA") != given || find("HOME") != given || find("NONE") != "" {
		t.Errorf("%q, %q, %q", find("APPDATA"), find("HOME"), find("NONE"))
	}
}
