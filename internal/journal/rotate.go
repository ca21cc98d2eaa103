package journal

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
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
	freshName   = "journal-new.jsonl"
)

// beginning stands for the intent in a record of none. The first record of a file is one. It names the file, and says when it
// begins, whose first intents may be older. Files of earlier versions may begin with an intent.
const beginning = "-"

func newBeginning(event string, now time.Time) record {
	return record{Time: now, Event: event, Intent: beginning, Log: rand.Text()}
}

// isRotated reports whether a log goes on with what was open in another.
func isRotated(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	var r record
	return json.Unmarshal(line, &r) == nil && r.Intent == beginning && r.Event == eventEnded
}

// tidy puts the log away and starts a new one with what is still open, when it is time for that. A log that cannot be put
// away can still be written to, or append says why not.
func (f *file) tidy(now time.Time, due bool, open func() []record) {
	grown := f.read - f.began
	if grown > 0 && (due || grown >= f.limit || !f.since.IsZero() && now.Sub(f.since) >= rotateAfter) {
		_ = f.rotate(now, open())
	}
}

// rotate keeps the log under another name. There is a log at every moment, and what is open stands in it.
func (f *file) rotate(now time.Time, open []record) error {
	lines, err := encode(append([]record{newBeginning(eventEnded, now)}, open...))
	if err != nil {
		return err
	}
	for _, step := range f.rotation(now, lines) {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// rotation returns the steps of a rotation. After each of them a process can die. What can fail for want of space comes first,
// so that nothing old is given up for nothing.
func (f *file) rotation(now time.Time, lines []byte) []func() error {
	fresh := filepath.Join(f.folder, freshName)
	kept := filepath.Join(f.folder, now.UTC().Format(rotatedName))
	return []func() error{
		func() error { return f.clearUp(fresh, now) },
		func() error { return local.WritePrivate(fresh, lines) },
		func() error { return f.duplicate(kept) },
		func() error {
			if err := local.Rename(fresh, f.path()); err != nil {
				return err
			}
			f.start(lines, now)
			f.read, f.began = int64(len(lines)), int64(len(lines))
			return syncFolder(f.folder)
		},
		func() error { f.discard(now); return nil },
	}
}

// clearUp removes what a rotation has left that failed or died. Its new log stays there, and says when that was: for a while
// nobody tries again, because something may hold the log for long.
func (f *file) clearUp(fresh string, now time.Time) error {
	const pause = time.Minute
	if info, err := os.Stat(fresh); err == nil {
		if ago := now.Sub(info.ModTime()); ago >= 0 && ago < pause {
			return errTriedLately
		}
	}
	for _, log := range f.putAway() {
		if f.isCopy(log.path) {
			if err := os.Remove(log.path); err != nil {
				return err
			}
		}
	}
	return nil
}

var errTriedLately = errors.New("the log could not be put away a moment ago")

// isCopy reports whether all that stands in a log stands in the one in use, too.
func (f *file) isCopy(path string) bool {
	log, err := os.Open(path) //nolint:gosec // our own folder
	if err != nil {
		return false
	}
	defer log.Close() //nolint:errcheck // it was only read
	first := make([]byte, len(f.first))
	if _, err := io.ReadFull(log, first); err != nil || !bytes.Equal(first, f.first) {
		return false
	}
	inUse, err := os.ReadFile(f.path())
	if err != nil {
		return false
	}
	rest, err := io.ReadAll(log)
	return err == nil && bytes.HasPrefix(bytes.TrimPrefix(inUse, first), rest)
}

// duplicate gives the log a second name. It copies the log where a file can have only one.
func (f *file) duplicate(kept string) error {
	if _, err := os.Lstat(kept); err == nil {
		return fs.ErrExist
	}
	if os.Link(f.path(), kept) == nil {
		return nil
	}
	text, err := os.ReadFile(f.path())
	if err != nil {
		return err
	}
	return local.WritePrivate(kept, text)
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
			if err != nil || filepath.Base(name) == freshName {
				continue
			}
			until = info.ModTime()
		}
		logs = append(logs, away{name, until})
	}
	slices.SortFunc(logs, func(a, b away) int { return a.until.Compare(b.until) })
	return logs
}

// records reads the logs that were put away, and then the one in use. It starts over with the latter where that was put away
// meanwhile. What was open when a log was put away stands in two.
func (f *file) records(ctx context.Context, since time.Time, each func(record)) error {
	known := map[string]bool{}
	for {
		fresh := slices.DeleteFunc(f.putAway(), func(log away) bool { return known[log.path] })
		for _, log := range fresh {
			if err := ctx.Err(); err != nil {
				return err
			}
			known[log.path] = true
			if log.until.Before(since) {
				continue
			}
			if err := readLog(log.path, since, each); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		inUse, err := os.ReadFile(f.path())
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if !slices.ContainsFunc(f.putAway(), func(log away) bool { return !known[log.path] }) {
			return readLines(f.path(), bytes.NewReader(inUse), since, each)
		}
	}
}

// readLog reads the whole lines of one log.
func readLog(path string, since time.Time, each func(record)) error {
	log, err := os.Open(path) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // it was only read
	return readLines(path, log, since, each)
}

// readLines reads the whole lines of what stands in the log at path. The last one may be torn.
func readLines(path string, log io.Reader, since time.Time, each func(record)) error {
	lines := bufio.NewReader(log)
	for at := int64(0); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return nil //nolint:nilerr // the end, or what cannot be read of it
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
