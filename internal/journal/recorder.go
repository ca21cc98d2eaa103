package journal

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"stripe-mcp/internal/limits"
)

// recorder writes records in their order, on a goroutine for each scope that lives as long as there are any: what a client is
// told must not wait for a disk, or for another process that holds the lock.
type recorder struct {
	mu        sync.Mutex
	queue     map[string][]record // by scope; those that are being written have an entry
	idle      chan struct{}       // closed when nothing is being written; nil while nothing is
	failed    error               // of those that could not be written yet
	unwritten []record            // what has to be written before anything else of its scope
}

// keep takes in what could not be written of a scope. Where other scopes' steps do not write it, it is tried again soon: on
// other machines equal calls may wait for it.
func (j *Journal) keep(scope string, records ...record) {
	q := &j.recorder
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unwritten = append(q.unwritten, records...)
	if scope == "" {
		return
	}
	time.AfterFunc(limits.Poll, func() {
		if !j.closed.Load() {
			j.again(func(other string) bool { return other == scope })
		}
	})
}

// again has what could not be written of some scopes written now: each step begins with that.
func (j *Journal) again(scopes func(string) bool) {
	q := &j.recorder
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.unwritten {
		if r.scope != "" && scopes(r.scope) {
			q.start(j, r.scope)
		}
	}
}

// unwrittenOf returns what could not be written of a scope. It belongs to a step, so no other one writes the same. Meanwhile a
// delivery must not wait: it holds its receipt, which writing looks at.
func (q *recorder) unwrittenOf(scope string) []record {
	q.mu.Lock()
	defer q.mu.Unlock()
	var records []record
	for _, r := range q.unwritten {
		if r.scope == scope {
			records = append(records, r)
		}
	}
	return records
}

// written drops the first n of what could not be written of a scope. More may have come.
func (q *recorder) written(scope string, n int) {
	if n == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unwritten = slices.DeleteFunc(q.unwritten, func(r record) bool {
		over := r.scope == scope && n > 0
		if over {
			n--
		}
		return over
	})
}

// later has a record written soon.
func (j *Journal) later(r record) {
	q := &j.recorder
	q.mu.Lock()
	defer q.mu.Unlock()
	q.start(j, r.scope, r)
}

// start has records of a scope written. q.mu is held.
func (q *recorder) start(j *Journal, scope string, records ...record) {
	before, busy := q.queue[scope]
	if q.queue == nil {
		q.queue = map[string][]record{}
	}
	q.queue[scope] = append(before, records...)
	if q.idle == nil {
		q.idle = make(chan struct{})
	}
	if !busy {
		go j.drain(scope)
	}
}

// drain writes a scope's queue.
func (j *Journal) drain(scope string) {
	q := &j.recorder
	for {
		q.mu.Lock()
		batch := q.queue[scope]
		q.queue[scope] = nil
		q.mu.Unlock()
		err := j.note(context.Background(), scope, batch...)
		q.mu.Lock()
		q.failed = errors.Join(q.failed, err)
		if len(q.queue[scope]) == 0 {
			if delete(q.queue, scope); len(q.queue) == 0 {
				close(q.idle)
				q.idle = nil
			}
			q.mu.Unlock()
			return
		}
		q.mu.Unlock()
	}
}

// Flush waits until all deliveries are recorded. Where only this process can record them, it tries again until ctx ends. Its
// error says that some could not be, so that an equal request of another process will find what exists, instead of making
// another.
func (j *Journal) Flush(ctx context.Context) error {
	for {
		if err := j.settled(ctx); err != nil {
			return err
		}
		left, err := j.recorder.outcome()
		if !left || !limits.Sleep(ctx, limits.FirstPoll) {
			return err
		}
		j.again(func(string) bool { return true }) //nolint:contextcheck // writing goes on when ctx ends
	}
}

// settled waits until nothing is being written.
func (j *Journal) settled(ctx context.Context) error {
	j.recorder.mu.Lock()
	idle := j.recorder.idle
	j.recorder.mu.Unlock()
	if idle == nil {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// outcome reports whether something is left that no other process's step writes, and why something could not be written.
func (q *recorder) outcome() (left bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	left = slices.ContainsFunc(q.unwritten, func(r record) bool { return r.scope != "" })
	if len(q.unwritten) > 0 {
		err = q.failed
	}
	if !left {
		q.failed = nil
	}
	return left, err
}
