package lab_test

import (
	"testing"
	"time"

	"stripe-mcp/internal/lab"
	"stripe-mcp/internal/pgserver"
)

func trouble(kind pgserver.Cut, nth int) []lab.Trouble {
	return []lab.Trouble{{Kind: kind, Nth: nth, Wait: 300 * time.Millisecond}}
}

// TestHosts plays the stories of programs on hosts of their own, whose journal is in one database. A program that replaces
// another finds nothing of it but what is there.
func TestHosts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why      string
		schedule lab.Schedule
		objects  int
	}{
		{"three equal orders from three hosts", lab.Schedule{Groups: together(lab.Customer, 0, 1, 2)}, 3},
		{"a host is killed and replaced, call again", lab.Schedule{Groups: once(lab.Subscription), Strikes: strike(lab.Kill, lab.Applied)}, 1},
		{"a host is killed, and another has an equal order", lab.Schedule{Groups: together(lab.Session, 0, 1), Strikes: strike(lab.Kill, lab.Applied)}, 2},
		{"a host is killed with the answer not delivered", lab.Schedule{Groups: once(lab.Customer), Strikes: strike(lab.KillUnread, "")}, 1},
		{"time out, call again through another host", lab.Schedule{Groups: inARow(lab.Customer), Faults: faults(lab.HangAfter)}, 2},
		{"the database is killed before the request is recorded", lab.Schedule{Groups: once(lab.Customer), Troubles: trouble(lab.Crash, 2)}, 1},
		{"the database is killed before the outcome is recorded", lab.Schedule{Groups: inARow(lab.Customer), Troubles: trouble(lab.Crash, 3)}, 2},
		{"the connection breaks before the record of a request", lab.Schedule{Groups: once(lab.Customer), Troubles: trouble(pgserver.BeforeCommit, 2)}, 1},
		{"the connection breaks after the record of a request", lab.Schedule{Groups: inARow(lab.Customer), Troubles: trouble(pgserver.AfterCommit, 2)}, 2},
		{"the connection breaks after the record of an outcome", lab.Schedule{Groups: inARow(lab.Customer), Troubles: trouble(pgserver.AfterCommit, 3)}, 2},
		{"clocks are half a minute apart", lab.Schedule{Groups: once(lab.Customer), Faults: []lab.Fault{{Kind: lab.Jump, Times: 1, Wait: 30 * time.Second}, {Kind: lab.HangAfter, Times: 1}}}, 1},
	}
	for i, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			server, err := pgserver.Start() // its own, because a story may kill it
			must(t, err)
			t.Cleanup(server.Stop)
			s := tt.schedule
			s.Index, s.Timeout = 1000+i, 3*time.Second
			result, err := lab.Run(program(t), t.TempDir(), s, server)
			must(t, err)
			for _, wrong := range lab.Judge(result).Wrong() {
				t.Error(wrong)
			}
			if len(result.Objects) != tt.objects {
				t.Errorf("%d objects, want %d", len(result.Objects), tt.objects)
			}
			for _, trouble := range s.Troubles {
				if result.Troubles(trouble.Kind) == 0 {
					t.Errorf("the trouble %q did not come", trouble.Kind)
				}
			}
			if t.Failed() {
				t.Logf("%s%s", s, result.Transcript)
			}
		})
	}
}
