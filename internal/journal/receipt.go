package journal

import (
	"context"
	"errors"
	"sync"
)

// Receipt follows an answer to whoever asked for it, because only its delivery ends an intent.
type Receipt struct {
	caller Caller

	mu      sync.Mutex
	intents []*Intent
}

type receiptKey struct{}

// WithReceipt returns a context under which requests are made for caller, and the receipt of the answer, which whoever
// delivers the answer must close.
func WithReceipt(ctx context.Context, caller Caller) (context.Context, *Receipt) {
	receipt := &Receipt{caller: caller}
	return context.WithValue(ctx, receiptKey{}, receipt), receipt
}

// fromContext returns who asks and what follows the answer.
func fromContext(ctx context.Context) (Caller, *Receipt) {
	if receipt, ok := ctx.Value(receiptKey{}).(*Receipt); ok {
		return receipt.caller, receipt
	}
	return Caller{}, &Receipt{}
}

func (r *Receipt) add(intent *Intent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.intents = append(r.intents, intent)
}

// Close records whether the answer was delivered. The error says that this could not be recorded; the next equal request
// then finds the object that exists, instead of making another.
func (r *Receipt) Close(ctx context.Context, delivered bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	event := eventAbandoned
	if delivered {
		event = eventDelivered
	}
	var failed error
	for _, intent := range r.intents {
		failed = errors.Join(failed, intent.journal.note(ctx, record{Event: event, Intent: intent.record.Intent}))
	}
	r.intents = nil
	return failed
}
