package journal

import (
	"slices"
	"time"
)

// append records and applies.
func (j *Journal) append(records ...record) error {
	if err := j.log.append(records...); err != nil {
		return err
	}
	for _, r := range records {
		j.apply(r)
	}
	return nil
}

// apply updates the open intents from a record.
func (j *Journal) apply(r record) {
	switch e := j.all[r.Intent]; {
	case r.Event == eventIntent:
		j.handOver(r.Takes)
		receipt := j.receipts[r.Intent]
		j.drop(r.Intent) // a delivery that is taken back begins the intent again
		j.add(&entry{record: r, history: []record{r}}, receipt)
	case r.Event == eventExpired && e == nil:
		j.add(&entry{record: r, history: []record{r}, expired: true}, nil)
	case j.taken[r.Intent] != nil:
		j.applyToTaken(r)
	case e != nil && (!e.ended || r.Event == eventEnded):
		j.applyTo(e, r)
	}
}

func (j *Journal) applyTo(e *entry, r record) {
	e.advance(r)
	if e.unknown {
		j.watch(e)
	}
	switch {
	case e.reopened && r.Event == eventAbandoned: // nobody was told, so nobody calls again: the one that took the key was it
		j.drop(r.Intent)
	case !e.ended:
	case e.receipt != nil && e.delivered && r.Event != eventEnded: // which may be taken back, or have come too late
		j.ended = append(j.ended, e)
	default:
		j.drop(r.Intent)
	}
}

func (j *Journal) applyToTaken(r record) {
	e := j.taken[r.Intent]
	e.advance(r)
	switch {
	case e.unknown && !e.abandoned && !e.receipt.left(): // the caller is told so and will call again
		receipt := j.receipts[r.Intent]
		j.drop(r.Intent)
		e.reopened = true
		j.add(e, receipt)
		j.watch(e)
	case !e.running():
		j.drop(r.Intent)
	}
}

// add makes an intent known.
func (j *Journal) add(e *entry, receipt *Receipt) {
	if e.receipt = receipt; receipt != nil {
		j.receipts[e.Intent] = receipt
	}
	j.all[e.Intent] = e
	j.byDigest[e.digest()] = append(j.byDigest[e.digest()], e)
}

// watch remembers when the first of the unknown intents expires.
func (j *Journal) watch(e *entry) {
	if j.aging.IsZero() || e.KeyTime.Before(j.aging) {
		j.aging = e.KeyTime
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
func (j *Journal) handOver(intent string) {
	e, receipt := j.all[intent], j.receipts[intent]
	if e == nil {
		return
	}
	j.drop(intent)
	if e.running() && !e.abandoned && !receipt.left() && !j.log.dead(e.Process) {
		j.taken[intent] = e
		if receipt != nil {
			j.receipts[intent] = receipt
		}
	}
}

// drop forgets an intent.
func (j *Journal) drop(intent string) {
	delete(j.taken, intent)
	delete(j.receipts, intent)
	e := j.all[intent]
	if e == nil {
		return
	}
	delete(j.all, intent)
	d := e.digest()
	if j.byDigest[d] = slices.DeleteFunc(j.byDigest[d], func(other *entry) bool { return other == e }); len(j.byDigest[d]) == 0 {
		delete(j.byDigest, d)
	}
}

// forget drops what ended so long ago that nothing follows from it any more.
func (j *Journal) forget() {
	for len(j.ended) > 0 {
		switch e := j.ended[0]; {
		case j.all[e.Intent] != e: // its delivery was taken back, or its key has gone to another
		case e.receipt.matters():
			return
		default:
			j.drop(e.Intent)
		}
		j.ended = j.ended[1:]
	}
}

// expire records of unknown intents whose key is too old that nothing more can be learned of them.
func (j *Journal) expire(now time.Time) (int, error) {
	if j.aging.IsZero() || now.Sub(j.aging) <= KeyLifetime {
		return 0, nil
	}
	var over []record
	j.aging = time.Time{}
	for _, e := range j.all {
		switch {
		case !e.unknown || e.expired || e.ended:
		case now.Sub(e.KeyTime) > KeyLifetime:
			r := record{
				Time: j.now(), Event: eventExpired, Intent: e.Intent, Caller: e.Caller, Request: e.Request, Fingerprint: e.Fingerprint, KeyTime: e.KeyTime,
			}
			if e.Request == "" {
				r.Digest = e.Digest
			}
			over = append(over, r)
		default:
			j.watch(e)
		}
	}
	slices.SortFunc(over, func(a, b record) int { return a.KeyTime.Compare(b.KeyTime) })
	return len(over), j.append(over...)
}

// manyExpired are worth a new file.
const manyExpired = 1000

// keepExpired is how long an intent of unknown outcome refuses the first equal request.
const keepExpired = 30 * 24 * time.Hour

// stillOpen returns the records of all intents that are not over.
func (j *Journal) stillOpen(now time.Time) []record {
	var records []record
	for _, open := range []map[string]*entry{j.all, j.taken} {
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
func (j *Journal) reset(lost bool) {
	for _, open := range []map[string]*entry{j.all, j.taken} {
		for _, e := range open {
			if lost && !e.ended {
				j.carry = append(j.carry, e.history)
			}
		}
	}
	// What ended a moment ago is in this process's memory only, unless its key has gone to another since.
	j.ended = slices.DeleteFunc(j.ended, func(e *entry) bool { return j.all[e.Intent] != e })
	clear(j.all)
	clear(j.byDigest)
	clear(j.taken)
	for _, e := range j.ended {
		j.add(e, e.receipt)
	}
}
