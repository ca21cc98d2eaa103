package journal

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestAnotherLog tells what a running process finds when another one has changed the log meanwhile. Two intents are open: one
// that both know, and one that only the running process has recorded since the other one looked.
func TestAnotherLog(t *testing.T) {
	t.Parallel()
	const limit = 4 << 10
	rotate := func(t *testing.T, folder string, other *Journal) {
		t.Helper()
		fill(t, filepath.Join(folder, "journal.jsonl"), limit)
		order(t, other, 1)
	}
	remove := func(t *testing.T, folder string) {
		t.Helper()
		must(t, os.Remove(filepath.Join(folder, "journal.jsonl")))
	}
	tests := map[string]func(t *testing.T, folder string, other *Journal){
		"nothing":         func(*testing.T, string, *Journal) {},
		"it was put away": rotate,
		"twice":           func(t *testing.T, folder string, other *Journal) { rotate(t, folder, other); rotate(t, folder, other) },
		"it was deleted":  func(t *testing.T, folder string, _ *Journal) { remove(t, folder) },
		"and begun anew":  func(t *testing.T, folder string, other *Journal) { remove(t, folder); order(t, other, 1) },
		"and grown":       func(t *testing.T, folder string, other *Journal) { remove(t, folder); grow(t, folder, other) },
		"it was emptied": func(t *testing.T, folder string, _ *Journal) {
			must(t, os.Truncate(filepath.Join(folder, "journal.jsonl"), 0))
		},
		"emptied and grown": func(t *testing.T, folder string, other *Journal) {
			inPlace(t, folder, func() { remove(t, folder); grow(t, folder, other) })
		},
		"put away in place": func(t *testing.T, folder string, other *Journal) {
			inPlace(t, folder, func() { rotate(t, folder, other); grow(t, folder, other) })
		},
		"put away by version": func(t *testing.T, folder string, other *Journal) {
			rotate(t, folder, other)
			unnamed(t, folder)
			grow(t, folder, other)
		},
	}
	for why, happens := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			running, other := newJournal(&file{folder: folder, limit: limit}), newJournal(&file{folder: folder, limit: limit})
			t.Cleanup(running.Close)
			t.Cleanup(other.Close)
			open := map[string]*Intent{}
			for _, body := range []string{"email=both", "email=running"} {
				request := equal()
				request.Body = body
				intent, err := running.Begin(t.Context(), nil, request)
				must(t, err)
				must(t, intent.Settle(t.Context(), Result{Outcome: "unknown"}))
				if open[body] = intent; body == "email=both" {
					_, err = other.Open(t.Context())
					must(t, err)
				}
			}
			happens(t, folder, other)
			for body, intent := range open {
				request := equal()
				request.Body = body
				again, err := running.Begin(t.Context(), nil, request)
				must(t, err)
				if again.Key() != intent.Key() {
					t.Errorf("%s: another key", body)
				}
			}
			readable(t, filepath.Join(folder, "journal.jsonl"))
		})
	}
}

// grow lets a process record more than anybody has read.
func grow(t *testing.T, folder string, other *Journal) {
	t.Helper()
	order(t, other, 2)
	fill(t, filepath.Join(folder, "journal.jsonl"), 8<<10)
}

// inPlace lets the log become another one that has the same identity in the file system, as where numbers of files are used
// again.
func inPlace(t *testing.T, folder string, change func()) {
	t.Helper()
	path := filepath.Join(folder, "journal.jsonl")
	same := path + ".same"
	must(t, os.Link(path, same))
	change()
	text, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(same, text, 0o600))
	must(t, os.Rename(same, path))
}

// unnamed lets the log begin as those of earlier versions do.
func unnamed(t *testing.T, folder string) {
	t.Helper()
	path := filepath.Join(folder, "journal.jsonl")
	text, err := os.ReadFile(path)
	must(t, err)
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	first, _, named := bytes.Cut(first, []byte(`,"log":`))
	if !named {
		t.Fatal("it has no name")
	}
	must(t, os.WriteFile(path, slices.Concat(first, []byte("}\n"), rest), 0o600))
}

