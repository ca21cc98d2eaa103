package vault_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"stripe-mcp/internal/vault"
)

// ring is a keyring in memory. One whose silent is set never answers.
type ring struct {
	mu     sync.Mutex
	kept   map[string]string
	silent chan struct{}
	broken error
	loses  bool
}

func newRing() *ring { return &ring{kept: map[string]string{}} }

func (r *ring) enter() error {
	if r.silent != nil {
		<-r.silent
	}
	return r.broken
}

func (r *ring) Get(id string) (string, error) {
	if err := r.enter(); err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	text, ok := r.kept[id]
	if !ok {
		return "", vault.ErrNotFound
	}
	return text, nil
}

func (r *ring) Set(id, text string) error {
	if err := r.enter(); err != nil || r.loses {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept[id] = text
	return nil
}

func (r *ring) Delete(id string) error {
	if err := r.enter(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.kept, id)
	return nil
}

func TestKeyringTroubles(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	keyring := newRing()
	stored(t, h.vault("config", keyring))
	for want, other := range map[string]vault.Keyring{
		"there is none here":                            nil,
		"does not hold its key-encryption key":          newRing(),
		"cannot be read: locked\nhint: unlock":          &ring{broken: errors.New("locked")},
		"the keyring was emptied\nhint: run stripe-mcp": newRing(),
	} {
		if _, _, err := h.vault("config", other).Open(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	checkOpens(t, h.vault("config", keyring))
}

// TestSilentKeyring: a keyring that waits for an absent person is given up, and a file does its work.
func TestSilentKeyring(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	synctest.Test(t, func(t *testing.T) { // in here, waiting takes no time
		silent := newRing()
		silent.silent = make(chan struct{})
		defer close(silent.silent)
		v := h.vault("config", silent)
		if label := stored(t, v); label.KeptIn != vault.InFile {
			t.Errorf("kept in %s", label.KeptIn)
		}
		checkOpens(t, v)

		keyring := newRing()
		stored(t, h.vault("config", keyring))
		keyring.silent = silent.silent
		if _, _, err := h.vault("config", keyring).Open(t.Context()); err == nil || !strings.Contains(err.Error(), "does not answer") {
			t.Errorf("got %v", err)
		}
	})
}

// TestOpenEndsWithItsContext: opening ends when its caller gives up.
func TestOpenEndsWithItsContext(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	keyring := newRing()
	stored(t, h.vault("config", keyring))
	keyring.silent = make(chan struct{})
	defer close(keyring.silent)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := h.vault("config", keyring).Open(ctx); err == nil {
		t.Error("it opens")
	}
}
