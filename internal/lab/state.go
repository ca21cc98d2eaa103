package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// inspect looks at what the programs left behind: a journal of every creating request, readable to the last line, and nothing
// of what is private.
func (r *run) inspect() error {
	entries, texts, err := r.left()
	if err != nil {
		return err
	}
	for _, private := range []string{Email, Key, otherKey, "shop.example"} {
		if strings.Contains(texts, private) {
			r.complain(other, "the programs have kept %s", private)
		}
	}
	intents := map[string]bool{"": true}
	for _, e := range entries {
		if e.Intent == "" {
			r.complain(other, "the journal has a line that cannot be read")
		}
		intents[e.Key] = true
	}
	r.stripe.mu.Lock()
	defer r.stripe.mu.Unlock()
	for key := range r.stripe.keys {
		if first, _, _ := strings.Cut(key, "-"); !intents[first] { // the other requests of an operation have keys that follow from its first one's
			r.complain(other, "the journal has no line for a request with key %s", key)
		}
	}
	return nil
}

// left returns the journal, and all that the programs have kept as one text.
func (r *run) left() ([]entry, string, error) {
	if r.hosts == nil {
		return journal(r.file("state")), r.readAll(r.file("state")), nil
	}
	entries, text, err := r.hosts.journal()
	return entries, text + r.readAll(r.folder), err
}

// journal returns what is in the journal by now.
func (r *run) journal() []entry {
	if r.hosts == nil {
		return journal(r.file("state"))
	}
	entries, _, _ := r.hosts.journal() // a database that is down tells nothing
	return entries
}

// readAll returns all files below a folder as one text.
func (r *run) readAll(folder string) string {
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path) //nolint:gosec // our own folder
		all.Write(text)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // nothing may have got as far as a record
		r.complain(other, "the state folder cannot be read: %v", err)
	}
	return all.String()
}

// awaitOutcome waits until the journal holds the outcome of something that p was asked for.
func (r *run) awaitOutcome(p *program) {
	prefix, pause := fmt.Sprintf("%d-", p.cmd.Process.Pid), 5*time.Millisecond
	if r.hosts != nil {
		pause *= 10 // for a database is not a file
	}
	for deadline := time.Now().Add(r.schedule.Timeout + patience); time.Now().Before(deadline); time.Sleep(pause) {
		ours := map[string]bool{}
		for _, e := range r.journal() {
			switch {
			case e.Event == "intent" && strings.HasPrefix(e.Process, prefix):
				ours[e.Intent] = true
			case e.Event == "outcome" && ours[e.Intent]:
				return
			}
		}
	}
}

// entry is what the laboratory reads of a line of the journal.
type entry struct {
	Event   string `json:"event"`
	Intent  string `json:"intent"`
	Process string `json:"process"`
	Key     string `json:"idempotency_key"`
}

// journal returns the whole lines of the journal in a state folder.
func journal(state string) []entry {
	text, err := os.ReadFile(filepath.Join(state, "journal", "journal.jsonl")) //nolint:gosec // our own folder
	if err != nil {
		return nil // it was not begun
	}
	var entries []entry
	for line := range strings.Lines(string(text)) {
		var e entry
		if !strings.HasSuffix(line, "\n") {
			break // torn, or being written
		}
		_ = json.Unmarshal([]byte(line), &e) // what cannot be read has no intent
		entries = append(entries, e)
	}
	return entries
}
