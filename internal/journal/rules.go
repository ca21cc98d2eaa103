package journal

import (
	"context"
	"slices"
	"time"

	"stripe-mcp/internal/limits"
)

// fate is what can be told of the process that an intent belongs to.
type fate int

const (
	lives  fate = iota
	died        // or its time is over, so that its request is under way no more
	unseen      // nobody can tell, until the intent's time is over
)

// predecessor returns the intent whose key a request gets, or nil when it is a new order. Before that is certain, running is
// an equal one of which nobody can tell whether it is still under way.
func (b *book) predecessor(r record, receipt *Receipt, page bool, now time.Time) (first, running *entry) {
	for _, e := range b.equal(r) {
		if who := b.refused[e.Intent]; who != nil && !who.left() {
			continue // somebody knows of it already
		}
		switch {
		case first != nil && !e.before(first): // it is not the one, whatever became of it
		case b.deserted(e, now) || e.Fingerprint == r.Fingerprint && e.repeatedBy(receipt, page):
			first = e
		case !e.ended && b.store.fate(e.record, now) == unseen && (running == nil || e.Until.Before(running.Until)):
			running = e
		}
	}
	return first, running
}

// before reports whether an intent's key is handed over first: that of this process's own client, and then the older one.
func (e *entry) before(other *entry) bool {
	if own := e.receipt != nil; own != (other.receipt != nil) {
		return own
	}
	return e.Time.Before(other.Time)
}

// equal returns the intents of equal requests. Those of earlier versions are known by the digest with the Stripe key.
func (b *book) equal(r record) []*entry {
	list := b.byDigest[r.Request]
	for _, e := range b.byDigest[r.Digest] {
		if e.Request == "" {
			list = append(slices.Clip(list), e)
		}
	}
	return list
}

// deserted reports whether an intent's call runs for no caller any more. Its key then has to be used again, so that Stripe
// answers with the one object that exists.
func (b *book) deserted(e *entry, now time.Time) bool {
	switch {
	case e.receipt.left():
		return true
	case e.ended, e.settled && e.receipt.reached():
		return false
	}
	return e.abandoned || e.unknown || e.expired || b.store.fate(e.record, now) == died
}

// repeatedBy reports whether another call of the same connection repeats the intent's call, and is no order of its own: many
// clients give a call up in silence, and the agent then calls again.
func (e *entry) repeatedBy(next *Receipt, page bool) bool {
	return e.receipt != nil && e.receipt != next && e.receipt.repeatedBy(next, page)
}

func (r *Receipt) repeatedBy(next *Receipt, page bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.order != "" && r.order == next.order:
		return true
	case page, r.confirmed && next.confirmed:
		return false // a second page does no harm, and a person agreed to each of the others
	case r.read.IsZero() || next.read.IsZero():
		return false
	case r.read.Sub(next.read) >= limits.Patience:
		return true // the other way round: this one repeats a call that waited for its turn, and got its own first
	case next.read.Sub(r.read) < limits.Patience:
		return false // read side by side
	case r.written.IsZero():
		return true
	}
	return r.late() && next.read.Sub(r.written) <= limits.Late
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
