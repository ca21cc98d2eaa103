package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/simulator"
)

// takeOver is how often a process tries to get the address that another one serves.
const takeOver = 2 * time.Second

func (p *process) simulatorCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "simulator",
		Short: "Show the simulator's pages in a browser and serve its API, until Ctrl-C",
		Long: "Serves the simulator's pages (Checkout, invoices, billing portal, and a list of all that exists) and its API on simulator_addr.\n" +
			"Every process of this user that uses the simulator shares one state.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withSimulator(func(a *app, s *simulator.Simulator) error { return p.showSimulator(cmd.Context(), a, s) })
		},
	}
	add := func(use, short string, args cobra.PositionalArgs, run func(s *simulator.Simulator, args []string) (string, error)) {
		command.AddCommand(&cobra.Command{Use: use, Short: short, Args: args, RunE: func(_ *cobra.Command, args []string) error {
			return p.withSimulator(func(_ *app, s *simulator.Simulator) error {
				if s.Path() == "" {
					return &exitError{ExitConfig, "stripe-mcp: there is no folder for the simulator's state; set state_dir in the configuration"}
				}
				said, err := run(s, args)
				if err != nil {
					return &exitError{ExitToolError, "stripe-mcp: " + err.Error()}
				}
				_, err = fmt.Fprintln(p.stdout, said)
				return err
			})
		}})
	}
	add("path", "Print the file that holds the state", cobra.NoArgs, func(s *simulator.Simulator, _ []string) (string, error) {
		return s.Path(), nil
	})
	add("reset", "Start afresh: forget everything that was made, and set the clock back", cobra.NoArgs, func(s *simulator.Simulator, _ []string) (string, error) {
		return "The simulator is a new account.", s.Reset()
	})
	add("seed", "Add customers, subscriptions and sessions to look at", cobra.NoArgs, func(s *simulator.Simulator, _ []string) (string, error) {
		return "Added four customers with their story. Look at it with: stripe-mcp simulator", s.Seed()
	})
	add("advance DURATION", "Move the clock: 1month, 2weeks, 3days, 1year or 36h", cobra.ExactArgs(1), func(s *simulator.Simulator, args []string) (string, error) {
		now, err := s.Advance(args[0])
		return "The simulator's clock says " + now.Format(time.RFC3339), err
	})
	return command
}

// withSimulator runs a command on the simulator of this configuration, which needs no key.
func (p *process) withSimulator(run func(*app, *simulator.Simulator) error) error {
	p.flags.Simulator = true
	a := p.newApp()
	if a.Fault != nil {
		return &exitError{ExitConfig, "stripe-mcp: " + a.Fault.Error()}
	}
	return run(a, a.simulator())
}

// newSimulator keeps its state where there is a folder for it, and otherwise in memory.
func (a *app) newSimulator() *simulator.Simulator {
	s := simulator.New(nil)
	s.PagesURL = "http://" + a.Config.SimulatorAddr
	if a.Config.StateDir == "" {
		return s
	}
	folder := filepath.Join(a.Config.StateDir, "simulator")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		a.Logger.Warn("what the simulator makes is forgotten when this process ends; to keep it, set state_dir", "error", err)
		return s
	}
	s.Folder = folder
	return s
}

// showSimulator serves until ctx ends, and says where.
func (p *process) showSimulator(ctx context.Context, a *app, s *simulator.Simulator) error {
	told := false
	tell := func(text string) {
		_, _ = fmt.Fprintf(p.stdout, text, s.PagesURL) // whoever does not read it wants the pages all the same
		told = true
	}
	return serveSimulator(ctx, s, a.Config.SimulatorAddr, func(err error) error {
		switch {
		case err == nil:
			tell("SIMULATOR: no money moves and nothing reaches Stripe.\n  pages  %[1]s/\n  API    %[1]s with any key that begins with sk_test_\nCtrl-C ends it.\n")
		case told: // and waits for its turn
		case !a.simulatorAnswers(ctx):
			return &exitError{ExitConfig, "stripe-mcp: " + err.Error() + ". Another program may use this address; choose one with simulator_addr"}
		default:
			tell("SIMULATOR: another stripe-mcp shows it already.\n  pages  %[1]s/\n  API    %[1]s with any key that begins with sk_test_\nWhen that one ends, this one goes on. Ctrl-C ends it.\n")
		}
		return nil
	})
}

// serveSimulator serves pages and API at an address until ctx ends. As long as another process has the address, it waits for its turn: so the
// pages stay while any process does. Listening is told of each attempt to get the address, and its error ends it.
func serveSimulator(ctx context.Context, s *simulator.Simulator, address string, listening func(error) error) error {
	for {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // told to end
		}
		if failure := listening(err); failure != nil {
			return failure
		}
		if err == nil {
			server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
			context.AfterFunc(ctx, func() { _ = server.Close() })
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(takeOver):
		}
	}
}

// showPages serves the simulator's pages beside MCP. The returned function ends that.
func (a *app) showPages(ctx context.Context) (stop func()) {
	if a.Fault != nil || !a.Config.Simulator {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := serveSimulator(ctx, a.simulator(), a.Config.SimulatorAddr, func(error) error { return nil })
		if err != nil {
			a.Logger.ErrorContext(ctx, "the simulator's pages are no longer served", "error", err)
		}
	}()
	return func() { cancel(); <-done }
}

// simulatorAnswers tells whether some process serves the pages.
func (a *app) simulatorAnswers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, "http://"+a.Config.SimulatorAddr+"/", nil)
	if err != nil {
		return false
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.Header.Get("Server") == simulator.Name
}

// howToOpen tells a person what to start when an answer leads to a page that nobody serves; empty otherwise.
func (a *app) howToOpen(ctx context.Context, answer string) string {
	if !a.Config.Simulator || !strings.Contains(answer, "http://"+a.Config.SimulatorAddr+"/") || a.simulatorAnswers(ctx) {
		return ""
	}
	return "To open the page, start: stripe-mcp simulator\n"
}

// simulatorInstructions tells a model where its user finds what it makes.
func (a *app) simulatorInstructions() string {
	if !a.Config.Simulator {
		return ""
	}
	return "\nSIMULATOR pages open on the user's own machine, while this server or `stripe-mcp simulator` runs there: http://" + a.Config.SimulatorAddr +
		"/ lists all that exists. The card 4242 4242 4242 4242 pays."
}
