// Command stripe-mcp serves Stripe tools over the Model Context Protocol on stdin and stdout.
package main

import (
	"os"

	"stripe-mcp/internal/cli"
)

func main() {
	os.Exit(int(cli.Main()))
}
