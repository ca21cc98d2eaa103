package clients

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"stripe-mcp/internal/local"
)

// Program returns the absolute path of this program, as a client's entry names it. That is the way in which it was called, where
// it leads here: an upgrade may replace what a link points to.
func Program() (string, error) {
	itself, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	called, err := exec.LookPath(os.Args[0])
	if err == nil {
		called, err = filepath.Abs(called)
	}
	if err != nil || !local.SameFile(called, itself) {
		return itself, nil //nolint:nilerr // then the other way has to do
	}
	return called, nil
}

// Process prepares a start of the server as a desktop client would start it.
func (e Entry) Process(ctx context.Context, lookup func(string) string) *exec.Cmd {
	command := exec.CommandContext(ctx, e.Command, e.Args...) //nolint:gosec // it is this program
	for _, name := range desktopVariables() {
		if value := lookup(name); value != "" {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	return command
}

// Process prepares a start of entry as the client would start it that has environ itself.
func (c Client) Process(ctx context.Context, entry Entry, environ []string) *exec.Cmd {
	command := exec.CommandContext(ctx, entry.Command, entry.Args...) //nolint:gosec // the client starts it, too
	command.Env = []string{}
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if c.passes == nil || slices.ContainsFunc(c.passes, func(passed string) bool { return strings.EqualFold(passed, name) }) {
			command.Env = append(command.Env, variable)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(entry.Env)) {
		command.Env = append(command.Env, name+"="+entry.Env[name])
	}
	return command
}

// desktopVariables are what a desktop client gives a server of its own. The last ones exist on Windows.
func desktopVariables() []string {
	return []string{"HOME", "PATH", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "SYSTEMROOT"}
}
