package lab

import (
	"fmt"
	"slices"
	"strings"
)

// Verdict is what is wrong with a run, and what cannot be decided.
type Verdict struct {
	wrong     []wrong
	saved500  int // operations that were told that Stripe keeps an internal error, and ordered again
	ambiguous int // answers that were written and that nobody took in
}

// wrong is something that must not be.
type wrong struct{ kind, text string }

// The kinds of what must not be.
const (
	doubled         = "doubled objects"                            // more than people wanted
	failedHappened  = "writes reported failed that happened"       // it exists
	succeededDidNot = "writes reported succeeded that did not"     // it does not exist
	lostPurchases   = "lost purchases"                             // orders merged without a word, or without a reason
	unanswered      = "unanswered calls on a living process"       // or with more than one answer, or with one though cancelled
	halfMade        = "half-made invoices that nobody was told of" // drafts
	stray           = "non-JSON on stdout"                         // bytes that are no JSON-RPC
	other           = "anything else"                              // unsettled at the end, bad exits, data races
)

func wrongs() []string {
	return []string{doubled, failedHappened, succeededDidNot, lostPurchases, unanswered, halfMade, stray, other}
}

// Wrong returns everything that must not be, each with its kind.
func (v *Verdict) Wrong() []string {
	all := make([]string, len(v.wrong))
	for i, w := range v.wrong {
		all[i] = w.kind + ": " + w.text
	}
	return all
}

func (v *Verdict) find(kind, format string, values ...any) {
	v.wrong = append(v.wrong, wrong{kind, fmt.Sprintf(format, values...)})
}

// Judge compares what Stripe holds with what the agents were told.
func Judge(r Result) *Verdict {
	v := &Verdict{wrong: slices.Clone(r.wrong)}
	owner := map[string]string{} // of what was reported as created
	for i, g := range r.Schedule.Groups {
		var operations []*operation
		for _, op := range r.operations {
			if op.group == i {
				operations = append(operations, op)
			}
		}
		v.judgeCalls(operations)
		if g.Tool.keyless() {
			v.judgeChanges(r, i, operations)
		} else {
			v.judgeCreations(r, i, operations, owner)
			v.judgeDrafts(r, i, operations)
		}
	}
	return v
}

// judgeCalls looks at each call by itself.
func (v *Verdict) judgeCalls(operations []*operation) {
	for _, op := range operations {
		for _, c := range op.calls {
			if c.late > 0 {
				v.find(unanswered, "call %s of %s was answered after its cancellation", c.id, c.program.name)
			}
			if c.more > 0 {
				v.find(unanswered, "call %s of %s was answered more than once", c.id, c.program.name)
			}
			if c.told == nil && c.unheard == nil && !c.cancelled && !c.unsent && !c.program.excused() {
				v.find(unanswered, "call %s of %s was not answered", c.id, c.program.name)
			}
			if c.told != nil && c.told.SavedError {
				v.saved500++
			}
			if c.inDoubt() {
				v.ambiguous++
			}
		}
		if last := op.last(); !last.settled() && op.seen == "" {
			v.find(other, "an operation of group %d is not settled after %d calls", op.group, len(op.calls))
		}
	}
}

// excused reports whether a program that has ended may have left calls unanswered. It need not answer what it had not read
// when it was asked to stop, nor anything where it could not.
func (p *program) excused() bool {
	return p.killed || p.deaf || p.signalled
}

// inDoubt reports whether an answer was written that nobody took in, and the program could not know. Either it was in the
// pipe that we closed. Or it crossed the cancellation, and the program was asked to end before it could read that.
func (c *call) inDoubt() bool {
	return c.told == nil && (c.ambiguous || c.crossed && c.program.excused())
}

// last returns what the agent was told last.
func (op *operation) last() *reply {
	if len(op.calls) == 0 {
		return nil
	}
	return op.calls[len(op.calls)-1].told
}

// judgeChanges looks at what is the same however often it is done.
func (v *Verdict) judgeChanges(r Result, group int, operations []*operation) {
	tool, done := r.Schedule.Groups[group].Tool, false
	for _, o := range r.Objects {
		if o.ID == givenSubscription(group) {
			done = o.changed(tool)
		}
	}
	reported := false
	for _, op := range operations {
		if last := op.last(); last != nil && last.Outcome == succeeded {
			reported = true
			if !done || !last.shows(tool) {
				v.find(succeededDidNot, "group %d: %s: %s", group, tool, last.Text)
			}
		}
	}
	for _, op := range operations {
		if last := op.last(); done && !reported && last != nil && last.Outcome == failed {
			v.find(failedHappened, "group %d: %s: %s", group, tool, last.Text)
		}
	}
}

