package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

const (
	maxFile    = 1 << 20 // bytes of a configuration file, or of one with certificates
	maxKeyFile = 4 << 10 // bytes
)

// file is a configuration file. A zero file means that there is none.
type file struct {
	path   string // absolute
	format string // yaml, toml or json
	values map[string]any
	info   fs.FileInfo
}

// locate returns the path of the configuration file: the one that a flag or variable names, or else the one in the user's
// configuration folder, or "" when there is none.
func locate(flag string, env environment, p places, base string) (string, error) {
	const wholly = "write the whole path, such as "
	path := env[fileVariable]
	switch {
	case flag != "" && !filepath.IsAbs(flag): // it would mean another file in every folder
		meant, err := filepath.Abs(flag)
		if err != nil {
			meant = wholePath("config.yaml")
		}
		return "", hint.Errorf(wholly+meant, "--config must be an absolute path")
	case flag != "":
		return filepath.Clean(flag), nil
	case path == "" && slices.Contains(p.relative, "XDG_CONFIG_HOME"):
		return "", errRelative("XDG_CONFIG_HOME")
	case path == "":
		return usual(p.config, base)
	case !filepath.IsAbs(path):
		return "", hint.Errorf(wholly+wholePath("config.yaml"), "%s must be an absolute path", fromVariable(fileVariable).label)
	}
	return filepath.Clean(path), nil
}

// usual returns the path of the one configuration file of that name in folder, or "" when there is none.
func usual(folder, base string) (string, error) {
	if folder == "" {
		return "", nil
	}
	var found []string
	for _, ending := range []string{"yaml", "yml", "toml", "json"} {
		path := filepath.Join(folder, base+"."+ending)
		if _, err := os.Lstat(path); err == nil {
			found = append(found, path)
		} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) { // a service's home may be /dev/null
			return "", err
		}
	}
	if len(found) > 1 {
		return "", hint.Errorf("remove or rename all but one", "%s exist, and only one of them can count", strings.Join(found, " and "))
	}
	return strings.Join(found, ""), nil
}

// read reads and decodes the file at path.
func read(path string) (file, error) {
	f := file{path: path, format: formatOf(path)}
	if !slices.Contains([]string{"yaml", "toml", "json"}, f.format) {
		return file{}, hint.Errorf("rename the file", "%s: the name of a configuration file ends in .yaml, .yml, .toml or .json", path)
	}
	data, info, err := local.ReadFile(path, maxFile)
	if err != nil {
		return file{}, err
	}
	f.info = info
	f.values, err = decode(f.format, data)
	if err != nil {
		return f, fmt.Errorf("%s %w", path, err)
	}
	return f, nil
}

// formatOf returns the format that a file's name stands for.
func formatOf(path string) string {
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	if ending == "yml" {
		return "yaml"
	}
	return ending
}
