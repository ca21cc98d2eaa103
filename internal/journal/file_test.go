package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestDamage: a crash can leave half a line at the end. It is dropped, because nothing was sent for it. Any other damage
// stops creating.
func TestDamage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		damage func(text string) string
		want   string // whose key the second request gets, or the error
	}{
		"nothing":                            {func(s string) string { return s }, "A"},
		"a torn last line":                   {func(s string) string { return s + `{"time":"2026-01-0` }, "A"},
		"zeros where a last line should be":  {func(s string) string { return s + strings.Repeat("\x00", 100) }, "A"},
		"many zeros":                         {func(s string) string { return s + strings.Repeat("\x00", 10_000) }, "A"},
		"a line that is no JSON":             {func(s string) string { return "half of a li\n" + s }, "is damaged at byte 0"},
		"a line that is no record":           {func(s string) string { return s + "{}\n" }, "is damaged at byte"},
		"the last line torn but for its end": {func(s string) string { return s[:len(s)-10] + "\n" }, "is damaged at byte"},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			first := New(folder, 0)
			intent, err := first.Begin(t.Context(), nil, equal())
			must(t, err)
			die(t, first)
			path := filepath.Join(folder, "journal.jsonl")
			text, err := os.ReadFile(path)
			must(t, err)
			must(t, os.WriteFile(path, []byte(tt.damage(string(text))), 0o600))
			second, err := New(folder, 0).Begin(t.Context(), nil, equal())
			if tt.want == "A" {
				must(t, err)
				if second.Key() != intent.Key() {
					t.Error("the key is not the first one's")
				}
				readable(t, path)
				return
			}
			if unavailable, ok := errors.AsType[*UnavailableError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v (%v), want %q in it", err, unavailable, tt.want)
			}
		})
	}
}

// readable checks that every line of a journal is JSON, and returns how many there are.
func readable(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	lines := bytes.SplitAfter(text, []byte("\n"))
	for _, line := range lines[:len(lines)-1] {
		if !json.Valid(line) {
			t.Errorf("not JSON: %s", line)
		}
	}
	if rest := lines[len(lines)-1]; len(rest) > 0 {
		t.Errorf("torn: %s", rest)
	}
	return len(lines) - 1
}

// TestUnavailable: if the record cannot be written, there is no intent and no request.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	below := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(below, nil, 0o600))
	for why, folder := range map[string]string{
		"no folder is known":       "journal",
		"the folder is below file": filepath.Join(below, "journal"),
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			_, err := New(folder, 0).Begin(t.Context(), nil, equal())
			if _, ok := errors.AsType[*UnavailableError](err); !ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestPrivate: other users cannot read the folder, and nothing in it says what was ordered.
func TestPrivate(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state", "journal")
	receipt := NewReceipt(t.Context(), Caller{Client: "test", Tool: "stripe_create_customer", Mode: "TEST"}, time.Time{})
	j := New(folder, 0)
	intent, err := j.Begin(t.Context(), receipt, equal())
	must(t, err)
	must(t, intent.Settle(t.Context(), Result{Outcome: "succeeded", Object: "cus_1", Settled: true}))
	receipt.Close(true)
	must(t, j.Flush(t.Context()))
	info, err := os.Stat(folder)
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v", info.Mode())
	}
	entries, err := os.ReadDir(folder)
	must(t, err)
	for _, entry := range entries {
		info, err := entry.Info()
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v", entry.Name(), info.Mode())
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		must(t, err)
		for _, private := range []string{"jenny", "Jenny", "example.com", "sk_test"} {
			if strings.Contains(string(text), private) {
				t.Errorf("%s holds %q", entry.Name(), private)
			}
		}
	}
	if lines := readable(t, filepath.Join(folder, "journal.jsonl")); lines != 4 {
		t.Errorf("%d lines, want the beginning, an intent, an outcome and a delivery", lines)
	}
}

// TestAnotherUsersFolder: where another user could have written, there is no journal, and the hint is of one line.
func TestAnotherUsersFolder(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no such owners and modes")
	}
	open, foreign := t.TempDir(), t.TempDir()
	must(t, os.Chmod(open, 0o777))
	for folder, want := range map[string][2]string{
		open:    {"the journal cannot be used: other users can write to " + open + " (mode 0777)", "run chmod go-w '" + open + "'"},
		foreign: {"the journal cannot be used: " + foreign + " belongs to another user (uid 12345)", "run this as that user"},
	} {
		if folder == foreign {
			if os.Geteuid() != 0 {
				continue // only root can give it away
			}
			must(t, os.Chown(foreign, 12345, 12345))
		}
		_, err := New(folder, 0).Begin(t.Context(), nil, equal())
		if _, ok := errors.AsType[*UnavailableError](err); !ok || err.Error() != want[0] || Hint(err) != want[1] {
			t.Errorf("got %v", err)
		}
	}
}

