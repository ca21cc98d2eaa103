package simulator_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stripe-mcp/internal/simulator"
)

// kept is a simulator that shares its state with every other one in that folder.
func kept(folder string) (*simulator.Simulator, client) {
	s := simulator.New(nil)
	s.Folder = folder
	return s, client{&http.Client{Transport: s.Transport()}, "http://stripe.invalid"}
}

func TestOneStateInAFolder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state", "simulator")
	_, a := kept(folder)
	_, b := kept(folder)
	made := a.must(t, http.MethodPost, customers, "name=Ada", "Idempotency-Key", "k")
	if got := b.must(t, http.MethodGet, customers+"/"+made.text("id"), ""); got.raw != made.raw {
		t.Errorf("the other one reads %s", got.raw)
	}
	if again := b.must(t, http.MethodPost, customers, "name=Ada", "Idempotency-Key", "k"); again.raw != made.raw {
		t.Errorf("the other one does not know the idempotency key: %s", again.raw)
	}
	b.must(t, http.MethodPost, customers+"/"+made.text("id"), "name=Grace")
	a.must(t, http.MethodGet, customers+"/"+made.text("id"), "").same(t, map[string]any{"name": "Grace"})
	info, err := os.Stat(filepath.Join(folder, "state.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
}

// Simulators side by side, as in several processes, lose nothing of each other's.
func TestEverybodyWritesAtOnce(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var wait sync.WaitGroup
	for range 3 {
		_, c := kept(folder)
		for range 20 {
			wait.Go(func() { c.must(t, http.MethodPost, customers, "name=Ada") })
		}
	}
	wait.Wait()
	_, c := kept(folder)
	if n := len(c.must(t, http.MethodGet, customers, "limit=100").ids()); n != 60 {
		t.Errorf("%d customers, want 60", n)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string) error{
		"what was made": func(string) error { return nil },
		"what is damaged": func(path string) error {
			return os.WriteFile(path, []byte(`{"version":"`), 0o600)
		},
		"nothing": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := kept(t.TempDir())
			_, other := kept(s.Folder)
			id := c.must(t, http.MethodPost, customers, "name=Ada").text("id")
			other.must(t, http.MethodGet, customers+"/"+id, "")
			if _, err := s.Advance("1year"); err != nil {
				t.Fatal(err)
			}
			if err := spoil(s.Path()); err != nil {
				t.Fatal(err)
			}
			if err := s.Reset(); err != nil {
				t.Fatal(err)
			}
			for _, c := range []client{c, other} {
				if got := c.do(t, http.MethodGet, customers+"/"+id, ""); got.status != http.StatusNotFound {
					t.Errorf("the customer is still there: %s", got.raw)
				}
			}
		})
	}
}

// A state that cannot be used changes nothing, and the answer says what to do. It is no 5xx, which would leave open whether something happened.
func TestUnusableState(t *testing.T) {
	t.Parallel()
	damaged := func(t *testing.T, text string) string {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "state.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	for name, tt := range map[string]struct{ folder, says string }{
		"damaged":        {damaged(t, `{"version":"x"}`), "is damaged; start afresh with: stripe-mcp simulator reset"},
		"empty":          {damaged(t, ""), "is damaged"},
		"no such folder": {filepath.Join(damaged(t, ""), "state.json", "x"), "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := kept(tt.folder)
			got := c.do(t, http.MethodPost, customers, "")
			message, _ := got.at("error", "message").(string)
			if got.status != http.StatusBadRequest || got.at("error", "type") != "api_error" || !strings.Contains(message, "nothing was changed") || !strings.Contains(message, tt.says) {
				t.Errorf("got %d %s", got.status, got.raw)
			}
		})
	}
}

// What cannot be written is not in the memory either. The clock, which is read between reading and writing the file, puts a
// folder in its place.
func TestUnwritableState(t *testing.T) {
	t.Parallel()
	spoil := func() {}
	s := simulator.New(func() time.Time { spoil(); return time.Now() })
	s.Folder = t.TempDir()
	c := client{&http.Client{Transport: s.Transport()}, "http://stripe.invalid"}
	c.must(t, http.MethodPost, customers, "name=Ada")
	away := filepath.Join(s.Folder, "away")
	spoil = func() {
		if err := errors.Join(os.Rename(s.Path(), away), os.MkdirAll(filepath.Join(s.Path(), "below"), 0o700)); err != nil {
			t.Error(err)
		}
		spoil = func() {}
	}
	if got := c.do(t, http.MethodPost, customers, "name=Grace"); got.status != http.StatusBadRequest || !strings.Contains(got.raw, "cannot be written, and nothing was changed") {
		t.Errorf("got %d %s", got.status, got.raw)
	}
	if err := errors.Join(os.RemoveAll(s.Path()), os.Rename(away, s.Path())); err != nil {
		t.Fatal(err)
	}
	if ids := c.must(t, http.MethodGet, customers, "").ids(); len(ids) != 1 {
		t.Errorf("customers are %v", ids)
	}
}
