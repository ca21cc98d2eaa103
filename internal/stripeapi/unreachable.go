package stripeapi

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
)

// unreachable names the kind of a network error. It leaves out the library's text, which may quote addresses with
// credentials.
func unreachable(cause error) string {
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		timeout     interface{ Timeout() bool }
	)
	switch {
	case errors.As(cause, &dns):
		return "the host name does not resolve"
	case errors.As(cause, &certificate):
		return "its certificate is not trusted by this machine; see ca_file if a company proxy re-signs connections"
	case errors.Is(cause, errRefused):
		return "the connection was refused"
	case errors.Is(cause, errReset), errors.Is(cause, errAborted):
		return "the connection broke before the call was sent"
	case errors.Is(cause, errHostUnreachable), errors.Is(cause, errNetUnreachable), errors.Is(cause, errHostDown), errors.Is(cause, errNetDown):
		return "this machine has no way to its network"
	case errors.Is(cause, context.Canceled):
		return "the call was cancelled before a connection was there"
	case errors.Is(cause, errTimedOut), errors.As(cause, &timeout) && timeout.Timeout():
		return "no connection within the time allowed"
	}
	return "no connection could be made"
}
