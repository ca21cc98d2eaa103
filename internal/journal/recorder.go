package journal

import (
	"context"
	"errors"
	"sync"
)

// recorder writes records in their order, on a goroutine of its own that lives as long as there are any: what a client is
// told must not wait for a disk, or for another process that holds the lock.
type recorder struct {
	mu        sync.Mutex
	queue     []record
	idle      chan struct{} // closed when the queue is empty; nil while it is
	failed    error         // of those that could not be written yet
	unwritten []record      // what has to be written before anything else
}

// keep takes in what could not be written.
func (q *recorder) keep(records []record) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unwritten = append(q.unwritten, records...)
}

// retry writes what could not be written before. It belongs to a step, so no other one writes the same. Meanwhile a delivery
// must not wait: it holds its receipt, which write looks at.
func (q *recorder) retry(write func(...record) error) error {
	q.mu.Lock()
	records := q.unwritten
	q.mu.Unlock()
	if err := write(records...); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unwritten = q.unwritten[len(records):] // more may have come
	return nil
}

// later has a record written soon.
func (j *Journal) later(r record) {
	q := &j.recorder
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queue = append(q.queue, r)
	if q.idle == nil {
		q.idle = make(chan struct{})
		go j.drain()
	}
}

func (j *Journal) drain() {
	q := &j.recorder
	for {
		q.mu.Lock()
		batch := q.queue
		q.queue = nil
		if len(batch) == 0 {
			close(q.idle)
			q.idle = nil
			q.mu.Unlock()
			return
		}
		q.mu.Unlock()
		if err := j.note(context.Background(), batch...); err != nil {
			q.mu.Lock()
			q.failed = errors.Join(q.failed, err)
			q.mu.Unlock()
		}
	}
}

// Flush waits until all deliveries are recorded. Its error says that some could not be, so that an equal request of another
// process will find what exists, instead of making another.
func (j *Journal) Flush(ctx context.Context) error {
	q := &j.recorder
	q.mu.Lock()
	idle := q.idle
	q.mu.Unlock()
	if idle != nil {
		select {
		case <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	failed := q.failed
	q.failed = nil
	return failed
}
