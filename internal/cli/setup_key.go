package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/prompt"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

func errCannotAsk() error { return hint.Errorf("add --yes", "there is no terminal to ask at") }

// obtainKey returns the key to set up: from stdin, from the person at the terminal, or the one that is stored already.
func (s *setup) obtainKey(ctx context.Context) (secret.Secret, error) {
	const longest = 4 << 10
	if !s.yes && (s.keyStdin || !s.terminal) {
		return secret.Secret{}, errCannotAsk()
	}
	if s.keyStdin {
		text, err := io.ReadAll(io.LimitReader(s.stdin, longest))
		return secret.New(config.Bare(string(text))), err
	}
	stored, _, err := s.config.Vault().Open(ctx)
	isStored, question := err == nil, "Stripe key (not shown)"
	switch {
	case isStored && s.yes:
		return stored, nil
	case !s.terminal:
		return stored, hint.Errorf("pipe it into setup --key-stdin", "there is no terminal to type the key in")
	case isStored:
		question = "Stripe key (not shown; Enter keeps the stored one)"
	}
	typed, err := prompt.Secret(s.stderr, question)
	if isStored && typed.IsZero() && err == nil {
		return stored, nil
	}
	return typed, err
}

// check makes sure that the key can be used and says what it is. It returns the configuration with the key, and its
// account where the key may name it.
func (s *setup) check(ctx context.Context, key secret.Secret) (config.Config, string, error) {
	s.scrubber.Learn(key)
	cfg, err := s.config.Accept(key)
	if err != nil {
		return cfg, "", configError(fmt.Errorf("nothing was changed: the key cannot be used: %w", err))
	}
	access, answer, answered := s.askStripe(ctx, cfg)
	if !answered {
		return cfg, "", &exitError{answer.code, "stripe-mcp: the key could not be checked and nothing was stored: " + answer.text()}
	}
	s.printf("key: %s\n", answer.text())
	return cfg, access.Account, nil
}

// keysPage is where the owner finds and edits keys.
const keysPage = "the Stripe Dashboard, Developers > API keys"

// askStripe finds out what the key is good for, and says so in words. A restricted key is tried on each kind of object
// that the offered tools need.
func (p *process) askStripe(ctx context.Context, cfg config.Config) (_ stripeapi.Access, answer finding, answered bool) {
	access, err := account.Examine(ctx, cfg)
	if err == nil {
		return access, judge(cfg, access), true
	}
	answer = finding{"stripe", failure, err.Error(), "correct the configuration", ExitConfig}
	if refused, ok := errors.AsType[*outcome.Error](err); ok {
		answer.Detail, answer.Fix, answer.code = refused.Message, refused.Hint, exitCodeOf(refused)
		if refused.Hint == stripeapi.ReplaceKey {
			answer.Fix = "copy a current key from " + keysPage + ", and run stripe-mcp setup"
		}
	}
	return access, answer, false
}

// judge says in words what a key is and what it can do.
func judge(cfg config.Config, access stripeapi.Access) finding {
	owner := "an account that it may not name"
	if access.Account != "" {
		owner = strings.TrimSpace(access.Account + " " + access.Name)
	}
	f := finding{"stripe", fine, fmt.Sprintf("%s mode, %s of %s", cfg.Mode, config.KindOf(cfg.SecretKey), owner), "", ExitConfig}
	blocked, lacks := account.Blocked(cfg, access)
	if len(lacks) > 0 {
		f.Status, f.Fix = warning, "add these permissions to the key in "+keysPage
		f.Detail += ", may not read " + strings.Join(lacks, ", ")
	}
	if len(blocked) > 0 {
		f.Status = failure
		f.Detail += ", so these cannot work: " + strings.Join(blocked, ", ")
	}
	return f
}
