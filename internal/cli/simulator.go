package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/local"
	"stripe-mcp/internal/simulator"
	"stripe-mcp/internal/simulator/pages"
)

func (p *process) simulatorCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "simulator",
		Short: "Show the simulator's pages in a browser and serve its API, until Ctrl-C",
		Long:  "Serves the simulator's pages and its API on simulator_addr.\nEvery process of this user that uses the simulator shares one state.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := p.simulatorApp()
			if err != nil {
				return err
			}
			return p.showSimulator(cmd.Context(), a)
		},
	}
	add := func(use, short string, takes cobra.PositionalArgs, run func(s *simulator.Simulator, args []string) (said string, err error)) {
		command.AddCommand(&cobra.Command{Use: use, Short: short, Args: takes, RunE: func(_ *cobra.Command, args []string) error {
			a, err := p.simulatorApp()
			if err != nil {
				return err
			}
			if reason := a.memory(); reason != nil {
				return &exitError{ExitConfig, "stripe-mcp: there is no folder for the simulator's state; set state_dir. The reason: " + reason.Error()}
			}
			said, err := run(a.simulator(), args)
			if err != nil {
				return &exitError{ExitToolError, "stripe-mcp: " + err.Error()}
			}
			_, err = fmt.Fprintln(p.stdout, said)
			return err
		}})
	}
	add("path", "Print the file that holds the state", cobra.NoArgs, func(s *simulator.Simulator, _ []string) (string, error) { return s.Path(), nil })
	add("reset", "Start afresh: forget everything that was made, and set the clock back", cobra.NoArgs,
		func(s *simulator.Simulator, _ []string) (string, error) {
			return "The simulator is a new account.", s.Reset()
		})
	add("seed", "Add customers, subscriptions and sessions to look at", cobra.NoArgs, func(s *simulator.Simulator, _ []string) (string, error) {
		return "Added customers with their story. Look at it with: stripe-mcp simulator", s.Seed()
	})
	add("advance DURATION", "Move the clock: 1month, 2weeks, 3days, 1year or 36h", cobra.ExactArgs(1),
		func(s *simulator.Simulator, args []string) (string, error) {
			now, err := s.Advance(args[0])
			return "The simulator's clock says " + now.Format(time.RFC3339), err
		})
	return command
}

// simulatorApp is the app for commands on the simulator, which need no key.
func (p *process) simulatorApp() (*app, error) {
	p.flags.Simulator = true
	a := p.newApp()
	if a.Fault != nil {
		return nil, &exitError{ExitConfig, "stripe-mcp: " + a.Fault.Error()}
	}
	return a, nil
}

// newSimulator keeps its state where there is room for it, and otherwise in memory.
func (a *app) newSimulator() *simulator.Simulator {
	s := simulator.New(nil)
	s.PagesURL, s.ShownBy, s.Folder = "http://"+a.Config.SimulatorAddr, a.Config.Address("stripe-mcp simulator"), filepath.Join(a.Config.StateDir, "simulator")
	if reason := a.memory(); reason != nil {
		s.Folder = ""
		a.Logger.Warn("the simulator and its journal forget everything when this process ends; to keep it, set state_dir", "reason", reason)
	}
	return s
}

// showSimulator serves until ctx ends, and says where.
func (p *process) showSimulator(ctx context.Context, a *app) error {
	told := false
	tell := func(before, after string) {
		const where = "  pages  %[1]s/\n  API    %[1]s with any key that begins with sk_test_\n"
		p.printf("SIMULATOR: "+before+where+after, "http://"+a.Config.SimulatorAddr)
		told = true
	}
	return pages.Serve(ctx, a.simulator, a.folder(), a.Config.SimulatorAddr, func(err error) error {
		switch {
		case err == nil:
			tell("no money moves and nothing reaches Stripe.\n", "Ctrl-C ends it.\n")
		case told: // and waits for its turn
		case a.holder(ctx) == pages.Nobody:
			return &exitError{ExitConfig, "stripe-mcp: " + err.Error() +
				". Another program may use this address; choose one with simulator_addr"}
		case a.holder(ctx) == pages.Another:
			return &exitError{ExitConfig, "stripe-mcp: " + a.Config.SimulatorAddr +
				" shows the simulator of another account; choose another address with simulator_addr"}
		default:
			tell("another stripe-mcp shows it already.\n", "When that one ends, this one goes on. Ctrl-C ends it.\n")
		}
		return nil
	})
}

// showPages serves the simulator's pages beside MCP. The returned function ends that.
func (a *app) showPages(ctx context.Context) (stop func()) {
	if a.Fault != nil || !a.Config.Simulator {
		return func() {}
	}
	told := false
	tried := func(err error) {
		if err != nil && !told && a.holder(ctx) != pages.Ours {
			told = true
			a.Logger.WarnContext(ctx, "the simulator's pages are not shown, because another account or program has their address; choose another with simulator_addr",
				"address", a.Config.SimulatorAddr)
		}
	}
	failed := func(err error) {
		a.Logger.ErrorContext(ctx, "the simulator's pages are no longer served", "error", err)
	}
	return pages.Show(ctx, a.simulator, a.folder(), a.Config.SimulatorAddr, tried, failed)
}

// holder says who serves the pages at the address of this simulator.
func (a *app) holder(ctx context.Context) pages.Holder {
	return pages.HolderOf(ctx, a.Config.SimulatorAddr, a.folder())
}

// folder is where the simulator keeps its state, as far as looking tells: empty for memory.
func (a *app) folder() string {
	if local.LookForRoom(a.Config.StateDir, kept()...) != nil {
		return ""
	}
	return filepath.Join(a.Config.StateDir, "simulator")
}

// howToOpen tells a person what to start when an answer leads to a page that no process serves; empty otherwise.
func (a *app) howToOpen(ctx context.Context, answer string) string {
	if !a.Config.Simulator || !strings.Contains(answer, "http://"+a.Config.SimulatorAddr+"/") {
		return ""
	}
	switch a.holder(ctx) {
	case pages.Ours:
		return ""
	case pages.Another:
		return "The page is not there: " + a.Config.SimulatorAddr + " shows the simulator of another account. Choose another address with simulator_addr.\n"
	case pages.Nobody:
	}
	return a.Config.Address("To open the page, start: stripe-mcp simulator\n")
}
