// Package config is the only reader of configuration. It turns file, environment and flags into one
// typed Config.
package config

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/vault"
)

// Defaults.
const (
	DefaultAPIBase = "https://api.stripe.com"

	defaultSimulatorAddr = "127.0.0.1:4343"
	defaultJournalKeep   = 400 * 24 * time.Hour
)

// Config is everything that can be configured. It is safe to print: its secrets are not shown.
type Config struct {
	// SecretKey is the Stripe key. It is zero in simulator mode, when no key is configured, when the
	// one configured cannot be used, and until WithKey where reading it takes time.
	SecretKey secret.Secret
	// KeySource says where the key comes from, such as "stripe_secret_key in /home/a/config.yaml". It
	// is empty when there is no usable key.
	KeySource string
	// KeyKind says what kind of place KeySource is.
	KeyKind KeyKind
	// OnlyVault is the mode, test or live, of the key that setup stored, when no STRIPE_SECRET_KEY may take its place.
	OnlyVault string
	// Mode says what a call would act on. It is unknown until WithKey for a key that a command prints.
	Mode Mode
	// AccountName tells this account from others of its owner; empty for the default one.
	AccountName string
	// Simulator asks for the embedded simulator in place of Stripe.
	Simulator bool
	// SimulatorAddr is the loopback host and port of the simulator's pages.
	SimulatorAddr string
	// ReadOnly leaves only the tools that change nothing.
	ReadOnly bool
	// Warnings say what was ignored.
	Warnings []Problem
	// HereOnly names the keys whose variable decides something that the file does not say. AI clients do not pass it on.
	HereOnly []string
	// Toolsets names the sets of tools to offer besides the default ones, unchecked.
	Toolsets []string
	// Tools names the tools to offer, unchecked; empty means all.
	Tools []string
	// AllowLiveWrites lets a live key change something.
	AllowLiveWrites bool
	// Confirm says when a person is asked: auto, always or never.
	Confirm string
	// MaxAmount caps what one call may cost, by lower-case currency in minor units; empty means no cap.
	MaxAmount map[string]int64
	// DailyLimit caps what all calls of a day may cost, as MaxAmount does for one. It needs the journal.
	DailyLimit map[string]int64
	// AllowedRedirectHosts names where people may be sent, unchecked; empty means anywhere.
	AllowedRedirectHosts []string
	// RateLimit is how many requests a second may be sent; 0 means what Stripe allows.
	RateLimit float64
	// StripeAccount is the connected account to act for; empty means the key's own.
	StripeAccount string
	// StripeContext is the account to act for, as seen from the key's owner; empty means the key's own.
	StripeContext string
	// APIBase is the scheme and host of the API, without a slash at its end.
	APIBase string
	// Timeout bounds one tool call, retries included.
	Timeout time.Duration
	// Journal asks for a record of creations that outlives the process.
	Journal bool
	// JournalDatabase is where the journal is, when many machines share it.
	JournalDatabase Database
	// JournalKeep is how long the journal keeps a record.
	JournalKeep time.Duration
	// CAFile is the absolute path of a PEM file with certificate authorities to trust besides the
	// system's; empty means none.
	CAFile string
	// LogLevel is the least severe level that is logged.
	LogLevel slog.Level
	// StateDir is the absolute path of the folder for what outlives the process. It may not exist
	// yet, and is empty when none is configured and the system names no home folder.
	StateDir string
	// File is the absolute path of the configuration file; empty when there is none.
	File string

	proxy      secret.Secret                         // its URL may hold a password
	path       string                                // of the configuration file, there or not
	usualState string                                // the user's state folder, which StateDir is by default
	misplaced  error                                 // why StateDir cannot stay where it is, if setup is to write it down
	bus        string                                // address of the user's D-Bus
	fetch      func(context.Context) (string, error) // reads a key that takes time to read
	missed     []string                              // where a key was looked for in vain, or stands unread
}

// Mode says what a call acts on.
type Mode int

// The modes. A key that is not certainly a test key is a live one.
const (
	ModeUnknown   Mode = iota // there is no usable key
	ModeTest                  // a test key: no money moves
	ModeLive                  // a live key: real customers, real money
	ModeSimulator             // the embedded simulator: no key, no network
)

// String returns the mode as people read it, such as "TEST".
func (m Mode) String() string {
	switch m {
	case ModeTest:
		return "TEST"
	case ModeLive:
		return "LIVE"
	case ModeSimulator:
		return "SIMULATOR"
	case ModeUnknown:
	}
	return "UNKNOWN"
}

// Path returns where the configuration file is or, while there is none, would be. It is empty when the
// system names no home folder.
func (c Config) Path() string { return c.path }

// Vault returns the place of the encrypted key that belongs to this configuration.
func (c Config) Vault() vault.Vault {
	return vault.At(c.path, c.StateDir, vault.SystemKeyring(c.bus))
}

// Proxy returns the URL of the proxy to use, which may hold a password, or nil when none is
// configured.
func (c Config) Proxy() *url.URL {
	if c.proxy.IsZero() {
		return nil
	}
	proxy, err := url.Parse(c.proxy.Reveal())
	if err != nil {
		return nil // cannot be: it was parsed before it was stored
	}
	return proxy
}

// RequireKey returns an *Error when a call would need a key and there is none.
func (c Config) RequireKey() error {
	if c.Simulator || !c.SecretKey.IsZero() || c.fetch != nil {
		return nil
	}
	return only(hint.Errorf("run stripe-mcp setup, which stores one encrypted", "%s", strings.Join(append([]string{"no Stripe secret key"}, c.missed...), "; ")))
}
