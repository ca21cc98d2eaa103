package mcpserver

import (
	"context"
	"encoding/json"
	"sync"
)

// remembered is how many answered calls can still be cancelled.
const remembered = 256

// pendingCall is a tool call. Its identity is its address: a client may use one id twice.
type pendingCall struct {
	id        string
	stop      context.CancelFunc
	cancelled bool
	retract   func() // takes back that the answer was delivered, once it was
}

// pendingCalls decides, for each call, which came first: the client's cancellation or the writing of the answer. It also
// knows the last calls that were answered, because a cancellation can cross the answer, which the client then ignores.
type pendingCalls struct {
	mu       sync.Mutex
	all      map[*pendingCall]struct{} // not answered yet
	answered []*pendingCall
}

func newPendingCalls() *pendingCalls {
	return &pendingCalls{all: map[*pendingCall]struct{}{}}
}

// add remembers a call that stop cancels.
func (p *pendingCalls) add(id json.RawMessage, stop context.CancelFunc) *pendingCall {
	p.mu.Lock()
	defer p.mu.Unlock()
	call := &pendingCall{id: string(id), stop: stop}
	p.all[call] = struct{}{}
	return call
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
		if crossed && call.id == string(id) && !call.cancelled {
			call.cancelled = true
			call.retract()
		}
	}
}

// claim says whether the answer of a call may be written.
func (p *pendingCalls) claim(call *pendingCall) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !call.cancelled
}

// finish takes note of what became of a call's answer, and reports whether it was delivered: written to a client that has
// not cancelled the call. retract is run if the client turns out to have cancelled it all the same.
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
