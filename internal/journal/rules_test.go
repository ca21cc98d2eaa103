package journal

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// equal is the request in all stories. They differ in who makes it, and when.
func equal() Request {
	return Request{Method: "POST", Path: "/v1/customers", Body: "email=jenny%40example.com&name=Jenny", Authorization: "Bearer sk_test_MadeUpForTests"}
}

// TestRules tells stories of equal requests A, B, C… and checks which key each one gets. A step is a name and what happens
// to that request. "begin new" and "begin X" say whose key it must get. "begin expired" says that it is refused. "at 2"
// runs it in a second process. "time 22h" moves the clock, and "kill 1" ends a process.
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
		"whoever has left begins nothing":                {"A leaves", "A begin left", "B begin new"},
		"a key is handed on and on":                      {"A begin new", "A unknown", "B begin A", "B unknown", "C begin A", "C succeeds", "C delivered", "D begin new"},
		"a key that is handed on is not new":             {"A begin new", "A unknown", "time 22h", "B begin A", "B unknown", "time 2h", "C begin expired", "D begin new"},
		"two unknowns, the older first":                  {"A begin new", "time 1m", "B begin new", "B unknown", "A unknown", "C begin A", "D begin B", "E begin new"},
		"up to 23 hours":                                 {"A begin new", "A unknown", "time 23h", "B begin A"},
		"after more, once refused":                       {"A begin new", "A unknown", "time 23h1m", "B begin expired", "C begin new"},
		"a clock set back by minutes":                    {"A begin new", "A unknown", "time -30m", "B begin A"},
		"a clock set back by hours":                      {"A begin new", "A unknown", "time -2h", "B begin expired", "C begin new"},
		"after a success without end":                    {"A begin new", "time 48h", "B begin new"},
	}
	for why, steps := range stories {
		t.Run(why+", in a file", func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			tell(t, steps, New(folder), New(folder))
		})
		t.Run(why+", in memory", func(t *testing.T) {
			t.Parallel()
			tell(t, steps, InMemory())
		})
	}
}

// TestProcesses is TestRules for processes that share a folder.
func TestProcesses(t *testing.T) {
	t.Parallel()
	stories := map[string][]string{
		"side by side":                          {"A begin new", "B at 2 begin new"},
		"unknown in the other":                  {"A begin new", "A unknown", "B at 2 begin A", "C begin new"},
		"delivered in the other":                {"A begin new", "A succeeds", "A delivered", "B at 2 begin new"},
		"not delivered in the other":            {"A begin new", "A succeeds", "A missed", "B at 2 begin A"},
		"the other died before its outcome":     {"A begin new", "kill 1", "B at 2 begin A"},
		"the other died before its delivery":    {"A begin new", "A succeeds", "kill 1", "B at 2 begin A"},
		"the other died after its delivery":     {"A begin new", "A succeeds", "A delivered", "kill 1", "B at 2 begin new"},
		"the other died after its failure":      {"A begin new", "A fails", "kill 1", "B at 2 begin new"},
		"the other died with a key handed over": {"A begin new", "A unknown", "B at 2 begin A", "kill 2", "C begin A"},
		"the dead one's is settled by the next": {"A begin new", "kill 1", "B at 2 begin A", "B succeeds", "B delivered", "C at 2 begin new"},
	}
	for why, steps := range stories {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			tell(t, steps, New(folder), New(folder))
		})
	}
}

// asked is one request of a story.
type asked struct {
	leave   context.CancelFunc
	ctx     context.Context
	receipt *Receipt
	intent  *Intent
}

