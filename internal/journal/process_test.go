package journal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// leaveLocks leaves the locks of processes that died.
func leaveLocks(t testing.TB, folder string, dead int) {
	t.Helper()
	must(t, os.MkdirAll(folder, 0o700))
	for n := range dead {
		must(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("process-%d-DEAD.lock", n)), nil, 0o600))
	}
	must(t, syncFolder(folder)) // else the first sync of others waits for that
}

// locks returns how many processes have a lock.
func locks(t *testing.T, folder string) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "process-*.lock"))
	must(t, err)
	return len(found)
}

// TestTheDead: a process that starts removes the locks of some that died, but of none that lives. After a few starts all are
// gone. A process that ends removes its own.
func TestTheDead(t *testing.T) {
	t.Parallel()
	const dead, living, most = 200, 20, 50
	folder := filepath.Join(t.TempDir(), "journal")
	var others []*Journal
	start := func() *Journal {
		j := New(folder, 0)
		_, err := j.Begin(t.Context(), nil, equal())
		must(t, err)
		return j
	}
	for range living {
		others = append(others, start())
	}
	leaveLocks(t, folder, dead)
	for before := locks(t, folder); before > living; {
		start().Close()
		now := locks(t, folder)
		if before-now > most {
			t.Errorf("one start removed %d locks", before-now)
		}
		before = now
	}
	for _, j := range others {
		if j.store.fate(record{Process: j.store.process()}, time.Time{}) != lives {
			t.Error("a living process lost its lock")
		}
		j.Close()
	}
	if left := locks(t, folder); left != 0 {
		t.Errorf("%d locks are left", left)
	}
}

// TestItsOwnLock: a process that goes on after it was closed is known to the others again.
func TestItsOwnLock(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	j := New(folder, 0)
	for range 2 {
		_, err := j.Begin(t.Context(), nil, equal())
		must(t, err)
		if n := locks(t, folder); n != 1 {
			t.Errorf("%d locks", n)
		}
		j.Close()
		if n := locks(t, folder); n != 0 {
			t.Errorf("%d locks after it was closed", n)
		}
	}
}

// inquiries counts how often anybody asks what became of a process.
type inquiries struct {
	store

	times int
}

func (a *inquiries) fate(intent record, now time.Time) fate {
	a.times++
	return a.store.fate(intent, now)
}

// TestManyEqualIntents: a request takes the key of the oldest of them that is deserted, and asks about no later one. Within a
// step it gets one answer about each process.
func TestManyEqualIntents(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	dead, living := New(folder, 0), New(folder, 0)
	const each = 500
	var oldest *Intent
	for n := range each {
		intent, err := dead.Begin(t.Context(), nil, equal())
		must(t, err)
		if n == 0 {
			oldest = intent
		}
		_, err = living.Begin(t.Context(), nil, equal())
		must(t, err)
	}
	die(t, dead)
	store := &inquiries{store: New(folder, 0).store}
	j := newJournal(store)
	must(t, j.step(t.Context(), "", func(*step) error { return nil })) // reads what there is
	store.times = 0
	intent, err := j.Begin(t.Context(), nil, equal())
	must(t, err)
	if intent.Key() != oldest.Key() {
		t.Error("it has not the key of the oldest one")
	}
	if store.times > 5 {
		t.Errorf("it asked %d times", store.times)
	}
	other := record{Process: living.store.process()}
	must(t, j.step(t.Context(), "", func(*step) error {
		before := store.fate(other, time.Time{})
		die(t, living)
		if after := store.fate(other, time.Time{}); before != lives || after != lives {
			t.Errorf("in one step it was %v and then %v", before, after)
		}
		return nil
	}))
	must(t, j.step(t.Context(), "", func(*step) error {
		if now := store.fate(other, time.Time{}); now != died {
			t.Errorf("in the next step it is %v", now)
		}
		return nil
	}))
}

// BenchmarkFirst: the first creation of a process costs the same beside any number of processes that died before it.
func BenchmarkFirst(b *testing.B) {
	for _, dead := range []int{0, 2_000, 20_000} {
		b.Run(fmt.Sprintf("%d_dead", dead), func(b *testing.B) {
			folder := filepath.Join(b.TempDir(), "journal")
			leaveLocks(b, folder, dead)
			for b.Loop() {
				j := New(folder, 0)
				_, err := j.Begin(context.Background(), nil, equal())
				must(b, err)
				j.Close()
			}
		})
	}
}

// BenchmarkEqual: a creation asks each process once whether it lives, however many equal intents of it are open.
func BenchmarkEqual(b *testing.B) {
	const open = 5_000
	for _, who := range []string{"dead", "living"} {
		b.Run(who, func(b *testing.B) {
			folder := filepath.Join(b.TempDir(), "journal")
			other := New(folder, 0)
			must(b, other.step(context.Background(), "", func(s *step) error {
				secret, err := s.digestKey()
				must(b, err)
				var records []record
				for range open {
					r := newRecord(wallClock(), secret, Caller{}, equal())
					r.KeyTime, r.Process = r.Time, other.store.process()
					records = append(records, r)
				}
				return s.append(records...)
			}))
			if who == "dead" {
				must(b, other.store.(*file).alive.Load().Close())
			}
			j := New(folder, 0)
			defer j.Close()
			_, err := j.Open(context.Background())
			must(b, err)
			for b.Loop() {
				receipt := NewReceipt(context.Background(), Caller{}, time.Time{})
				intent, err := j.Begin(context.Background(), receipt, equal())
				must(b, err)
				must(b, intent.Settle(context.Background(), Result{Outcome: "succeeded", Settled: true}))
				receipt.Close(true)
			}
			b.StopTimer()
			must(b, j.Flush(context.Background()))
			other.Close()
		})
	}
}
