//go:build !unix

package journal

// checkOwner accepts any folder: there are no such modes here.
func checkOwner(string) error { return nil }
