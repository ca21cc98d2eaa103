//go:build unix

package local

import (
	"os/exec"
	"syscall"
)

// EndWhole lets the end of a command's context end also what the command has started. It is to be called before the command
// starts.
func EndWhole(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
