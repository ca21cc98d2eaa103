package journal

import (
	"slices"
	"sync/atomic"
	"time"
)

// book is what is known of the intents that one step is about. It belongs to the step.
type book struct {
	store store
	now   func() time.Time
	scope string // the digest of all its requests, or empty for those of all digests

	turn    chan struct{}             // holds a token while a step is under way
	stepped atomic.Pointer[time.Time] // when the last step began
	users   int                       // steps that wait or are under way; guarded by the journal's lock

	all      map[string]*entry // by intent: the open ones, and those of this process that ended a moment ago
	byDigest map[string][]*entry
	taken    map[string]*entry   // those that handed their key over while they ran
	receipts map[string]*Receipt // of this process's intents in all and taken
	refused  map[string]*Receipt // of this process's requests that were refused because of an intent
	ended    []*entry            // those of this process, in the order of their end
	ledger   *ledger
	carry    map[string][]record // by open intent: what a log has lost that was deleted or damaged
	secret   []byte              // that was used last
	aging    time.Time           // when the next unknown intent expires; zero for none
}

func newBook(s store, now func() time.Time, scope string) *book {
	return &book{
		store: s, now: now, scope: scope, turn: make(chan struct{}, 1),
		all: map[string]*entry{}, byDigest: map[string][]*entry{}, taken: map[string]*entry{},
		receipts: map[string]*Receipt{}, refused: map[string]*Receipt{}, ledger: newLedger(),
		carry: map[string][]record{},
	}
}

// apply updates the open intents from a record.
func (b *book) apply(r record) {
	delete(b.carry, r.Intent) // the log tells of it
	b.ledger.apply(r)
	switch e := b.all[r.Intent]; {
	case r.Event == eventIntent:
		b.handOver(r.Takes)
		receipt := b.receipts[r.Intent]
		b.drop(r.Intent) // a delivery that is taken back begins the intent again
		b.add(&entry{record: r, history: []record{r}}, receipt)
	case r.Event == eventExpired && e == nil:
		b.add(&entry{record: r, history: []record{r}, expired: true}, nil)
	case b.taken[r.Intent] != nil:
		b.applyToTaken(r)
	case e != nil && (!e.ended || r.Event == eventEnded):
		b.applyTo(e, r)
	}
}

func (b *book) applyTo(e *entry, r record) {
	e.advance(r)
	if e.unknown {
		b.watch(e)
	}
	switch {
	case e.reopened && r.Event == eventAbandoned: // nobody was told, so nobody calls again: the one that took the key was it
		b.drop(r.Intent)
	case !e.ended:
	case e.receipt != nil && e.delivered && r.Event != eventEnded: // which may be taken back, or have come too late
		b.ended = append(b.ended, e)
	default:
		b.drop(r.Intent)
	}
}

func (b *book) applyToTaken(r record) {
	e := b.taken[r.Intent]
	e.advance(r)
	switch {
	case e.unknown && !e.abandoned && !e.receipt.left(): // the caller is told so and will call again
		receipt := b.receipts[r.Intent]
		b.drop(r.Intent)
		e.reopened = true
		b.add(e, receipt)
		b.watch(e)
	case !e.running():
		b.drop(r.Intent)
	}
}

// add makes an intent known.
func (b *book) add(e *entry, receipt *Receipt) {
	if e.receipt = receipt; receipt != nil {
		b.receipts[e.Intent] = receipt
	}
	b.all[e.Intent] = e
	b.byDigest[e.digest()] = append(b.byDigest[e.digest()], e)
}

// watch remembers when the first of the unknown intents expires.
func (b *book) watch(e *entry) {
	if b.aging.IsZero() || e.KeyTime.Before(b.aging) {
		b.aging = e.KeyTime
	}
}

// digest is what equal requests have in common with e.
func (e *entry) digest() string {
	if e.Request == "" {
		return e.Digest
	}
	return e.Request
}

