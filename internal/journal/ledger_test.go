package journal

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// spendLimit is what a day may cost in these stories.
const spendLimit = 1000

// counting returns stores whose processes share the day's sums. The second is put away and begun anew with each step.
func counting() map[string]func(*testing.T) func() *Journal {
	renewed := func(t *testing.T) func() *Journal {
		folder := t.TempDir()
		return func() *Journal { return newJournal(&file{folder: folder, limit: 1}) }
	}
	return map[string]func(*testing.T) func() *Journal{
		"in a file":                 stores()["in a file"],
		"in a file that is renewed": renewed,
		"in PostgreSQL": func(t *testing.T) func() *Journal {
			url := postgresURL(t)
			return func() *Journal { return shared(t, url) }
		},
	}
}

// TestLedger tells what a day may still cost, as stories of calls A, B, C… A step is a call with its cost, and what is left where it is
// refused. "again" makes an equal call, "at 2" runs it in a second process, "restart" lets a new process take the place of the first,
// "live" makes it in another mode, and "later 24h" lets time pass.
func TestLedger(t *testing.T) {
	t.Parallel()
	stories := map[string][]string{
		"up to the limit":                       {"A 600", "B 401 left 400", "B 400", "C 1 left 0"},
		"what succeeded counts":                 {"A 600", "A succeeds", "B 500 left 400"},
		"what is unknown counts":                {"A 600", "A unknown", "B 500 left 400"},
		"what failed is given back":             {"A 600", "A fails", "B 1000"},
		"one that ends while another runs":      {"A 600", "B 400", "B fails", "C 400", "D 1 left 0"},
		"an unknown that made nothing":          {"A 600", "A unknown", "A made-nothing", "B 1000"},
		"an unknown that the owner ends":        {"A 600", "A unknown", "A ended", "B 401 left 400"},
		"one key counts once":                   {"A 600", "A unknown", "again A 600", "B 400", "C 1 left 0"},
		"whatever the equal call would cost":    {"A 600", "A unknown", "again A 0", "B 401 left 400"},
		"also beyond what is left":              {"A 600", "A unknown", "B 400", "again A 600"},
		"a repetition that fails gives it back": {"A 600", "A unknown", "again A 600", "A fails", "B 1000"},
		"the first fails, its key being taken":  {"A 600", "A unknown", "again A 600", "first A fails", "B 401 left 400"},
		"two processes":                         {"A 600", "B 500 at 2 left 400", "B 400 at 2", "C 1 left 0"},
		"a new process":                         {"A 600", "A succeeds", "B 300", "B fails", "C 300", "restart", "D 101 left 100", "D 100", "E 1 left 0"},
		"a process that died before the answer": {"A 600", "restart", "B 500 left 400", "C 400"},
		"another mode has sums of its own":      {"A 600", "A 600 live", "B 500 live left 400"},
		"the next day":                          {"A 600", "A succeeds", "later 24h", "B 1000", "C 1 left 0"},
		"an unknown of yesterday":               {"A 600", "A unknown", "later 12h", "again A 600", "B 1000", "A fails", "C 1 left 0"},
		"nothing costs nothing":                 {"A 1000", "B 0", "C 1 left 0"},
		"a clock that is set back":              {"later 24h", "A 600", "later -24h", "B 500 left 400"},
		"many that are delivered and forgotten": {"A 100", "A succeeds", "B 100", "B succeeds", "C 100", "C succeeds", "D 100", "D succeeds", "restart", "E 700 left 600"},
	}
	for where, makeStore := range counting() {
		for why, steps := range stories {
			t.Run(where+"/"+why, func(t *testing.T) {
				t.Parallel()
				s := &spender{start: makeStore(t), at: time.Date(2030, 1, 1, 18, 0, 0, 0, time.UTC), intents: map[string][]*Intent{}}
				s.processes = []*Journal{s.process(), s.process()}
				for i, text := range steps {
					s.step(t, fmt.Sprintf("step %d, %s", i+1, text), strings.Fields(text))
				}
			})
		}
	}
}

type spender struct {
	start     func() *Journal
	at        time.Time
	processes []*Journal
	intents   map[string][]*Intent
	receipts  sync.Map // of the intents
}

