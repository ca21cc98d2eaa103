//go:build unix

package journal

import (
	"fmt"
	"os"
	"syscall"
)

// checkOwner refuses a folder in which another user can write.
func checkOwner(folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	switch uid := os.Getuid(); {
	case ok && int(owner.Uid) != uid && owner.Uid != 0:
		return fmt.Errorf("%s belongs to another user", folder)
	case info.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("other users can write in %s; run: chmod 700 '%s'", folder, folder)
	}
	return nil
}
