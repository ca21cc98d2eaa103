package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/doctor"
	"stripe-mcp/internal/hint"
)

// result is what setup did, for scripts.
type result struct {
	Account       string              `json:"account,omitempty"`
	Mode          string              `json:"mode,omitempty"` // TEST, LIVE or SIMULATOR
	Key           string              `json:"key,omitempty"`  // what Stripe says to it
	DryRun        bool                `json:"dry_run,omitempty"`
	Configuration *changedFile        `json:"configuration,omitempty"`
	Vault         *changedFile        `json:"vault,omitempty"`
	Clients       []clientResult      `json:"clients,omitempty"`
	Installed     *[]doctor.Installed `json:"installed,omitempty"` // with --status
	Stays         []string            `json:"stays,omitempty"`     // what --remove has left
	Error         *failure            `json:"error,omitempty"`
}

// changedFile is a file that setup writes, and whether that changed anything.
type changedFile struct {
	Path    string `json:"path"`
	Changed bool   `json:"changed"`
}

// clientResult is what became of one client's file.
type clientResult struct {
	Name string `json:"name"`
	changedFile

	Original string   `json:"original,omitempty"` // where the original contents are
	Off      bool     `json:"off,omitempty"`      // the entry is switched off there
	ByHand   bool     `json:"by_hand,omitempty"`  // the person has to write the lines into the file
	Lines    string   `json:"lines,omitempty"`    // what the file needs, where that is to be shown
	Error    *failure `json:"error,omitempty"`
}

// failure is an error for scripts.
type failure struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func failureOf(err error) *failure {
	message, next := hint.Split(err)
	return &failure{strings.TrimPrefix(message, "stripe-mcp: "), next}
}

// resultOf describes a plan for scripts.
func resultOf(p clients.Plan, original string) clientResult {
	got := clientResult{Name: p.Client.Name, changedFile: changedFile{p.Client.Path, p.Fault == nil && !p.ByHand && !p.Unchanged()}, Original: original, Off: p.Off, ByHand: p.ByHand}
	if p.Fault != nil {
		got.Error = failureOf(p.Fault)
	}
	return got
}

// tell ends setup: with --json, by one object that says how.
func (s *setup) tell(err error) error {
	if !s.json {
		return err
	}
	exit, ok := errors.AsType[*exitError](err)
	switch {
	case err == nil:
		exit = &exitError{}
	case !ok:
		exit = &exitError{code: ExitUsage}
	}
	if exit.code != ExitOK {
		s.result.Error = failureOf(err)
	}
	s.printJSON(s.result)
	return &exitError{code: exit.code}
}

// printf prints for people: with --json, where no script reads.
func (s *setup) printf(format string, values ...any) {
	if !s.json {
		s.process.printf(format, values...)
		return
	}
	_, _ = io.WriteString(s.stderr, fmt.Sprintf(format, values...)) // scrubbed
}
