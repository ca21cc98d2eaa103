package cli

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/owner"
)

// clients returns the AI clients that this program knows. Without a home folder some have no place.
func (p *process) clients() []clients.Client {
	return slices.DeleteFunc(clients.All(local.Lookup(p.environment), runtime.GOOS), func(c clients.Client) bool { return !filepath.IsAbs(c.Path) })
}

// choose returns the clients named on the command line, or else those installed.
func (s *setup) choose() ([]clients.Client, error) {
	if len(s.named) > 0 {
		return clients.Select(clients.All(local.Lookup(s.environment), runtime.GOOS), s.named)
	}
	return slices.DeleteFunc(s.clients(), func(c clients.Client) bool { return !c.Installed() }), nil
}

// additions works out how to add our entry to the chosen clients. The configuration that it names says all that a client's
// environment may lack, the state folder included.
func (s *setup) additions(chosen []clients.Client) ([]clients.Plan, error) {
	entry, err := s.entry()
	if err != nil {
		return nil, err
	}
	if err := (owner.Account{Config: s.config, Program: entry.Command, Environ: s.environment}).Check(chosen); err != nil {
		return nil, configError(err)
	}
	return clients.Plans(chosen, func(c clients.Client) (clients.Change, error) { return c.Add(s.config.Name(), entry) }), nil
}

// entry returns how clients start this program.
func (s *setup) entry() (clients.Entry, error) {
	program, err := clients.Program()
	entry := clients.Entry{Command: program, Args: []string{"--config", s.config.Path()}}
	if s.simulator {
		entry.Args = append(entry.Args, "--simulator")
	}
	return entry, err
}

// announce says what would be written.
func (s *setup) announce(plans []clients.Plan, edit config.Edit) error {
	changed, err := s.config.Write(edit, true)
	if err != nil {
		return configError(err)
	}
	if place := s.config.Vault(); edit.OnlyVault != "" {
		label, _ := place.Label()
		s.printf("vault: %s, encrypted; its key-encryption key %s\n", place.Path(), place.Keeps(label))
	}
	s.printf("configuration: %s: %s\n", s.config.Path(), state(changed, "would be written"))
	for _, p := range plans {
		s.printPlan(p, "would get an entry", "", s.print)
	}
	if s.print {
		s.result.Configuration = &changedFile{s.config.Path(), changed}
	}
	if s.print && len(s.named) == 0 {
		return s.printOthers(plans)
	}
	return nil
}

// printOthers says what clients need that are not installed or not known.
func (s *setup) printOthers(plans []clients.Plan) error {
	entry, err := s.entry()
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(clients.Names(s.clients()), func(name string) bool {
		return slices.ContainsFunc(plans, func(p clients.Plan) bool { return p.Client.Name == name })
	})
	s.printf("not installed: %s\nhint: setup --print --client NAME shows the lines of one of them; most other clients take these:\n%s\n",
		strings.Join(others, ", "), clients.Lines(s.config.Name(), entry))
	return nil
}

// printPlan says what becomes of one client's file, with the lines that it needs where asked.
func (s *setup) printPlan(p clients.Plan, done, original string, lines bool) {
	text := state(!p.Unchanged(), done)
	if p.ByHand {
		text = "write these lines into it yourself"
	}
	if p.Linked() {
		text += "; it is a link to " + p.Path
	}
	if p.Off {
		text += "; it is switched off there"
	}
	if original != "" {
		text += "; its original is " + original
	}
	if p.Fault != nil {
		s.printf("%s: %v\n", p.Client.Name, p.Fault)
	} else {
		s.printf("%s: %s: %s\n", p.Client.Name, p.Client.Path, text)
	}
	shown := resultOf(p, original)
	if lines {
		s.printf("%s\n", p.Lines())
		shown.Lines = p.Lines()
	}
	s.result.Clients = append(s.result.Clients, shown)
}

// apply writes the clients' files and says what became of each.
func (s *setup) apply(plans []clients.Plan, done string) (failed bool) {
	for _, p := range plans {
		original := ""
		if p.Fault == nil {
			original, p.Fault = p.Apply()
		}
		s.printPlan(p, done, original, p.ByHand)
		failed = failed || p.Fault != nil
	}
	return failed
}
