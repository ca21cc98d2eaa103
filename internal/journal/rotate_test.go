package journal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// order begins, and lets succeed, a request that equals no other.
func order(t *testing.T, j *Journal, what int) {
	t.Helper()
	request := equal()
	request.Body = fmt.Sprintf("email=%d%%40example.com", what)
	receipt := NewReceipt(t.Context(), Caller{Tool: "stripe_create_customer"}, time.Now())
	intent, err := j.Begin(t.Context(), receipt, request)
	must(t, err)
	must(t, intent.Settle(t.Context(), Result{Outcome: "succeeded", Object: fmt.Sprint("cus_", what), Settled: true}))
	receipt.Close(true)
	must(t, j.Flush(t.Context()))
}

// kept returns how many records the journal keeps.
func kept(t *testing.T, j *Journal) int {
	t.Helper()
	n := 0
	must(t, j.store.records(t.Context(), time.Time{}, func(record) { n++ }))
	return n
}

// TestRotation: a full journal is kept under another name. All processes find the open intents in the new one.
func TestRotation(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const limit = 4 << 10
	first, second := newJournal(&file{folder: folder, limit: limit}), newJournal(&file{folder: folder, limit: limit})
	open, err := first.Begin(t.Context(), nil, equal())
	must(t, err)
	running := equal()
	running.Body = "email=another%40example.com"
	stillRunning, err := first.Begin(t.Context(), nil, running)
	must(t, err)
	must(t, open.Settle(t.Context(), Result{Outcome: "unknown"}))
	const generations = 12
	for n := range generations {
		fill(t, filepath.Join(folder, "journal.jsonl"), limit)
		order(t, second, n)
	}
	if readable(t, filepath.Join(folder, "journal.jsonl")) > 20 {
		t.Error("the new journal is not short")
	}
	if logs := second.store.(*file).putAway(); len(logs) != generations {
		t.Errorf("%d are kept, want %d", len(logs), generations)
	}
	side, err := second.Begin(t.Context(), nil, running)
	must(t, err)
	if side.Key() == stillRunning.Key() {
		t.Error("a running request lost its key to an equal one")
	}
	again, err := first.Begin(t.Context(), nil, equal())
	must(t, err)
	if again.Key() != open.Key() {
		t.Error("an open intent was lost")
	}
}

// TestTriedLately: after an attempt that failed nobody tries again for a minute. A clock that was set back makes no hour of it.
func TestTriedLately(t *testing.T) {
	t.Parallel()
	for ago, again := range map[time.Duration]bool{30 * time.Second: false, 2 * time.Minute: true, -time.Hour: true} {
		folder := t.TempDir()
		const limit = 4 << 10
		j := newJournal(&file{folder: folder, limit: limit})
		t.Cleanup(j.Close)
		order(t, j, 1)
		fill(t, j.store.(*file).path(), limit)
		fresh := filepath.Join(folder, freshName)
		must(t, os.WriteFile(fresh, nil, 0o600))
		must(t, os.Chtimes(fresh, time.Time{}, time.Now().Add(-ago)))
		order(t, j, 2)
		if logs := len(j.store.(*file).putAway()); (logs == 1) != again {
			t.Errorf("after an attempt %v ago, %d logs are put away", ago, logs)
		}
	}
}

// TestTheSameMoment: a log that was put away is not overwritten by another one of the same time, as by a clock that was set back.
func TestTheSameMoment(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const limit, orders = 4 << 10, 4
	j := newJournal(&file{folder: folder, limit: limit})
	t.Cleanup(j.Close)
	now := time.Now().Round(0)
	j.now = func() time.Time { return now }
	for n := range orders {
		order(t, j, n)
		fill(t, j.store.(*file).path(), limit)
	}
	if all, err := j.List(t.Context(), Filter{Tool: "stripe_create_customer"}); err != nil || len(all) != orders {
		t.Errorf("%d orders are told, %v", len(all), err)
	}
}