func (s *spender) process() *Journal {
	j := s.start()
	j.now = func() time.Time { return s.at }
	return j
}

func (s *spender) step(t *testing.T, name string, words []string) {
	t.Helper()
	last := func(of string) *Intent { return s.intents[of][len(s.intents[of])-1] }
	switch {
	case words[0] == "restart":
		s.processes[0] = s.process()
		return
	case words[0] == "later":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			t.Fatal(err)
		}
		s.at = s.at.Add(d)
		return
	case words[0] == "first":
		s.end(t, s.intents[words[1]][0], words[2])
		return
	case words[0] == "again":
		words = words[1:]
	case !strings.ContainsAny(words[1], "0123456789"):
		s.end(t, last(words[0]), words[1])
		return
	}
	s.at = s.at.Add(time.Second) // no two records are of the same time
	j, mode, wants := s.processes[0], "TEST", ""
	for i, word := range words {
		switch word {
		case "at":
			j = s.processes[1]
		case "live":
			mode = "LIVE"
		case "left":
			wants = words[i+1]
		}
	}
	cost, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	receipt := NewReceipt(t.Context(), Caller{Mode: mode}, time.Time{})
	got := ""
	receipt.Spend(Budget{Cost: map[string]int64{"eur": cost}, Allows: func(spent map[string]int64, until time.Time) error {
		if want := s.at.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour); until.Before(want) {
			t.Errorf("%s: the day ends at %v, want %v", name, until, want)
		}
		if left := spendLimit - spent["eur"]; cost > left {
			got = strconv.FormatInt(left, 10)
			return fmt.Errorf("%d left", left)
		}
		return nil
	}})
	request := equal()
	request.Body = "name=" + words[0]
	intent, err := j.Begin(t.Context(), receipt, request)
	if got != wants || (err != nil) != (wants != "") {
		t.Fatalf("%s: left %q, %v", name, got, err)
	}
	if err == nil {
		s.intents[words[0]] = append(s.intents[words[0]], intent)
		s.receipts.Store(intent, receipt)
	}
}

func (s *spender) end(t *testing.T, intent *Intent, how string) {
	t.Helper()
	s.at = s.at.Add(time.Second)
	if how == "made-nothing" || how == "ended" { // the owner settles an unknown
		if err := intent.journal.End(t.Context(), intent.record.Intent, "some words", how == "made-nothing"); err != nil {
			t.Fatal(err)
		}
		return
	}
	result := map[string]Result{
		"succeeds": {Outcome: "succeeded", Settled: true}, "fails": {Outcome: "failed", Settled: true, Final: true}, "unknown": {Outcome: "unknown"},
	}[how]
	if err := intent.Settle(t.Context(), result); err != nil {
		t.Fatal(err)
	}
	receipt, _ := s.receipts.Load(intent)
	receipt.(*Receipt).Close(true)
	if err := intent.journal.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestLedgerSideBySide: many processes spend at once, and together they stay within the limit.
func TestLedgerSideBySide(t *testing.T) {
	t.Parallel()
	for where, makeStore := range counting() {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			start := makeStore(t)
			var calls sync.WaitGroup
			var mu sync.Mutex
			spentBy := map[string]int64{}
			for p := range 4 {
				j := start()
				for i := range 8 {
					calls.Go(func() {
						const cost = 70
						receipt := NewReceipt(t.Context(), Caller{}, time.Time{})
						receipt.Spend(Budget{Cost: map[string]int64{"eur": cost}, Allows: func(spent map[string]int64, _ time.Time) error {
							if spent["eur"]+cost > spendLimit {
								return errors.New("too much")
							}
							return nil
						}})
						request := equal()
						request.Body = fmt.Sprintf("name=%d.%d", p, i)
						if _, err := j.Begin(t.Context(), receipt, request); err == nil {
							mu.Lock()
							defer mu.Unlock()
							spentBy[request.Body] = cost
						} else if !strings.Contains(err.Error(), "too much") {
							t.Error(err)
						}
					})
				}
			}
			calls.Wait()
			var sum int64
			for amount := range maps.Values(spentBy) {
				sum += amount
			}
			if sum != 980 {
				t.Errorf("%d was spent", sum)
			}
		})
	}
}
