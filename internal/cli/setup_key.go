package cli

import (
	"context"
	"fmt"
	"io"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/doctor"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/prompt"
	"stripe-mcp/internal/secret"
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
	typed, err := prompt.Secret(ctx, s.stderr, question)
	if isStored && typed.IsZero() && err == nil {
		return stored, nil
	}
	return typed, err
}

// accept returns the configuration with the key.
func (s *setup) accept(key secret.Secret) (config.Config, error) {
	s.scrubber.Learn(key)
	cfg, err := s.config.Accept(key)
	if err != nil {
		err = configError(fmt.Errorf("nothing was changed: the key cannot be used: %w", err))
	}
	return cfg, err
}

// check makes sure that the key can be used and says what it is. It returns the configuration with the key, and its
// account where the key may name it.
func (s *setup) check(ctx context.Context, key secret.Secret) (config.Config, string, error) {
	cfg, err := s.accept(key)
	if err != nil {
		return cfg, "", err
	}
	access, answer, answered := doctor.AskStripe(ctx, cfg)
	if !answered {
		return cfg, "", &exitError{findingCode(answer), "stripe-mcp: the key could not be checked and nothing was stored: " + answer.Text()}
	}
	s.result.Key = answer.Detail
	s.printf("key: %s\n", answer.Text())
	return cfg, access.Account, nil
}
