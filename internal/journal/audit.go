package journal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"stripe-mcp/internal/hint"
)

// Order is one request as the audit shows it.
type Order struct {
	Intent string    `json:"intent"`
	Time   time.Time `json:"time"` // of its first record, among those that were asked for
	Caller
	Account string `json:"account,omitempty"`
	Method  string `json:"method,omitempty"`
	Path    string `json:"path,omitempty"`
	Result
	Delivered bool      `json:"delivered,omitempty"` // the answer reached the caller
	Takes     string    `json:"takes,omitempty"`     // the intent whose key it uses
	TakenBy   string    `json:"taken_by,omitempty"`  // the intent that uses its key
	KeyTime   time.Time `json:"key_time,omitzero"`   // first use of its key
	Unknown   bool      `json:"unknown,omitempty"`   // nobody has learned what came of it
	Advice    string    `json:"what_to_do,omitempty"`

	running bool // no outcome is recorded
	over    bool // it was ended
	last    time.Time
}

// Filter says which orders are asked for.
type Filter struct {
	Since   time.Time // no earlier ones, but for those of unknown outcome
	Tool    string    // only of that tool; empty for any
	Unknown bool      // only those of unknown outcome
}

// List returns the orders, those of unknown outcome first, and then the newest.
func (j *Journal) List(ctx context.Context, filter Filter) ([]Order, error) {
	all, err := j.audit(ctx, filter.Since, func(record) {})
	if err != nil {
		return nil, err
	}
	orders := make([]Order, 0, len(all))
	for _, o := range all {
		if (filter.Tool == "" || o.Tool == filter.Tool) && (o.Unknown || !filter.Unknown) {
			orders = append(orders, *o)
		}
	}
	slices.SortFunc(orders, func(a, b Order) int {
		if a.Unknown != b.Unknown {
			if a.Unknown {
				return -1
			}
			return 1
		}
		return cmp.Or(b.Time.Compare(a.Time), strings.Compare(a.Intent, b.Intent))
	})
	return orders, nil
}

// Event is one record of an order.
type Event struct {
	Time   time.Time `json:"time"`
	Event  string    `json:"event"`
	Intent string    `json:"intent"`
}

// Show returns an order with its records, and those of the orders that share its key.
func (j *Journal) Show(ctx context.Context, intent string) (Order, []Event, error) {
	var records []record
	all, err := j.audit(ctx, time.Time{}, func(r record) { records = append(records, r) })
	if err != nil {
		return Order{}, nil, err
	}
	found := all[intent]
	if found == nil {
		return Order{}, nil, hint.Errorf("Run stripe-mcp journal list", "the journal has no intent %s", strconv.Quote(intent))
	}
	family := map[string]bool{intent: true}
	for o := found; o != nil && o.Takes != "" && !family[o.Takes]; o = all[o.Takes] {
		family[o.Takes] = true
	}
	for o := found; o != nil && o.TakenBy != "" && !family[o.TakenBy]; o = all[o.TakenBy] {
		family[o.TakenBy] = true
	}
	var events []Event
	for _, r := range records {
		if e := (Event{r.Time, r.said(), r.Intent}); family[r.Intent] && !slices.Contains(events, e) {
			events = append(events, e)
		}
	}
	return *found, events, nil
}

// said describes a record.
func (r *record) said() string {
	switch {
	case r.Event == eventIntent && r.Takes != "":
		return "sent with the key of " + r.Takes
	case r.Event == eventIntent:
		return "sent"
	case r.Event == eventOutcome:
		return strings.TrimSpace("outcome: " + r.Outcome + " " + r.Object)
	case r.Event == eventEnded && r.Outcome != "":
		return r.Outcome
	}
	return r.Event
}

