// Package cli is the process: commands, flags, exit codes and the wiring of everything else.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/audit"
	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/prompt"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/shellargs"
	"stripe-mcp/internal/version"
	"stripe-mcp/tools"
)

// ExitCode is how the process ends, for scripts.
type ExitCode int

// The exit codes.
const (
	ExitOK          ExitCode = 0
	ExitToolError   ExitCode = 1 // the tool answered with an error
	ExitUsage       ExitCode = 2 // the command line makes no sense
	ExitConfig      ExitCode = 3 // the configuration has to be corrected
	ExitAuth        ExitCode = 4 // Stripe does not accept the key
	ExitUnavailable ExitCode = 5 // the network or Stripe is down
	ExitRefused     ExitCode = 6 // the owner's policy forbids the call
	ExitUnknown     ExitCode = 7 // a write was sent and its outcome is not known
)

// process is what the commands share: streams, flags and environment.
type process struct {
	stdin       io.Reader
	stdout      io.Writer
	stderr      io.Writer        // scrubbed
	scrubber    *secret.Scrubber // knows the keys that were read
	environment []string
	terminal    bool // whether a person sits at stdin
	arguments   []string
	flags       config.Options
	misuse      error // what is wrong with the arguments that a client starts this server with
}

// Main runs the command line of this process and returns its exit code.
func Main() ExitCode {
	local.Harden()
	// Whatever a library prints must not end up between the protocol's lines.
	stdout := os.Stdout
	os.Stdout = os.Stderr
	// net/http reports faults of servers through the global logger, past ours and its level.
	log.SetOutput(io.Discard)
	// A client that has gone away shows as a failed write, not as a signal that kills a write half-way.
	signal.Ignore(syscall.SIGPIPE)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// From the first signal on, the next one ends the process at once.
	context.AfterFunc(ctx, stop)

	scrubber := &secret.Scrubber{}
	p := &process{
		stdin: os.Stdin, stdout: stdout, stderr: scrubber.Writer(os.Stderr), scrubber: scrubber, environment: local.Environment(os.Environ()), terminal: prompt.IsTerminal(os.Stdin),
	}
	return p.run(ctx, os.Args[1:])
}

// run executes one command line.
func (p *process) run(ctx context.Context, arguments []string) (code ExitCode) {
	defer func() {
		if cause := recover(); cause != nil { // its value may hold a secret
			_, _ = fmt.Fprintf(p.stderr, "stripe-mcp: internal error, a panic of type %T\n%s", cause, debug.Stack())
			code = ExitToolError
		}
	}()
	p.arguments = arguments
	root := p.rootCommand() //nolint:contextcheck // cobra hands the context to the commands
	root.SetArgs(arguments)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.InitDefaultCompletionCmd() // which writes to the output that is set by now
	shellargs.Explain(root)
	command, err := root.ExecuteContextC(ctx)
	if misuse, ok := errors.AsType[*misuseError](err); ok && !p.terminal {
		// A client shows no more of a server that ends than that it has ended, but it shows what calls answer.
		heard := &hearing{}
		p.stdin, p.misuse = io.TeeReader(p.stdin, heard), fmt.Errorf("the client's entry for this server has wrong arguments: %w", misuse)
		if served := p.serve(ctx); served != nil || heard.Load() { // else it is a script, and no client
			err = served
		}
	}
	if err == nil {
		return ExitOK
	}
	exit, ok := errors.AsType[*exitError](err)
	switch {
	case ok:
	case errors.Is(err, prompt.ErrInterrupted):
		exit = &exitError{ExitUsage, "stripe-mcp: " + err.Error()}
	default:
		exit = &exitError{ExitUsage, fmt.Sprintf("stripe-mcp: %v\nRun '%s --help' for usage.", err, command.CommandPath())}
	}
	switch {
	case exit.message == "":
	case exit.code == ExitUsage && command.Flags().Lookup("json") != nil && shellargs.WantsJSON(arguments): // and got no further than its arguments
		p.printJSON(result{Error: failureOf(err)})
	default:
		_, _ = fmt.Fprintln(p.stderr, exit.message)
	}
	return exit.code
}

