package mcpserver

import (
	"bufio"
	"fmt"
	"io"
	"sync"
	"time"

	"stripe-mcp/internal/limits"
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

// mostUnread is how many bytes may wait to be written before no more is read from the client.
const mostUnread = 16 << 20

// writer is the queue of everything that goes out, in order, and the one goroutine that writes it.
//
// A client that sends its requests before it reads the answers would wait for the server to read while the server waits for
// the client to read. So the queue is long, and what bounds it is the loop, which stops reading (see makeRoom).
type writer struct {
	scrub func(string) string // what a line must not show; nil for nothing

	mu      sync.Mutex
	change  sync.Cond // of queue and closed
	queue   []outgoing
	closed  bool
	waiting int       // bytes in the queue, and in the buffer
	moved   time.Time // when something was last written, or began to wait
}

func newWriter(scrub func(string) string) *writer {
	w := &writer{scrub: scrub}
	w.change.L = &w.mu
	return w
}

// full reports whether too much waits to be written.
func (w *writer) full() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting > mostUnread
}

// stalled reports whether something waits to be written and the client has not read anything for long.
func (w *writer) stalled() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting > 0 && time.Since(w.moved) > limits.Unread
}

// progress writes to out in pieces, so that a client that reads slowly can be told from one that does not read.
type progress struct {
	*writer

	out io.Writer
}

// Write writes all of text.
func (p progress) Write(text []byte) (written int, err error) {
	const piece = 16 << 10
	for len(text) > 0 && err == nil {
		var n int
		n, err = p.out.Write(text[:min(piece, len(text))])
		written, text = written+n, text[n:]
		p.mu.Lock()
		p.waiting, p.moved = p.waiting-n, time.Now()
		p.mu.Unlock()
	}
	return written, err
}

// send queues a line. It never waits. After close the line is dropped.
func (w *writer) send(o outgoing) {
	if w.scrub != nil {
		line := string(o.line)
		if scrubbed := w.scrub(line); scrubbed != line {
			o.line = []byte(scrubbed)
		}
	}
	w.mu.Lock()
	closed := w.closed
	if !closed {
		if w.waiting == 0 {
			w.moved = time.Now()
		}
		w.queue = append(w.queue, o)
		w.waiting += len(o.line)
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
	w.closed, w.queue, w.waiting = true, nil, 0
	w.change.Signal()
	w.mu.Unlock()
	for _, o := range dropped {
		o.finish(false)
	}
}

// run writes to out until the writer is closed or out fails. It flushes whenever the queue is empty.
func (w *writer) run(out io.Writer) error {
	defer w.discard()
	buffered := bufio.NewWriterSize(progress{w, out}, writeBuffer)
	var batch []outgoing // in the buffer, and not known to be written
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
			w.skip(next)
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

// skip drops a line that is not wanted any more.
func (w *writer) skip(o outgoing) {
	w.mu.Lock()
	w.waiting -= len(o.line)
	w.mu.Unlock()
	o.finish(false)
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