// audit reads the records since then, and adds them up by intent.
func (j *Journal) audit(ctx context.Context, since time.Time, each func(record)) (map[string]*Order, error) {
	deserted, err := j.Open(ctx)
	if err != nil {
		return nil, err
	}
	orders := map[string]*Order{}
	err = j.store.records(ctx, since, func(r record) {
		each(r)
		o := orders[r.Intent]
		if o == nil {
			o = &Order{Intent: r.Intent, Time: r.Time, running: true}
			orders[r.Intent] = o
		}
		o.take(r)
		if taken := orders[r.Takes]; taken != nil {
			taken.TakenBy = r.Intent
		}
	})
	if err != nil {
		return nil, &UnavailableError{cause: err}
	}
	for _, d := range deserted {
		o := orders[d.Intent]
		if o == nil {
			o = &Order{Intent: d.Intent, Time: d.Since, Caller: d.Caller, Account: d.Account, Method: d.Method, Path: d.Path, running: true}
			orders[d.Intent] = o
		}
		o.KeyTime, o.last = d.Expires.Add(-KeyLifetime), d.Until
		if o.running {
			o.Unknown = true
		}
	}
	now := j.stripeTime()
	for _, o := range orders {
		o.Unknown = (o.Unknown || !o.running && !o.Settled) && !o.over && o.TakenBy == ""
		switch {
		case o.Unknown:
			o.Outcome = cmp.Or(o.Outcome, "unknown")
			o.Advice = o.advise(now)
		case !o.Settled && o.TakenBy != "":
			o.Outcome = cmp.Or(o.Outcome, "unknown") + ", then repeated"
		case o.running:
			o.Outcome = cmp.Or(o.Outcome, "under way")
		}
	}
	return orders, nil
}

// take takes in a record about the order.
func (o *Order) take(r record) {
	switch r.Event {
	case eventIntent:
		o.Caller, o.Account, o.Method, o.Path, o.Takes, o.KeyTime, o.last = r.Caller, r.Account, r.Method, r.Path, r.Takes, r.KeyTime, r.Until
	case eventOutcome:
		o.Caller, o.Account, o.Method, o.Path, o.Result, o.running = r.Caller, r.Account, r.Method, r.Path, r.Result, false
		o.last = r.Time
		if !r.KeyTime.IsZero() {
			o.KeyTime = r.KeyTime
		}
	case eventExpired:
		o.Caller, o.KeyTime, o.running = r.Caller, r.KeyTime, false
	case eventDelivered:
		o.Delivered = true
	case eventAbandoned:
		o.Delivered = false
	case eventEnded:
		o.over = true
		o.Outcome = cmp.Or(r.Outcome, o.Outcome)
	}
}

// advise says what to do about an unknown outcome.
func (o *Order) advise(now time.Time) string {
	if !tooOld(o.KeyTime, now) {
		return repeat(o.Intent, o.KeyTime.Add(KeyLifetime))
	}
	return "look in Stripe whether it happened, then run stripe-mcp journal settle " + o.Intent
}

// Cost is the amount for people, in minor units as Stripe has it.
func (o *Order) Cost() string {
	if o.Currency == "" {
		return ""
	}
	return fmt.Sprintf("%d %s", o.Amount, o.Currency)
}

// Window returns the time in which the request can have been carried out, with what clocks may differ. It is over when the
// second time has passed.
func (o *Order) Window() (from, until time.Time) {
	last := o.last
	if last.Before(o.Time) { // the process that would have recorded it has died
		last = o.Time.Add(longest)
	}
	return o.KeyTime.Add(-jitter), last.Add(jitter)
}

// longest is more than any call's time.
const longest = 15 * time.Minute

// End ends an order of unknown outcome on the owner's word. The next equal request is then a new one. nothing says that the
// request made nothing, so that its cost does not count.
func (j *Journal) End(ctx context.Context, intent, said string, nothing bool) error {
	scope := ""
	err := j.store.look(ctx, j, func(b *book) {
		if e := b.all[intent]; e != nil {
			scope = j.store.scopeOf(e)
		}
	})
	if err != nil {
		return err
	}
	return j.step(ctx, scope, func(s *step) error {
		e := s.all[intent]
		if e == nil || e.ended {
			return hint.Errorf("Run stripe-mcp journal show "+intent, "it is not open any more: another call has taken its key, or it has ended")
		}
		return s.append(record{
			Time: j.now(), Event: eventEnded, Intent: intent, Caller: e.Caller, Account: e.Account, Method: e.Method, Path: e.Path,
			Result: Result{Outcome: said, Final: nothing}, scope: scope,
		})
	})
}