// changed reports whether the subscription is as tool leaves it.
func (o Object) changed(tool Tool) bool {
	return tool == Cancel && o.Status == "canceled" || tool == Update && o.Plan == plan
}

// shows reports whether an answer shows a subscription as tool leaves it.
func (t *reply) shows(tool Tool) bool {
	return tool == Cancel && t.Status == "canceled" || tool == Update && strings.Contains(t.Text, `"plan":"`+plan+`"`)
}

func (v *Verdict) judgeCreations(r Result, group int, operations []*operation, owner map[string]string) {
	exists, finished := map[string]bool{}, map[string]bool{}
	for _, o := range r.Objects {
		if o.Group == group && kindOf(r.Schedule.Groups[group].Tool) == o.Kind {
			exists[o.ID], finished[o.ID] = true, o.Status != draft
		}
	}
	page, items := r.Schedule.Groups[group].Tool == Session, r.Schedule.Groups[group].Tool == AddItem
	finished[givenSubscription(group)] = items && len(exists) > 0 // whose items the answers show, and not which of them is whose
	allowed, merged, reasons, own, saidFailed := 0, 0, 0, 0, false
	for i, op := range operations {
		last := op.last()
		if last == nil || last.Outcome != failed {
			allowed++
		}
		me := fmt.Sprintf("group %d, operation %d", group, i)
		if op.seen != "" {
			owner[op.seen] = me
			own++
		}
		for n, c := range op.calls {
			reasons += c.reasons(page)
			saidFailed = saidFailed || c.told != nil && c.told.Outcome == failed
			if c.inDoubt() || c.told != nil && c.told.SavedError || c.ignored && (page || op.forgotten(n)) {
				allowed++
			}
			if c.told == nil || c.told.Outcome != succeeded {
				continue
			}
			if !finished[c.told.ID] {
				v.find(succeededDidNot, "group %d: %q is not there, or not finished", group, c.told.ID)
			}
			switch first := owner[c.told.ID]; {
			case c.told.Shared:
				merged++
			case items:
				own++
			case first != "":
				v.find(lostPurchases, "%s: %q was made for %s, and nothing says so", me, c.told.ID, first)
			default:
				owner[c.told.ID] = me
			}
		}
	}
	if items && own > len(exists) {
		v.find(lostPurchases, "group %d: %d were told of an item of their own, and there are %d", group, own, len(exists))
	}
	if merged > reasons {
		v.find(lostPurchases, "group %d: %d were merged with earlier ones, for which there are %d reasons", group, merged, reasons)
	}
	if len(exists) > allowed {
		kind := doubled
		if saidFailed {
			kind = failedHappened
		}
		v.find(kind, "group %d: %d exist, %d may", group, len(exists), allowed)
	}
}

// reasons returns how many later equal calls may be answered with the object of this one. page says that it is a page,
// which is shared only when its call was deserted.
func (c *call) reasons(page bool) int {
	open := c.told == nil || c.told.Outcome == unknown || c.program.excused()
	switch {
	case c.unsent:
		return 0
	case c.ignored && page:
		open = c.unheard == nil || c.unheard.Outcome == unknown || c.program.excused()
	case c.ignored && (c.unheard == nil || c.unheard.Outcome == unknown): // its key is open again at its end
		return 2
	case c.slow() && (!page || c.nervous):
		return 1
	}
	if open {
		return 1
	}
	return 0
}

// forgotten reports whether the answer to the nth call was written to a client that had given up, by a program that ended
// before it answered a repetition: no other one can know that nobody took it in.
func (op *operation) forgotten(n int) bool {
	c := op.calls[n]
	over := c.unheard != nil && (c.unheard.Outcome == succeeded || c.unheard.SavedError) // as far as the program knows
	if !over && !c.program.deaf {
		return false
	}
	for _, next := range op.calls[n+1:] {
		if next.program != c.program {
			return true
		}
		if next.told != nil || !next.program.excused() {
			return false
		}
	}
	return false
}

// kindOf returns what a tool creates.
func kindOf(tool Tool) string {
	return map[Tool]string{Customer: "customer", Session: "checkout.session", Subscription: "subscription", Invoice: "invoice", Refund: refund, RefundAll: refund, AddItem: item}[tool]
}
