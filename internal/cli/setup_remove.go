package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/owner"
)

// undo removes what install left of one account, but for the rest of its configuration, which may hold its owner's work, and
// for the journal. It says what stays.
func (s *setup) undo(ctx context.Context, chosen []clients.Client) error {
	program, err := clients.Program()
	if err != nil {
		return err
	}
	account := owner.Account{Config: s.config, Program: program, Environ: s.environment}
	remove := func(c clients.Client) (clients.Change, error) { return c.Remove(s.config.Name(), program) }
	if !s.yes && s.terminal {
		s.announceRemoval(clients.Plans(account.Without(chosen), remove))
	}
	if err := s.confirm(ctx, bufio.NewReader(s.stdin)); err != nil {
		return err
	}
	release, err := s.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	failed := s.apply(clients.Plans(account.Without(chosen), remove), "entry removed")
	if len(s.named) == 0 {
		failed = s.forget(ctx) || failed
	}
	for _, other := range account.Others(chosen) {
		s.stays("%s", other)
	}
	if failed {
		return configError(hint.Errorf("correct what is wrong, then run this again", "not everything could be removed"))
	}
	return nil
}

// announceRemoval says what would be removed.
func (s *setup) announceRemoval(plans []clients.Plan) {
	for _, p := range plans {
		s.printPlan(p, "its entry would be removed", "", false)
	}
	s.result.Clients = nil // until it is done
	if place := s.config.Vault(); len(s.named) == 0 {
		if label, err := place.Label(); err == nil {
			s.printf("vault: %s: the stored %s key would be deleted\n", place.Path(), label.Mode)
		}
	}
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

// stays says what removal has left.
func (s *setup) stays(format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	s.result.Stays = append(s.result.Stays, text)
	s.printf("%s\n", text)
}
