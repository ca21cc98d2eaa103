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
	}
	t.counts[objects] += len(r.Objects)
	t.counts[ambiguous] += v.ambiguous
	if v.saved500 > 0 {
		t.counts[saved500s]++
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
	list("\nwhat must not be:\n", wrongs()...)
	list("\nwhat cannot be decided:\n", saved500s, ambiguous)
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
			if s := (Strike{Blow: blow, Point: point}); blow != KillUnread && (blow != CloseOutput || point != Answered) {
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
