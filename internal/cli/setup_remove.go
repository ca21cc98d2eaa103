package cli

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

// configOf returns the configuration that an entry uses.
func (s *setup) configOf(entry clients.Named) string {
	return cmp.Or(entry.ConfigFile(), entry.Env["STRIPE_MCP_CONFIG"], config.UsualPath(config.DefaultAccount, s.environment))
}

// isOurs reports whether a path leads to the configuration that is set up, or would.
func (s *setup) isOurs(path string) bool {
	return filepath.Clean(path) == s.config.Path() || local.SameFile(path, s.config.Path())
}

// elsewhere reports whether an entry uses the configuration of another account. One that is gone is nobody's.
func (s *setup) elsewhere(entry clients.Named) bool {
	used := s.configOf(entry)
	_, err := os.Stat(used)
	return err == nil && !s.isOurs(used)
}

// checkOwners refuses to give an account the name, or the configuration, of another one that a client has.
func (s *setup) checkOwners(chosen []clients.Client, program string) error {
	name := s.config.Name()
	for _, c := range chosen {
		entries, _ := c.Ours(program) // Add says what is wrong with the file
		for _, entry := range entries {
			switch {
			case entry.Name == name && s.elsewhere(entry):
				return configError(hint.Errorf("choose another --name, or add --config "+s.configOf(entry)+" to set up that account",
					"nothing was changed: %s has an entry %s already, which uses another configuration, %s", c.Title, name, s.configOf(entry)))
			case entry.Name != name && name != config.DefaultAccount && s.isOurs(s.configOf(entry)):
				return configError(hint.Errorf("name another file with --config, or leave --config out",
					"nothing was changed: %s is the configuration of the entry %s of %s", s.config.Path(), entry.Name, c.Title))
			}
		}
	}
	return nil
}

// flagsFor returns the flags that name the account of an entry.
func (s *setup) flagsFor(entry clients.Named) string {
	flags := ""
	if entry.Name != config.DefaultAccount {
		flags = " --name " + entry.Name
	}
	if used := s.configOf(entry); used != config.UsualPath(entry.Name, s.environment) {
		flags += " --config " + used
	}
	return flags
}

// undo removes what install left of one account, but for the rest of its configuration, which may hold its owner's work, and
// for the journal. It says what stays.
func (s *setup) undo(ctx context.Context, chosen []clients.Client) error {
	if err := s.confirm(bufio.NewReader(s.stdin)); err != nil {
		return err
	}
	program, err := clients.Program()
	if err != nil {
		return err
	}
	mine := slices.DeleteFunc(slices.Clone(chosen), func(c clients.Client) bool {
		entries, _ := c.Ours(program)
		return slices.ContainsFunc(entries, func(entry clients.Named) bool { return entry.Name == s.config.Name() && s.elsewhere(entry) })
	})
	failed := s.apply(clients.Plans(mine, func(c clients.Client) (clients.Change, error) { return c.Remove(s.config.Name(), program) }), "entry removed")
	if len(s.named) == 0 {
		failed = s.forget(ctx) || failed
	}
	s.sayWhatStays(chosen, program)
	if failed {
		return configError(hint.Errorf("correct what is wrong, then run this again", "not everything could be removed"))
	}
	return nil
}

// forget removes the stored key, and from the configuration what setup put there.
func (s *setup) forget(ctx context.Context) (failed bool) {
	place := s.config.Vault()
	_, missing := os.Stat(place.Path())
	if err := place.Remove(ctx); err != nil {
		failed = true
		s.printf("vault: %v\n", err)
	} else {
		s.result.Vault = &changedFile{place.Path(), missing == nil}
		s.printf("vault: %s: there is none now\n", place.Path())
	}
	if s.config.File == "" {
		return failed
	}
	changed, err := s.config.Write(config.Edit{Forget: true}, false)
	_, gone := os.Stat(s.config.File)
	s.result.Configuration = &changedFile{s.config.File, changed}
	switch {
	case err != nil:
		failed = true
		s.printf("configuration: %v\n", err)
	case gone != nil:
		s.printf("configuration: %s: removed, because it said nothing else\n", s.config.File)
	default:
		s.stays("configuration: %s stays, with your settings", s.config.File)
	}
	if s.config.OwnStateDir() {
		_ = os.Remove(s.config.StateDir) // unless anything is in it
	}
	if _, err := os.Stat(filepath.Join(s.config.StateDir, "journal")); err == nil {
		s.stays("journal: %s stays, because it says what was made", filepath.Join(s.config.StateDir, "journal"))
	}
	return failed
}

// sayWhatStays names the other accounts, with the clients that have them, and how to remove them.
func (s *setup) sayWhatStays(chosen []clients.Client, program string) {
	var others []string
	in := map[string][]string{}
	for _, c := range chosen {
		entries, _ := c.Ours(program)
		for _, entry := range entries {
			if entry.Name == s.config.Name() && !s.elsewhere(entry) {
				continue
			}
			other := entry.Name + " stays, which is another account: stripe-mcp setup --remove" + s.flagsFor(entry)
			if in[other] == nil {
				others = append(others, other)
			}
			in[other] = append(in[other], c.Name)
		}
	}
	for _, other := range others {
		s.stays("%s: %s", strings.Join(in[other], ", "), other)
	}
}

// stays says what removal has left.
func (s *setup) stays(format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	s.result.Stays = append(s.result.Stays, text)
	s.printf("%s\n", text)
}
