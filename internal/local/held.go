package local

import (
	"fmt"
	"os"
	"time"
)

// Rename moves a file onto another in one step. When it fails, both are as they were.
//
// Windows refuses that while another program has one of them open, such as a scanner that looks at each new file. So
// Rename, Remove and OpenFile try again for about two seconds there.
func Rename(from, to string) error {
	return insist(to, isHeld, func() error { return os.Rename(from, to) })
}

// Remove deletes a file.
func Remove(path string) error {
	return insist(path, isHeld, func() error { return os.Remove(path) })
}

// OpenFile opens a file as os.OpenFile does.
func OpenFile(path string, flag int, mode os.FileMode) (file *os.File, err error) {
	err = insist(path, isHeld, func() error {
		file, err = os.OpenFile(path, flag, mode) //nolint:gosec // the caller's own file
		return err
	})
	return file, err
}

// insist does act, again and again while its error says that another program holds the file at path open.
func insist(path string, held func(path string, err error) bool, act func() error) error {
	const patience, pause = 2 * time.Second, 20 * time.Millisecond
	for deadline := time.Now().Add(patience); ; time.Sleep(pause) {
		err := act()
		if err == nil || !held(path, err) {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("another program holds %s open, or this user may not change it, so it is as it was; close that program and try again: %w", path, bare(err))
		}
	}
}
