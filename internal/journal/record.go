package journal

import "time"

// record is one line of the journal. The record of an outcome repeats the parts of its intent that an auditor needs.
type record struct {
	Time    time.Time `json:"time"`
	Event   string    `json:"event"`
	Intent  string    `json:"intent"`
	Log     string    `json:"log,omitempty"`   // names the file that this record begins, so that it is taken for no other
	Takes   string    `json:"takes,omitempty"` // the intent whose key this one uses
	Process string    `json:"process,omitempty"`

	Caller
	Account string `json:"account,omitempty"`
	Method  string `json:"method,omitempty"`
	Path    string `json:"path,omitempty"`

	Digest      string    `json:"digest,omitempty"`      // of the request with its Stripe key, for earlier versions of this program
	Request     string    `json:"request,omitempty"`     // digest of the request
	Fingerprint string    `json:"fingerprint,omitempty"` // of the Stripe key
	MadeWith    string    `json:"made_with,omitempty"`   // which digest.key made these three
	Key         string    `json:"idempotency_key,omitempty"`
	KeyTime     time.Time `json:"key_time,omitzero"` // first use of the key
	Until       time.Time `json:"until,omitzero"`    // when the call is over, where nobody sees whether its process lives

	Day       string           `json:"day,omitempty"`       // to whose sums the cost counts
	Cost      map[string]int64 `json:"cost,omitempty"`      // in minor units, by currency, where a day's sums are limited
	Spendings []spending       `json:"spendings,omitempty"` // what the day's other requests cost

	Result

	scope string // of the step that it belongs to
}

// The events.
const (
	eventIntent    = "intent"    // a request is about to be sent
	eventOutcome   = "outcome"   // how it ended
	eventAbandoned = "abandoned" // the caller does not wait for the answer any more
	eventDelivered = "delivered" // the answer reached the caller
	eventExpired   = "expired"   // the outcome stays unknown, and the key is too old; the next equal request is refused once
	eventEnded     = "ended"     // not to be taken over; of no intent: the file goes on with what was open in one that was put away
	eventBegun     = "begun"     // of no intent: the file begins with nothing
	eventSpent     = "spent"     // what the requests of a day cost that are not told in this file
)

// unsent is the outcome of an intent that ended before anything was sent.
const unsent = "refused"

// entry is what the journal knows of an intent.
type entry struct {
	record
	receipt *Receipt // of an intent of this process

	history   []record // all that was recorded about it, the intent first
	settled   bool     // the outcome is known
	unknown   bool     // the outcome could not be learned, or a person has yet to approve
	abandoned bool
	reopened  bool // another took the key, and then the outcome stayed unknown
	delivered bool
	expired   bool
	ended     bool
}

// advance takes in a record about the intent.
func (e *entry) advance(r record) {
	e.history = append(e.history, r)
	switch r.Event {
	case eventOutcome:
		e.settled, e.unknown = r.Settled, !r.Settled
		if !r.KeyTime.IsZero() {
			e.KeyTime = r.KeyTime
		}
		e.ended = r.Final || e.settled && e.delivered
	case eventAbandoned:
		e.abandoned = true
	case eventDelivered:
		e.delivered = true
		e.ended = e.settled
	case eventExpired:
		e.expired = true
		e.history = []record{r} // all that is needed from now on
	case eventEnded:
		e.ended = true
	}
}

// running reports whether no outcome is known yet, so that one may still come.
func (e *entry) running() bool { return !e.settled && !e.unknown && !e.expired }
