package journal

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stripe-mcp/internal/limits"
)

// equal is the request in all stories. They differ in who makes it, and when.
func equal() Request {
	return Request{
		Method: "POST", Path: "/v1/customers", Body: "email=jenny%40example.com&name=Jenny", Base: "https://api.stripe.com",
		Authorization: "Bearer sk_test_MadeUpForTests",
	}
}

// stiff is a log that takes its time for each step. It is never had when that is long.
type stiff struct {
	memory

	takes time.Duration
}

func (s *stiff) begin(ctx context.Context, _ *book) (tx, error) {
	select {
	case <-time.After(s.takes):
		return s, nil
	case <-ctx.Done():
		return nil, errBusy
	}
}

// TestWaitingForTheJournal: requests wait as long as others get on. When none does, they are all refused together.
func TestWaitingForTheJournal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		takes, until time.Duration
		fails        bool
	}{
		"a slow disk, and many requests": {takes: time.Second, until: 30 * time.Second},
		"a frozen process":               {takes: time.Hour, until: limits.Lock, fails: true},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				j := newJournal(&stiff{takes: tt.takes})
				var requests sync.WaitGroup
				for range 30 {
					requests.Go(func() {
						if _, err := j.Begin(t.Context(), nil, equal()); (err != nil) != tt.fails || err != nil && !errors.Is(err, errBusy) {
							t.Error(err)
						}
					})
				}
				requests.Wait()
				if took := time.Since(begin); took != tt.until {
					t.Errorf("took %v, want %v", took, tt.until)
				}
			})
		})
	}
}

