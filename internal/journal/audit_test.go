package journal

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestAudit: what a person reads of a journal, in a file and in PostgreSQL.
func TestAudit(t *testing.T) {
	t.Parallel()
	for where, start := range map[string]func(t *testing.T) func() *Journal{
		"in a file": func(t *testing.T) func() *Journal {
			folder := t.TempDir()
			return func() *Journal { return New(folder, 0) }
		},
		"in PostgreSQL": func(t *testing.T) func() *Journal {
			address := postgresURL(t)
			return func() *Journal { return shared(t, address) }
		},
	} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			next := start(t)
			j := next()
			order(t, j, 1)
			order(t, j, 2)
			lost := equal()
			ctx, receipt := called(t, long)
			first, err := j.Begin(ctx, receipt, lost)
			must(t, err)
			must(t, first.Settle(t.Context(), Result{Outcome: "unknown"}))
			receipt.Close(true)
			must(t, j.Flush(t.Context()))
			again, receipt := called(t, long)
			second, err := next().Begin(again, receipt, lost)
			must(t, err)
			must(t, second.Settle(t.Context(), Result{Outcome: "unknown", Attempts: 3}))

			auditor := next()
			orders, err := auditor.List(t.Context(), Filter{Since: time.Now().Add(-time.Hour)})
			must(t, err)
			var told []string
			for _, o := range orders {
				told = append(told, strings.TrimSpace(o.Outcome+" "+o.Object))
			}
			if want := []string{"unknown", "unknown, then repeated", "succeeded cus_2", "succeeded cus_1"}; !slices.Equal(told, want) {
				t.Errorf("got %v, want %v", told, want)
			}
			if o := orders[0]; o.Intent != second.record.Intent || !o.Unknown || !strings.Contains(o.Advice, "repeat the same call before") || o.Attempts != 3 {
				t.Errorf("first stands %+v", o)
			}
			if o := orders[1]; o.TakenBy != second.record.Intent || o.Unknown {
				t.Errorf("then stands %+v", o)
			}
			for why, tt := range map[string]struct {
				filter Filter
				want   int
			}{
				"of a tool":        {Filter{Tool: "stripe_create_customer"}, 4},
				"of another":       {Filter{Tool: "stripe_create_refund"}, 0},
				"of unknown":       {Filter{Unknown: true}, 1},
				"of the last hour": {Filter{Since: time.Now().Add(time.Hour)}, 1}, // the unknown one all the same
			} {
				if orders, err := auditor.List(t.Context(), tt.filter); err != nil || len(orders) != tt.want {
					t.Errorf("%s: %d, %v", why, len(orders), err)
				}
			}
			_, events, err := auditor.Show(t.Context(), first.record.Intent)
			must(t, err)
			said := make([]string, len(events))
			for i, e := range events {
				said[i] = e.Event
			}
			if want := []string{"sent", "outcome: unknown", "delivered", "sent with the key of " + first.record.Intent, "outcome: unknown"}; !slices.Equal(said, want) {
				t.Errorf("got %v, want %v", said, want)
			}
			ending(t, auditor, first, second)
			third, err := next().Begin(t.Context(), receipt, lost)
			must(t, err)
			if third.Inherited() {
				t.Error("what was ended is open")
			}
		})
	}
}

// ending ends an order once.
func ending(t *testing.T, j *Journal, taken, unknown *Intent) {
	t.Helper()
	for why, intent := range map[string]string{"nobody's": "NONE", "that was taken": taken.record.Intent} {
		if err := j.End(t.Context(), intent, "ended by the owner", false); err == nil {
			t.Errorf("one %s is ended", why)
		}
	}
	must(t, j.End(t.Context(), unknown.record.Intent, "ended by the owner", false))
	if err := j.End(t.Context(), unknown.record.Intent, "ended by the owner", false); err == nil {
		t.Error("it is ended twice")
	}
	o, _, err := j.Show(t.Context(), unknown.record.Intent)
	if err != nil || o.Unknown || o.Outcome != "ended by the owner" {
		t.Errorf("got %+v, %v", o, err)
	}
	if open, err := j.Open(t.Context()); err != nil || len(open) > 0 {
		t.Errorf("%v are open (%v)", open, err)
	}
}
