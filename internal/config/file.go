package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
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
	mode   fs.FileMode
}

// locate returns the path of the configuration file: the one asked for by flag or variable, or else
// the one in the user's configuration folder, or "" when there is none.
func locate(flag string, env environment, folder string) (string, error) {
	if flag != "" {
		path, err := filepath.Abs(flag)
		if err != nil {
			return "", fmt.Errorf("--config: %w", err)
		}
		return asked("--config", path)
	}
	if path := env[fileVariable]; path != "" {
		from := fromVariable(fileVariable)
		if !filepath.IsAbs(path) {
			return "", errors.New(from.label + ": want an absolute path, because a relative one means another file in every folder")
		}
		return asked(from.label, path)
	}
	return usual(folder)
}

// asked returns path, which must exist because somebody asked for it: otherwise the error is a
// missingError.
func asked(by, path string) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return path, missingError{by, path}
	}
	return path, nil
}

// missingError says that a file which somebody asked for is not there.
type missingError struct{ by, path string }

func (e missingError) Error() string { return e.by + ": " + e.path + " does not exist" }
func (missingError) Unwrap() error   { return fs.ErrNotExist }

// usual returns the path of the one configuration file in folder, or "" when there is none.
func usual(folder string) (string, error) {
	if folder == "" {
		return "", nil
	}
	var found []string
	for _, ending := range []string{"yaml", "yml", "toml", "json"} {
		path := filepath.Join(folder, "config."+ending)
		if _, err := os.Lstat(path); err == nil {
			found = append(found, path)
		} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) { // a service's home may be /dev/null
			return "", fmt.Errorf("%s cannot be read: %w", path, reason(err))
		}
	}
	if len(found) > 1 {
		return "", fmt.Errorf("%s exist, and only one of them can count: remove or rename the others", strings.Join(found, " and "))
	}
	return strings.Join(found, ""), nil
}

// read reads and decodes the file at path.
func read(path string) (file, error) {
	if err := checkEnding(path); err != nil {
		return file{}, err
	}
	f := file{path: path, format: formatOf(path)}
	data, mode, err := readRegular(path, maxFile)
	if err != nil {
		return file{}, err
	}
	f.mode = mode
	f.values, err = decode(f.format, data)
	if err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
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

func checkEnding(path string) error {
	if !slices.Contains([]string{"yaml", "toml", "json"}, formatOf(path)) {
		return fmt.Errorf("%s: the name of a configuration file ends in .yaml, .yml, .toml or .json", path)
	}
	return nil
}

// readRegular reads a regular file of at most limit bytes. Anything else, such as a pipe that would
// never answer, is refused before it is opened. Errors begin with the path.
func readRegular(path string, limit int) ([]byte, fs.FileMode, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, fmt.Errorf("%s does not exist", path)
	case err != nil:
		return nil, 0, fmt.Errorf("%s cannot be read: %w", path, reason(err))
	case info.IsDir():
		return nil, 0, fmt.Errorf("%s is a folder, not a file", path)
	case !info.Mode().IsRegular():
		return nil, 0, fmt.Errorf("%s is not a regular file", path)
	}
	opened, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, 0, fmt.Errorf("%s cannot be read: %w", path, reason(err))
	}
	defer func() { _ = opened.Close() }()
	data, err := io.ReadAll(io.LimitReader(opened, int64(limit)+1))
	if err != nil {
		return nil, 0, fmt.Errorf("%s cannot be read: %w", path, reason(err))
	}
	if len(data) > limit {
		return nil, 0, fmt.Errorf("%s is larger than %d KiB", path, limit>>10)
	}
	return data, info.Mode(), nil
}

// reason drops the operation and the path that package os puts before an error.
func reason(err error) error {
	if detail, ok := errors.AsType[*fs.PathError](err); ok {
		return detail.Err
	}
	return err
}

// checkPrivate refuses a file that its owner's group or anybody else may use in a forbidden way. Windows
// has no such bits.
func checkPrivate(path string, mode, forbidden fs.FileMode) error {
	if runtime.GOOS == "windows" || mode.Perm()&forbidden == 0 {
		return nil
	}
	return fmt.Errorf("other users can open %s (mode %04o); run: chmod 600 %s", path, mode.Perm(), shellWord(path))
}

// shellWord quotes path for a shell where it must be: the folder on macOS has a blank in its name.
func shellWord(path string) string {
	if regexp.MustCompile(`^[A-Za-z0-9/._-]+$`).MatchString(path) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
