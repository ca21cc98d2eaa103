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
	"strings"

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
func ReadFile(path string, limit int) ([]byte, fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, unreadable(path, err)
	case info.IsDir():
		return nil, nil, fmt.Errorf("%s is a folder, not a file", path)
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%s is not a regular file", path)
	}
	file, err := OpenFile(filepath.Clean(path), os.O_RDONLY, 0)
	if err != nil {
		return nil, nil, unreadable(path, err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	if err == nil {
		info, err = file.Stat() // of what was read, even where another file took the place
	}
	if err != nil {
		return nil, nil, unreadable(path, err)
	}
	if len(data) > limit {
		return nil, nil, fmt.Errorf("%s is larger than %d KiB", path, limit>>10)
	}
	return data, info, nil
}

func unreadable(path string, err error) error {
	return fmt.Errorf("%s cannot be read: %w", path, bare(err))
}

// bare drops the operation and the paths that package os puts before an error.
func bare(err error) error {
	if detail, ok := errors.AsType[*fs.PathError](err); ok {
		return detail.Err
	}
	if detail, ok := errors.AsType[*os.LinkError](err); ok {
		return detail.Err
	}
	return err
}

// The permissions of users other than a file's owner.
const (
	OthersUse   fs.FileMode = 0o077
	OthersWrite fs.FileMode = 0o022
)

// CheckPrivate refuses a file or folder that another user could have filled: it must belong to this user or root, and its
// mode must give others none of the forbidden permissions. Windows has no such owners and modes.
func CheckPrivate(path string, info fs.FileInfo, forbidden fs.FileMode) error {
	owner, _, known := ownerOf(info)
	if !known {
		return nil
	}
	mode, user := info.Mode(), os.Geteuid()
	switch {
	case owner != user && owner != 0 && user == 0:
		return hint.Errorf("run this as that user", "%s belongs to another user (uid %d)", path, owner)
	case owner != user && owner != 0:
		return errForeign(path, owner)
	case mode&forbidden == 0:
		return nil
	case mode&fs.ModeSticky != 0:
		return hint.Errorf("choose a folder of your own", "other users can write to %s", path)
	case forbidden == OthersWrite:
		return hint.Errorf("run chmod go-w "+Quoted(path), "other users can write to %s (mode %04o)", path, mode.Perm())
	}
	return hint.Errorf("run chmod 600 "+Quoted(path), "other users can open %s (mode %04o)", path, mode.Perm())
}

// KnowsOwner reports whether CheckPrivate can tell who may use a file. On Windows it cannot, and finds no fault.
func KnowsOwner(info fs.FileInfo) bool {
	_, _, known := ownerOf(info)
	return known
}

// errForeign says that this user, who is not root, may not use a file as it is.
func errForeign(path string, owner int) error {
	next := fmt.Sprintf("look what is in it; if you trust that, run sudo chown %d %s", os.Geteuid(), Quoted(path))
	return hint.Errorf(next, "%s belongs to another user (uid %d)", path, owner)
}

// Quoted returns a path for a shell.
func Quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }

// Argument returns a path for a command line of any shell, that of Windows included.
func Argument(path string) string {
	if strings.ContainsAny(path, " \t") {
		return `"` + path + `"`
	}
	return path
}

// CheckFolder refuses a folder that another user could have filled. One that is not there is fine.
func CheckFolder(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil //nolint:nilerr // what uses it will say so
	}
	return CheckPrivate(path, info, OthersWrite)
}

// foreign returns path, or the nearest folder above it that is there, when this is root and it belongs to another user; else "".
func foreign(path string) string {
	for os.Geteuid() == 0 && filepath.IsAbs(path) {
		if info, err := os.Stat(path); err == nil {
			if owner, _, _ := ownerOf(info); owner != 0 {
				return path
			}
			break
		}
		path = filepath.Dir(path) // at last the root folder, which is there
	}
	return ""
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
