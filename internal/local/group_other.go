//go:build !unix

package local

import "os/exec"

// EndWhole does nothing here, where a program that was started ends alone.
func EndWhole(*exec.Cmd) {}
