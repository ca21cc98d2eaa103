package local

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Environment returns "NAME=value" entries with the folders of this user that they lack, as far as the system knows them.
// Some clients start servers without the variables that name them on Windows.
func Environment(entries []string) []string {
	complete := slices.Clone(entries)
	given := Lookup(entries)
	for _, home := range homes() {
		if filepath.IsAbs(given(home.variable)) {
			continue
		}
		if folder := home.folder(); filepath.IsAbs(folder) {
			complete = slices.DeleteFunc(complete, func(entry string) bool { return names(entry, home.variable) })
			complete = append(complete, home.variable+"="+folder)
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
			if names(entry, name) {
				_, value, _ := strings.Cut(entry, "=")
				return value
			}
		}
		return ""
	}
}

// names reports whether an entry gives the variable of that name.
func names(entry, name string) bool {
	key, _, _ := strings.Cut(entry, "=")
	return key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name)
}
