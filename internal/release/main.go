// Command release makes what GoReleaser does not: completions and man pages before it runs, and after it bundles for
// desktop clients, npm packages, a container image, the entry for the MCP registry, and the sums of all files. It also uses
// every artifact as the person who installs it would.
//
// It is a module of its own, so that its libraries are no dependencies of the program. `make release` runs it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const usage = `usage: release docs FOLDER       writes completions and man pages
       release pack BUILD DIST   makes DIST of what GoReleaser left in BUILD
       release check DIST        installs and uses what DIST holds

REPOSITORY is the repository's address, NPM_SCOPE the scope of the npm packages, and SOURCE_DATE_EPOCH the commit's time.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	switch {
	case len(arguments) == 2 && arguments[0] == "docs":
		commit, err := commitTime(os.Getenv)
		if err != nil {
			return err
		}
		return writeDocs(arguments[1], commit) //nolint:contextcheck // it describes the commands and runs none
	case len(arguments) == 3 && arguments[0] == "pack":
		return pack(ctx, arguments[1], arguments[2])
	case len(arguments) == 2 && arguments[0] == "check":
		return check(ctx, arguments[1], os.Stdout)
	}
	return fmt.Errorf("unknown command\n%s", usage)
}
