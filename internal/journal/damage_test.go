package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestWhatHappensToFiles tells what a request gets after something happened to the files of a running process, and of one
// that starts later. An unknown intent is open all the time, so that a second key would make a second object.
func TestWhatHappensToFiles(t *testing.T) {
	t.Parallel()
	write := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, folder string) {
			t.Helper()
			must(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
		}
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, folder string) {
			t.Helper()
			must(t, os.RemoveAll(filepath.Join(folder, name)))
		}
	}
	const (
		same    = "the same key"
		missing = "its file digest.key is missing or empty, and 1 earlier calls"
		foreign = "its file digest.key was damaged or replaced, and 1 earlier calls"
	)
	tests := map[string]struct {
		happens      func(t *testing.T, folder string)
		running, new string // what the running process and a new one get
	}{
		"nothing":                 {func(*testing.T, string) {}, same, same},
		"digest.key is deleted":   {remove("digest.key"), same, missing},
		"digest.key is emptied":   {write("digest.key", ""), same, missing},
		"digest.key is cut":       {write("digest.key", "half"), same, foreign},
		"digest.key is replaced":  {write("digest.key", strings.Repeat("x", 32)), same, foreign},
		"the journal is emptied":  {write("journal.jsonl", ""), same, ""}, // a new process cannot know better
		"the journal is deleted":  {remove("journal.jsonl"), same, ""},
		"the folder is deleted":   {remove("."), same, ""},
		"the lock is deleted":     {remove("lock"), same, same},
		"a line is damaged":       {write("journal.jsonl", strings.Repeat("damage\n", 200)), "is damaged at byte", "is damaged at byte"},
		"something else is there": {write("notes.txt", "x"), same, same},
	}
	for why, tt := range tests {
		for who, want := range map[string]string{"the running process": tt.running, "a new process": tt.new} {
			if want == "" {
				continue
			}
			t.Run(why+", "+who, func(t *testing.T) {
				t.Parallel()
				folder := filepath.Join(t.TempDir(), "journal")
				j := New(folder, 0)
				first, err := j.Begin(t.Context(), nil, equal())
				must(t, err)
				must(t, first.Settle(t.Context(), Result{Outcome: "unknown"}))
				tt.happens(t, folder)
				if who == "a new process" {
					j = New(folder, 0)
				}
				second, err := j.Begin(t.Context(), nil, equal())
				if want == same {
					must(t, err)
					if second.Key() != first.Key() {
						t.Error("a second key")
					}
					third := New(folder, 0) // and what was lost is there again
					if open, err := third.Open(t.Context()); err != nil || third.openIntents() == 0 {
						t.Errorf("%d open intents, %v", len(open), err)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			})
		}
	}
}

// TestALostSecret is no refusal for good: when the last intent that needs the old one has expired, a new one is made.
func TestALostSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), "journal")
		first, err := New(folder, 0).Begin(t.Context(), nil, equal())
		must(t, err)
		must(t, first.Settle(t.Context(), Result{Outcome: "unknown"}))
		must(t, os.WriteFile(filepath.Join(folder, "digest.key"), nil, 0o600))
		_, err = New(folder, 0).Begin(t.Context(), nil, equal())
		secret, ok := errors.AsType[*SecretError](err)
		if !ok || !secret.Until.Equal(first.Expires()) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(24 * time.Hour)
		if _, err := New(folder, 0).Begin(t.Context(), nil, equal()); err != nil {
			t.Error(err)
		}
	})
}

// TestAFullDisk: a rotation that fails gives nothing up, and does not keep anything from being created.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const limit = 4 << 10
	j := newJournal(&file{folder: folder, limit: limit})
	_, err := j.Begin(t.Context(), nil, equal())
	must(t, err)
	for n := 1; n <= 8; n++ {
		must(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("journal-%d.jsonl", n)), fmt.Append(nil, n), 0o600))
	}
	must(t, os.MkdirAll(filepath.Join(folder, "journal-new.jsonl", "in the way"), 0o700)) // as if there were no space for it
	for i := range 3 {
		fill(t, filepath.Join(folder, "journal.jsonl"), limit)
		request := equal()
		request.Body = fmt.Sprint("email=", i)
		_, err := j.Begin(t.Context(), nil, request)
		must(t, err)
	}
	for n := 1; n <= 8; n++ {
		text, err := os.ReadFile(filepath.Join(folder, fmt.Sprintf("journal-%d.jsonl", n)))
		if err != nil || string(text) != strconv.Itoa(n) {
			t.Errorf("journal-%d is %q (%v)", n, text, err)
		}
	}
}

// TestAFailedNote: what could not be recorded is recorded before anything else, also when another process has started a new
// file in the meantime.
func TestAFailedNote(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const limit = 4 << 10
	ours, theirs := newJournal(&file{folder: folder, limit: limit}), newJournal(&file{folder: folder, limit: limit})
	first, err := ours.Begin(t.Context(), nil, equal())
	must(t, err)
	must(t, os.Rename(folder, folder+".away")) // nothing can be written for a moment
	must(t, os.WriteFile(folder, nil, 0o600))
	if err := first.Settle(t.Context(), Result{Outcome: "unknown"}); err == nil {
		t.Fatal("it could be recorded")
	}
	must(t, os.Remove(folder))
	must(t, os.Rename(folder+".away", folder))
	fill(t, filepath.Join(folder, "journal.jsonl"), limit)
	other := equal()
	other.Body = "email=other"
	_, err = theirs.Begin(t.Context(), nil, other)
	must(t, err)
	second, err := ours.Begin(t.Context(), nil, equal())
	must(t, err)
	if second.Key() != first.Key() {
		t.Error("a second key")
	}
}
