package pgserver

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// unprivileged returns a command that does not run as root, because PostgreSQL refuses that. It ends with this process,
// even when that is killed.
func unprivileged(program string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(program, arguments...) //nolint:gosec,noctx // a program that find has found, and that kill ends
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if id, group, err := nobody(); err == nil && os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: id, Gid: group}
	}
	return cmd
}

// nobody returns the user whom root becomes.
func nobody() (id, group uint32, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, wrongID := strconv.ParseUint(found.Uid, 10, 32)
		gid, wrongGroup := strconv.ParseUint(found.Gid, 10, 32)
		return uint32(uid), uint32(gid), errors.Join(wrongID, wrongGroup)
	}
	return 0, 0, errors.New("there is no user without privileges")
}

// privateFolder makes a folder that the user without privileges owns.
func privateFolder(name string) (string, error) {
	folder, err := os.MkdirTemp("", name)
	if err != nil || os.Geteuid() != 0 {
		return folder, err
	}
	id, group, err := nobody()
	if err != nil {
		return "", err
	}
	return folder, os.Chown(folder, int(id), int(group))
}

// children returns the processes that a process has started.
func children(parent int) []int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent)) // the pattern is well-formed
	var found []int
	for _, list := range lists {
		text, err := os.ReadFile(list) //nolint:gosec // of the kernel
		if err != nil {
			continue // it has ended
		}
		for number := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(number); err == nil {
				found = append(found, child)
			}
		}
	}
	return found
}
