//go:build unix

package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"stripe-mcp/internal/config"
)

// A pipe without a writer must not keep the server from starting.
func TestNotARegularFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	directory, pipe := filepath.Join(folder, "directory.yaml"), filepath.Join(folder, "pipe.yaml")
	if err := errors.Join(os.Mkdir(directory, 0o700), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		directory:   directory + " is a folder, not a file",
		pipe:        pipe + " is not a regular file",
		"/dev/null": "/dev/null: the name of a configuration file ends in .yaml, .yml, .toml or .json\nhint: rename the file",
	} {
		_, err := config.Load(config.Options{Path: path})
		checkText(t, err, "configuration: "+want)
	}
	_, err := config.Load(config.Options{Env: []string{"STRIPE_MCP_STRIPE_SECRET_KEY_FILE=" + pipe}})
	checkText(t, err, "configuration: environment variable STRIPE_MCP_STRIPE_SECRET_KEY_FILE: "+pipe+" is not a regular file\nhint: correct the path or the file")
}
