package stripeapi

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
)

// TestUnreachable: each system has numbers of its own for what keeps a connection from coming about.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	for number, want := range map[syscall.Errno]string{
		errRefused:         "the connection was refused",
		errReset:           "the connection broke before the call was sent",
		errAborted:         "the connection broke before the call was sent",
		errHostUnreachable: "this machine has no way to its network",
		errNetUnreachable:  "this machine has no way to its network",
		errHostDown:        "this machine has no way to its network",
		errNetDown:         "this machine has no way to its network",
		errTimedOut:        "no connection within the time allowed",
		syscall.EINVAL:     "no connection could be made",
	} {
		err := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", number)}
		if got := unreachable(err); got != want {
			t.Errorf("%d: %q, want %q", number, got, want)
		}
	}
	if got := unreachable(&net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}); got != "the host name does not resolve" {
		t.Errorf("an unknown name: %q", got)
	}
	if got := unreachable(errors.New("else")); got != "no connection could be made" {
		t.Errorf("anything else: %q", got)
	}
}
