package account

import (
	"context"
	"net/http"
	"sync"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

// simulatorKey is what the embedded simulator is called with; it opens nothing else.
const simulatorKey = "sk_test_simulator"

// connection makes the client that calls are sent with, at the first call, because a key can take seconds to read.
type connection struct {
	account *Account
	network func() (http.RoundTripper, error)

	mu      sync.Mutex
	current *link
	renewal *link // under way, because Stripe did not accept the key of current
}

// link is one attempt at a client. All calls that need one at the same time share it.
type link struct {
	config func() (config.Config, error) // with the key; waits for it
	client func() (*stripeapi.Client, error)
}

func newConnection(a *Account) *connection {
	return &connection{account: a, network: sync.OnceValues(a.Network)}
}

// use returns the link in force, and makes one when there is none.
func (c *connection) use(ctx context.Context) *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil {
		c.current = c.newLink(ctx, func() (config.Config, error) { return c.account.Config, nil })
	}
	return c.current
}

// newLink prepares a client for the key of source. It sends nothing, and reads the key when it is first asked for.
func (c *connection) newLink(ctx context.Context, source func() (config.Config, error)) *link {
	ctx = context.WithoutCancel(ctx) // others wait for the same key
	l := &link{}
	l.config = sync.OnceValues(func() (config.Config, error) {
		cfg, err := source()
		if err != nil || c.account.Fault != nil { // then no call is sent
			return cfg, err
		}
		cfg, err = cfg.WithKey(ctx)
		if err != nil {
			c.drop(l) // the next call tries again
			return cfg, err
		}
		c.account.Scrubber.Learn(cfg.SecretKey)
		if cfg.KeySource != "" { // the simulator needs none
			c.account.Logger.InfoContext(ctx, "the key was read", "source", cfg.KeySource, "mode", cfg.Mode.String())
		}
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
		return c.account.newClient(cfg, network), nil
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
	if c.account.Config.Simulator {
		return nil
	}
	old, err := used.config()
	if err != nil {
		return nil
	}
	next := c.renewing(ctx, used)
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

// renewing returns the link that takes the place of used. Calls that are refused at the same time share it.
func (c *connection) renewing(ctx context.Context, used *link) *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil && c.current != used {
		return c.current // another call was faster
	}
	if c.renewal == nil {
		c.renewal = c.newLink(ctx, c.account.Reload)
	}
	return c.renewal
}

// newClient returns a client for the key of cfg.
func (a *Account) newClient(cfg config.Config, network http.RoundTripper) *stripeapi.Client {
	key := cfg.SecretKey
	if cfg.Simulator {
		key = secret.New(simulatorKey)
	}
	return stripeapi.New(stripeapi.Config{
		Key: key, Account: a.Config.StripeAccount, BaseURL: a.Config.APIBase, Timeout: a.Config.Timeout, Rate: rate(cfg),
		Network: network, Journal: a.Journal, Logger: a.Logger,
	})
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
