package journal

import "time"

// record is one line of the journal. An outcome repeats of its intent what an auditor wants beside it.
type record struct {
	Time    time.Time `json:"time"`
	Event   string    `json:"event"`
	Intent  string    `json:"intent"`
	Takes   string    `json:"takes,omitempty"` // the intent whose key this one uses
	Process string    `json:"process,omitempty"`

	Caller
	Account string `json:"account,omitempty"`
	Method  string `json:"method,omitempty"`
	Path    string `json:"path,omitempty"`

	Digest  string    `json:"digest,omitempty"`
	Key     string    `json:"idempotency_key,omitempty"`
	KeyTime time.Time `json:"key_time,omitzero"` // first use of the key

	Result
}

// What records tell.
const (
	eventIntent    = "intent"    // a request is about to be sent
	eventOutcome   = "outcome"   // how it ended
	eventAbandoned = "abandoned" // nobody waits for the answer any more
	eventDelivered = "delivered" // the answer reached whoever asked
	eventEnded     = "ended"     // not to be taken over
)

// entry is an intent that is still open.
type entry struct {
	record
	history   []record // all that was recorded about it, the intent first
	settled   bool     // the outcome is known
	unknown   bool     // the outcome could not be learned
	abandoned bool
	delivered bool
}

// advance takes in a record about the intent and reports whether that ends it.
func (e *entry) advance(r record) (ended bool) {
	e.history = append(e.history, r)
	switch r.Event {
	case eventOutcome:
		e.settled, e.unknown = r.Settled, !r.Settled
		return r.Final || e.settled && e.delivered
	case eventAbandoned:
		e.abandoned = true
	case eventDelivered:
		e.delivered = true
		return e.settled
	case eventEnded:
		return true
	}
	return false
}

// orphaned reports whether the intent's call runs for nobody any more, as far as the records tell.
func (e *entry) orphaned() bool { return e.abandoned || e.unknown }