// handOver notes that the intent's key has gone to another. An intent that still runs for its caller is kept aside: if
// it ends unknown, the caller will call again.
func (b *book) handOver(intent string) {
	e, receipt := b.all[intent], b.receipts[intent]
	if e == nil {
		return
	}
	b.drop(intent)
	if e.running() && !e.abandoned && !receipt.left() && b.store.fate(e.record, b.now()) != died {
		b.taken[intent] = e
		if receipt != nil {
			b.receipts[intent] = receipt
		}
	}
}

// drop forgets an intent.
func (b *book) drop(intent string) {
	delete(b.taken, intent)
	delete(b.receipts, intent)
	delete(b.refused, intent)
	if e := b.all[intent]; e != nil {
		b.remove(e)
	}
}

// remove takes an intent out of the lists.
func (b *book) remove(e *entry) {
	delete(b.all, e.Intent)
	d := e.digest()
	if b.byDigest[d] = slices.DeleteFunc(b.byDigest[d], func(other *entry) bool { return other == e }); len(b.byDigest[d]) == 0 {
		delete(b.byDigest, d)
	}
}

// forget drops what ended so long ago that nothing follows from it any more.
func (b *book) forget() {
	for len(b.ended) > 0 {
		switch e := b.ended[0]; {
		case b.all[e.Intent] != e: // its delivery was taken back, or its key has gone to another
		case e.receipt.matters():
			return
		default:
			b.drop(e.Intent)
		}
		b.ended = b.ended[1:]
	}
}

// expire records of unknown intents whose key is too old that nothing more can be learned of them. now is Stripe's time.
func (s *step) expire(here, now time.Time) (int, error) {
	if s.aging.IsZero() || now.Sub(s.aging) <= KeyLifetime {
		return 0, nil
	}
	var over []record
	s.aging = time.Time{}
	for _, e := range s.all {
		switch {
		case !e.unknown || e.expired || e.ended:
		case now.Sub(e.KeyTime) > KeyLifetime:
			r := record{
				Time: here, Event: eventExpired, Intent: e.Intent, Caller: e.Caller, Request: e.Request, Fingerprint: e.Fingerprint, KeyTime: e.KeyTime,
			}
			if e.Request == "" {
				r.Digest = e.Digest
			}
			over = append(over, r)
		default:
			s.watch(e)
		}
	}
	slices.SortFunc(over, func(a, b record) int { return a.KeyTime.Compare(b.KeyTime) })
	return len(over), s.append(over...)
}

// manyExpired are worth a new file, which needs to tell little of them.
const manyExpired = 1000

// keepExpired is how long an intent of unknown outcome refuses the first equal request.
const keepExpired = 30 * 24 * time.Hour

// stillOpen returns the records of all intents that are not over.
func (b *book) stillOpen(now time.Time) []record {
	var records []record
	for _, open := range []map[string]*entry{b.all, b.taken} {
		for _, e := range open {
			if !e.ended && now.Sub(e.KeyTime) < keepExpired {
				records = append(records, e.history...)
			}
		}
	}
	slices.SortStableFunc(records, func(a, b record) int { return a.Time.Compare(b.Time) })
	return records
}

// reset forgets what will be read again. When the log was lost, what is known to be open is carried over.
func (b *book) reset(lost bool) {
	if !lost { // else nobody but this process knows what was spent
		b.ledger = newLedger()
	}
	for _, open := range []map[string]*entry{b.all, b.taken} {
		for _, e := range open {
			if lost && !e.ended {
				b.carry[e.Intent] = e.history
			}
		}
	}
	// What ended a moment ago is in this process's memory only, unless its key has gone to another since.
	b.ended = slices.DeleteFunc(b.ended, func(e *entry) bool { return b.all[e.Intent] != e })
	clear(b.all)
	clear(b.byDigest)
	clear(b.taken)
	for _, e := range b.ended {
		b.add(e, e.receipt)
	}
}
