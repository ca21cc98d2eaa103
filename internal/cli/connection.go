package cli

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"sync"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

// simulatorKey is what the embedded simulator is called with; it opens nothing else.
const simulatorKey = "sk_test_simulator"

// connection makes the client that calls are sent with, at the first call, because a key can take seconds to read.
type connection struct {
	app     *app
	reload  func() (config.Config, error)
	network func() (http.RoundTripper, error)
	journal *journal.Journal

	mu      sync.Mutex
	current *link
	renewal *link // under way, because Stripe did not accept the key of current
}

// link is one attempt at a client. All calls that need one at the same time share it.
type link struct {
	config func() (config.Config, error) // with the key; waits for it
	client func() (*stripeapi.Client, error)
}

func newConnection(a *app, reload func() (config.Config, error)) *connection {
	c := &connection{app: a, reload: reload, journal: journal.InMemory()}
	if a.config.Journal { // without a state folder the journal itself says what to do
		c.journal = journal.New(filepath.Join(a.config.StateDir, "journal"))
	}
	c.network = sync.OnceValues(func() (http.RoundTripper, error) {
		if a.config.Simulator {
			return a.simulator().Transport(), nil
		}
		return stripeapi.NewNetwork(a.config.Proxy(), a.config.CAFile)
	})
	return c
}

// use returns the link in force, and makes one when there is none.
func (c *connection) use(ctx context.Context) *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil {
		c.current = c.newLink(ctx, func() (config.Config, error) { return c.app.config, nil })
	}
	return c.current
}

// newLink prepares a client for the key of source. It sends nothing, and reads the key when it is first asked for.
func (c *connection) newLink(ctx context.Context, source func() (config.Config, error)) *link {
	ctx = context.WithoutCancel(ctx) // others wait for the same key
	l := &link{}
	l.config = sync.OnceValues(func() (config.Config, error) {
		cfg, err := source()
		if err != nil || c.app.misfit != nil { // then no call is sent
			return cfg, err
		}
		cfg, err = cfg.WithKey(ctx)
		if err != nil {
			c.drop(l) // the next call tries again
			return cfg, err
		}
		c.app.scrubber.Learn(cfg.SecretKey)
		if cfg.KeySource == "" { // the simulator needs none
			return cfg, nil
		}
		c.app.logger.InfoContext(ctx, "the key was read", "source", cfg.KeySource, "mode", cfg.Mode.String())
		return cfg, nil
	})
	l.client = sync.OnceValues(func() (*stripeapi.Client, error) {
		cfg, err := l.config()
		if err != nil {
			return nil, err
		}
		network, err := c.network()
		if err != nil {
			return nil, err
		}
		return stripeapi.New(c.app.stripe(cfg, network, c.journal)), nil
	})
	return l
}

func (c *connection) drop(l *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == l {
		c.current = nil
	}
}

// renew reads the key's source once more, after Stripe did not accept the key of used, and returns a link with another
// key, or nil when there is none. The clients of this server were told its mode, so a key of another mode is none.
func (c *connection) renew(ctx context.Context, used *link) *link {
	if c.app.config.Simulator {
		return nil
	}
	old, err := used.config()
	if err != nil {
		return nil
	}
	c.mu.Lock()
	next := c.current
	if next == nil || next == used { // nobody was faster
		if c.renewal == nil {
			c.renewal = c.newLink(ctx, c.reload)
		}
		next = c.renewal
	}
	c.mu.Unlock()
	fresh, err := next.config()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.renewal == next {
		c.renewal = nil
	}
	if err != nil || fresh.SecretKey.Reveal() == old.SecretKey.Reveal() || fresh.Mode != old.Mode || fresh.APIBase != old.APIBase {
		return nil
	}
	if c.current == nil || c.current == used {
		c.current = next
	}
	return next
}

// stripe returns how cfg wants Stripe to be called.
func (a *app) stripe(cfg config.Config, network http.RoundTripper, records *journal.Journal) stripeapi.Config {
	key := cfg.SecretKey
	if cfg.Simulator {
		key = secret.New(simulatorKey)
	}
	return stripeapi.Config{
		Key: key, Account: a.config.StripeAccount, BaseURL: a.config.APIBase, Timeout: a.config.Timeout, Rate: rate(cfg),
		Network: network, Journal: records, Logger: a.logger,
	}
}

// rate returns how many requests a second are sent at most: what Stripe allows (https://docs.stripe.com/rate-limits),
// unless the owner says otherwise.
func rate(cfg config.Config) float64 {
	const test, live = 25, 100
	switch {
	case cfg.RateLimit != 0:
		return cfg.RateLimit
	case cfg.Simulator || cfg.APIBase != config.DefaultAPIBase:
		return 0
	case isLive(cfg.Mode):
		return live
	}
	return test
}

// unauthorized reports whether Stripe did not accept the key, and nothing can have come of the call.
func unauthorized(err error) bool {
	failure, ok := errors.AsType[*stripeapi.Error](err)
	return ok && failure.Unauthorized() && failure.Outcome == stripeapi.Failed
}
