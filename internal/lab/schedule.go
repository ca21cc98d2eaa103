package lab

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Schedule is all that happens in one run. The operating system adds the order in which processes get their turns.
type Schedule struct {
	Seed  uint64
	Index int

	TLS       bool          // HTTPS, and so HTTP/2
	KeepAlive bool          // connections are used again
	Timeout   time.Duration // the program's time for one call
	Groups    []Group       // what the agents are to do, all at once
	Faults    []Fault       // what goes wrong with the requests, in the order of their arrival
	Strikes   []Strike      // what is done to the programs
	Troubles  []Trouble     // what happens to the database of hosts that share one
}

// Group is a number of operations with equal arguments. People who order the same thing twice want two of it.
type Group struct {
	Tool     Tool
	Homes    []int // one operation for each, through the program of that number; all programs share one state folder
	Together bool  // side by side, instead of each after the one before
	Manner   Manner
	Wait     time.Duration // how long Silent waits for an answer, and Nervous after one
	Pause    time.Duration // what Silent and Nervous let pass after each call
	Rolls    bool          // the Stripe key is rolled as soon as an outcome is unknown; not for Together
}

// Manner is how the client of a group treats its calls.
type Manner string

// The manners.
const (
	Patient Manner = ""
	Silent  Manner = "gives up in silence and calls again" // on the same connection, and ignores the late answer
	Nervous Manner = "cancels every call a moment after its answer"
)

func manners() []Manner { return []Manner{Patient, Silent, Nervous} }

const (
	// gaveUpAt is how long clients wait that give up in silence. 5 s is the shortest default that is known.
	gaveUpAt = 5 * time.Second
	// tooLate is from when on an answer may come too late for them, and calls are not separate orders any more. The judge
	// does not take it from the program that it judges.
	tooLate = 4 * time.Second
)

// mostPrograms is how many programs can run side by side.
const mostPrograms = 3

// Tool is what an operation calls. What follows a comma says how.
type Tool string

// The tools that change something for good.
const (
	Customer     Tool = "stripe_create_customer"
	Session      Tool = "stripe_create_checkout_session"
	Subscription Tool = "stripe_create_subscription"
	Invoice      Tool = "stripe_create_invoice"
	Refund       Tool = "stripe_create_refund, of an amount"
	RefundAll    Tool = "stripe_create_refund, of all that is left"
	AddItem      Tool = "stripe_update_subscription, with an item more"
	Update       Tool = "stripe_update_subscription, of its metadata"
	Cancel       Tool = "stripe_cancel_subscription"
)

func tools() []Tool {
	return []Tool{Customer, Session, Subscription, Invoice, Refund, RefundAll, AddItem, Update, Cancel}
}

// name returns the tool's name for the program.
func (t Tool) name() string {
	name, _, _ := strings.Cut(string(t), ",")
	return name
}

// keyless reports whether the journal does not hold it, because repeating it does no harm. Then no call has another's key.
func (t Tool) keyless() bool { return t == Cancel || t == Update }

// changesGiven reports whether it changes the subscription that its group is given.
func (t Tool) changesGiven() bool { return t.keyless() || t == AddItem }

// Strike is what is done to a program in the middle of its work.
type Strike struct {
	Blow  Blow
	Point Point         // when: a moment in the life of a request that changes something
	Nth   int           // when the moment comes for the nth time, from 1; for KillUnread, the number of the call
	Wait  time.Duration // how long a frozen program stays so
}

// Blow is a kind of Strike. It hits every program with a call of that request's group under way.
type Blow string

// The blows.
const (
	CancelCall  Blow = "the client cancels the call and calls again at once"
	Kill        Blow = "SIGKILL"
	KillUnread  Blow = "SIGKILL with the outcome recorded and the answer not yet written" // a matter of the call and not of a Point
	Terminate   Blow = "SIGTERM"
	Interrupt   Blow = "SIGINT"
	HangUp      Blow = "SIGHUP"
	CloseInput  Blow = "stdin ends"
	CloseOutput Blow = "stdout is closed"                                                                     // only before Answered
	Die         Blow = "the client dies with both pipes, and its successor calls again through a new program" // only before Answered
	Freeze      Blow = "SIGSTOP, SIGCONT later"
)

// Point is a moment in the life of a request that changes something.
type Point string

// The points.
const (
	Arrived  Point = "request arrived"
	Applied  Point = "applied"
	Half     Point = "half the answer sent"
	Answered Point = "answered"
)

func blows() []Blow {
	return []Blow{CancelCall, Kill, KillUnread, Terminate, Interrupt, HangUp, CloseInput, CloseOutput, Die, Freeze}
}

func points() []Point { return []Point{Arrived, Applied, Half, Answered} }

