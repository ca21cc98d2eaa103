package journal

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkShared: a creation costs the same beside any number of intents in the database.
func BenchmarkShared(b *testing.B) {
	for _, open := range []int{0, 10_000} {
		b.Run(fmt.Sprintf("%d_unknown", open), func(b *testing.B) {
			j := Shared(postgresURL(b), "", 0)
			defer j.store.close()
			order := func(n int, result Result) {
				receipt := NewReceipt(context.Background(), Caller{Mode: "TEST"}, time.Now())
				intent, err := j.Begin(context.Background(), receipt, Request{Method: "POST", Path: "/v1/customers", Body: fmt.Sprint("name=", n)})
				if err != nil {
					b.Fatal(err)
				}
				if err := intent.Settle(context.Background(), result); err != nil {
					b.Fatal(err)
				}
				receipt.Close(true)
			}
			for n := range open {
				order(-1-n, Result{Outcome: "unknown"})
			}
			n := 0
			for b.Loop() {
				n++
				order(n, Result{Outcome: "succeeded", Settled: true})
			}
			b.StopTimer()
			if err := j.Flush(context.Background()); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkBegin: a creation costs the same beside any number of intents of last week whose outcome nobody learned.
func BenchmarkBegin(b *testing.B) {
	for _, open := range []int{0, 10_000} {
		b.Run(fmt.Sprintf("%d_unknown", open), func(b *testing.B) {
			j := New(filepath.Join(b.TempDir(), "journal"), 0)
			folder := j.store.place()
			old := wallClock().Add(-7 * 24 * time.Hour)
			if err := j.step(context.Background(), "", func(s *step) error {
				secret, err := s.digestKey()
				if err != nil {
					return err
				}
				var records []record
				for i := range open {
					r := newRecord(old, secret, Caller{Tool: "stripe_create_customer", Mode: "TEST"}, Request{Method: "POST", Path: "/v1/customers", Body: fmt.Sprint("email=", i)})
					r.KeyTime, r.Process = old, "1-GONE"
					records = append(records, r, record{Time: old, Event: eventOutcome, Intent: r.Intent, Result: Result{Outcome: "unknown"}})
				}
				return s.append(records...)
			}); err != nil {
				b.Fatal(err)
			}
			j = New(folder, 0)
			n := 0
			create := func() {
				n++
				receipt := NewReceipt(context.Background(), Caller{Mode: "TEST"}, time.Now())
				intent, err := j.Begin(context.Background(), receipt, Request{Method: "POST", Path: "/v1/customers", Body: fmt.Sprint("name=", n)})
				if err != nil {
					b.Fatal(err)
				}
				if err := intent.Settle(context.Background(), Result{Outcome: "succeeded", Settled: true}); err != nil {
					b.Fatal(err)
				}
				receipt.Close(true)
			}
			began := time.Now()
			create() // reads what there is
			first := time.Since(began)
			began = time.Now()
			if _, err := New(folder, 0).Begin(context.Background(), nil, Request{Method: "POST", Path: "/v1/x"}); err != nil {
				b.Fatal(err)
			}
			another := time.Since(began)
			for b.Loop() {
				create()
			}
			b.StopTimer()
			b.ReportMetric(float64(first.Milliseconds()), "ms/first")
			b.ReportMetric(float64(another.Milliseconds()), "ms/next-process")
			if err := j.Flush(context.Background()); err != nil {
				b.Fatal(err)
			}
		})
	}
}
