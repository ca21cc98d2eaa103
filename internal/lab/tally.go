package lab

import (
	"fmt"
	"io"
	"strings"
)

// Tally adds up runs.
type Tally struct {
	Runs      int
	Wrong     int // runs with anything wrong
	counts    map[string]int
	faults    map[Kind]int
	strikes   map[Strike]int
	saved500  int
	ambiguous int
	calls     int
	objects   int
}

// NewTally returns an empty one.
func NewTally() *Tally {
	return &Tally{counts: map[string]int{}, faults: map[Kind]int{}, strikes: map[Strike]int{}}
}

// Add takes in a run.
func (t *Tally) Add(r Result, v *Verdict) {
	t.Runs++
	if len(v.wrong) > 0 {
		t.Wrong++
	}
	for _, w := range v.wrong {
		t.counts[w.kind]++
	}
	for kind := range r.Hits {
		t.faults[kind]++
	}
	for strike := range r.Strikes {
		t.strikes[strike]++
	}
	for _, op := range r.operations {
		t.calls += len(op.calls)
	}
	t.objects += len(r.Objects)
	t.ambiguous += v.ambiguous
	if v.saved500 > 0 {
		t.saved500++
	}
}

// Print writes the figures. A fault or a strike that hit nothing is listed with 0, so that it is seen.
func (t *Tally) Print(w io.Writer) error {
	var text strings.Builder
	line := func(count int, what any) { _, _ = fmt.Fprintf(&text, "%6d  %v\n", count, what) }
	line(t.Runs, "runs")
	line(t.calls, "calls")
	line(t.objects, "objects at Stripe")
	text.WriteString("\nwhat must not be:\n")
	for _, kind := range wrongs() {
		line(t.counts[kind], kind)
	}
	text.WriteString("\nwhat cannot be decided:\n")
	line(t.saved500, "runs ended in a saved 500, after which the agents ordered again: doubling cannot be excluded there")
	line(t.ambiguous, "answers may have been written without anybody taking them in: their repetition counts as new")
	text.WriteString("\nruns in which a fault hit a request:\n")
	for _, kind := range kinds() {
		line(t.faults[kind], kind)
	}
	text.WriteString("\nruns in which a strike hit a program:\n")
	for _, strike := range allStrikes() {
		line(t.strikes[strike], strike)
	}
	_, err := io.WriteString(w, text.String())
	return err
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
