package mcpserver

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"stripe-mcp/internal/limits"
)

// What calls that are not answered yet may take before no more is read.
const (
	mostCalls = 1024
	mostBytes = 4 << 20
)

// remembered is how many answered calls can still be cancelled.
const remembered = 256

// pendingCall is a tool call. Its address identifies it, because a client may use one id twice.
type pendingCall struct {
	id        string
	size      int       // bytes of its request
	read      time.Time // when it was read
	stop      context.CancelFunc
	cancelled bool
	written   time.Time // when the answer was
	retract   func()    // takes back that the answer was delivered, once it was
}

// crossed reports whether a cancellation that comes now may have left before the answer came. Some clients cancel every call
// a moment after its answer, which means nothing. An answer that took long may have come too late.
func (c *pendingCall) crossed() bool {
	if c.written.Sub(c.read) >= limits.Patience {
		return time.Since(c.written) <= limits.LateCrossing
	}
	return time.Since(c.written) <= limits.Crossing
}

// pendingCalls decides for each call which came first: the client's cancellation or the written answer. It also remembers
// the last answered calls. A cancellation can cross the answer, and the client then ignores the answer.
type pendingCalls struct {
	mu       sync.Mutex
	all      map[*pendingCall]struct{} // the calls that are not answered yet
	bytes    int                       // of their requests
	answered []*pendingCall
}

func newPendingCalls() *pendingCalls {
	return &pendingCalls{all: map[*pendingCall]struct{}{}}
}

// add remembers a call that stop cancels.
func (p *pendingCalls) add(request message, read time.Time, stop context.CancelFunc) *pendingCall {
	p.mu.Lock()
	defer p.mu.Unlock()
	call := &pendingCall{id: string(request.id), size: len(request.id) + len(request.params), read: read, stop: stop}
	p.all[call] = struct{}{}
	p.bytes += call.size
	return call
}

// full reports whether the calls that are not answered yet take too much.
func (p *pendingCalls) full() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all) >= mostCalls || p.bytes > mostBytes
}

// cancel stops every call of that id that was not answered yet, and will not be. When there is none, the cancellation has
// crossed the answer.
func (p *pendingCalls) cancel(id json.RawMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	crossed := true
	for call := range p.all {
		if call.id == string(id) && !call.cancelled {
			crossed = false
			call.cancelled = true
			call.stop()
		}
	}
	for _, call := range p.answered {
		if crossed && call.id == string(id) && !call.cancelled && call.crossed() {
			call.cancelled = true
			call.retract()
		}
	}
}

// claim reports whether the answer to a call may be written.
func (p *pendingCalls) claim(call *pendingCall) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !call.cancelled
}

// finish notes that a call's answer was written or not. It reports whether the answer was delivered, that is, written to a
// client that has not cancelled the call. If a cancellation comes later, retract runs.
func (p *pendingCalls) finish(call *pendingCall, written bool, retract func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.all, call)
	p.bytes -= call.size
	if !written || call.cancelled {
		return false
	}
	call.retract, call.written = retract, time.Now()
	p.answered = append(p.answered, call)
	p.answered = p.answered[max(0, len(p.answered)-remembered):]
	return true
}
