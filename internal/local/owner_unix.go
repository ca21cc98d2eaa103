//go:build unix

package local

import (
	"io/fs"
	"syscall"
)

// ownerOf returns whose a file is.
func ownerOf(info fs.FileInfo) (user, group int, known bool) {
	owner, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, 0, false
	}
	return int(owner.Uid), int(owner.Gid), true
}