// TestMuchIsOpen: what is open and goes into the new log does not count, or that would be put away again at once.
func TestMuchIsOpen(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const limit, open, orders = 4 << 10, 30, 3
	j := newJournal(&file{folder: folder, limit: 1 << 30})
	for n := range open {
		request := equal()
		request.Body = fmt.Sprint("email=", n)
		intent, err := j.Begin(t.Context(), nil, request)
		must(t, err)
		must(t, intent.Settle(t.Context(), Result{Outcome: "unknown"}))
	}
	next := newJournal(&file{folder: folder, limit: limit})
	t.Cleanup(j.Close)
	t.Cleanup(next.Close)
	for n := range orders {
		order(t, next, n)
	}
	if logs := len(next.store.(*file).putAway()); logs != 1 {
		t.Errorf("%d logs were put away", logs)
	}
}

// TestReadingMeanwhile: who reads all records misses none where the log is put away in the middle of it.
func TestReadingMeanwhile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const limit, orders = 4 << 10, 4
	j := newJournal(&file{folder: folder, limit: limit})
	t.Cleanup(j.Close)
	for n := range orders {
		order(t, j, n)
		if n%2 == 0 {
			fill(t, j.store.(*file).path(), limit) // so that the next order puts it away
		}
	}
	seen, putAway := map[string]bool{}, false
	must(t, j.store.records(t.Context(), time.Time{}, func(r record) {
		if !putAway {
			putAway = true
			fill(t, j.store.(*file).path(), limit)
			order(t, j, orders)
		}
		seen[r.Object] = true
	}))
	for n := range orders + 1 {
		if object := fmt.Sprint("cus_", n); !seen[object] {
			t.Errorf("%s was missed", object)
		}
	}
}

// TestKeeping: a record is kept as long as the owner wants, and not much longer, however few there are.
func TestKeeping(t *testing.T) {
	t.Parallel()
	for keep, days := range map[time.Duration][2]int{ // after how many days the first order is still there, and gone
		0:                    {4000, 0},
		400 * 24 * time.Hour: {400, 465},
		24 * time.Hour:       {1, 65},
	} {
		t.Run(keep.String(), func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				j := New(folder, keep)
				began := time.Now()
				order(t, j, -1)
				there := func() (found bool) {
					must(t, j.store.records(t.Context(), time.Time{}, func(r record) { found = found || r.Object == "cus_-1" }))
					return found
				}
				for day := 0; day < max(days[0], days[1]); day += 5 {
					time.Sleep(5 * 24 * time.Hour)
					order(t, j, day)
					switch age := int(time.Since(began).Hours() / 24); {
					case age <= days[0] && !there():
						t.Fatalf("gone after %d days", age)
					case days[1] > 0 && age >= days[1] && there():
						t.Fatalf("still there after %d days", age)
					}
				}
			})
		})
	}
}

// TestThePreviousVersion: a folder that this and the previous version use in turn keeps its open intents.
func TestThePreviousVersion(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	must(t, os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "previous")))) // written by it: one unknown, one answered
	now := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)
	began := func(j *Journal, body string) *Intent {
		j.now = func() time.Time { return now }
		request := Request{Method: "POST", Path: "/v1/customers", Body: body, Base: "http://127.0.0.1:4199", Authorization: "Bearer sk_test_MadeUpForTests"}
		intent, err := j.Begin(t.Context(), NewReceipt(t.Context(), Caller{Tool: "stripe_create_customer", Mode: "TEST"}, time.Time{}), request)
		must(t, err)
		return intent
	}
	ours := newJournal(&file{folder: folder, limit: 1}) // so that it rotates at once
	unknown := began(ours, "email=lost%40shop.example")
	if !unknown.Inherited() {
		t.Error("what the previous version left open is lost")
	}
	if answered := began(ours, "email=answered%40shop.example"); answered.Inherited() {
		t.Error("what the previous version delivered is open")
	}
	must(t, unknown.Settle(t.Context(), Result{Outcome: "unknown"}))
	began(ours, "email=other%40shop.example")

	// What it reads: lines that all name an intent, of events that it knows. It locks "lock", and "process-….lock" per process.
	theirs := newBook(ours.store, ours.now, "")
	must(t, readLog(filepath.Join(folder, "journal.jsonl"), time.Time{}, theirs.apply))
	if e := theirs.all[unknown.record.Intent]; e == nil || !e.unknown || e.Key != unknown.Key() {
		t.Errorf("the previous version would not know what this one left open: %+v", e)
	}
	must(t, ours.store.(*file).lock(context.Background(), func(record) {}, func(bool) {}))
	for _, name := range []string{"lock", "process-" + ours.store.process() + ".lock"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
}
