package journal

import "time"

// record is one line of the journal. The record of an outcome repeats the parts of its intent that an auditor needs.
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

// The events.
const (
	eventIntent    = "intent"    // a request is about to be sent
	eventOutcome   = "outcome"   // the request has ended
	eventAbandoned = "abandoned" // the caller no longer waits for the answer
	eventDelivered = "delivered" // the answer reached the caller
	eventEnded     = "ended"     // no other request may take over the key
)

// entry is an intent that is still open.
type entry struct {
	record
	history   []record // its records, the intent first
	settled   bool     // the outcome is known
	unknown   bool     // the request has ended, and its outcome is not known
	abandoned bool
	delivered bool
}

// advance adds a record about the intent and reports whether it ends the intent.
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

// orphaned reports whether the records make the intent an orphan. A dead process or a caller that has left is no record.
func (e *entry) orphaned() bool { return e.abandoned || e.unknown }
