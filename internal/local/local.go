// Package local is the only place that decides what belongs to this machine and its user: hosts, private files, and the
// memory of this process.
package local

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"stripe-mcp/internal/hint"
)

// IsLoopback reports whether host is this machine, by its address or as localhost. What is sent there leaves it for no
// network, so plain http is fine.
func IsLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}

// ReadFile reads a regular file of at most limit bytes. It refuses anything else, such as a pipe that would never answer,
// before it opens it. Errors begin with the path, and wrap fs.ErrNotExist for a file that is not there.
func ReadFile(path string, limit int) ([]byte, fs.FileMode, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, 0, unreadable(path, err)
	case info.IsDir():
		return nil, 0, fmt.Errorf("%s is a folder, not a file", path)
	case !info.Mode().IsRegular():
		return nil, 0, fmt.Errorf("%s is not a regular file", path)
	}
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, 0, unreadable(path, err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	if err != nil {
		return nil, 0, unreadable(path, err)
	}
	if len(data) > limit {
		return nil, 0, fmt.Errorf("%s is larger than %d KiB", path, limit>>10)
	}
	return data, info.Mode(), nil
}

// unreadable drops the operation that package os puts before an error, and the path, which is there already.
func unreadable(path string, err error) error {
	if detail, ok := errors.AsType[*fs.PathError](err); ok {
		err = detail.Err
	}
	return fmt.Errorf("%s cannot be read: %w", path, err)
}

// WriteFile writes a file in one step, in a folder that it makes private where there is none.
func WriteFile(path string, text []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return maybe.WriteFile(path, text, mode)
}

// The permissions of users other than a file's owner.
const (
	OthersUse   fs.FileMode = 0o077
	OthersWrite fs.FileMode = 0o022
)

// CheckPrivate refuses a file whose mode gives other users one of the forbidden permissions. Windows has no such modes.
func CheckPrivate(path string, mode, forbidden fs.FileMode) error {
	if runtime.GOOS == "windows" || mode.Perm()&forbidden == 0 {
		return nil
	}
	quoted := "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" // for a shell
	return hint.Errorf("run chmod 600 "+quoted, "other users can open %s (mode %04o)", path, mode.Perm())
}

// SameFile reports whether both paths lead to one file.
func SameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}
