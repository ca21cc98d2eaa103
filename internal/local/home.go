package local

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Environment returns "NAME=value" entries with the folders of this user that they lack, as far as the system knows them
// otherwise: some clients start servers without the variables that name them on Windows.
func Environment(entries []string) []string {
	complete := slices.Clone(entries)
	given := Lookup(entries)
	for _, home := range homes() {
		if filepath.IsAbs(given(home.variable)) {
			continue
		}
		if folder := home.folder(); filepath.IsAbs(folder) {
			complete = append([]string{home.variable + "=" + folder}, complete...) // the first one counts
		}
	}
	return complete
}

// home is a folder of this user, and how the system finds it.
type home struct {
	variable string
	folder   func() string // empty where the system does not know it
}

// Lookup returns how to find variables in "NAME=value" entries, by this system's rules. One that is not there is "".
func Lookup(entries []string) func(name string) string {
	return func(name string) string {
		for _, entry := range entries {
			key, value, _ := strings.Cut(entry, "=")
			if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
				return value
			}
		}
		return ""
	}
}
