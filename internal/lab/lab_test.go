package lab_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"stripe-mcp/internal/cli"
	"stripe-mcp/internal/lab"
)

// TestMain puts the program on PATH as stripe-mcp: this binary, with the race detector where the tests have it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stripe-mcp": func() { os.Exit(int(cli.Main())) }})
}

func program(t *testing.T) string {
	t.Helper()
	binary, err := exec.LookPath("stripe-mcp")
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// The parts that schedules are made of.

func once(tool lab.Tool) []lab.Group { return []lab.Group{{Tool: tool, Homes: []int{0}}} }

func inARow(tool lab.Tool) []lab.Group { return []lab.Group{{Tool: tool, Homes: []int{0, 0}}} }

func together(tool lab.Tool, homes ...int) []lab.Group {
	return []lab.Group{{Tool: tool, Homes: homes, Together: true}}
}

func faults(kinds ...lab.Kind) []lab.Fault {
	var all []lab.Fault
	for _, kind := range kinds {
		all = append(all, lab.Fault{Kind: kind, Times: 1})
	}
	return all
}

func strike(blow lab.Blow, point lab.Point) []lab.Strike {
	return []lab.Strike{{Blow: blow, Point: point, Nth: 1}}
}

// nth lets strikes fall when their moment comes for that time.
func nth(n int, strikes []lab.Strike) []lab.Strike {
	for i := range strikes {
		strikes[i].Nth = n
	}
	return strikes
}

func silent(tool lab.Tool, pause time.Duration, homes ...int) []lab.Group {
	return []lab.Group{{Tool: tool, Homes: homes, Together: true, Manner: lab.Silent, Wait: 5 * time.Second, Pause: pause}}
}

func nervous(pause time.Duration) []lab.Group {
	return []lab.Group{{Tool: lab.Customer, Homes: []int{0, 0, 0}, Manner: lab.Nervous, Wait: 200 * time.Millisecond, Pause: pause}}
}

func rolled(tool lab.Tool) []lab.Group {
	return []lab.Group{{Tool: tool, Homes: []int{0, 0}, Rolls: true}}
}

func late(waits ...time.Duration) []lab.Fault {
	var all []lab.Fault
	for _, wait := range waits {
		all = append(all, lab.Fault{Kind: lab.Late, Times: 1, Wait: wait})
	}
	return all
}

// TestNoWriteLostOrDoubled plays the stories that people fear. Beside the number of objects in the end, each of them is
// judged as any run of the laboratory: what the agents were told is compared with what Stripe holds.
func TestNoWriteLostOrDoubled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why      string
		schedule lab.Schedule
		objects  int
	}{
		{"nothing happens", lab.Schedule{Groups: once(lab.Customer)}, 1},
		{"two equal orders, one after the other", lab.Schedule{Groups: inARow(lab.Customer)}, 2},
		{"two equal orders side by side", lab.Schedule{Groups: together(lab.Subscription, 0, 0)}, 2},
		{"two equal orders from two programs", lab.Schedule{Groups: together(lab.Session, 0, 1)}, 2},

		{"time out, call again", lab.Schedule{Timeout: time.Second, Groups: once(lab.Customer), Faults: faults(lab.HangAfter)}, 1},
		{"time out while Stripe is still at it, call again", lab.Schedule{Timeout: time.Second, Groups: once(lab.Customer), Faults: []lab.Fault{{Kind: lab.Late, Times: 1, Wait: 1500 * time.Millisecond}}}, 1},
		{"time out on the way to Stripe, call again", lab.Schedule{Timeout: time.Second, Groups: once(lab.Customer), Faults: []lab.Fault{{Kind: lab.Lag, Times: 1, Wait: 1500 * time.Millisecond}}}, 1},
		{"time out, order a second one", lab.Schedule{Timeout: time.Second, Groups: inARow(lab.Customer), Faults: faults(lab.HangAfter)}, 2},
		{"the connection breaks before Stripe's answer", lab.Schedule{Groups: once(lab.Subscription), Faults: faults(lab.ResetAfter)}, 1},
		{"half an answer", lab.Schedule{Groups: once(lab.Session), Faults: faults(lab.Truncate)}, 1},
		{"a page from something in between", lab.Schedule{Groups: once(lab.Session), Faults: faults(lab.Page200, lab.GatewayAfter, lab.GatewayBefore)}, 1},
		{"the card is declined, and the answer lost", lab.Schedule{Groups: once(lab.Subscription), Faults: faults(lab.Declined), Strikes: strike(lab.Kill, lab.Half)}, 0},
		{"Stripe keeps an internal error, and the agent orders again as advised", lab.Schedule{Groups: once(lab.Customer), Faults: faults(lab.Saved500)}, 1},
		{"Stripe keeps an internal error, and nobody learns of it", lab.Schedule{Groups: once(lab.Customer), Faults: faults(lab.Saved500), Strikes: strike(lab.CancelCall, lab.Answered)}, 1},

		{"cancel when the request arrives, call again", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.CancelCall, lab.Arrived)}, 1},
		{"cancel when it is applied, call again", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.CancelCall, lab.Applied)}, 1},
		{"cancel when half the answer is there, call again", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.CancelCall, lab.Half)}, 1},
		{"cancel when the answer may be on its way, call again", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.CancelCall, lab.Answered)}, 1},

		{"SIGKILL when the request arrives, restart, call again", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.Kill, lab.Arrived)}, 1},
		{"SIGKILL when it is applied, restart, call again", lab.Schedule{Groups: once(lab.Session), Strikes: strike(lab.Kill, lab.Applied)}, 1},
		{"SIGKILL when half the answer is there, restart, call again", lab.Schedule{Groups: once(lab.Subscription), Strikes: strike(lab.Kill, lab.Half)}, 1},
		{"SIGKILL when the answer is there and not delivered, restart, call again", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.KillUnread, "")}, 1},
		{"SIGKILL of one of two programs with equal orders", lab.Schedule{Groups: together(lab.Customer, 0, 1), Strikes: strike(lab.Kill, lab.Applied)}, 2},

		{"SIGTERM in the middle of a write", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.Terminate, lab.Applied)}, 1},
		{"SIGINT in the middle of a write", lab.Schedule{Groups: once(lab.Session), Strikes: strike(lab.Interrupt, lab.Arrived)}, 1},
		{"SIGHUP in the middle of a write", lab.Schedule{Groups: once(lab.Subscription), Strikes: strike(lab.HangUp, lab.Half)}, 1},
		{"stdin ends in the middle of a write", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.CloseInput, lab.Arrived)}, 1},
		{"stdout is closed in the middle of a write", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.CloseOutput, lab.Applied)}, 1},
		{"SIGTERM in the middle of a write that Stripe never answers", lab.Schedule{Timeout: time.Minute, Groups: once(lab.Customer), Faults: faults(lab.HangAfter),
			Strikes: strike(lab.Terminate, lab.Arrived)}, 1},

		{"an invoice", lab.Schedule{Groups: once(lab.Invoice)}, 1},
		{"two equal invoices side by side", lab.Schedule{Groups: together(lab.Invoice, 0, 0)}, 2},
		{"an invoice's draft is made, and the answer lost for good", lab.Schedule{Timeout: time.Second, Groups: once(lab.Invoice), Faults: faults(lab.HangAfter)}, 1},
		{"an invoice's lines are lost for good", lab.Schedule{Timeout: time.Second, Groups: once(lab.Invoice), Faults: faults("", lab.HangAfter)}, 1},
		{"an invoice's end as a draft is lost for good", lab.Schedule{Timeout: time.Second, Groups: once(lab.Invoice), Faults: faults("", "", lab.HangAfter)}, 1},
		{"an invoice's lines are refused", lab.Schedule{Groups: once(lab.Invoice), Faults: faults("", lab.Declined)}, 0},
		{"an invoice's end is refused, and the removal of its draft is lost", lab.Schedule{Groups: once(lab.Invoice), Faults: faults("", "", lab.Declined, lab.ResetAfter)}, 0},
		{"an invoice's lines are refused, and its draft stays", lab.Schedule{Groups: once(lab.Invoice), Faults: faults("", lab.Declined, lab.Invalid)}, 0},
		{"SIGKILL when an invoice's draft is there, restart, call again", lab.Schedule{Groups: once(lab.Invoice), Strikes: strike(lab.Kill, lab.Applied)}, 1},
		{"SIGTERM when an invoice's draft is there", lab.Schedule{Groups: once(lab.Invoice), Strikes: strike(lab.Terminate, lab.Applied)}, 1},
		{"cancel when an invoice's draft is there, call again", lab.Schedule{Groups: once(lab.Invoice), Strikes: strike(lab.CancelCall, lab.Applied)}, 1},
		{"SIGKILL when an invoice has its lines, restart, call again", lab.Schedule{Groups: once(lab.Invoice), Strikes: nth(2, strike(lab.Kill, lab.Applied))}, 1},
		{"cancel when an invoice has its lines, call again", lab.Schedule{Groups: once(lab.Invoice), Strikes: nth(2, strike(lab.CancelCall, lab.Applied))}, 1},
		{"SIGKILL when an invoice is finished, restart, call again", lab.Schedule{Groups: once(lab.Invoice), Strikes: nth(3, strike(lab.Kill, lab.Half))}, 1},
		{"SIGKILL between a refusal and the removal of the draft", lab.Schedule{Groups: once(lab.Invoice), Faults: faults("", lab.Declined), Strikes: nth(3, strike(lab.Kill, lab.Arrived))}, 0},
		{"give up in silence on an invoice, call again while it runs", lab.Schedule{Groups: silent(lab.Invoice, 0, 0), Faults: late(8 * time.Second)}, 1},
		{"two people pay an amount of one payment back", lab.Schedule{Groups: together(lab.Refund, 0, 1)}, 2},
		{"two people pay all of one payment back", lab.Schedule{Groups: inARow(lab.RefundAll)}, 1},
		{"a refund's answer is lost for good, call again", lab.Schedule{Timeout: time.Second, Groups: once(lab.Refund), Faults: faults("", lab.HangAfter)}, 1},
		{"the answer to a refund of all is lost for good, call again", lab.Schedule{Timeout: time.Second, Groups: once(lab.RefundAll), Faults: faults("", lab.HangAfter)}, 1},
		{"a refund's answer is lost for good, and its payment cannot be read after that", lab.Schedule{Timeout: time.Second, Groups: once(lab.Refund), Faults: faults("", lab.HangAfter, lab.Unauthorized)}, 1},
		{"a refund is declined, and the answer lost", lab.Schedule{Groups: once(lab.Refund), Faults: faults("", lab.Declined), Strikes: strike(lab.Kill, lab.Half)}, 0},
		{"SIGKILL when a refund is there, restart, call again", lab.Schedule{Groups: once(lab.Refund), Strikes: strike(lab.Kill, lab.Applied)}, 1},
		{"SIGKILL when all is paid back, restart, call again", lab.Schedule{Groups: once(lab.RefundAll), Strikes: strike(lab.Kill, lab.Applied)}, 1},
		{"cancel when a refund is there, call again", lab.Schedule{Groups: once(lab.Refund), Strikes: strike(lab.CancelCall, lab.Applied)}, 1},
		{"give up in silence on a refund, call again while it runs", lab.Schedule{Groups: silent(lab.Refund, 0, 0), Faults: append(faults(""), late(8*time.Second)...)}, 1},
		{"the key is rolled after a refund of all that happened", lab.Schedule{Timeout: time.Second, Groups: rolled(lab.RefundAll), Faults: faults("", lab.HangAfter)}, 1},
		{"two people add an item each", lab.Schedule{Groups: together(lab.AddItem, 0, 1)}, 3},
		{"the answer to an added item is lost for good, call again", lab.Schedule{Timeout: time.Second, Groups: once(lab.AddItem), Faults: faults("", lab.HangAfter)}, 2},
		{"SIGKILL when an item was added, restart, call again", lab.Schedule{Groups: once(lab.AddItem), Strikes: strike(lab.Kill, lab.Applied)}, 2},
		{"cancel when an item was added, call again", lab.Schedule{Groups: once(lab.AddItem), Strikes: strike(lab.CancelCall, lab.Applied)}, 2},
		{"the key is rolled after an item that was added", lab.Schedule{Timeout: time.Second, Groups: rolled(lab.AddItem), Faults: faults("", lab.HangAfter)}, 3},
		{"a plain update's answer is lost for good, call again", lab.Schedule{Timeout: time.Second, Groups: once(lab.Update), Faults: faults(lab.HangAfter)}, 1},
		{"a plain update is killed and repeated", lab.Schedule{Groups: once(lab.Update), Strikes: strike(lab.Kill, lab.Applied)}, 1},
		{"a cancellation's answer is lost", lab.Schedule{Groups: once(lab.Cancel), Faults: faults(lab.ResetAfter)}, 1},
		{"a cancellation's answer is lost, and so is its reading back", lab.Schedule{Timeout: time.Second, Groups: once(lab.Cancel), Faults: faults(lab.ResetAfter, "", lab.HangBefore)}, 1},
		{"a cancellation is killed and repeated", lab.Schedule{Groups: once(lab.Cancel), Strikes: strike(lab.Kill, lab.Applied)}, 1},
		{"give up in silence, call again while Stripe is at it", lab.Schedule{Groups: silent(lab.Customer, 0, 0), Faults: late(7 * time.Second)}, 1},
		{"give up in silence, call again after the late answer", lab.Schedule{Groups: silent(lab.Subscription, 2*time.Second, 0), Faults: late(6 * time.Second)}, 1},
		{"give up in silence, and a second page does no harm", lab.Schedule{Groups: silent(lab.Session, 0, 0), Faults: late(6 * time.Second)}, 2},
		{"two agents give up in silence, and both want one", lab.Schedule{Groups: silent(lab.Customer, 0, 0, 0), Faults: late(6*time.Second, 6*time.Second)}, 2},
		{"the client dies with both pipes when the request arrives, call again", lab.Schedule{Groups: once(lab.Subscription), Faults: late(2 * time.Second), Strikes: strike(lab.Die, lab.Arrived)}, 1},
		{"the client dies with both pipes when it is applied, call again", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.Die, lab.Applied)}, 1},
		{"cancel after every answer, order three times at once", lab.Schedule{Groups: nervous(0)}, 3},
		{"cancel after every answer, order three times after that", lab.Schedule{Groups: nervous(400 * time.Millisecond)}, 3},
		{"a gateway answers in Stripe's place", lab.Schedule{Groups: once(lab.Customer), Faults: faults(lab.BlockedBefore, lab.BlockedAfter, lab.ForbiddenAfter, lab.StrangerAfter, lab.StrangerBefore)}, 1},
		{"a gateway answers a cancellation in Stripe's place", lab.Schedule{Groups: once(lab.Cancel), Faults: faults(lab.StrangerBefore, lab.ForbiddenBefore, lab.BlockedAfter)}, 1},
		{"the key is rolled after an unknown that happened", lab.Schedule{Timeout: time.Second, Groups: rolled(lab.Customer), Faults: faults(lab.HangAfter)}, 2},
		{"the key is rolled after an unknown that did not", lab.Schedule{Timeout: time.Second, Groups: rolled(lab.Customer), Faults: faults(lab.HangBefore)}, 2},
		{"one of two programs is frozen", lab.Schedule{Groups: together(lab.Customer, 0, 1), Strikes: []lab.Strike{{Blow: lab.Freeze, Point: lab.Answered, Nth: 1, Wait: 2 * time.Second}}}, 2},
		{"Stripe's clock is a day ahead", lab.Schedule{Timeout: time.Second, Groups: inARow(lab.Customer), Faults: []lab.Fault{{Kind: lab.Jump, Times: 1, Wait: 25 * time.Hour}, {Kind: lab.HangAfter, Times: 1}}}, 2},
		{"HTTP/2: the handshake fails, then the stream is reset", lab.Schedule{TLS: true, Groups: once(lab.Customer), Faults: faults(lab.TLSFailure, lab.ResetAfter)}, 1},
	}
	for i, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			s := tt.schedule
			s.Index = i
			if s.Timeout == 0 {
				s.Timeout = 12 * time.Second // so that nothing times out because the machine is busy
			}
			result, err := lab.Run(program(t), t.TempDir(), s, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, wrong := range lab.Judge(result).Wrong() {
				t.Error(wrong)
			}
			if len(result.Objects) != tt.objects {
				t.Errorf("%d objects, want %d", len(result.Objects), tt.objects)
			}
			for _, f := range s.Faults {
				if f.Kind != "" && result.Hits[f.Kind] == 0 {
					t.Errorf("the fault %q hit nothing", f.Kind)
				}
			}
			for _, strike := range s.Strikes {
				strike.Nth, strike.Wait = 0, 0
				if result.Strikes[strike] == 0 {
					t.Errorf("the strike %q hit nothing", strike)
				}
			}
			if t.Failed() {
				t.Logf("%s%s", s, result.Transcript)
			}
		})
	}
}
