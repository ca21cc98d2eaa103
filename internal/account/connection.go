package account

import (
	"context"
	"net/http"
	"sync"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

// simulatorKey is the key for the embedded simulator. It opens nothing else.
const simulatorKey = "sk_test_simulator"

// connection makes the client that sends calls. It waits for the first call, because a key can take seconds to read.
type connection struct {
	account *Account
	network func() (http.RoundTripper, error)

	mu      sync.Mutex
	current *link
	renewal *link // the link that will replace current, because Stripe did not accept its key; nil otherwise
}

// link is one attempt to make a client. All calls that need one at the same time share it.
type link struct {
	config func() (config.Config, error) // waits for the key and returns the configuration with it
	client func() (*stripeapi.Client, error)
}

func newConnection(a *Account) *connection {
	return &connection{account: a, network: sync.OnceValues(a.Network)}
}

// use returns the current link. It makes one when there is none.
func (c *connection) use(ctx context.Context) *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil {
		c.current = c.newLink(ctx, func() (config.Config, error) { return c.account.Config, nil })
	}
	return c.current
}

// newLink prepares a client for the key of source. It sends nothing. The link reads the key when it is first asked.
func (c *connection) newLink(ctx context.Context, source func() (config.Config, error)) *link {
	ctx = context.WithoutCancel(ctx) // other calls wait for the same key
	l := &link{}
	l.config = sync.OnceValues(func() (config.Config, error) {
		cfg, err := source()
		if err != nil || c.account.Fault != nil { // no call will be sent, so the key is not needed
			return cfg, err
		}
		cfg, err = cfg.WithKey(ctx)
		if err != nil {
			c.drop(l) // the next call tries again
			return cfg, err
		}
		c.account.Scrubber.Learn(cfg.SecretKey)
		if cfg.KeySource != "" { // empty for the simulator, which needs no key
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

// renew reads the key's source again after Stripe did not accept the key of used. It returns a link with the new key, or nil
// when the key is the same. A key of another mode or account does not count, because the client was told what this server acts on.
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
	if err != nil || fresh.SecretKey.Reveal() == old.SecretKey.Reveal() || fresh.Mode != old.Mode || fresh.APIBase != old.APIBase || fresh.StripeContext != old.StripeContext {
		return nil
	}
	if c.current == nil || c.current == used {
		c.current = next
	}
	return next
}

// renewing returns the link that replaces used. Calls that Stripe refuses at the same time share it.
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
		Key: key, Account: a.Config.StripeAccount, Context: a.Config.StripeContext, BaseURL: a.Config.APIBase, Timeout: a.Config.Timeout, Rate: rate(cfg),
		Network: network, Journal: a.Journal(), Logger: a.Logger,
	})
}

// rate returns how many requests a second may be sent. The owner decides, or else Stripe's own limit holds
// (https://docs.stripe.com/rate-limits). 0 means no limit.
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
