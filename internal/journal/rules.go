package journal

import (
	"context"
	"slices"
	"time"

	"stripe-mcp/internal/limits"
)

// predecessor returns the oldest intent whose key a request gets, or nil when it is a new order.
func (j *Journal) predecessor(r record, receipt *Receipt, page bool) *entry {
	var oldest *entry
	for _, e := range j.equal(r) {
		if (oldest == nil || e.Time.Before(oldest.Time)) && (j.deserted(e) || e.Fingerprint == r.Fingerprint && e.repeatedBy(receipt, page)) {
			oldest = e
		}
	}
	return oldest
}

// equal returns the intents of equal requests. Those of earlier versions are known by the digest with the Stripe key.
func (j *Journal) equal(r record) []*entry {
	list := j.byDigest[r.Request]
	for _, e := range j.byDigest[r.Digest] {
		if e.Request == "" {
			list = append(slices.Clip(list), e)
		}
	}
	return list
}

// deserted reports whether an intent's call runs for no caller any more. Its key then has to be used again, so that Stripe
// answers with the one object that exists.
func (j *Journal) deserted(e *entry) bool {
	switch {
	case e.receipt.left():
		return true
	case e.ended, e.settled && e.receipt.reached():
		return false
	}
	return e.abandoned || e.unknown || e.expired || j.log.dead(e.Process)
}

// repeatedBy reports whether a later call of the same connection repeats the intent's call, and is no order of its own: many
// clients give a call up in silence, and the agent then calls again.
func (e *entry) repeatedBy(later *Receipt, page bool) bool {
	return e.receipt != nil && e.receipt != later && e.receipt.repeatedBy(later, page)
}

func (r *Receipt) repeatedBy(later *Receipt, page bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.order != "" && r.order == later.order:
		return true
	case page, r.confirmed && later.confirmed:
		return false // a second page does no harm, and a person agreed to each of the others
	case r.read.IsZero() || later.read.IsZero() || later.read.Sub(r.read) < limits.Patience:
		return false // read side by side
	case r.written.IsZero():
		return true
	}
	return r.late() && later.read.Sub(r.written) <= limits.Late
}

// late reports whether the answer may have come too late for a client that gave up in silence. r.mu is held.
func (r *Receipt) late() bool { return r.written.Sub(r.read) >= limits.Patience }

// left reports whether the caller does not wait for the answer any more. It knows at once, before any record of it is
// written, so that the very next equal request takes over.
func (r *Receipt) left() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.missed || r.written.IsZero() && r.asker.Err() != nil
}

// reached reports whether the answer was delivered.
func (r *Receipt) reached() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.written.IsZero() && !r.missed
}

// tooOld reports whether Stripe may have forgotten a key that was first used at start. When that lies in the future the
// clock was set back, and the age is not known.
func tooOld(start, now time.Time) bool {
	age := now.Sub(start)
	return age > KeyLifetime || age < -time.Hour
}

// uncalled returns the receipt of a request that no caller waits for.
func uncalled(ctx context.Context) *Receipt {
	return NewReceipt(context.WithoutCancel(ctx), Caller{}, time.Time{})
}
