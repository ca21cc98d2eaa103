// Package lab is the fault laboratory. It runs the real program against a Stripe that keeps its state and breaks its answers.
// Agents use the program as impatient people would, and what can be killed is killed at chosen moments. Afterwards the
// laboratory compares what Stripe holds with what the agents were told.
//
// A Schedule says everything that happens in one run, Run carries it out, and Judge finds what is wrong with the result.
package lab

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"stripe-mcp/internal/pgserver"
)

// Result is what a run left behind.
type Result struct {
	Schedule   Schedule
	Objects    []Object       // what Stripe holds in the end
	Hits       map[Kind]int   // faults that hit something
	Strikes    map[Strike]int // strikes that hit something, without their number
	Transcript string

	operations []*operation
	wrong      []wrong        // what was seen during the run
	ticks      map[string]int // what else happened
}

// run is a run under way.
type run struct {
	schedule Schedule
	binary   string
	folder   string
	stripe   *fakeStripe
	hosts    *hosts // nil where all programs run on one machine
	began    time.Time

	mu         sync.Mutex
	transcript strings.Builder
	wrong      []wrong
	strikes    map[Strike]int
	calls      int
	flying     map[*call]int // calls under way, with their group
	started    int           // programs
	operations []*operation
	ticks      map[string]int
	doubtful   map[int]bool // groups of which an earlier request may still be at Stripe
	rolled     map[int]bool // groups

	background sync.WaitGroup // of what is done beside the calls
	homes      [mostPrograms]home
}

// Run carries out a schedule against binary, with folder as everybody's home. An error says that the laboratory itself
// failed. With a server each program has a home of its own, and they share a journal in a database there.
func Run(binary, folder string, s Schedule, server *pgserver.Server) (Result, error) {
	r := &run{
		schedule: s, binary: binary, folder: folder, began: time.Now(), strikes: map[Strike]int{}, flying: map[*call]int{},
		ticks: map[string]int{}, doubtful: map[int]bool{}, rolled: map[int]bool{},
	}
	for i := range r.homes {
		r.homes[i].key = Key
	}
	stripe, err := open(s, fmt.Sprintf("127.%d.%d.%d", 1+s.Index>>16&0x7f, s.Index>>8&0xff, 1+s.Index&0x7f), r.logf)
	if err != nil {
		return Result{}, fmt.Errorf("open a Stripe: %w", err)
	}
	defer stripe.close()
	r.stripe = stripe
	if certificate := stripe.certificate(); certificate != nil {
		if err := os.WriteFile(r.file("ca.pem"), certificate, 0o600); err != nil {
			return Result{}, err
		}
	}
	if server != nil {
		if r.hosts, err = r.openHosts(server); err != nil {
			return Result{}, fmt.Errorf("open a database: %w", err)
		}
		defer r.hosts.close()
	}
	for _, strike := range s.Strikes {
		if strike.Blow != KillUnread {
			stripe.at(strike.Point, strike.Nth, func(group int) { r.strike(strike, group) })
		}
	}
	r.work()
	r.endAll()
	r.background.Wait() // for a database that has been killed by the last records
	if err := r.inspect(); err != nil {
		return Result{}, err
	}

	stripe.mu.Lock() // it may still be at work on requests of programs that were killed
	defer stripe.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	var objects []Object
	for _, o := range stripe.objects {
		objects = append(objects, *o)
	}
	return Result{
		Schedule: s, Objects: objects, Hits: stripe.hits, Strikes: r.strikes, Transcript: r.transcript.String(),
		operations: r.operations, wrong: r.wrong, ticks: r.ticks,
	}, nil
}

func (r *run) file(name string) string { return filepath.Join(r.folder, name) }

// work has all agents do all they are to do.
func (r *run) work() {
	var groups sync.WaitGroup
	all := make([][]*operation, len(r.schedule.Groups))
	for i, g := range r.schedule.Groups {
		for _, h := range g.Homes {
			all[i] = append(all[i], &operation{group: i, home: h})
		}
	}
	r.operations = slices.Concat(all...)
	for i, g := range r.schedule.Groups {
		groups.Go(func() {
			var together sync.WaitGroup
			for _, op := range all[i] {
				together.Go(func() { r.perform(op) })
				if !g.Together {
					together.Wait()
				}
			}
			together.Wait()
		})
	}
	groups.Wait()
}

// takeOff notes that a call is under way, and returns its number.
func (r *run) takeOff(op *operation, c *call) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	op.calls = append(op.calls, c)
	r.calls++
	r.flying[c] = op.group
	return r.calls
}

func (r *run) land(c *call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	if told := c.answer(); !told.settled() {
		r.doubtful[r.flying[c]] = true
	}
	delete(r.flying, c)
}

// strike carries out a strike at a request of group.
func (r *run) strike(s Strike, group int) {
	r.mu.Lock()
	flying, doubtful := maps.Clone(r.flying), r.doubtful[group]
	r.mu.Unlock()
	var hit, bystanders []*call
	for c, g := range flying {
		if g == group && c.answer() == nil {
			hit = append(hit, c)
		} else {
			bystanders = append(bystanders, c)
		}
	}
	if len(hit) == 0 {
		return
	}
	r.logf("strike: %s at %q of group %d", s.Blow, s.Point, group)
	for _, c := range hit {
		switch s.Blow {
		case CancelCall:
			c.cancel()
		case Freeze:
			r.freeze(c.program, s.Wait)
		case CloseOutput, Die:
			all := slices.Concat(bystanders, hit)
			for _, other := range all {
				// Stripe holds the answer to one call back until we are done. Any other may have been written already.
				if other.program == c.program && (other != c || len(hit) > 1 || doubtful) {
					other.doubt()
				}
			}
			c.program.strike(s.Blow)
			for _, other := range all {
				if other.program == c.program && s.Blow == Die {
					other.lose()
				}
			}
		default:
			c.program.strike(s.Blow)
		}
	}
	r.count(s)
}

func (r *run) tick(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ticks[what]++
}

func (r *run) logf(format string, arguments ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = fmt.Fprintf(&r.transcript, "%6.3f  "+format+"\n", append([]any{time.Since(r.began).Seconds()}, arguments...)...)
}

func (r *run) complain(kind, format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	r.logf("COMPLAINT: %s: %s", kind, text)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wrong = append(r.wrong, wrong{kind, text})
}

func (r *run) count(s Strike) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Nth, s.Wait = 0, 0
	r.strikes[s]++
}
