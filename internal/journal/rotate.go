package journal

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"stripe-mcp/internal/local"
)

const (
	// journal.jsonl is put away under another name when it has grown by rotateAt, or is older than rotateAfter. So what is
	// too old goes without anybody rewriting what is not.
	rotateAt    = 8 << 20
	rotateAfter = 30 * 24 * time.Hour
	// rotatedName holds the time. Earlier versions of this program called them journal-1.jsonl to journal-8.jsonl.
	rotatedName = "journal-20060102T150405.000000000Z.jsonl"
)

// beginning is a record of no intent. It says when the file begins, whose first intents may be older.
const beginning = "-"

// tidy puts the log away and starts a new one with what is still open, when it is time for that. A log that cannot be put
// away can still be written to, or append says why not.
func (f *file) tidy(now time.Time, due bool, open func() []record) {
	grown := f.read - f.began
	if due || grown >= f.limit || grown > 0 && !f.since.IsZero() && now.Sub(f.since) >= rotateAfter {
		_ = f.rotate(now, open())
	}
}

// rotate keeps the log under another name. What can fail for want of space comes first, so that nothing old is given up for
// nothing.
func (f *file) rotate(now time.Time, open []record) error {
	lines, err := encode(append([]record{{Time: now, Event: eventEnded, Intent: beginning}}, open...))
	if err != nil {
		return err
	}
	fresh := filepath.Join(f.folder, "journal-new.jsonl")
	if err := local.WritePrivate(fresh, lines); err != nil {
		return err
	}
	away := filepath.Join(f.folder, now.UTC().Format(rotatedName))
	if err := os.Link(f.path(), away); err != nil { // a second name, so that there is a log at every moment
		return err
	}
	if err := os.Rename(fresh, f.path()); err != nil {
		return err
	}
	if err := f.reopen(func(bool) {}); err != nil {
		return err
	}
	f.read, f.began, f.since = int64(len(lines)), int64(len(lines)), now
	f.discard(now)
	return nil
}

// discard removes the logs that hold only what is too old.
func (f *file) discard(now time.Time) {
	for _, log := range f.putAway() {
		if f.keepFor > 0 && now.Sub(log.until) > f.keepFor {
			_ = os.Remove(log.path) // or the next one to rotate does it
		}
	}
}

// away is a log that was put away.
type away struct {
	path  string
	until time.Time // nothing in it is later
}

// putAway returns the logs that were put away, oldest first.
func (f *file) putAway() []away {
	names, _ := filepath.Glob(filepath.Join(f.folder, "journal-*.jsonl")) // the pattern is well-formed
	var logs []away
	for _, name := range names {
		until, err := time.Parse(rotatedName, filepath.Base(name))
		if err != nil {
			info, err := os.Stat(name)
			if err != nil || filepath.Base(name) == "journal-new.jsonl" {
				continue
			}
			until = info.ModTime()
		}
		logs = append(logs, away{name, until})
	}
	slices.SortFunc(logs, func(a, b away) int { return a.until.Compare(b.until) })
	return logs
}

// records reads the logs that were put away, and then the one in use. What was open when a log was put away stands in two.
func (f *file) records(ctx context.Context, since time.Time, each func(record)) error {
	paths := []string{}
	for _, log := range f.putAway() {
		if !log.until.Before(since) {
			paths = append(paths, log.path)
		}
	}
	for _, path := range append(paths, f.path()) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := readLog(path, since, each); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// readLog reads the whole lines of one log. The last one may be torn.
func readLog(path string, since time.Time, each func(record)) error {
	log, err := os.Open(path) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // it was only read
	lines := bufio.NewReader(log)
	for at := int64(0); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return nil // the end, or what cannot be read of it
		}
		var r record
		if json.Unmarshal(line, &r) != nil || r.Intent == "" {
			return &damagedError{path, at}
		}
		at += int64(len(line))
		if r.Intent != beginning && !r.Time.Before(since) {
			each(r)
		}
	}
}
