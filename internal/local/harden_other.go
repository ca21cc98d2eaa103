//go:build !linux

package local

// Harden does what only Linux can.
func Harden() {}
