package lab

import (
	"fmt"
	"strings"
)

// Verdict is what is wrong with a run, and what cannot be decided.
type Verdict struct {
	Doubled         []string // more objects than people wanted
	FailedHappened  []string // reported failed, and it exists
	SucceededDidNot []string // reported succeeded, and it does not exist
	Swallowed       []string // something new was wanted, and something old reported, without an uncertain call before
	Unanswered      []string // calls without exactly one answer on a living program, or with one though cancelled
	Stray           []string // bytes on stdout that are no JSON-RPC
	Other           []string // unsettled at the end, bad exits, data races

	Saved500  int // operations that were told that Stripe keeps an internal error, and ordered again
	Ambiguous int // answers that were written and that nobody took in
}

// Wrong returns everything that must not be, each with the name of its kind.
func (v Verdict) Wrong() []string {
	var all []string
	for _, kind := range v.kinds() {
		for _, text := range kind.texts {
			all = append(all, kind.name+": "+text)
		}
	}
	return all
}

type kindOfWrong struct {
	name  string
	texts []string
}

func (v Verdict) kinds() []kindOfWrong {
	return []kindOfWrong{
		{"doubled objects", v.Doubled},
		{"writes reported failed that happened", v.FailedHappened},
		{"writes reported succeeded that did not", v.SucceededDidNot},
		{"new wishes answered with old objects", v.Swallowed},
		{"unanswered calls on a living process", v.Unanswered},
		{"non-JSON on stdout", v.Stray},
		{"anything else", v.Other},
	}
}

// Judge compares what Stripe holds with what the agents were told.
func Judge(r Result) Verdict {
	var v Verdict
	for _, text := range r.complaints {
		switch {
		case strings.Contains(text, stray):
			v.Stray = append(v.Stray, text)
		case strings.HasPrefix(text, unanswered):
			v.Unanswered = append(v.Unanswered, text)
		default:
			v.Other = append(v.Other, text)
		}
	}
	owner := map[string]string{} // of what was reported as created
	for i, g := range r.Schedule.Groups {
		var operations []*operation
		for _, op := range r.operations {
			if op.group == i {
				operations = append(operations, op)
			}
		}
		v.judgeCalls(operations)
		if g.Tool == Cancel {
			v.judgeCancellations(r, i, operations)
		} else {
			v.judgeCreations(r, i, operations, owner)
		}
	}
	return v
}

// judgeCalls looks at each call by itself.
func (v *Verdict) judgeCalls(operations []*operation) {
	for _, op := range operations {
		for _, c := range op.calls {
			if c.late > 0 {
				v.Unanswered = append(v.Unanswered, fmt.Sprintf("call %s of %s was answered after its cancellation", c.id, c.program.name))
			}
			if c.more > 0 {
				v.Unanswered = append(v.Unanswered, fmt.Sprintf("call %s of %s was answered more than once", c.id, c.program.name))
			}
			if c.told == nil && !c.cancelled && !c.program.excused() {
				v.Unanswered = append(v.Unanswered, fmt.Sprintf("call %s of %s was not answered", c.id, c.program.name))
			}
			if c.told != nil && c.told.SavedError {
				v.Saved500++
			}
			if c.inDoubt() {
				v.Ambiguous++
			}
		}
		if last := op.last(); !last.settled() {
			v.Other = append(v.Other, fmt.Sprintf("an operation of group %d is not settled after %d calls", op.group, len(op.calls)))
		}
	}
}

// excused reports whether a program may end with calls unanswered: those that it had not read when it was asked to stop,
// and all of them where it could not answer.
func (p *program) excused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.killed || p.deaf || p.signalled
}

// inDoubt reports whether an answer was written that nobody took in, and the program could not know: it was in the pipe that
// we closed, or it crossed the cancellation and the program was asked to end before it could read that.
func (c *call) inDoubt() bool {
	return c.told == nil && (c.ambiguous || c.crossed && c.program.excused())
}

// last returns what the agent was told last.
func (op *operation) last() *Told {
	if len(op.calls) == 0 {
		return nil
	}
	return op.calls[len(op.calls)-1].told
}

func (v *Verdict) judgeCancellations(r Result, group int, operations []*operation) {
	canceled := false
	for _, o := range r.Objects {
		if o.ID == givenSubscription(group) {
			canceled = o.Status == "canceled"
		}
	}
	reported := false
	for _, op := range operations {
		if last := op.last(); last != nil && last.Outcome == succeeded {
			reported = true
			if !canceled || last.Status != "canceled" {
				v.SucceededDidNot = append(v.SucceededDidNot, fmt.Sprintf("group %d: the cancellation, with status %q", group, last.Status))
			}
		}
	}
	for _, op := range operations {
		if last := op.last(); canceled && !reported && last != nil && last.Outcome == failed {
			v.FailedHappened = append(v.FailedHappened, fmt.Sprintf("group %d: the cancellation: %s", group, last.Text))
		}
	}
}

func (v *Verdict) judgeCreations(r Result, group int, operations []*operation, owner map[string]string) {
	exists := map[string]bool{}
	for _, o := range r.Objects {
		if o.Group == group && kindOf(r.Schedule.Groups[group].Tool) == o.Kind {
			exists[o.ID] = true
		}
	}
	allowed, found, uncertain, saidFailed := 0, 0, 0, false
	for i, op := range operations {
		last := op.last()
		if last == nil || last.Outcome != failed {
			allowed++
		}
		for _, c := range op.calls {
			switch {
			case c.told == nil || c.told.Outcome == unknown || c.program.excused():
				uncertain++
			case c.told.Outcome == failed:
				saidFailed = true
			}
			if c.inDoubt() || c.told != nil && c.told.SavedError {
				allowed++
			}
			if c.told == nil || c.told.Outcome != succeeded {
				continue
			}
			if !exists[c.told.ID] {
				v.SucceededDidNot = append(v.SucceededDidNot, fmt.Sprintf("group %d: %q is not there", group, c.told.ID))
			}
			me := fmt.Sprintf("group %d, operation %d", group, i)
			if c.told.Found {
				found++
			} else if other := owner[c.told.ID]; other != "" {
				v.SucceededDidNot = append(v.SucceededDidNot, fmt.Sprintf("%s: %q was made for %s", me, c.told.ID, other))
			} else {
				owner[c.told.ID] = me
			}
		}
	}
	if found > uncertain {
		v.Swallowed = append(v.Swallowed, fmt.Sprintf("group %d: %d were found after %d uncertain calls", group, found, uncertain))
	}
	excess := fmt.Sprintf("group %d: %d exist, %d may", group, len(exists), allowed)
	switch {
	case len(exists) <= allowed:
	case saidFailed:
		v.FailedHappened = append(v.FailedHappened, excess)
	default:
		v.Doubled = append(v.Doubled, excess)
	}
}

// kindOf returns what a tool creates.
func kindOf(tool Tool) string {
	return map[Tool]string{Customer: "customer", Session: "checkout.session", Subscription: "subscription"}[tool]
}