// TestNothingComesBack: what another process ended in a log that it began anew is not carried over by one that still knew it.
func TestNothingComesBack(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	running, other := New(folder, 0), New(folder, 0)
	t.Cleanup(running.Close)
	t.Cleanup(other.Close)
	first, err := running.Begin(t.Context(), nil, equal())
	must(t, err)
	must(t, first.Settle(t.Context(), Result{Outcome: "unknown"}))
	_, err = other.Open(t.Context())
	must(t, err)
	must(t, os.Remove(filepath.Join(folder, "journal.jsonl")))
	receipt := NewReceipt(t.Context(), Caller{}, time.Time{})
	second, err := other.Begin(t.Context(), receipt, equal())
	must(t, err)
	if second.Key() != first.Key() {
		t.Fatal("it was not carried over")
	}
	must(t, second.Settle(t.Context(), Result{Outcome: "succeeded", Settled: true}))
	receipt.Close(true)
	must(t, other.Flush(t.Context()))
	third, err := running.Begin(t.Context(), nil, equal())
	must(t, err)
	if third.Inherited() {
		t.Error("an order that was answered is open again")
	}
}

// TestARotationThatDies: after each step of a rotation a process can die. Nothing that was recorded is lost then, another process
// goes on, and puts the log away a while later.
func TestARotationThatDies(t *testing.T) {
	t.Parallel()
	const limit = 4 << 10
	steps := len((&file{}).rotation(time.Now(), nil))
	for n := range steps + 1 {
		t.Run(fmt.Sprint("after ", n, " steps"), func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			first := newJournal(&file{folder: folder, limit: 1 << 30})
			for what := range 5 {
				order(t, first, what)
			}
			open, err := first.Begin(t.Context(), nil, equal())
			must(t, err)
			must(t, first.step(t.Context(), "", func(s *step) error {
				lines, err := encode(append([]record{newBeginning(eventEnded, time.Now())}, s.stillOpen(time.Now())...))
				must(t, err)
				for _, step := range first.store.(*file).rotation(time.Now(), lines)[:n] {
					must(t, step())
				}
				return nil
			}))
			die(t, first)

			second := newJournal(&file{folder: folder, limit: limit})
			t.Cleanup(second.Close)
			again, err := second.Begin(t.Context(), nil, equal())
			must(t, err)
			if again.Key() != open.Key() {
				t.Error("an open intent was lost")
			}
			fill(t, filepath.Join(folder, "journal.jsonl"), limit)
			later := time.Now().Add(time.Hour)
			second.now = func() time.Time { return later }
			order(t, second, 5)
			if readable(t, filepath.Join(folder, "journal.jsonl")) > 10 {
				t.Error("the log was not put away")
			}
			orders, err := second.List(t.Context(), Filter{Tool: "stripe_create_customer"})
			must(t, err)
			told := 0
			must(t, second.store.records(t.Context(), time.Time{}, func(r record) {
				if r.Object == "cus_0" {
					told++
				}
			}))
			if len(orders) != 6 || told != 1 {
				t.Errorf("%d orders, and the first one is told %d times", len(orders), told)
			}
		})
	}
}

// TestTwoProcesses: real processes share a folder, and each puts the log away while the other one goes on.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	const orders, name = 60, "JOURNAL_OF_ANOTHER_PROCESS"
	run := func(t *testing.T, folder string, from int) {
		t.Helper()
		j := newJournal(&file{folder: folder, limit: 4 << 10})
		defer j.Close()
		for n := range orders {
			order(t, j, from+n)
		}
	}
	if folder := os.Getenv(name); folder != "" {
		run(t, folder, orders)
		return
	}
	folder := t.TempDir()
	other := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTwoProcesses$")
	other.Env = append(os.Environ(), name+"="+folder)
	said := &strings.Builder{}
	other.Stdout, other.Stderr = said, said
	must(t, other.Start())
	run(t, folder, 0)
	if err := other.Wait(); err != nil {
		t.Fatalf("the other process: %v\n%s", err, said)
	}
	j := New(folder, 0)
	defer j.Close()
	all, err := j.List(t.Context(), Filter{})
	must(t, err)
	if len(all) != 2*orders {
		t.Errorf("%d orders, want %d", len(all), 2*orders)
	}
	if logs := len(j.store.(*file).putAway()); logs < 5 {
		t.Errorf("only %d logs were put away", logs)
	}
}