// TestRules tells which key a request gets, as stories of equal requests A, B, C… A step is a name and what happens to it.
// A call is read at its first step. "begin new" and "begin X" say whose key it must get, "begin unresolved" that it is
// refused. "at 2" runs a step in a second process, "with another key" after the Stripe key was rolled. "time 22h" lets time
// pass, "clock -2h" sets the clock back, "answer 2h" lets Stripe say that its clock is ahead, and "kill 1" ends a process.
func TestRules(t *testing.T) {
	t.Parallel()
	stories := map[string][]string{
		"after a delivered success":                      {"A begin new", "A succeeds", "A delivered", "B begin new"},
		"side by side":                                   {"A begin new", "B begin new", "A succeeds", "C begin new"},
		"after a success that was not delivered":         {"A begin new", "A succeeds", "A missed", "B begin A"},
		"after an unknown":                               {"A begin new", "A unknown", "A delivered", "B begin A"},
		"after an unknown, before it is delivered":       {"A begin new", "A unknown", "B begin A", "A delivered", "C begin new"},
		"after a failure":                                {"A begin new", "A fails", "A delivered", "B begin new"},
		"after a failure that was not delivered":         {"A begin new", "A fails", "A missed", "B begin new"},
		"while a call that was left still runs":          {"A begin new", "A leaves", "B begin A"},
		"a call that was left succeeds too late":         {"A begin new", "A leaves", "B begin A", "A succeeds", "A missed", "B succeeds", "B delivered", "C begin new"},
		"left, with the outcome known, not delivered":    {"A begin new", "A succeeds", "A leaves", "B begin A"},
		"abandoned when its time ran out, yet delivered": {"A begin new", "A abandoned", "A succeeds", "A delivered", "B begin new"},
		"a cancellation crosses the answer":              {"A begin new", "A succeeds", "A delivered", "A missed", "B begin A"},
		"one that comes after the next equal request":    {"A begin new", "A succeeds", "A delivered", "B begin new", "A missed", "C begin A", "D begin new"},
		"a cancellation crosses an unknown":              {"A begin new", "A unknown", "A delivered", "A missed", "B begin A"},
		"one that comes after that was repeated":         {"A begin new", "A unknown", "A delivered", "B begin A", "B succeeds", "B delivered", "A missed", "C begin new"},
		"a caller who has left begins nothing":           {"A leaves", "A begin left", "B begin new"},
		"a key is handed on and on":                      {"A begin new", "A unknown", "B begin A", "B unknown", "C begin A", "C succeeds", "C delivered", "D begin new"},
		"a key that is handed on is not new":             {"A begin new", "A unknown", "time 22h", "B begin A", "B unknown", "time 2h", "C begin unresolved", "D begin new"},
		"two unknowns, the older first":                  {"A begin new", "time 1s", "B begin new", "B unknown", "A unknown", "C begin A", "D begin B", "E begin new"},
		"up to 23 hours":                                 {"A begin new", "A unknown", "time 23h", "B begin A"},
		"after more, once refused":                       {"A begin new", "A unknown", "time 23h1m", "B begin unresolved", "C begin new"},
		"a week later, once refused":                     {"A begin new", "A unknown", "time 168h", "X fails", "B begin unresolved", "C begin new"},
		"a clock set back by minutes":                    {"A begin new", "A unknown", "clock -30m", "B begin A"},
		"a clock set back by hours":                      {"A begin new", "A unknown", "clock -2h", "B begin unresolved", "C begin new"},
		"a clock that ran ahead, set right later":        {"clock 5h", "A begin new", "answer -5h", "A unknown", "clock -5h", "answer 0s", "time 22h", "B begin A", "B unknown", "time 2h", "C begin unresolved"},
		"a clock that is behind Stripe's":                {"A begin new", "A unknown", "answer 24h", "B begin unresolved"},
		"a person has yet to approve":                    {"A begin new", "A pends", "A delivered", "B begin A", "B pends", "B delivered", "C begin A"},

		"repeated while it runs":                      {"A begin new", "time 4s", "B begin A"},
		"two orders that were read side by side":      {"A begin new", "time 3.9s", "B begin new"},
		"two orders that wait for their turn":         {"A reads", "B reads", "time 20s", "A begin new", "B begin new"},
		"a repetition that waits for its turn":        {"A begin new", "time 5s", "B reads", "time 5s", "A succeeds", "A delivered", "B begin A"},
		"a repetition that overtakes in the queue":    {"A reads", "time 5s", "B begin new", "A begin B"},
		"one that was answered before the first":      {"A reads", "time 5s", "B begin new", "B succeeds", "B delivered", "A begin B", "A succeeds", "A delivered", "time 61s", "C begin new"},
		"two orders, and one repeated in the queue":   {"A reads", "B reads", "time 5s", "C begin new", "A begin C", "B begin new"},
		"a chain that runs backwards":                 {"A reads", "time 5s", "B reads", "time 5s", "C begin new", "B begin C", "A begin B"},
		"repeated after a late answer":                {"A begin new", "time 8s", "A succeeds", "A delivered", "time 4s", "B begin A", "B succeeds", "B delivered", "C begin new"},
		"repeated a minute after a late answer":       {"A begin new", "time 8s", "A succeeds", "A delivered", "time 60s", "B begin A"},
		"ordered again more than a minute after it":   {"A begin new", "time 8s", "A succeeds", "A delivered", "time 61s", "B begin new"},
		"ordered again after a quick answer":          {"A begin new", "time 3.9s", "A succeeds", "A delivered", "time 1s", "B begin new"},
		"a chain of three repetitions":                {"A begin new", "time 5s", "B begin A", "time 5s", "C begin A", "A succeeds", "A delivered", "B succeeds", "B delivered", "C succeeds", "C delivered", "D begin new"},
		"the first ends unknown, its key being taken": {"A begin new", "time 5s", "B begin A", "B succeeds", "B delivered", "A unknown", "A delivered", "C begin A"},
		"left, and unknown after its key was taken":   {"A begin new", "A leaves", "B begin A", "B succeeds", "B delivered", "A unknown", "C begin new"},
		"unknown, its key being taken, and left":      {"A begin new", "time 5s", "B begin A", "B succeeds", "B delivered", "A unknown", "A missed", "C begin new"},
		"the repetition overtakes the first":          {"A begin new", "time 5s", "B begin A", "B succeeds", "B delivered", "A succeeds", "A delivered", "C begin new"},
		"two that a person confirmed":                 {"A confirmed", "A begin new", "time 5s", "B confirmed", "B begin new"},
		"one yes that comes twice":                    {"A confirmed by the yes of A", "A begin new", "A succeeds", "A delivered", "B confirmed by the yes of A", "B begin A"},
		"one yes that comes twice at the same time":   {"A confirmed by the yes of A", "A begin new", "B confirmed by the yes of A", "B begin A"},
		"confirmed once":                              {"A confirmed", "A begin new", "time 5s", "B begin A"},
		"confirmed, and its outcome unknown":          {"A confirmed", "A begin new", "A unknown", "B confirmed", "B begin A"},

		"a Stripe key that was rolled after an unknown": {"A begin new", "A unknown", "B with another key begin unresolved", "C with another key begin new"},
		"the refusal does not reach its caller":         {"A begin new", "A unknown", "B with another key begin unresolved", "B missed", "C with another key begin unresolved", "C delivered", "D with another key begin new"},
		"its caller leaves before it":                   {"A begin new", "A unknown", "B with another key begin unresolved", "B leaves", "C with another key begin unresolved", "C delivered", "D with another key begin new"},
		"a cancellation crosses the refusal":            {"A begin new", "A unknown", "B with another key begin unresolved", "B delivered", "B missed", "C with another key begin unresolved", "C delivered", "D with another key begin new"},
		"a refusal a week later that reaches nobody":    {"A begin new", "A unknown", "time 168h", "B begin unresolved", "B missed", "C begin unresolved", "C delivered", "D begin new"},
		"one that was rolled after a success":           {"A begin new", "A succeeds", "A delivered", "B with another key begin new"},
		"one that was rolled while a call runs":         {"A begin new", "time 5s", "B with another key begin new"},
	}
	for why, steps := range stories {
		for where, share := range stores() {
			t.Run(why+", "+where, func(t *testing.T) {
				t.Parallel()
				start := share(t)
				synctest.Test(t, func(t *testing.T) { tell(t, equal(), steps, start()) })
			})
		}
	}
}

