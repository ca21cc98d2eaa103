package journal

import (
	"context"
	"errors"
	"sync"
)

// Receipt follows an answer to the caller. Only the answer's delivery ends an intent.
type Receipt struct {
	caller Caller
	asker  context.Context // ends when the caller has left

	mu      sync.Mutex
	intents []*Intent
	closed  bool // Close was called; from then on asker no longer counts
	missed  bool // the answer did not reach the caller
}

// NewReceipt returns the receipt of the answer to a caller. The code that delivers the answer must close it. If ctx ends
// before that, the caller has left.
func NewReceipt(ctx context.Context, caller Caller) *Receipt {
	return &Receipt{caller: caller, asker: ctx}
}

// left reports whether the caller no longer waits for the answer. It knows before any record says so. So the very next equal
// request can take over.
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

// Close records whether the answer was delivered. A second Close with false takes the delivery back, until this process
// ends. An error says that the delivery could not be recorded. The next equal request then finds the existing object instead
// of making another.
func (r *Receipt) Close(ctx context.Context, delivered bool) error {
	intents, event := r.close(delivered)
	var failed error
	for _, intent := range intents {
		failed = errors.Join(failed, intent.journal.note(ctx, record{Event: event, Intent: intent.record.Intent}))
	}
	return failed
}

// close returns the intents and the event to record for them.
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
