package stripeapi

import "golang.org/x/sys/windows"

// What the system says of a connection that does not come about. The constants of package syscall are other ones.
const (
	errRefused         = windows.WSAECONNREFUSED
	errReset           = windows.WSAECONNRESET
	errAborted         = windows.WSAECONNABORTED
	errHostUnreachable = windows.WSAEHOSTUNREACH
	errNetUnreachable  = windows.WSAENETUNREACH
	errHostDown        = windows.WSAEHOSTDOWN
	errNetDown         = windows.WSAENETDOWN
	errTimedOut        = windows.WSAETIMEDOUT
)
