//go:build !unix

package mcpserver

import (
	"context"
	"os"
)

// watchReader does nothing: whether a pipe has a reader cannot be seen here before something is written to it.
func watchReader(context.Context, *os.File, func()) {}
