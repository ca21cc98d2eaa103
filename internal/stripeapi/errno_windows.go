package stripeapi

import "golang.org/x/sys/windows"

// What the system says of a connection that does not come about. The constants of package syscall are other ones.
const (
	connRefused     = windows.WSAECONNREFUSED
	connReset       = windows.WSAECONNRESET
	connAborted     = windows.WSAECONNABORTED
	hostUnreachable = windows.WSAEHOSTUNREACH
	netUnreachable  = windows.WSAENETUNREACH
	hostDown        = windows.WSAEHOSTDOWN
	netDown         = windows.WSAENETDOWN
	timedOut        = windows.WSAETIMEDOUT
)
