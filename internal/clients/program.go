package clients

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"stripe-mcp/internal/local"
)

// Program returns the absolute path of this program, as a client's entry names it: in the way in which it was called where
// that leads here too, because an upgrade may replace what a link points to.
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
	command.Env = environment(lookup)
	return command
}

// environment returns what a desktop client gives a server of the user's environment.
func environment(lookup func(string) string) []string {
	var given []string
	for _, name := range []string{"HOME", "PATH", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "SYSTEMROOT"} { // the last ones exist on Windows
		if value := lookup(name); value != "" {
			given = append(given, name+"="+value)
		}
	}
	return given
}
