package journal

import (
	"context"
	"errors"
	"sync"
)

// Receipt follows an answer to the caller, because only its delivery ends an intent.
type Receipt struct {
	caller Caller
	asker  context.Context // ends when whoever asked has left

	mu      sync.Mutex
	intents []*Intent
	closed  bool // what became of the answer is known, and asker says nothing any more
	missed  bool // the answer did not reach whoever asked
}

// NewReceipt returns the receipt of the answer to a caller. The one who delivers the answer must close it. The end of ctx
// before that says that the caller has left.
func NewReceipt(ctx context.Context, caller Caller) *Receipt {
	return &Receipt{caller: caller, asker: ctx}
}

// left reports whether nobody waits for the answer any more. It knows at once, before any record of it is written, so that
// the very next equal request takes over.
func (r *Receipt) left() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.missed || !r.closed && r.asker.Err() != nil
}

func (r *Receipt) add(intent *Intent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.intents = append(r.intents, intent)
}

// Close records whether the answer was delivered. Closed again with false, it takes the delivery back, but only for as long
// as this process lives. The error says that the delivery could not be recorded; the next equal request then finds the
// object that exists, instead of making another.
func (r *Receipt) Close(ctx context.Context, delivered bool) error {
	intents, event := r.close(delivered)
	var failed error
	for _, intent := range intents {
		failed = errors.Join(failed, intent.journal.note(ctx, record{Event: event, Intent: intent.record.Intent}))
	}
	return failed
}

// close returns what is to be recorded.
func (r *Receipt) close(delivered bool) (intents []*Intent, event string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	intents, r.intents = r.intents, nil
	r.closed, r.missed = true, r.missed || !delivered
	if r.missed {
		return intents, eventAbandoned
	}
	return intents, eventDelivered
}
