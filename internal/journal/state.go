package journal

import (
	"encoding/json"
	"slices"
	"time"
)

// state is what a database keeps of an open intent.
type state struct {
	History  []record `json:"history"`
	Taken    bool     `json:"taken,omitempty"`    // another has its key, and it may still run
	Reopened bool     `json:"reopened,omitempty"` // its outcome stayed unknown after that

	keyTime time.Time
}

// readStates reads rows of one state each.
func readStates(found rows) ([]state, error) {
	states := make([]state, len(found))
	for i, row := range found {
		if json.Unmarshal(row[0], &states[i]) != nil || len(states[i].History) == 0 {
			return nil, errDamagedState
		}
	}
	return states, nil
}

// state returns what has to be kept of an intent, and false when it is over.
func (b *book) state(intent string) (state, bool) {
	if e := b.taken[intent]; e != nil {
		return state{History: e.history, Taken: true, keyTime: e.KeyTime}, true
	}
	if e := b.all[intent]; e != nil && !e.ended {
		return state{History: e.history, Reopened: e.reopened, keyTime: e.KeyTime}, true
	}
	return state{}, false
}

// load replaces what the book knows of open intents. What ended a moment ago is in this process's memory only.
func (b *book) load(states []state) {
	b.reset(false)
	b.aging = time.Time{}
	for _, s := range states {
		e := s.entry(b.scope)
		if known := b.all[e.Intent]; known != nil { // its end was not recorded
			b.remove(known)
			b.ended = slices.DeleteFunc(b.ended, func(other *entry) bool { return other == known })
		}
		receipt := b.receipts[e.Intent]
		if s.Taken {
			e.receipt, b.taken[e.Intent] = receipt, e
			continue
		}
		b.add(e, receipt)
		if e.unknown {
			b.watch(e)
		}
	}
	for intent := range b.receipts {
		if b.all[intent] == nil && b.taken[intent] == nil {
			delete(b.receipts, intent)
		}
	}
	for intent := range b.refused {
		if b.all[intent] == nil {
			delete(b.refused, intent)
		}
	}
}

// entry returns the intent as its history has left it.
func (s state) entry(scope string) *entry {
	for i := range s.History {
		s.History[i].scope = scope
	}
	e := &entry{record: s.History[0], history: s.History[:1], expired: s.History[0].Event == eventExpired, reopened: s.Reopened}
	for _, r := range s.History[1:] {
		e.advance(r)
	}
	return e
}
