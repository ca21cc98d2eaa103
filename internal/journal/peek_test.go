package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestPeek: looking makes nothing, and sees what Open sees: what is unknown or deserted, and not what a living process has
// under way.
func TestPeek(t *testing.T) {
	t.Parallel()
	for where, start := range map[string]func(t *testing.T) (next func() *Journal, made func() bool){
		"in a file": func(t *testing.T) (func() *Journal, func() bool) {
			folder := filepath.Join(t.TempDir(), "journal")
			return func() *Journal { return New(folder, 0) }, func() bool {
				_, err := os.Stat(folder)
				return err == nil
			}
		},
		"in PostgreSQL": func(t *testing.T) (func() *Journal, func() bool) {
			address := postgresURL(t)
			return func() *Journal { return shared(t, address) }, func() bool {
				pool, err := newPool(address, "", long)
				must(t, err)
				defer pool.close()
				conn, err := pool.acquire(t.Context())
				must(t, err)
				defer pool.release(t.Context(), conn)
				ready, err := isReady(t.Context(), conn)
				must(t, err)
				return ready
			}
		},
	} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			next, made := start(t)
			peek := func(want int) {
				t.Helper()
				seen, err := next().Peek(t.Context())
				if err != nil || len(seen) != want {
					t.Errorf("got %+v, %v, want %d", seen, err, want)
				}
			}
			peek(0)
			if made() {
				t.Error("looking has made something")
			}
			j := next()
			ctx, receipt := called(t, long)
			first, err := j.Begin(ctx, receipt, equal())
			must(t, err)
			peek(0)
			must(t, first.Settle(t.Context(), Result{Outcome: "unknown"}))
			peek(1)
			opened, err := next().Open(t.Context())
			must(t, err)
			seen, err := next().Peek(t.Context())
			if err != nil || len(seen) != 1 || len(opened) != 1 || seen[0] != opened[0] {
				t.Errorf("got %+v, %v, want %+v", seen, err, opened)
			}
		})
	}
}

// TestPeekWaits: a journal that another process holds is not read in the middle of a line.
func TestPeekWaits(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	holder := New(folder, 0)
	order(t, holder, 1)
	log, held := holder.store.(*file)
	if !held {
		t.Fatal("it is no file")
	}
	if locked, err := log.all.TryLock(); err != nil || !locked {
		t.Fatal(locked, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := New(folder, 0).Peek(ctx); !errors.Is(err, errBusy) {
		t.Errorf("got %v", err)
	}
	must(t, log.all.Unlock())
	if _, err := New(folder, 0).Peek(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestPeekAsksUnderTheLock: looking whether a process lives takes its lock for a moment, in which no step must ask the same.
func TestPeekAsksUnderTheLock(t *testing.T) {
	t.Parallel()
	j := New(t.TempDir(), 0)
	order(t, j, 1)
	log, held := j.store.(*file)
	if !held {
		t.Fatal("it is no file")
	}
	shown := false
	must(t, log.peek(t.Context(), j, func(*book) {
		shown = true
		if locked, err := log.all.TryLock(); err != nil || locked {
			t.Errorf("a step could run meanwhile: %v, %v", locked, err)
		}
	}))
	if !shown {
		t.Error("nothing was shown")
	}
}
