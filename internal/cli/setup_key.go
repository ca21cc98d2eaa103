package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
	"stripe-mcp/tools"
)

// foundKey is what a key turned out to be.
type foundKey struct {
	mode   config.Mode
	access stripeapi.Access
}

// obtainKey returns the key to set up: from stdin, from the person at the terminal, or the one that is stored already.
func (s *setup) obtainKey(ctx context.Context) (secret.Secret, error) {
	if !s.yes && (s.keyStdin || !s.terminal) {
		return secret.Secret{}, errNobody
	}
	stored, _, err := s.config.Vault().Open(ctx)
	there := err == nil
	var text string
	switch {
	case s.keyStdin:
		text, err = s.pipedKey()
	case there && s.yes:
		return stored, nil
	case s.terminal:
		text, err = s.typedKey(there)
		if there && text == "" && err == nil {
			return stored, nil
		}
	default:
		err = errors.New("there is no terminal to type the key in: pipe it into setup --key-stdin")
	}
	if err != nil {
		return secret.Secret{}, err
	}
	if _, err := config.CheckKey(text); err != nil {
		return secret.Secret{}, &exitError{ExitConfig, "stripe-mcp: the key cannot be used and nothing was changed: " + err.Error()}
	}
	return secret.New(text), nil
}

func (s *setup) pipedKey() (string, error) {
	const longest = 4 << 10
	text, err := io.ReadAll(io.LimitReader(s.stdin, longest))
	if err != nil {
		return "", fmt.Errorf("read the key from stdin: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// typedKey has the person at the terminal type the key, unseen.
func (s *setup) typedKey(stored bool) (string, error) {
	prompt := "Stripe key (not shown): "
	if stored {
		prompt = "Stripe key (not shown; Enter keeps the stored one): "
	}
	_, _ = fmt.Fprint(s.stderr, prompt)
	typed, err := term.ReadPassword(int(os.Stdin.Fd()))
	_, _ = fmt.Fprintln(s.stderr)
	if err != nil {
		return "", fmt.Errorf("read the key: %w", err)
	}
	return strings.TrimSpace(string(typed)), nil
}

// check asks Stripe about the key and says what it is.
func (s *setup) check(ctx context.Context, key secret.Secret) (foundKey, error) {
	s.scrubber.Learn(key)
	mode, err := config.CheckKey(key.Reveal())
	if err == nil {
		err = s.config.CheckHost(mode)
	}
	if err != nil {
		return foundKey{}, &exitError{ExitConfig, "stripe-mcp: nothing was changed: " + err.Error()}
	}
	access, err := s.access(ctx, s.config, key)
	if err != nil {
		failure, _ := errors.AsType[*outcome.Error](err)
		code := ExitConfig
		if failure != nil {
			code = exitCodeOf(failure)
		}
		return foundKey{}, &exitError{code, "stripe-mcp: the key could not be checked and nothing was stored: " + err.Error()}
	}
	s.sayf("key: %s\n", describe(key, mode, access))
	return foundKey{mode, access}, nil
}

// access asks Stripe what a key is good for. A restricted key is tried on each kind of object.
func (p *process) access(ctx context.Context, cfg config.Config, key secret.Secret) (stripeapi.Access, error) {
	network, err := stripeapi.NewNetwork(cfg.Proxy(), cfg.CAFile)
	if err != nil {
		return stripeapi.Access{}, err
	}
	client := stripeapi.New(stripeapi.Config{
		Key: key, Account: cfg.StripeAccount, BaseURL: cfg.APIBase, Timeout: cfg.Timeout, Network: network,
		Journal: journal.InMemory(), Logger: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := client.WithBudget(ctx)
	defer cancel()
	if !restricted(key) {
		return client.Access(ctx, nil)
	}
	return client.Access(ctx, tools.Permissions())
}

func restricted(key secret.Secret) bool { return strings.HasPrefix(key.Reveal(), "rk_") }

// describe says in words what a key is and what it can do.
func describe(key secret.Secret, mode config.Mode, access stripeapi.Access) string {
	kind := "secret key"
	if restricted(key) {
		kind = "restricted key"
	}
	whose := "of an account that it may not name"
	if access.Account != "" {
		whose = "of " + strings.TrimSpace(access.Account+" "+access.Name)
	}
	text := fmt.Sprintf("%s mode, a %s %s", mode, kind, whose)
	if !restricted(key) {
		return text + ", for all tools"
	}
	if blocked := blockedTools(access, func(tools.Tool) bool { return true }); len(blocked) > 0 {
		return text + "; it lacks " + permissions(access) + ", so these cannot work: " + strings.Join(blocked, ", ")
	}
	if len(access.Denied) > 0 {
		text += "; it lacks " + permissions(access)
	}
	return text + "; all tools can read what they need (whether they may write shows only when they do)"
}

// blockedTools returns the offered tools that work on what the key may not even read.
func blockedTools(access stripeapi.Access, offers func(tools.Tool) bool) []string {
	var blocked []string
	for _, tool := range tools.All() {
		lacks := func(p stripeapi.Permission) bool { return !p.Optional && slices.Contains(access.Denied, p) }
		if offers(tool) && slices.ContainsFunc(tool.Permissions, lacks) {
			blocked = append(blocked, tool.Name)
		}
	}
	return blocked
}

func permissions(access stripeapi.Access) string {
	list := make([]string, len(access.Denied))
	for i, permission := range access.Denied {
		list[i] = permission.Name
	}
	return strings.Join(list, ", ")
}

// store puts the key into the vault, unless it is there already.
func (s *setup) store(ctx context.Context, key secret.Secret, found foundKey) error {
	place, mode := s.config.Vault(), config.VaultMode(found.mode)
	stored, label, err := place.Open(ctx)
	changed := err != nil || stored.Reveal() != key.Reveal() || label.Mode != mode || label.Account != found.access.Account
	if changed {
		if label, err = place.Store(ctx, key, mode, found.access.Account); err != nil {
			return fmt.Errorf("the key was not stored: %w", err)
		}
	}
	s.sayf("vault: %s: %s, encrypted; its key-encryption key is %s\n", place.Path(), word(changed, "written"), place.Keeps(label))
	return nil
}
