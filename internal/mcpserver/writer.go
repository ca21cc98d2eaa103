package mcpserver

import (
	"bufio"
	"fmt"
	"io"
	"sync"
)

const writeBuffer = 64 << 10

// outgoing is one line to the client.
type outgoing struct {
	line []byte
	// claim may be nil. It is called right before the line is written, and reports whether the line is still wanted.
	claim func() bool
	// done may be nil. It is called once, and learns whether the line was written.
	done func(written bool)
}

func (o outgoing) finish(written bool) {
	if o.done != nil {
		o.done(written)
	}
}

// writer is the queue of everything that goes out, in order, with the one goroutine that writes it.
//
// The queue has no limit. A client may send all its requests before it reads the answers. With a limit, the server and the
// client would then wait for each other. The queue holds only answers to what the client itself sent.
type writer struct {
	mu     sync.Mutex
	change sync.Cond // signals a change of queue or closed
	queue  []outgoing
	closed bool
}

func newWriter() *writer {
	w := &writer{}
	w.change.L = &w.mu
	return w
}

// send queues a line. It never waits. After close the line is dropped.
func (w *writer) send(o outgoing) {
	w.mu.Lock()
	closed := w.closed
	if !closed {
		w.queue = append(w.queue, o)
		w.change.Signal()
	}
	w.mu.Unlock()
	if closed {
		o.finish(false)
	}
}

// close stops taking lines. run ends when the lines in the queue are written.
func (w *writer) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.change.Signal()
}

// discard closes the writer and drops what is still in the queue.
func (w *writer) discard() {
	w.mu.Lock()
	dropped := w.queue
	w.closed, w.queue = true, nil
	w.change.Signal()
	w.mu.Unlock()
	for _, o := range dropped {
		o.finish(false)
	}
}

// run writes to out until the writer is closed or out fails. It flushes whenever the queue is empty.
func (w *writer) run(out io.Writer) error {
	defer w.discard()
	buffered := bufio.NewWriterSize(out, writeBuffer)
	var batch []outgoing // the lines in the buffer, which may not be written yet
	defer func() { finish(batch, false) }()
	for {
		next, more, open := w.next()
		if !open {
			return nil
		}
		if next.claim == nil || next.claim() {
			batch = append(batch, next)
			if _, err := buffered.Write(next.line); err != nil {
				return fmt.Errorf("write to the client: %w", err)
			}
		} else {
			next.finish(false)
		}
		if more {
			continue
		}
		if err := buffered.Flush(); err != nil {
			return fmt.Errorf("write to the client: %w", err)
		}
		finish(batch, true)
		batch = nil
	}
}

func finish(batch []outgoing, written bool) {
	for _, o := range batch {
		o.finish(written)
	}
}

// next waits for the next line. more says that another line is queued behind it. open is false when the writer is closed and
// the queue is empty.
func (w *writer) next() (o outgoing, more, open bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) == 0 && !w.closed {
		w.change.Wait()
	}
	if len(w.queue) == 0 {
		return outgoing{}, false, false
	}
	o, w.queue[0] = w.queue[0], outgoing{}
	w.queue = w.queue[1:]
	return o, len(w.queue) > 0, true
}
