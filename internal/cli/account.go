package cli

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/mcpserver"
	"stripe-mcp/internal/simulator"
	"stripe-mcp/internal/stripeapi"
)

// app is the configured account with the simulator that may stand in for Stripe.
type app struct {
	*account.Account

	simulator func() *simulator.Simulator
	memory    func() error // why the simulator and the journal keep what they know in memory only; nil when they use the disk
}

// newApp reads the configuration. It never fails: the account says at each call what to correct.
func (p *process) newApp() *app { return p.newAppIn(local.CheckRoom) }

// newAppIn does so, and room finds out whether there is a place for what has to be kept.
func (p *process) newAppIn(room func(folder string, below ...string) error) *app {
	cfg, err := p.loadConfig()
	a := &app{memory: sync.OnceValue(func() error {
		if !cfg.Simulator {
			return nil
		}
		return room(cfg.StateDir, kept()...)
	})}
	a.simulator = sync.OnceValue(a.newSimulator)
	a.Account = account.New(account.Options{
		Config: cfg, Room: a.memory, LoadFault: cmp.Or(p.misuse, err), Reload: p.loadConfig, Scrubber: p.scrubber,
		Logger: slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: cfg.LogLevel})),
		Network: func() (http.RoundTripper, error) {
			if cfg.Simulator {
				return a.simulator().Transport(), nil
			}
			return stripeapi.NewNetwork(cfg.Proxy(), cfg.CAFile)
		},
	})
	return a
}

// kept names the folders below the state folder in which the simulator and its journal keep what they know.
func kept() []string { return []string{"simulator", "journal"} }

func (p *process) loadConfig() (config.Config, error) {
	options := p.flags
	options.Env = p.environment
	return config.Load(options)
}

// serveCall answers a call of an MCP client's.
func (a *app) serveCall(ctx context.Context, call *mcpserver.Call) mcpserver.Result {
	tool, _ := a.Find(call.Tool)
	got := a.Call(ctx, account.Caller{Client: call.Client, Asker: asker{call}, Read: call.Read}, tool, call.Arguments)
	return mcpserver.Result{JSON: got.JSON, IsError: got.Failure != nil, Words: got.Words, Delivered: got.Delivered}
}

// asker asks the person at an MCP client.
type asker struct{ *mcpserver.Call }

// Ask translates what came of the question.
func (a asker) Ask(ctx context.Context, question string) account.Response {
	got := a.Call.Ask(ctx, question)
	reply := map[mcpserver.Answer]account.Reply{
		mcpserver.Accepted: account.Accepted, mcpserver.Declined: account.Declined, mcpserver.Dismissed: account.Dismissed,
		mcpserver.Unshown: account.Unshown, mcpserver.TimedOut: account.TimedOut, mcpserver.Failed: account.Unanswered,
		mcpserver.Stale: account.Stale, mcpserver.Asked: account.Asked, mcpserver.Impossible: account.Impossible,
	}[got.Answer]
	return account.Response{Reply: reply, Since: got.Since, Order: got.Order}
}
