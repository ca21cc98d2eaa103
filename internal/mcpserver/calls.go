package mcpserver

import (
	"context"
	"encoding/json"
	"sync"
)

// delivery is where a call leaves whom to tell what became of its answer.
type delivery struct{ delivered func(bool) }

type deliveryKey struct{}

func withDelivery(ctx context.Context, d *delivery) context.Context {
	return context.WithValue(ctx, deliveryKey{}, d)
}

// deliveryFrom returns the delivery of the call that ctx belongs to.
func deliveryFrom(ctx context.Context) *delivery {
	if d, ok := ctx.Value(deliveryKey{}).(*delivery); ok {
		return d
	}
	return &delivery{}
}

func (d *delivery) tell(delivered bool) {
	if d.delivered != nil {
		d.delivered(delivered)
	}
}

// pendingCall is a tool call whose answer was not written yet. Its identity is its address: a client may use one id twice.
type pendingCall struct {
	id   string
	stop context.CancelFunc
}

// pendingCalls decides, for each call, which came first: the client's cancellation or the writing of the answer.
type pendingCalls struct {
	mu  sync.Mutex
	all map[*pendingCall]struct{}
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

// cancel stops every pending call of that id, of which the client then hears nothing any more. Ids without a pending call
// are none of its business: the answer may have crossed the cancellation.
func (p *pendingCalls) cancel(id json.RawMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for call := range p.all {
		if call.id == string(id) {
			call.stop()
			delete(p.all, call)
		}
	}
}

// claim says whether the answer of a call may be written. From then on it cannot be cancelled.
func (p *pendingCalls) claim(call *pendingCall) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, pending := p.all[call]
	delete(p.all, call)
	return pending
}
