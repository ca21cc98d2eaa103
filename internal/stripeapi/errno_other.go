//go:build !windows

package stripeapi

import "syscall"

// What the system says of a connection that does not come about.
const (
	connRefused     = syscall.ECONNREFUSED
	connReset       = syscall.ECONNRESET
	connAborted     = syscall.ECONNABORTED
	hostUnreachable = syscall.EHOSTUNREACH
	netUnreachable  = syscall.ENETUNREACH
	hostDown        = syscall.EHOSTDOWN
	netDown         = syscall.ENETDOWN
	timedOut        = syscall.ETIMEDOUT
)
