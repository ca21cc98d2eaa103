package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile writes a file in one step, and keeps the mode and the owner of one that is there. A new file is private to this
// user, as is a new folder. A file that a link leads to is replaced where it is.
//
// Until it is complete the new file stands beside the old one, where only this user can open it. When WriteFile fails the
// old one is as it was.
func WriteFile(path string, text []byte) error { return replace(path, text, true) }

// WritePrivate does the same with a file that is only ours: it becomes private to this user, whatever it was.
func WritePrivate(path string, text []byte) error { return replace(path, text, false) }

func replace(path string, text []byte, inherits bool) (err error) {
	link := path
	if path, err = Target(link); err != nil {
		return fmt.Errorf("%s is a link that leads nowhere", link)
	}
	old, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(path), ".stripe-mcp-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = Remove(fresh.Name())
		}
	}()
	_, err = fresh.Write(text)
	if err == nil && old != nil && inherits {
		err = inherit(fresh, old, path)
	}
	if err = errors.Join(err, fresh.Sync(), fresh.Close()); err != nil {
		return err
	}
	return Rename(fresh.Name(), path)
}

// Target returns where a link leads, and the path itself of everything else. What is on the way there does not count, nor that
// Windows has several names for one file.
func Target(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != fs.ModeSymlink {
		return path, nil //nolint:nilerr // what uses it will say so
	}
	return filepath.EvalSymlinks(path)
}

// inherit gives a new file the owner and the mode of the one that it will replace.
func inherit(fresh *os.File, old fs.FileInfo, path string) error {
	mode := old.Mode().Perm()
	now, err := fresh.Stat()
	if err != nil {
		return err
	}
	user, group, _ := ownerOf(old)
	ourUser, ourGroup, _ := ownerOf(now)
	if user != ourUser || group != ourGroup {
		err := fresh.Chown(user, group)
		switch {
		case err != nil && user != ourUser:
			return errForeign(path, user)
		case err != nil:
			mode &^= 0o070 // those permissions were meant for a group that this user is not in
		}
	}
	return fresh.Chmod(mode)
}
