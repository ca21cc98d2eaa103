package journal

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"stripe-mcp/internal/pgserver"
)

// database is the one PostgreSQL of these tests.
var database = sync.OnceValues(pgserver.Start)

func TestMain(m *testing.M) {
	code := m.Run()
	if started.Load() {
		if server, err := database(); err == nil {
			server.Stop()
		}
	}
	os.Exit(code) //nolint:forbidigo // of the tests
}

var started atomic.Bool

// postgresURL returns the address of an empty database.
func postgresURL(t testing.TB) string {
	t.Helper()
	server := postgresServer(t)
	name, err := server.Database(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return server.URL(name)
}

func postgresServer(t testing.TB) *pgserver.Server {
	t.Helper()
	server, err := database()
	if err != nil {
		t.Fatal(err)
	}
	started.Store(true)
	return server
}

// stores tells what the processes of a story share. Each returns a function that starts one more of them.
func stores() map[string]func(*testing.T) func() *Journal {
	return map[string]func(*testing.T) func() *Journal{
		"in a file": func(t *testing.T) func() *Journal {
			folder := t.TempDir()
			return func() *Journal { return New(folder, 0) }
		},
		"in memory": func(*testing.T) func() *Journal {
			return InMemory
		},
		"in PostgreSQL": func(t *testing.T) func() *Journal {
			url, o := postgresURL(t), newOutside(t)
			var ready []store
			for range 2 { // processes at most
				inner := shared(t, url).store
				ready = append(ready, inner)
			}
			return func() *Journal {
				j := newJournal(&distant{store: ready[0], outside: o})
				ready, j.now = ready[1:], wallClock
				return j
			}
		},
	}
}

// outside runs what waits for a network, so that the clock of a story stands still meanwhile: package synctest knows of no
// network, and of no channel that was made elsewhere.
type outside struct {
	calls chan job
	idle  chan chan struct{}
}

type job struct {
	do   func()
	done chan struct{}
}

func newOutside(t *testing.T) *outside {
	const atOnce = 8
	o := &outside{calls: make(chan job), idle: make(chan chan struct{}, atOnce)}
	t.Cleanup(func() { close(o.calls) })
	for range atOnce {
		o.idle <- make(chan struct{})
		go func() {
			for job := range o.calls {
				job.do()
				job.done <- struct{}{}
			}
		}()
	}
	return o
}

func (o *outside) run(do func()) {
	done := <-o.idle
	o.calls <- job{do, done}
	<-done
	o.idle <- done
}

// distant is a store that works outside of the story. The story's contexts stay inside.
type distant struct {
	store

	outside *outside
}

func (d *distant) scope(_ context.Context, digest func([]byte) string) (scope string, err error) {
	d.outside.run(func() { scope, err = d.store.scope(context.Background(), digest) })
	return scope, err
}

func (d *distant) begin(_ context.Context, b *book) (tx, error) {
	var inner tx
	var err error
	d.outside.run(func() { inner, err = d.store.begin(context.Background(), b) })
	if err != nil {
		return nil, err
	}
	return &distantTx{tx: inner, outside: d.outside}, nil
}

func (d *distant) look(_ context.Context, j *Journal, _ func(*book)) (err error) {
	d.outside.run(func() { err = d.store.look(context.Background(), j, func(*book) {}) })
	return err
}

type distantTx struct {
	tx

	outside *outside
}

func (d *distantTx) commit() (err error) {
	d.outside.run(func() { err = d.tx.commit() })
	return err
}

func (d *distantTx) rollback() { d.outside.run(d.tx.rollback) }
