// Package clients is the only place that edits other programs' files: the configuration in which AI clients list their MCP
// servers. It changes its own entries there, and no other byte.
package clients

import (
	"os"
	"slices"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/nearest"
)

// Client is an AI client with a configuration file.
type Client struct {
	Name  string // on our command line
	Title string // as its makers call it
	Path  string // of its configuration file, or of the one that a new entry goes into

	format    format   // of that file
	latest    *latest  // what was last read of it
	reads     []string // all its configuration files, where it has several: the last one counts
	signs     []string // files or folders that an installed client has
	passes    []string // the variables that its servers get of its own; nil for all
	printOnly bool     // its file is left to people
	fault     error    // why its place is not known
}

// Names returns the names of clients.
func Names(all []Client) []string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	return names
}

// Select returns those of the clients that have one of the names.
func Select(all []Client, names []string) ([]Client, error) {
	for _, name := range names {
		if known := Names(all); !slices.Contains(known, name) {
			next := "choose one of " + strings.Join(known, ", ") + "; setup --print shows what another client needs"
			if near := nearest.DidYouMean(name, known); near != "" {
				next = near + " Otherwise " + next
			}
			return nil, hint.Errorf(next, "there is no client %q. Nothing was changed", name)
		}
	}
	return slices.DeleteFunc(all, func(c Client) bool { return !slices.Contains(names, c.Name) }), nil
}

// Installed reports whether the client seems to be on this machine.
func (c Client) Installed() bool {
	return slices.ContainsFunc(c.signs, exists)
}

// PrintOnly reports whether people edit the client's file themselves, with the lines that a Change has for them.
func (c Client) PrintOnly() bool { return c.printOnly }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