// Random returns the schedule of that number in the series of seed.
func Random(seed uint64, index int) Schedule {
	r := rand.New(rand.NewPCG(seed, uint64(index))) //nolint:gosec // repeatable, which is what a replay needs
	s := Schedule{
		Seed: seed, Index: index,
		TLS:       r.IntN(4) == 0,
		KeepAlive: r.IntN(2) == 0,
		Timeout:   time.Second + below(r, time.Second),
	}
	programs := 1 + r.IntN(mostPrograms)
	for range 1 + r.IntN(3) {
		g := Group{Tool: pick(r, tools()), Together: r.IntN(2) == 0}
		for range 1 + r.IntN(2) {
			g.Homes = append(g.Homes, r.IntN(programs))
		}
		s.Groups = append(s.Groups, g)
	}
	const slow, rolled, ordinary = 4, 2, 20
	switch n := r.IntN(ordinary); {
	case n < slow:
		s.slowDown(r)
	case n < slow+rolled:
		s.roll(r)
	}
	for i := range s.Groups {
		s.Groups[i].behave(r, s.slow())
	}
	for range r.IntN(5) {
		s.Faults = append(s.Faults, randomFault(r, s))
	}
	for range r.IntN(3) {
		s.Strikes = append(s.Strikes, randomStrike(r))
	}
	return s
}

// slowDown makes room for what takes longer than the most impatient clients wait.
func (s *Schedule) slowDown(r *rand.Rand) {
	s.Timeout = 11*time.Second + below(r, 5*time.Second)
	for range 1 + r.IntN(2) {
		f := Fault{Kind: pick(r, []Kind{Lag, Late}), Times: 1, Wait: 4*time.Second + below(r, 6*time.Second)}
		s.Faults = append(s.Faults, f)
	}
}

// slow says whether a call may take longer than the most impatient clients wait.
func (s *Schedule) slow() bool { return s.Timeout > gaveUpAt }

// roll has Stripe keys rolled, after something that leaves an outcome unknown.
func (s *Schedule) roll(r *rand.Rand) {
	for i := range s.Groups {
		s.Groups[i].Together = false // else one agent that looks could take what another one is about to be told of
		s.Groups[i].Rolls = true
	}
	s.Faults = append(s.Faults, Fault{Kind: pick(r, []Kind{HangBefore, HangAfter, BlockedBefore, BlockedAfter, StrangerAfter, Saved500Applied}), Times: 1})
}

// behave chooses a manner.
func (g *Group) behave(r *rand.Rand, slow bool) {
	const of = 6
	n := r.IntN(of)
	switch {
	case slow && n < of-2:
		g.Manner, g.Wait = Silent, gaveUpAt+below(r, time.Second)
		if r.IntN(2) == 0 {
			g.Pause = below(r, 4*time.Second)
		}
	case n == of-1:
		g.Manner, g.Wait = Nervous, 20*time.Millisecond+below(r, 30*time.Millisecond)
		if r.IntN(2) == 0 {
			g.Pause = 2 * g.Wait // else the next call is there before the cancellation
		}
	}
}

func randomFault(r *rand.Rand, s Schedule) Fault {
	f := Fault{Kind: pick(r, kinds()), Times: 1}
	for f.Kind == TLSFailure && !s.TLS || f.Kind == Refuse && s.TLS {
		f.Kind = pick(r, kinds())
	}
	switch f.Kind {
	case Lag, Late: // sometimes longer than the client's patience
		f.Wait = below(r, min(2*s.Timeout, 9*time.Second))
	case Refuse:
		f.Wait = below(r, min(s.Timeout, 2*time.Second))
	case Jump:
		f.Wait = pick(r, []time.Duration{-25 * time.Hour, -2 * time.Hour, 2 * time.Hour, 25 * time.Hour})
	case Error500ForEver:
		f.Times = 8
	default:
	}
	return f
}

func randomStrike(r *rand.Rand) Strike {
	strike := Strike{Blow: pick(r, blows()), Point: pick(r, points()), Nth: 1 + r.IntN(3)}
	switch strike.Blow {
	case KillUnread:
		strike.Point = ""
	case CloseOutput, Die:
		strike.Point = pick(r, []Point{Arrived, Applied, Half})
	case Freeze:
		strike.Wait = below(r, 5*time.Second)
	default:
	}
	return strike
}

// killsUnread reports whether the call of that number meets KillUnread.
func (s Schedule) killsUnread(number int) bool {
	return slices.Contains(s.Strikes, Strike{Blow: KillUnread, Nth: number})
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func below(r *rand.Rand, d time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(d))).Round(time.Millisecond)
}

// String shows the schedule to a person.
func (s Schedule) String() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "seed %d, run %d: TLS %v, keep-alive %v, timeout %v\n", s.Seed, s.Index, s.TLS, s.KeepAlive, s.Timeout)
	for i, g := range s.Groups {
		_, _ = fmt.Fprintf(&b, "  group %d: %s through programs %v, together %v", i, g.Tool, g.Homes, g.Together)
		if g.Manner != Patient {
			_, _ = fmt.Fprintf(&b, ", %s, after %v, pausing %v", g.Manner, g.Wait, g.Pause)
		}
		if g.Rolls {
			b.WriteString(", with a key that is rolled")
		}
		b.WriteString("\n")
	}
	for _, f := range s.Faults {
		_, _ = fmt.Fprintf(&b, "  fault: %s, %d times, %v\n", f.Kind, f.Times, f.Wait)
	}
	for _, strike := range s.Strikes {
		_, _ = fmt.Fprintf(&b, "  strike: %s at %q number %d, %v\n", strike.Blow, strike.Point, strike.Nth, strike.Wait)
	}
	for _, trouble := range s.Troubles {
		_, _ = fmt.Fprintf(&b, "  trouble: %s at commit %d, %v\n", trouble.Kind, trouble.Nth, trouble.Wait)
	}
	return b.String()
}
