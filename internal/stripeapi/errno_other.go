//go:build !windows

package stripeapi

import "syscall"

// What the system says of a connection that does not come about.
const (
	errRefused         = syscall.ECONNREFUSED
	errReset           = syscall.ECONNRESET
	errAborted         = syscall.ECONNABORTED
	errHostUnreachable = syscall.EHOSTUNREACH
	errNetUnreachable  = syscall.ENETUNREACH
	errHostDown        = syscall.EHOSTDOWN
	errNetDown         = syscall.ENETDOWN
	errTimedOut        = syscall.ETIMEDOUT
)