// tell plays a story. Each journal stands for a process.
func tell(t *testing.T, steps []string, processes ...*Journal) {
	t.Helper()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, j := range processes {
		j.now = func() time.Time { return now }
	}
	all := map[string]*asked{}
	for _, step := range steps {
		name, what, _ := strings.Cut(step, " ")
		switch name {
		case "time":
			d, err := time.ParseDuration(what)
			must(t, err)
			now = now.Add(d)
			continue
		case "kill":
			die(t, processes[what[0]-'1'])
			continue
		}
		if all[name] == nil {
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			receipt := NewReceipt(ctx, Caller{Client: "test", Tool: "stripe_create_customer", Mode: "TEST"})
			all[name] = &asked{ctx: ctx, leave: leave, receipt: receipt}
		}
		process := processes[0]
		if other, at := strings.CutPrefix(what, "at 2 "); at {
			process, what = processes[1], other
		}
		if whose, begins := strings.CutPrefix(what, "begin "); begins {
			if got := begin(t, process, all, name); got != whose {
				t.Errorf("%s: got %s", step, got)
			}
			continue
		}
		all[name].happens(t, what)
	}
}

// begin begins a request and returns whose key it has.
func begin(t *testing.T, j *Journal, all map[string]*asked, name string) string {
	t.Helper()
	intent, err := j.Begin(all[name].ctx, all[name].receipt, equal())
	if _, expired := errors.AsType[*ExpiredError](err); expired {
		return "expired"
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

func (a *asked) happens(t *testing.T, what string) {
	t.Helper()
	switch what {
	case "succeeds":
		must(t, a.intent.Settle(a.ctx, Result{Outcome: "succeeded", Object: "cus_1", Settled: true}))
	case "fails":
		must(t, a.intent.Settle(a.ctx, Result{Outcome: "failed", Settled: true, Final: true}))
	case "unknown":
		must(t, a.intent.Settle(a.ctx, Result{Outcome: "unknown"}))
	case "abandoned":
		must(t, a.intent.Abandon(a.ctx))
	case "delivered":
		must(t, a.receipt.Close(a.ctx, true))
	case "missed":
		must(t, a.receipt.Close(a.ctx, false))
	case "leaves":
		a.leave()
	default:
		t.Fatalf("nobody knows what it means that something %s", what)
	}
}

// die takes the locks from a process, as the system does when the process ends.
func die(t *testing.T, j *Journal) {
	t.Helper()
	f, ok := j.log.(*file)
	if !ok {
		t.Fatal("only processes with a file can die")
	}
	must(t, f.alive.Close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsEqual: the same form in another order is the same request. Any other difference makes it another request.
func TestWhatIsEqual(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*Request)
		equal  bool
	}{
		"nothing":             {func(*Request) {}, true},
		"the form's order":    {func(r *Request) { r.Body = "name=Jenny&email=jenny%40example.com" }, true},
		"the form's encoding": {func(r *Request) { r.Body = "email=jenny@example.com&name=Jenny" }, true},
		"a value":             {func(r *Request) { r.Body = "email=jenny%40example.com&name=Jenni" }, false},
		"the method":          {func(r *Request) { r.Method = "PUT" }, false},
		"the path":            {func(r *Request) { r.Path = "/v1/subscriptions" }, false},
		"the account":         {func(r *Request) { r.Account = "acct_1" }, false},
		"the key":             {func(r *Request) { r.Authorization = "Bearer sk_test_MadeUpAsAnother" }, false},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			j := New(t.TempDir())
			first, err := j.Begin(t.Context(), nil, equal())
			must(t, err)
			must(t, first.Settle(t.Context(), Result{Outcome: "unknown"}))
			request := equal()
			tt.change(&request)
			second, err := j.Begin(t.Context(), nil, request)
			must(t, err)
			if second.Inherited() != tt.equal {
				t.Errorf("inherited: %v", second.Inherited())
			}
		})
	}
}

// TestExpiry: an intent knows how long it may be sent.
func TestExpiry(t *testing.T) {
	t.Parallel()
	j := InMemory()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	j.now = func() time.Time { return now }
	intent, err := j.Begin(t.Context(), nil, equal())
	must(t, err)
	if want := now.Add(23 * time.Hour); !intent.Expires().Equal(want) || intent.Expired() {
		t.Errorf("expires %v, want %v", intent.Expires(), want)
	}
	now = intent.Expires().Add(time.Second)
	if !intent.Expired() {
		t.Error("it does not expire")
	}
}
