package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/prompt"
	"stripe-mcp/internal/secret"
	"stripe-mcp/tools"
)

// setup is one run of the command.
type setup struct {
	*process
	config config.Config

	keyStdin, print, remove, status, yes, simulator, json bool

	named  []string // clients
	result result
}

func (p *process) setupCommand() *cobra.Command {
	s := &setup{process: p}
	command := &cobra.Command{
		Use:   "setup",
		Short: "Store the Stripe key encrypted and tell your AI clients about this program",
		Long: "Reads a Stripe key without showing it, checks it with a few reads, stores it encrypted, writes the configuration and adds an\n" +
			"entry, which holds no key, to the AI clients that it finds. Running it again changes what is new, and nothing else.\n" +
			"With --name, it sets up one more account: with its own configuration, key, journal and simulator.\n" +
			"With --status, it starts each entry as its client does. The exit code is 0 if all of them list their tools, and 3 if one does\n" +
			"not or there is none. With --json, one JSON object on stdout says what was done, and all words go to stderr.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.tell(s.run(cmd.Context())) },
	}
	names := clients.Names(clients.All(os.Getenv, runtime.GOOS))
	flags := command.Flags()
	flags.BoolVar(&s.keyStdin, "key-stdin", false, "read the key from stdin")
	flags.StringArrayVar(&s.named, "client", nil, "set up this client; may be given again (default: those installed). One of "+strings.Join(names, ", "))
	flags.BoolVar(&s.print, "print", false, "show what would be written, and write nothing")
	flags.StringVar(&p.flags.Name, "name", "", "the account to set up or remove, such as stripe-eu (default: stripe)")
	flags.BoolVar(&s.remove, "remove", false, "take the account's entries out of the clients and delete its stored key; with --client, only that client's entry")
	flags.BoolVar(&s.status, "status", false, "show which clients have an entry, in which mode, and whether it starts; changes nothing")
	flags.BoolVar(&s.json, "json", false, "print one JSON object at the end")
	flags.BoolVar(&s.yes, "yes", false, "do not ask; writing with a live key stays as it is")
	flags.StringArrayVar(&p.flags.Toolsets, "toolset", nil, "have this set of tools on, or all, and those not given off; may be given again (default: as it is configured)")
	command.MarkFlagsMutuallyExclusive("print", "remove", "status")
	for _, work := range []string{"toolset", "key-stdin"} {
		command.MarkFlagsMutuallyExclusive(work, "remove", "status")
	}
	_ = command.RegisterFlagCompletionFunc("client", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return command
}

func (s *setup) run(ctx context.Context) error {
	if s.status {
		return s.showStatus(ctx)
	}
	options := s.flags
	s.simulator = options.Simulator
	options.Setup, options.Simulator, options.Env = true, false, s.environment
	if err := local.CheckOwn(os.Getenv("HOME")); err != nil {
		return configError(fmt.Errorf("nothing was changed: %w", err))
	}
	var err error
	if s.config, err = config.Load(options); err == nil {
		_, err = account.Offered(s.config)
	}
	if err != nil {
		return configError(err)
	}
	s.result.Account, s.result.DryRun = s.config.Name(), s.print
	chosen, err := s.choose()
	if err != nil {
		return err
	}
	places := []string{s.config.Path(), s.config.StateDir}
	for _, c := range chosen {
		places = append(places, c.Path)
	}
	if err := local.CheckPlaces(places...); err != nil {
		return configError(fmt.Errorf("nothing was changed: %w", err))
	}
	if s.remove {
		return s.undo(ctx, chosen)
	}
	plans, err := s.additions(chosen)
	if err != nil {
		return err
	}
	if !s.print {
		return s.install(ctx, chosen, plans)
	}
	edit := s.config.Edit()
	if !s.simulator {
		label, _ := s.config.Vault().Label()
		edit.OnlyVault = cmp.Or(s.config.OnlyVault, label.Mode, config.VaultMode(config.ModeTest))
	}
	return s.announce(plans, edit)
}

// install does the work of setup, in the order in which a failure leaves the least behind. Until somebody has agreed to the
// plans, programs and another setup can change what they are for.
func (s *setup) install(ctx context.Context, chosen []clients.Client, plans []clients.Plan) error {
	answers := bufio.NewReader(s.stdin)
	edit, store, err := s.prepare(ctx, answers)
	if err != nil {
		return err
	}
	if _, err := s.config.Write(edit, true); err != nil {
		return configError(err)
	}
	if !s.yes {
		err = s.announce(plans, edit)
	}
	if err == nil {
		err = s.confirm(ctx, answers)
	}
	if err != nil {
		return err
	}
	release, err := s.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	if plans, err = s.additions(chosen); err == nil {
		err = store()
	}
	if err != nil {
		return err
	}
	changed, err := s.config.Write(edit, false)
	if err != nil {
		return configError(fmt.Errorf("no client was changed: %w", err))
	}
	s.result.Configuration = &changedFile{s.config.Path(), changed}
	s.printf("configuration: %s: %s\n", s.config.Path(), state(changed, "written"))
	s.result.Clients = nil // what was announced
	if s.apply(plans, "entry written") {
		return configError(hint.Errorf("setup --print shows what its file needs", "not every client could be set up"))
	}
	if len(plans) == 0 {
		s.printf("No AI client was found.\nhint: setup --client NAME sets one up all the same\n")
	} else {
		doctor := "stripe-mcp doctor"
		if s.simulator { // as the entries say
			doctor += " --simulator"
		}
		s.printf("Restart the clients to use it. %s checks everything.\n", s.config.Address(doctor))
	}
	if found, some := s.config.NotPassedOn(); some {
		s.printf("%s\nhint: %s\n", found.Message, found.Hint)
	}
	return nil
}

// askToolsets asks which sets to switch on, unless that was said.
func (s *setup) askToolsets(ctx context.Context, answers *bufio.Reader) error {
	if s.yes || !s.terminal || len(s.flags.Toolsets) > 0 {
		return nil
	}
	for _, set := range tools.Sets() {
		_, _ = fmt.Fprintf(s.stderr, "  %-8s  %s\n", set, set.Purpose())
	}
	before := s.config.Toolsets
	question := "Which of these sets of tools shall AI clients have, too? Type names, or all. (Enter: " + cmp.Or(strings.Join(before, ", "), "none") + ") "
	err := prompt.Words(ctx, answers, s.stderr, question, func(chosen []string) error {
		if s.config.Toolsets = before; len(chosen) > 0 {
			s.config.Toolsets = chosen
		}
		_, fault := account.Offered(s.config)
		return fault
	})
	if err != nil && !errors.Is(err, prompt.ErrInterrupted) {
		err = configError(fmt.Errorf("nothing was changed: %w", err))
	}
	return err
}

// prepare returns what to write into the configuration, and a function that stores the key. The simulator needs no key.
func (s *setup) prepare(ctx context.Context, answers *bufio.Reader) (edit config.Edit, store func() error, err error) {
	switch {
	case s.simulator && s.keyStdin:
		return edit, nil, hint.Errorf("leave out --key-stdin or --simulator", "the simulator needs no key")
	case s.simulator:
		s.result.Mode = config.ModeSimulator.String()
		err := s.askToolsets(ctx, answers)
		return s.config.Edit(), func() error { return nil }, err
	}
	key, err := s.obtainKey(ctx)
	if err == nil {
		_, err = s.accept(key)
	}
	if err == nil {
		err = s.askToolsets(ctx, answers)
	}
	if err != nil {
		return edit, nil, err
	}
	cfg, account, err := s.check(ctx, key)
	if err != nil {
		return edit, nil, err
	}
	if s.result.Mode = cfg.Mode.String(); s.config.Simulator {
		s.printf("The simulator goes on answering.\nhint: take simulator: true out of the configuration\n")
	}
	if edit, err = s.config.EditFor(cfg); err != nil {
		return edit, nil, configError(err)
	}
	edit.AllowLiveWrites, err = s.askLive(ctx, answers, cfg.Mode)
	return edit, func() error {
		place := cfg.Vault()
		label, stored, err := place.Ensure(ctx, key, edit.OnlyVault, account)
		if err != nil {
			return configError(fmt.Errorf("the key was not stored: %w", err))
		}
		s.result.Vault = &changedFile{place.Path(), stored}
		s.printf("vault: %s: %s, encrypted; its key-encryption key is %s\n", place.Path(), state(stored, "written"), place.Keeps(label))
		return nil
	}, err
}

// configError is the end of setup. What was typed or configured in the wrong place may be a key.
func configError(err error) error {
	return &exitError{ExitConfig, "stripe-mcp: " + secret.Redact(err.Error())}
}

// askLive asks whether a live key may write, where that is a question.
func (s *setup) askLive(ctx context.Context, answers *bufio.Reader, mode config.Mode) (bool, error) {
	if mode != config.ModeLive || s.config.AllowLiveWrites {
		return false, nil
	}
	if s.yes {
		s.printf("This is a LIVE key: it will only read.\nhint: to let it write, set allow_live_writes: true in %s\n", s.config.Path())
		return false, nil
	}
	return prompt.YesNo(ctx, answers, s.stderr, "This is a LIVE key. Let AI clients create and cancel things with it, with real customers and real money?", false)
}

// alone keeps every other setup of this user waiting until release is called.
func (s *setup) alone(ctx context.Context) (release func(), err error) {
	if release, err = local.Alone(ctx, local.Lookup(s.environment)("HOME")); err != nil {
		err = prompt.ErrInterrupted
	}
	return release, err
}

func (s *setup) confirm(ctx context.Context, answers *bufio.Reader) error {
	switch {
	case s.yes:
		return nil
	case !s.terminal:
		return errCannotAsk()
	}
	yes, err := prompt.YesNo(ctx, answers, s.stderr, "Go ahead?", true)
	if err == nil && !yes {
		err = &exitError{ExitOK, "nothing was changed"}
	}
	return err
}

// state says what became of something.
func state(changed bool, done string) string {
	if changed {
		return done
	}
	return "unchanged"
}
