package lab

import (
	"fmt"
	"strings"
)

// Tally adds up runs.
type Tally struct {
	Wrong  int            // runs with anything wrong
	counts map[string]int // by what is counted
}

// What is counted beside the kinds of faults, of strikes and of what must not be.
const (
	runs      = "runs"
	calls     = "calls"
	objects   = "objects at Stripe"
	saved500s = "runs ended in a saved 500, after which the agents ordered again: doubling cannot be excluded there"
	ambiguous = "answers may have been written without anybody taking them in: their repetition counts as new"
)

// What else can happen beside faults and strikes.
const (
	gaveUp              = "calls given up in silence"
	answeredLate        = "of these, answered later"
	repeatedFlying      = "of these, repeated before the answer"
	repeatedAfter       = "of these, repeated after the answer"
	cancelledAfterwards = "cancellations sent 20 to 50 ms after the answer"
	slowAnswers         = "answers that took 4 s or more and were waited for"
	shared              = "answers that say that an earlier equal call has the same object"
	keysRolled          = "Stripe keys rolled while an outcome was unknown"
	refusedOnce         = "calls refused because of an unknown under another key"
	frozenWithLock      = "programs frozen while they held the journal's lock"
)

func ingredients() []string {
	return []string{
		gaveUp, answeredLate, repeatedFlying, repeatedAfter, cancelledAfterwards, slowAnswers, shared, keysRolled, refusedOnce, frozenWithLock,
	}
}

// NewTally returns an empty one.
func NewTally() *Tally { return &Tally{counts: map[string]int{}} }

// Add takes in a run.
func (t *Tally) Add(r Result, v *Verdict) {
	t.counts[runs]++
	if len(v.wrong) > 0 {
		t.Wrong++
	}
	for _, w := range v.wrong {
		t.counts[w.kind]++
	}
	for kind := range r.Hits {
		t.counts[string(kind)]++
	}
	for strike := range r.Strikes {
		t.counts[strike.String()]++
	}
	for _, op := range r.operations {
		t.counts[calls] += len(op.calls)
		t.counts[string(r.Schedule.Groups[op.group].Tool)]++
	}
	for what, n := range r.ticks {
		t.counts[what] += n
	}
	for _, op := range r.operations {
		t.addCalls(op)
	}
	t.counts[objects] += len(r.Objects)
	t.counts[ambiguous] += v.ambiguous
	if v.saved500 > 0 {
		t.counts[saved500s]++
	}
}

// addCalls counts what shows in the calls themselves.
func (t *Tally) addCalls(op *operation) {
	for i, c := range op.calls {
		switch {
		case c.told != nil && c.slow():
			t.counts[slowAnswers]++
		case c.ignored && c.unheard != nil:
			t.counts[answeredLate]++
		}
		switch {
		case !c.ignored || i+1 == len(op.calls):
		case c.unheard == nil || op.calls[i+1].sent.Before(c.sent.Add(c.took)):
			t.counts[repeatedFlying]++
		default:
			t.counts[repeatedAfter]++
		}
		if c.told != nil && c.told.Shared {
			t.counts[shared]++
		}
	}
}

// String lists the counts. What never happened is listed with 0, so that it is seen.
func (t *Tally) String() string {
	var text strings.Builder
	line := func(what string) { _, _ = fmt.Fprintf(&text, "%6d  %s\n", t.counts[what], what) }
	list := func(title string, counted ...string) {
		text.WriteString(title)
		for _, what := range counted {
			line(what)
		}
	}
	list("", runs, calls, objects)
	list("\nwhat was wanted:\n")
	for _, tool := range tools() {
		line(string(tool))
	}
	list("\nwhat must not be:\n", wrongs()...)
	list("\nwhat cannot be decided:\n", saved500s, ambiguous)
	list("\nwhat happened:\n", ingredients()...)
	for _, what := range troubles() {
		if t.counts[string(what)] > 0 {
			line(string(what))
		}
	}
	list("\nruns in which a fault hit a request:\n")
	for _, kind := range kinds() {
		line(string(kind))
	}
	list("\nruns in which a strike hit a program:\n")
	for _, strike := range allStrikes() {
		line(strike.String())
	}
	return text.String()
}

// allStrikes returns every blow at every point where it can fall.
func allStrikes() []Strike {
	var all []Strike
	for _, blow := range blows() {
		for _, point := range points() {
			if s := (Strike{Blow: blow, Point: point}); blow != KillUnread && (blow != CloseOutput && blow != Die || point != Answered) {
				all = append(all, s)
			}
		}
	}
	return append(all, Strike{Blow: KillUnread})
}

// String names the strike without its number.
func (s Strike) String() string {
	if s.Point == "" {
		return string(s.Blow)
	}
	return fmt.Sprintf("%s, when: %s", s.Blow, s.Point)
}