// TestPages: a second payment page costs nothing, and a shared one can be paid by somebody else.
func TestPages(t *testing.T) {
	t.Parallel()
	stories := map[string][]string{
		"opened again while it runs":         {"A begin new", "time 5s", "B begin new"},
		"opened again after a late answer":   {"A begin new", "time 8s", "A succeeds", "A delivered", "B begin new"},
		"opened again after an unknown":      {"A begin new", "A unknown", "B begin A"},
		"opened again after the caller left": {"A begin new", "A leaves", "B begin A"},
	}
	for why, steps := range stories {
		for where, share := range stores() {
			t.Run(why+", "+where, func(t *testing.T) {
				t.Parallel()
				page := equal()
				page.Path, page.Page = "/v1/checkout/sessions", true
				start := share(t)
				synctest.Test(t, func(t *testing.T) { tell(t, page, steps, start()) })
			})
		}
	}
}

// TestProcesses is TestRules for processes that share a store. Where nobody sees whether another process lives, an equal request
// waits until that one's time is over: what it gets then stands behind a bar.
func TestProcesses(t *testing.T) {
	t.Parallel()
	stories := map[string][]string{
		"side by side":                                 {"A begin new", "B at 2 begin new|A"},
		"side by side, for a long time":                {"A begin new", "time 20s", "B at 2 begin new|A"},
		"unknown in the other":                         {"A begin new", "A unknown", "B at 2 begin A", "C begin new|A"},
		"delivered in the other":                       {"A begin new", "A succeeds", "A delivered", "B at 2 begin new"},
		"delivered late in the other":                  {"A begin new", "time 8s", "A succeeds", "A delivered", "B at 2 begin new"},
		"not delivered in the other":                   {"A begin new", "A succeeds", "A missed", "B at 2 begin A"},
		"left in the other":                            {"A begin new", "A leaves", "A abandoned", "B at 2 begin A"},
		"the other died before its outcome":            {"A begin new", "kill 1", "B at 2 begin A"},
		"the other died before its delivery":           {"A begin new", "A succeeds", "kill 1", "B at 2 begin A"},
		"the other died after its delivery":            {"A begin new", "A succeeds", "A delivered", "kill 1", "B at 2 begin new"},
		"it died after a late cancellation":            {"A begin new", "A succeeds", "A delivered", "A missed", "kill 1", "B at 2 begin A", "B succeeds", "B delivered", "C at 2 begin new"},
		"the other died after its failure":             {"A begin new", "A fails", "kill 1", "B at 2 begin new"},
		"the other died with a key handed over":        {"A begin new", "A unknown", "B at 2 begin A", "kill 2", "C begin A"},
		"the dead one's is settled by the next":        {"A begin new", "kill 1", "B at 2 begin A", "B succeeds", "B delivered", "C at 2 begin new|A"}, // there after a late answer
		"it died before its refusal arrived":           {"A begin new", "A unknown", "B with another key begin unresolved", "kill 1", "C at 2 with another key begin unresolved", "C delivered", "D at 2 with another key begin new"},
		"it died after its refusal arrived":            {"A begin new", "A unknown", "B with another key begin unresolved", "B delivered", "kill 1", "C at 2 with another key begin new"},
		"its own before that of a dead one":            {"A begin new", "time 1s", "B at 2 begin new|A", "kill 1", "time 5s", "C at 2 begin B|A", "D at 2 begin A|new"},
		"its own unknown before a dead one's":          {"A begin new", "time 1s", "B at 2 begin new|A", "B unknown", "kill 1", "C at 2 begin B|A", "D at 2 begin A|new"},
		"taken from one that left, and then unknown":   {"A begin new", "A leaves", "A abandoned", "B at 2 begin A", "B succeeds", "B delivered", "A unknown", "C at 2 begin new", "D begin new|C"},
		"taken from one that leaves after its outcome": {"A begin new", "time 5s", "B begin A", "B succeeds", "B delivered", "A unknown", "A missed", "C at 2 begin new", "D begin new|C"},
	}
	for why, steps := range stories {
		for where, share := range stores() {
			if where == "in memory" {
				continue // which no other process has
			}
			t.Run(why+", "+where, func(t *testing.T) {
				t.Parallel()
				start := share(t)
				synctest.Test(t, func(t *testing.T) { tell(t, equal(), steps, start(), start()) })
			})
		}
	}
}

