package lab

import (
	"strconv"
	"sync"
	"time"
)

// operation is one wish of an agent: to have one of something, or one subscription changed.
type operation struct {
	group int
	home  int
	calls []*call
	seen  string // the object that the agent found in the Dashboard, after it was told to look there
}

// mostCalls bounds how often an agent repeats itself before it gives up.
func (r *run) mostCalls() int {
	const alone, shared = 15, 60 // while nobody knows whether another host lives, a call is refused
	if r.hosts != nil {
		return shared
	}
	return alone
}

// perform repeats an operation until its outcome is known.
func (r *run) perform(op *operation) {
	uncertain := false // a call before may have happened
	for range r.mostCalls() {
		c := r.call(op)
		if c == nil {
			return
		}
		time.Sleep(r.schedule.Groups[op.group].Pause)
		told := c.answer()
		if c.unsent {
			continue
		}
		if r.hosts != nil && told != nil && told.Outcome == refused {
			time.Sleep(refusedPause)
		}
		if told != nil && told.Unresolved {
			if op.seen = r.look(op); op.seen != "" {
				return
			}
			continue
		}
		// A creation has one key for all its calls, so that a no to one is a no to all. A keyless call says nothing of the others.
		if told.settled() && (told.Outcome == succeeded || !uncertain || !r.schedule.Groups[op.group].Tool.keyless()) {
			return
		}
		uncertain = uncertain || told == nil || told.Outcome == unknown
		if uncertain {
			r.roll(op)
		}
	}
}

// refusedPause is how long an agent waits that was told to call again later.
const refusedPause = 300 * time.Millisecond

// look has an agent look in the Dashboard for an object that is told to no other.
func (r *run) look(op *operation) string {
	tool := r.schedule.Groups[op.group].Tool
	r.mu.Lock()
	known, items := map[string]bool{}, 0
	for _, other := range r.operations {
		known[other.seen] = true
		for _, c := range other.calls {
			if told := c.answer(); told != nil {
				known[told.ID] = true
				if told.Outcome == succeeded && !told.Shared && other.group == op.group {
					items++
				}
			}
		}
	}
	r.mu.Unlock()
	seen := r.stripe.look(op.group, kindOf(tool), func(id string) bool {
		if tool == AddItem && !known[id] && items > 0 { // the answers do not say whose an item is: their number is what counts
			items--
			return true
		}
		return known[id]
	})
	r.logf("an agent of group %d looks for what an earlier call may have made, and finds %q", op.group, seen)
	r.tick(refusedOnce)
	return seen
}

// call makes one call and waits until it is answered, cancelled or lost.
func (r *run) call(op *operation) *call {
	p, err := r.program(op.home)
	if err != nil {
		r.complain(other, "the program does not start: %v", err)
		return nil
	}
	group := r.schedule.Groups[op.group]
	if group.Manner != Patient || p.successor { // the others do what no client should, and send both at once
		p.awaitHandshake()
	}
	done := make(chan struct{})
	c := &call{program: p, done: done, end: sync.OnceFunc(func() { close(done) }), nervous: group.Manner == Nervous}
	c.id = p.client.Expect(c.take)
	number := r.takeOff(op, c)
	defer r.land(c)
	r.logf("%s: call %s of group %d, %s", p.name, c.id, op.group, group.Tool)
	send := func() { c.send(group.Tool, r.arguments(op.group)) }
	switch {
	case r.schedule.killsUnread(number) && !group.Tool.keyless(): // which the journal does not hold
		r.killUnread(p, send)
	case group.Manner == Silent && len(op.calls) <= mostSilences:
		send()
		c.bearFor(group.Wait)
	default:
		send()
	}
	r.await(c)
	if group.Manner == Nervous && c.answer() != nil {
		r.background.Go(func() { c.cancelAnswered(group.Wait) })
	}
	return c
}

// killUnread kills a program that has recorded what became of the call that is sent, and cannot write the answer.
func (r *run) killUnread(p *program, send func()) {
	release := p.clog()
	send()
	r.awaitOutcome(p)
	r.count(Strike{Blow: KillUnread})
	p.strike(KillUnread)
	release()
}

// mostSilences is how often in a row an agent gives up in silence before it waits for an answer.
const mostSilences = 3

// await waits for the end of a call.
func (r *run) await(c *call) {
	lost := time.NewTimer(r.schedule.Timeout + 2*time.Minute) // long enough for the busiest machine
	defer lost.Stop()
	select {
	case <-c.done:
	case <-c.program.ended:
	case <-lost.C:
		r.complain(unanswered, "call %s of %s waits and waits", c.id, c.program.name)
	}
	told := "nothing"
	if answer := c.answer(); answer != nil {
		told = answer.Text
	}
	r.logf("%s: call %s is told %s", c.program.name, c.id, told)
}

// arguments are the same for all operations of a group, and for no other's.
func (r *run) arguments(group int) map[string]any {
	mark := strconv.Itoa(group)
	switch r.schedule.Groups[group].Tool {
	case Customer:
		return map[string]any{"email": Email, "metadata": map[string]string{"lab": mark}}
	case Session:
		return map[string]any{
			"mode": "payment", "success_url": "https://shop.example/thanks", "customer_email": Email, "metadata": map[string]string{"lab": mark},
			"line_items": []any{map[string]any{"price": "price_1", "quantity": 2}},
		}
	case Subscription:
		return map[string]any{"customer": "cus_given", "items": []any{map[string]any{"price": "price_1"}}, "metadata": map[string]string{"lab": mark}}
	case Invoice:
		return invoiceForm(mark)
	case Refund, RefundAll:
		return refundForm(group, r.schedule.Groups[group].Tool == RefundAll)
	case AddItem:
		return map[string]any{"subscription_id": givenSubscription(group), "items": []any{map[string]any{"price": "price_1"}}}
	case Update:
		return map[string]any{"subscription_id": givenSubscription(group), "metadata": map[string]string{"plan": plan}}
	case Cancel:
	}
	return map[string]any{"subscription_id": givenSubscription(group)}
}

// Email is in many requests, and must be in no file.
const Email = "jenny.rosen@shop.example"
