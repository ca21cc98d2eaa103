package journal

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Budget says what a call costs, and asks the owner's rules whether the day leaves room for it.
type Budget struct {
	Cost map[string]int64 // in minor units, by currency
	// Allows returns why the call must not be sent when so much was spent before, on a day that ends then. It is asked in the
	// same step in which the cost is recorded.
	Allows func(spent map[string]int64, until time.Time) error
}

// spending is what a new file begins with: the cost of a day's requests that are not told in it.
type spending struct {
	Purse string           `json:"purse"`
	Spent map[string]int64 `json:"spent"`
}

// ledger adds up what the requests of one day cost. A key counts once, however many intents use it. What failed or was not sent
// is given back. What is unknown is not.
type ledger struct {
	day   string                      // the last one of which there is a record
	spent map[string]map[string]int64 // by purse and currency
	keys  map[string]*held            // by idempotency key
	of    map[string]string           // the keys, by intent
}

// held is the cost of one key.
type held struct {
	purse  string
	cost   map[string]int64
	takers map[string]string // the intents for which it is held, each with that whose key it uses
}

func newLedger() *ledger {
	return &ledger{spent: map[string]map[string]int64{}, keys: map[string]*held{}, of: map[string]string{}}
}

// dayOf returns the day in UTC, and when it ends.
func dayOf(now time.Time) (day string, until time.Time) {
	now = now.UTC()
	return now.Format(time.DateOnly), time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, time.UTC)
}

// purse names what is added up together: test mode costs nothing of what live mode may.
func (r *record) purse() string { return strings.TrimSpace(r.Mode + " " + r.Account) }

// turn begins a day, unless it is over already. After a clock was set back, the later day goes on.
func (l *ledger) turn(day string) {
	if day > l.day {
		*l = *newLedger()
		l.day = day
	}
}

// apply takes in a record.
func (l *ledger) apply(r record) {
	l.turn(r.Day)
	switch key := l.of[r.Intent]; {
	case r.Day != "" && r.Day != l.day: // of a day that is over
	case r.Event == eventSpent:
		for _, past := range r.Spendings {
			l.add(past.Purse, past.Spent, 1)
		}
	case r.Event == eventIntent && r.Day != "":
		if l.keys[r.Key] == nil {
			l.keys[r.Key] = &held{purse: r.purse(), cost: r.Cost, takers: map[string]string{}}
			l.add(r.purse(), r.Cost, 1)
		}
		l.keys[r.Key].takers[r.Intent], l.of[r.Intent] = r.Takes, r.Key
	case key != "" && r.madeNothing():
		l.release(key, r.Intent)
	}
}

// madeNothing reports whether it is certain that a request made nothing, or was not sent.
func (r *record) madeNothing() bool {
	return r.Event == eventOutcome && r.Final || r.Event == eventEnded && (r.Outcome == unsent || r.Final)
}

// release gives a key's cost back when nobody else uses the key. Whoever took it over has learned for those before as well.
func (l *ledger) release(key, intent string) {
	h := l.keys[key]
	for intent != "" {
		before := h.takers[intent]
		delete(h.takers, intent)
		delete(l.of, intent)
		intent = before
	}
	if len(h.takers) == 0 {
		delete(l.keys, key)
		l.add(h.purse, h.cost, -1)
	}
}

func (l *ledger) add(purse string, cost map[string]int64, times int64) {
	if l.spent[purse] == nil {
		l.spent[purse] = map[string]int64{}
	}
	for currency, amount := range cost {
		l.spent[purse][currency] += times * amount
	}
}

// beforeThese returns what a new file has to begin with, so that it and these records come to the day's sums.
func (l *ledger) beforeThese(records []record, now time.Time) []record {
	rest := newLedger()
	rest.day = l.day
	for purse, spent := range l.spent {
		rest.add(purse, spent, 1)
	}
	told := map[string]bool{}
	for _, r := range records {
		if h := l.keys[r.Key]; r.Event == eventIntent && r.Day == l.day && h != nil && !told[r.Key] {
			told[r.Key] = true
			rest.add(h.purse, h.cost, -1)
		}
	}
	first := record{Time: now, Event: eventSpent, Intent: beginning, Day: l.day}
	for _, purse := range slices.Sorted(maps.Keys(rest.spent)) {
		maps.DeleteFunc(rest.spent[purse], func(_ string, amount int64) bool { return amount == 0 })
		if len(rest.spent[purse]) > 0 {
			first.Spendings = append(first.Spendings, spending{purse, rest.spent[purse]})
		}
	}
	if len(first.Spendings) == 0 {
		return records
	}
	return append([]record{first}, records...)
}

// reserve lets the owner's rules decide over an intent's cost, and puts it into the record. A key that was used before counts as
// it did then.
func (s *step) reserve(r *record, budget *Budget, earlier *entry, now time.Time) error {
	switch {
	case earlier != nil && earlier.Day != "":
		r.Day, r.Cost = earlier.Day, earlier.Cost
		return nil
	case budget == nil:
		return nil
	}
	day, until := dayOf(now)
	l, err := s.tx.ledger(s.book, day)
	if err != nil {
		return &UnavailableError{cause: err}
	}
	l.turn(day)
	if ahead, err := time.Parse(time.DateOnly, l.day); err == nil && l.day > day {
		day, until = dayOf(ahead)
	}
	if err := budget.Allows(maps.Clone(l.spent[r.purse()]), until); err != nil {
		return err
	}
	r.Day, r.Cost = day, budget.Cost
	return nil
}
