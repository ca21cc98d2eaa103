package local

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// isHeld reports whether an error says that another program holds a file open. Windows says "access denied" for that, too,
// and for folders and for files that are marked as read-only, where waiting does not help.
func isHeld(path string, err error) bool {
	const ownerWrites = 0o200
	for _, held := range []error{windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION, windows.ERROR_USER_MAPPED_FILE} {
		if errors.Is(err, held) {
			return true
		}
	}
	if !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return false
	}
	info, err := os.Lstat(path)
	return errors.Is(err, fs.ErrPermission) || err == nil && info.Mode().IsRegular() && info.Mode()&ownerWrites != 0
}
