//go:build !linux

package cli

// harden does what only Linux can.
func harden() {}
