package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/vault"
)

// KeyKind is a kind of place that a key comes from.
type KeyKind int

// The kinds, in the order in which they count but for the last: STRIPE_SECRET_KEY is a variable that comes after the vault.
const (
	KeyNowhere    KeyKind = iota // there is no usable key
	KeyInFile                    // readable in a file, which only its permissions protect
	KeyByCommand                 // a command prints it
	KeyInVault                   // encrypted
	KeyInVariable                // in the environment
)

// AtRest says what protects a key in a place of this kind, and whether setup could do better.
func (k KeyKind) AtRest() (protection string, weak bool) {
	const limit = "nothing at rest protects it from programs that run as you"
	switch k {
	case KeyInVault:
		return "encrypted, so backups, syncs, commits and other users do not get the key; " + limit, false
	case KeyByCommand:
		return "where the command gets it; " + limit, false
	case KeyInVariable:
		return "readable in the environment, and so in every program started there", true
	case KeyInFile, KeyNowhere:
	}
	return "readable in a file that only its permissions protect: every backup, sync or commit of it holds the key", true
}

func keyNames() []string { return []string{secretKey, secretKeyFile, secretKeyArgv} }

func kindOf(name string, from source) KeyKind {
	switch {
	case name == secretKeyArgv:
		return KeyByCommand
	case name == secretKey && from.variable:
		return KeyInVariable
	}
	return KeyInFile
}

func errLiveHost() error {
	return hint.Errorf("leave "+apiBase+" out, or use a test key", "a live key is sent to api.stripe.com or loopback only")
}

// liveHost reports whether api_base is fit for the key: a live one is kept from every host but Stripe's and this machine.
func (c Config) liveHost() bool {
	base, err := url.Parse(c.APIBase)
	return c.Mode != ModeLive || c.APIBase == DefaultAPIBase || err == nil && local.IsLoopback(base.Hostname())
}

// WithKey returns the configuration with its SecretKey and Mode known. Load leaves those out that take time to read: a
// command's output (up to 10 s), and the vault (up to 3 s, for a keyring that does not answer). The error is an *Error.
func (c Config) WithKey(ctx context.Context) (Config, error) {
	if c.fetch == nil {
		return c, nil
	}
	text, err := c.fetch(ctx)
	known := c
	if err == nil {
		known, err = c.Accept(secret.New(text))
	}
	switch {
	case err != nil:
	case c.Mode != ModeUnknown && c.Mode != known.Mode:
		err = hint.Errorf("run stripe-mcp setup again", "the vault says another mode than that of the key in it")
	default:
		return known, nil
	}
	return c, only(fmt.Errorf("%s: %w", c.KeySource, err))
}

// vaultKey takes the key that setup stored, when the configuration has none of its own.
func (l *loader) vaultKey() {
	for _, name := range keyNames() {
		if _, given := l.sources[name]; given {
			return
		}
	}
	place, label, err := l.cfg.Vault(), vault.Label{}, fs.ErrNotExist
	if l.cfg.path != "" {
		label, err = place.Label()
	}
	mode := l.cfg.OnlyVault
	switch missing := errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR); {
	case missing && mode == "":
		return
	case missing:
		l.problem(l.sources[keyInVault].label, hint.Errorf("run stripe-mcp setup", "the stored key is gone; there is no %s", place.Path()))
		return
	case err != nil:
		l.problem("the vault", err)
		return
	case mode != "" && mode != label.Mode:
		l.problem(l.sources[keyInVault].label, hint.Errorf("run stripe-mcp setup", "%s holds a key of another mode than %s", place.Path(), mode))
		return
	}
	l.cfg.KeySource = "the vault " + place.Path() + ", whose key-encryption key is " + place.Keeps(label)
	l.cfg.KeyKind, l.cfg.Mode = KeyInVault, ModeLive
	if label.Mode == VaultMode(ModeTest) {
		l.cfg.Mode = ModeTest
	}
	l.cfg.fetch = func(ctx context.Context) (string, error) {
		key, _, err := place.Open(ctx)
		return key.Reveal(), err
	}
}

// VaultMode returns how a vault's label names the mode of its key.
func VaultMode(mode Mode) string { return strings.ToLower(mode.String()) }

// ownKey notes a key that would win over the vault, and its value where it is there in clear.
func (l *loader) ownKey() {
	for _, name := range keyNames() {
		from, given := l.sources[name]
		if !given {
			continue
		}
		l.cfg.KeySource, l.cfg.KeyKind = from.label, kindOf(name, from)
		if name == secretKey {
			text, _ := l.values.Get(name).(string)
			_ = l.cfg.setKey(text) // one that is no key wins all the same
		}
	}
}

// output runs a command and returns its output. The command's own errors stay unseen: they may hold the key.
func output(ctx context.Context, argv []string) (string, error) {
	const (
		enough = 10 * time.Second
		linger = time.Second // for what it started and left behind
		advice = "run it yourself to see why"
	)
	ctx, cancel := context.WithTimeout(ctx, enough)
	defer cancel()
	command := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // the owner's own, from a file that only the owner can write
	command.WaitDelay = linger
	printed := &limited{}
	command.Stdout = printed
	err := command.Run()
	exit, failed := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return "", hint.Errorf(advice, "the command did not end within 10 s")
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return "", hint.Errorf("write its absolute path, because clients start programs with a short PATH", "the command was not found")
	case failed:
		return "", hint.Errorf(advice, "the command ended with exit code %d", exit.ExitCode())
	case err != nil:
		return "", hint.Errorf(advice, "the command could not be run")
	}
	return printed.text.String(), nil
}

// limited is a buffer for as much as a key file may hold.
type limited struct{ text bytes.Buffer }

// Write fails when there is too much.
func (l *limited) Write(text []byte) (int, error) {
	if l.text.Len()+len(text) > maxKeyFile {
		return 0, errors.New("too much output")
	}
	return l.text.Write(text)
}
