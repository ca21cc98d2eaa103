// Command empty is what mcp-go costs by itself: a server without tools.
package main

import (
	"os"

	"github.com/mark3labs/mcp-go/server"
)

func main() {
	empty := server.NewMCPServer("empty", "1", server.WithToolCapabilities(false))
	if err := server.ServeStdio(empty); err != nil {
		os.Exit(1)
	}
}