// asked is one request of a story.
type asked struct {
	leave   context.CancelFunc
	ctx     context.Context
	receipt *Receipt
	intent  *Intent
}

// tell plays a story with a process for each journal.
func tell(t *testing.T, request Request, steps []string, processes ...*Journal) {
	t.Helper()
	back := time.Duration(0)
	for _, j := range processes {
		j.now = func() time.Time { return wallClock().Add(back) }
	}
	all := map[string]*asked{}
	for _, step := range steps {
		name, what, _ := strings.Cut(step, " ")
		switch name {
		case "time", "clock", "answer":
			d, err := time.ParseDuration(what)
			must(t, err)
			switch name {
			case "time":
				time.Sleep(d)
			case "clock":
				back += d
			case "answer":
				processes[0].Observe(processes[0].now().Add(d))
			}
			continue
		case "kill":
			die(t, processes[what[0]-'1'])
			continue
		}
		if all[name] == nil {
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			receipt := NewReceipt(ctx, Caller{Client: "test", Tool: "stripe_create_customer", Mode: "TEST"}, time.Now())
			all[name] = &asked{ctx: ctx, leave: leave, receipt: receipt}
		}
		process, this := processes[0], request
		if other, at := strings.CutPrefix(what, "at 2 "); at {
			process, what = processes[1], other
		}
		if other, rolled := strings.CutPrefix(what, "with another key "); rolled {
			this.Authorization, what = "Bearer sk_test_MadeUpAsAnother", other
		}
		if whose, begins := strings.CutPrefix(what, "begin "); begins {
			if seen, waited, differs := strings.Cut(whose, "|"); differs {
				whose = seen
				if _, blind := process.store.(*distant); blind {
					whose = waited
				}
			}
			if got := begin(t, process, this, all, name); got != whose {
				t.Errorf("%s: got %s", step, got)
			}
			continue
		}
		all[name].happens(t, process, this, what)
		for _, j := range processes {
			must(t, j.Flush(t.Context()))
		}
	}
}

// begin begins a request and says whose key it has.
func begin(t *testing.T, j *Journal, request Request, all map[string]*asked, name string) string {
	t.Helper()
	intent, err := j.Begin(all[name].ctx, all[name].receipt, request)
	if _, unresolved := errors.AsType[*UnresolvedError](err); unresolved {
		return "unresolved"
	}
	if errors.Is(err, context.Canceled) {
		return "left"
	}
	must(t, err)
	owner := "new"
	for other, a := range all {
		if a.intent != nil && a.intent.Key() == intent.Key() && (owner == "new" || other < owner) {
			owner = other
		}
	}
	all[name].intent = intent
	if intent.Inherited() != (owner != "new") {
		t.Errorf("%s says inherited: %v", name, intent.Inherited())
	}
	return owner
}

func (a *asked) happens(t *testing.T, j *Journal, request Request, what string) {
	t.Helper()
	if a.intent == nil && what == "fails" { // another request, for which time passes
		request.Body = "email=other"
		var err error
		a.intent, err = j.Begin(a.ctx, a.receipt, request)
		must(t, err)
	}
	switch what {
	case "reads":
	case "confirmed":
		a.receipt.Confirm("")
	case "confirmed by the yes of A":
		a.receipt.Confirm("A")
	case "succeeds":
		must(t, a.intent.Settle(a.ctx, Result{Outcome: "succeeded", Object: "cus_1", Settled: true}))
	case "fails":
		must(t, a.intent.Settle(a.ctx, Result{Outcome: "failed", Settled: true, Final: true}))
	case "unknown":
		must(t, a.intent.Settle(a.ctx, Result{Outcome: "unknown"}))
	case "pends":
		must(t, a.intent.Settle(a.ctx, Result{Outcome: "pending_approval"}))
	case "abandoned":
		must(t, a.intent.Abandon(a.ctx))
	case "delivered":
		a.receipt.Close(true)
	case "missed":
		a.receipt.Close(false)
	case "leaves":
		a.leave()
	default:
		t.Fatalf("it is not known what it means that something %s", what)
	}
}

// openIntents counts those that are not over.
func (j *Journal) openIntents() int {
	n := 0
	for _, e := range j.book("").all {
		if !e.ended {
			n++
		}
	}
	return n
}

// die takes from a process what the system takes from a dead one.
func die(t *testing.T, j *Journal) {
	t.Helper()
	if f, ok := j.store.(*file); ok {
		must(t, f.alive.Load().Close())
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