// fill fills a journal up to its limit with lines about requests that ended long ago.
func fill(t *testing.T, path string, limit int) {
	t.Helper()
	line, err := json.Marshal(record{Event: eventEnded, Intent: "over"})
	must(t, err)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	must(t, err)
	_, err = f.Write(bytes.Repeat(append(line, '\n'), limit/len(line)+1))
	must(t, errors.Join(err, f.Close()))
}

// noSync is a log that takes every record but cannot force it to the disk.
type noSync struct {
	store
	broken bool
}

func (n *noSync) begin(ctx context.Context, b *book) (tx, error) {
	inner, err := n.store.begin(ctx, b)
	if err != nil || !n.broken {
		return inner, err
	}
	return noSyncTx{inner}, nil
}

type noSyncTx struct{ tx }

func (noSyncTx) safe() func() error { return func() error { return errors.New("the disk is full") } }

// TestAFailedSync: the request is refused. Its key goes to the next request, because an earlier one may have used it.
func TestAFailedSync(t *testing.T) {
	t.Parallel()
	disk := &noSync{store: New(t.TempDir(), 0).store}
	j := newJournal(disk)
	first, err := j.Begin(t.Context(), nil, equal())
	must(t, err)
	must(t, first.Settle(t.Context(), Result{Outcome: "unknown"}))
	disk.broken = true
	if _, err := j.Begin(t.Context(), nil, equal()); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("got %v", err)
	}
	disk.broken = false
	third, err := j.Begin(t.Context(), nil, equal())
	must(t, err)
	if third.Key() != first.Key() {
		t.Error("the key was lost")
	}
}

// TestForcedToTheDisk: what is forced to the disk is the file that the record is in, also where another file has its name by
// then.
func TestForcedToTheDisk(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	j := New(folder, 0)
	path := filepath.Join(folder, "journal.jsonl")
	var safe func() error
	must(t, j.step(t.Context(), "", func(s *step) error {
		err := s.append(record{Event: eventIntent, Intent: "A"})
		safe = s.tx.safe()
		return err
	}))
	must(t, os.Rename(path, path+".away"))
	must(t, os.Mkdir(path, 0o700))
	if err := safe(); err != nil {
		t.Errorf("another file was meant: %v", err)
	}
}

// TestSideBySide: a hundred equal requests and a hundred others run in two processes, and each gets its own key.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	processes := []*Journal{New(folder, 0), New(folder, 0)}
	var keys sync.Map
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			request := equal()
			if i%2 == 0 {
				request.Body = fmt.Sprintf("email=%d%%40example.com", i)
			}
			receipt := NewReceipt(t.Context(), Caller{}, time.Time{})
			intent, err := processes[i/2%2].Begin(t.Context(), receipt, request)
			if err != nil {
				t.Error(err)
				return
			}
			if _, twice := keys.LoadOrStore(intent.Key(), i); twice {
				t.Errorf("request %d has the key of another", i)
			}
			receipt.Close(true)
			if err := intent.Settle(t.Context(), Result{Outcome: "succeeded", Settled: true}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, j := range processes {
		must(t, j.Flush(t.Context()))
	}
	if lines := readable(t, filepath.Join(folder, "journal.jsonl")); lines != 1+600 {
		t.Errorf("%d lines, want the beginning and three for each request", lines)
	}
	for _, j := range processes {
		if _, err := j.Begin(t.Context(), nil, Request{}); err != nil || j.openIntents() > 2 {
			t.Errorf("%d intents are open (%v)", j.openIntents(), err)
		}
	}
}

// FuzzReading: any content of the file is read or refused. After reading, the journal can be written.
func FuzzReading(f *testing.F) {
	for _, text := range []string{
		"", "\n", "{}\n", "{", "\x00\x00", `{"event":"intent","intent":"A","digest":"x","idempotency_key":"k"}` + "\n",
		`{"event":"intent","intent":"A"}` + "\n" + `{"event":"outcome","intent":"A","settled":true}` + "\n" + `{"event":"delivered","intent":"A"}` + "\n{\"ev",
		`{"event":"outcome","intent":"A"}` + "\n", `{"event":"intent","intent":"B","takes":"B"}` + "\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		folder := t.TempDir()
		path := filepath.Join(folder, "journal.jsonl")
		must(t, os.WriteFile(path, []byte(text), 0o600))
		intent, err := New(folder, 0).Begin(t.Context(), nil, equal())
		if err != nil {
			if _, ok := errors.AsType[*UnavailableError](err); !ok {
				t.Fatal(err)
			}
			return
		}
		if intent.Key() == "" {
			t.Fatal("no key")
		}
		readable(t, path)
	})
}
