package mcpserver

import (
	"context"
	"encoding/json"
	"sync"
)

// remembered is how many answered calls can still be cancelled.
const remembered = 256

// pendingCall is a tool call. Its address identifies it, because a client may use one id twice.
type pendingCall struct {
	id        string
	stop      context.CancelFunc
	cancelled bool
	retract   func() // takes the delivery back; set once the answer was delivered
}

// pendingCalls decides for each call which came first: the client's cancellation or the written answer. It also remembers
// the last answered calls. A cancellation can cross the answer, and the client then ignores the answer.
type pendingCalls struct {
	mu       sync.Mutex
	all      map[*pendingCall]struct{} // the calls that are not answered yet
	answered []*pendingCall
}

func newPendingCalls() *pendingCalls {
	return &pendingCalls{all: map[*pendingCall]struct{}{}}
}

// add adds a call. stop cancels it.
func (p *pendingCalls) add(id json.RawMessage, stop context.CancelFunc) *pendingCall {
	p.mu.Lock()
	defer p.mu.Unlock()
	call := &pendingCall{id: string(id), stop: stop}
	p.all[call] = struct{}{}
	return call
}

// cancel stops every call of that id that is not answered yet. These calls get no answer. When there is none, the
// cancellation has crossed the answer.
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
		if crossed && call.id == string(id) && !call.cancelled {
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
	if !written || call.cancelled {
		return false
	}
	call.retract = retract
	p.answered = append(p.answered, call)
	p.answered = p.answered[max(0, len(p.answered)-remembered):]
	return true
}
