//go:build !linux

package pgserver

import (
	"os"
	"os/exec"
)

// unprivileged returns a command of this user, who is not root.
func unprivileged(program string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(program, arguments...) //nolint:gosec,noctx // a program that find has found, and that kill ends
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	return cmd
}

func privateFolder(name string) (string, error) { return os.MkdirTemp("", name) }

// children are not known here. They end when they notice that their parent is gone.
func children(int) []int { return nil }
