// Package version knows which version of the program this is.
package version

import (
	"cmp"
	"runtime/debug"
)

// release is the tag that a release is made from. The linker sets it.
var release string //nolint:gochecknoglobals // the linker can set nothing but a package's variable

// String returns the release, or else what the Go tool recorded when it built this program.
func String() string {
	recorded := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		recorded = info.Main.Version
	}
	return cmp.Or(release, recorded, "(devel)")
}
