package local

import (
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// mayWrite opens a folder for making files in it, and makes none. The system refuses that to users who may not.
func mayWrite(folder string) error {
	const addFile = 0x2 // FILE_ADD_FILE
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return syscall.ENOTDIR
	}
	path, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return err
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	handle, err := windows.CreateFile(path, addFile, share, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		return err
	}
	return windows.CloseHandle(handle)
}
