package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/nearest"
)

type client = clients.Client

// plan is what setup will do to one client's file, or why it cannot.
type plan struct {
	clients.Change
	client client
	fault  error
}

// clients returns the AI clients that this program knows.
func (p *process) clients() []client { return clients.All(p.lookup, runtime.GOOS) }

// lookup returns an environment variable.
func (p *process) lookup(name string) string {
	for _, entry := range p.environment {
		if key, value, _ := strings.Cut(entry, "="); key == name {
			return value
		}
	}
	return ""
}

func clientNames(all []client) []string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	return names
}

// choose returns the clients named on the command line, or else those installed; for removal, all of them.
func (s *setup) choose() ([]client, error) {
	all := s.clients()
	for _, name := range s.named {
		if known := clientNames(all); !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no client %q; did you mean %s?", name, nearest.Nearest(name, known))
		}
	}
	return slices.DeleteFunc(all, func(c client) bool {
		if len(s.named) > 0 {
			return !slices.Contains(s.named, c.Name)
		}
		return !s.remove && !c.Installed()
	}), nil
}

// entry returns what a client needs to start this program as it is set up here, given no more than HOME and PATH.
func (s *setup) entry() (clients.Entry, error) {
	program, err := executable()
	if err != nil {
		return clients.Entry{}, err
	}
	entry := clients.Entry{Command: program, Args: []string{"--config", s.config.Path()}}
	bare, _ := config.Load(config.Options{Path: s.config.Path(), Setup: true, Env: s.bareEnvironment()}) // only its folders matter
	if bare.StateDir != s.config.StateDir {
		entry.Env = map[string]string{"STRIPE_MCP_STATE_DIR": s.config.StateDir}
	}
	return entry, nil
}

// bareEnvironment is what a desktop client gives a server.
func (p *process) bareEnvironment() []string {
	var bare []string
	for _, name := range []string{"HOME", "PATH", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "SYSTEMROOT"} { // the last ones exist on Windows
		if value := p.lookup(name); value != "" {
			bare = append(bare, name+"="+value)
		}
	}
	return bare
}

// executable returns the absolute path of this program, in the way in which it was called where that leads here too: an
// upgrade may replace what a link points to.
func executable() (string, error) {
	itself, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	called, err := exec.LookPath(os.Args[0])
	if err == nil {
		called, err = filepath.Abs(called)
	}
	if err != nil || !sameFile(called, itself) {
		return itself, nil //nolint:nilerr // then the other way has to do
	}
	return called, nil
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a) //nolint:gosec // it only compares
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// plan works out what to do to each client's file.
func (s *setup) plan(chosen []client) ([]plan, error) {
	entry, err := s.entry()
	if err != nil {
		return nil, err
	}
	plans := make([]plan, len(chosen))
	for i, c := range chosen {
		change, err := c.Add(entry)
		plans[i] = plan{change, c, err}
	}
	return plans, nil
}

// announce says what is about to be written.
func (s *setup) announce(plans []plan, edit config.Edit) {
	if s.yes {
		return
	}
	s.sayf("\nThis will be written:\n  the key, encrypted, to %s\n  the configuration, to %s\n", s.config.Vault().Path(), s.config.Path())
	if edit.DropKey {
		s.sayf("    without the readable key that is there now\n")
	}
	for _, p := range plans {
		if p.fault == nil && !p.Unchanged() {
			s.sayf("  an entry for %s, to %s\n", p.client.Title, p.Path)
		}
	}
}

// apply writes the clients' files and says what became of each.
func (s *setup) apply(plans []plan) error {
	failed := false
	for _, p := range plans {
		backup := ""
		if p.fault == nil {
			backup, p.fault = p.Apply()
		}
		if p.fault != nil {
			s.sayf("%s: %v\n", p.client.Name, p.fault)
			failed = true
			continue
		}
		s.sayf("%s: %s: %s%s\n", p.client.Name, p.client.Path, word(!p.Unchanged(), "entry written"), notes(p.Change, backup))
	}
	switch {
	case failed:
		return &exitError{ExitConfig, "stripe-mcp: not every client could be set up; setup --print shows what its file needs"}
	case len(plans) == 0:
		s.sayf("No AI client was found. setup --client NAME sets one up all the same, and setup --print shows what its file needs.\n")
	default:
		s.sayf("Restart the clients to use it. stripe-mcp doctor checks everything.\n")
	}
	return nil
}

// notes adds to a line what else is worth knowing.
func notes(change clients.Change, backup string) string {
	text := ""
	if change.Linked() {
		text += "; it is a link, so " + change.Path + " was meant"
	}
	if backup != "" {
		text += "; before it was as in " + backup
	}
	return text
}

// preview shows what setup would write.
func (s *setup) preview(chosen []client) error {
	place := s.config.Vault()
	label, _ := place.Label()
	changed, err := s.config.Write(config.Edit{}, true)
	if err != nil {
		return &exitError{ExitConfig, "stripe-mcp: " + err.Error()}
	}
	s.sayf("vault: %s, encrypted; its key-encryption key %s\n", place.Path(), place.Keeps(label))
	s.sayf("configuration: %s: %s\n", s.config.Path(), word(changed, "would be written"))
	if len(chosen) == 0 {
		chosen = s.clients()[:1] // as an example
	}
	plans, err := s.plan(chosen)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if p.fault != nil {
			s.sayf("%s: %v\n", p.client.Name, p.fault)
			continue
		}
		s.sayf("%s: %s: %s%s\n%s\n", p.client.Name, p.client.Path, word(!p.Unchanged(), "would get this entry"), notes(p.Change, ""), p.Snippet())
	}
	return nil
}

// undo removes what install left, but for the configuration, which may hold its owner's work.
func (s *setup) undo(ctx context.Context, chosen []client) error {
	if !s.yes && !s.terminal {
		return errNobody
	}
	if err := s.confirm(bufio.NewReader(s.stdin)); err != nil {
		return err
	}
	program, err := executable()
	if err != nil {
		return err
	}
	failed := false
	for _, c := range chosen {
		change, err := c.Remove(program)
		backup := ""
		if err == nil {
			backup, err = change.Apply()
		}
		switch {
		case err != nil:
			failed = true
			s.sayf("%s: %v\n", c.Name, err)
		case !change.Unchanged():
			s.sayf("%s: %s: entry removed%s\n", c.Name, c.Path, notes(change, backup))
		}
	}
	if len(s.named) == 0 {
		err := s.config.Vault().Remove(ctx)
		if err != nil {
			failed = true
			s.sayf("vault: %v\n", err)
		} else {
			s.sayf("vault: %s: there is none now\n", s.config.Vault().Path())
		}
		if s.config.File != "" {
			s.sayf("configuration: %s stays, with your settings\n", s.config.File)
		}
	}
	if failed {
		return &exitError{ExitConfig, "stripe-mcp: not everything could be removed"}
	}
	return nil
}