// printf prints for people. A stdout that is gone needs no more of it.
func (p *process) printf(format string, values ...any) {
	_, _ = io.WriteString(p.stdout, p.scrubber.Scrub(fmt.Sprintf(format, values...)))
}

// printJSON prints for scripts, in one line.
func (p *process) printJSON(value any) {
	if encoded, err := tools.Encode(value); err == nil { // our own types can all be encoded
		p.printf("%s\n", encoded)
	}
}

func (p *process) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "stripe-mcp",
		Short: "Stripe tools for AI clients over the Model Context Protocol",
		Long: "stripe-mcp offers Stripe tools over the Model Context Protocol on stdin and stdout.\n" +
			"An AI client starts it; without a command it serves.",
		Version:       version.String(),
		Args:          p.servedArguments,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if p.terminal {
				return &exitError{ExitUsage, terminalHelp}
			}
			return p.serve(cmd.Context())
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if cmd == root || cmd.Name() == "serve" {
			return cmp.Or(p.servedArguments(cmd, []string{""}), err)
		}
		return shellargs.FlagFault(err)
	})
	flags := root.PersistentFlags()
	flags.StringVar(&p.flags.Path, "config", "", "configuration file (default: config.yaml in the user's configuration folder)")
	flags.BoolVar(&p.flags.Simulator, "simulator", false, "answer from the embedded simulator; needs no key and no network")
	flags.StringVar(&p.flags.LogLevel, "log-level", "", "debug, info, warn or error (default warn)")
	root.AddCommand(p.serveCommand(), p.setupCommand(), p.doctorCommand(), p.toolsCommand(), p.callCommand(), p.journalCommand(), p.simulatorCommand(), p.versionCommand())
	return root
}

// servedArguments returns a *misuseError when a server is started with arguments that it does not take.
func (p *process) servedArguments(command *cobra.Command, left []string) error {
	if len(left) == 0 {
		return nil
	}
	if first := p.arguments[0]; p.terminal && first != "serve" && !strings.HasPrefix(first, "-") && !secret.Looks(first) {
		return &misuseError{shellargs.Unknown(command.Root(), first)} // a person has misspelt it
	}
	fault := clients.CheckArguments(p.arguments, config.Names())
	if fault == nil {
		fault = hint.Errorf("correct that", "--config, --log-level or --simulator has no value or a wrong one")
	}
	return &misuseError{fault}
}

// misuseError says what is wrong with the arguments of a server. It shows no value, because that may be a key.
type misuseError struct{ error }

func (p *process) journalCommand() *cobra.Command {
	return audit.Command(audit.Options{
		Account: func() *account.Account { return p.newApp().Account }, In: p.stdin, Out: p.scrubber.Writer(p.stdout), Err: p.stderr,
		Fail: func(err error) error { return &exitError{ExitToolError, "stripe-mcp: " + err.Error()} },
	})
}

const terminalHelp = `stripe-mcp talks to AI clients over stdin and stdout, and this is a terminal. You may want:

  stripe-mcp setup                                   store the key, encrypted, and set up your AI clients
  stripe-mcp doctor                                  check everything
  stripe-mcp tools                                   list the tools
  stripe-mcp --simulator call stripe_create_customer email=jenny@example.com
                                                     call one, without a key
  stripe-mcp serve                                   serve here all the same
  stripe-mcp --help                                  everything else
`

// exitError ends the process with a code and, if there is one, a message on stderr.
type exitError struct {
	code    ExitCode
	message string
}

// Error returns the message.
func (e *exitError) Error() string { return e.message }

// exitCodeOf returns the exit code for a call that did not succeed.
func exitCodeOf(failure *outcome.Error) ExitCode {
	switch {
	case failure.Type == outcome.TypeConfiguration:
		return ExitConfig
	case failure.Type == outcome.TypeInvalidArguments:
		return ExitToolError
	case failure.Outcome == outcome.Unknown:
		return ExitUnknown
	case failure.KeyRefused():
		return ExitAuth
	case failure.Unavailable():
		return ExitUnavailable
	case failure.Outcome == outcome.Refused:
		return ExitRefused
	}
	return ExitToolError
}
