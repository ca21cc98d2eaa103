//go:build unix

package mcpserver

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"stripe-mcp/internal/limits"
)

// watchReader calls stop when no process can read from out any more, until ctx ends.
func watchReader(ctx context.Context, out *os.File, stop func()) {
	fd := int32(out.Fd()) //nolint:gosec // a small number
	for ctx.Err() == nil {
		poll := []unix.PollFd{{Fd: fd}}
		if n, err := unix.Poll(poll, 0); err == nil && n > 0 && poll[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0 {
			stop()
			return
		}
		time.Sleep(limits.Look)
	}
}
