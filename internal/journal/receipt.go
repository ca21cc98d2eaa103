package journal

import (
	"context"
	"sync"
	"time"

	"stripe-mcp/internal/limits"
)

// Receipt follows an answer to the caller. Only the answer's delivery ends an intent.
type Receipt struct {
	caller Caller
	asker  context.Context // ends when the caller has left
	read   time.Time       // when the call was read, with the monotonic clock
	budget *Budget         // nil where the day's sums have no limit

	mu        sync.Mutex
	intents   []*Intent
	confirmed bool      // a person agreed to this very call
	order     string    // names what the person agreed to; a call with the same name is the same order
	written   time.Time // when it was known what became of the answer
	missed    bool      // the answer did not reach the caller
}

// NewReceipt returns the receipt of the answer to a caller. The one who delivers the answer must close it. The end of ctx
// before that says that the caller has left. read is when the call was read, the zero time where that is not known.
func NewReceipt(ctx context.Context, caller Caller, read time.Time) *Receipt {
	return &Receipt{caller: caller, asker: ctx, read: read}
}

// Confirm notes that a person agreed to this very call, so that it is an order of its own. order names the question, where
// the client can bring the same yes again: one yes is one order.
func (r *Receipt) Confirm(order string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.confirmed, r.order = true, order
}

// Spend lets what the call makes count to the day's sums. It must be told before the call is sent.
func (r *Receipt) Spend(budget Budget) { r.budget = &budget }

func (r *Receipt) add(intent *Intent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.intents = append(r.intents, intent)
}

// Close says whether the answer was delivered. Closed again with false, it takes the delivery back. That counts in this
// process at once. It is recorded a moment later, see Flush.
func (r *Receipt) Close(delivered bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	retracted := !r.written.IsZero() && !r.missed && !delivered
	if r.written.IsZero() {
		r.written = time.Now()
	}
	if r.missed {
		return
	}
	r.missed = !delivered
	for _, intent := range r.intents {
		switch {
		case retracted && !intent.refused && !intent.settled.Load(): // it is still open, unless another has its key
		case retracted: // for those who have read of the delivery it is as if the intent began again
			intent.journal.later(intent.record)
			fallthrough
		case r.missed:
			intent.journal.later(intent.event(eventAbandoned))
		case intent.refused:
			intent.journal.later(intent.event(eventEnded))
		default:
			intent.journal.later(intent.event(eventDelivered))
		}
	}
}

// matters reports whether anything can follow from the receipt of a delivered answer.
func (r *Receipt) matters() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	long := limits.Late
	if r.order != "" { // as long as the same yes can come again
		long = limits.Dialog
	}
	return r.missed || time.Since(r.written) <= long
}

// old reports whether the answer was delivered so long ago that nothing follows from the receipt any more.
func (r *Receipt) old() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.written.IsZero() && time.Since(r.written) > limits.Dialog
}
