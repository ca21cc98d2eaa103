package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/local"
)

const lockRetry = 2 * time.Millisecond

// errBusy says that another process, or another call of this one, does not let go of the journal.
var errBusy = errors.New("another stripe-mcp process holds it and does not let go; it may be stopped or frozen")

var errNoFolder = errors.New("there is no folder for it; set state_dir in the configuration")

// file is a log that all processes of a user share: one file, which only the holder of the folder's lock touches. It is open
// only while it is read, written or synced, because Windows puts nothing in the place of a file that is open. Each process
// also holds a lock of its own while it lives. A lock that can be had belongs to a dead one.
type file struct {
	folder  string
	limit   int64         // bytes that the log may grow before it is rotated
	keepFor time.Duration // how long a record is kept
	all     *flock.Flock
	id      string // of this process
	alive   atomic.Pointer[flock.Flock]
	asked   fates // in this step

	first []byte    // the log's first line, which no other log has
	read  int64     // how far the log was read, which is its end while the lock is held
	began int64     // how much of it stood in it after the last rotation
	since time.Time // when it was begun
}

func (f *file) path() string          { return filepath.Join(f.folder, "journal.jsonl") }
func (f *file) place() string         { return f.folder }
func (*file) now() time.Time          { return wallClock() }
func (*file) patience() time.Duration { return limits.Lock }

// scope says that all that happens goes into one file, one after the other.
func (*file) scope(context.Context, func([]byte) string) (string, error) { return "", nil }

func (*file) scopeOf(*entry) string { return "" }

func (*file) look(ctx context.Context, j *Journal, show func(*book)) error {
	return j.lookInStep(ctx, show)
}

// fileStep is a step with the folder's lock. What is appended stays, because others may read it at once.
type fileStep struct {
	*file

	log  *os.File // what the step has written to; nil before that
	over bool
}

// ledger is that of the book, which has all that is in the file.
func (*fileStep) ledger(b *book, _ string) (*ledger, error) { return b.ledger, nil }

func (s *fileStep) commit() error {
	err := s.shut()
	s.rollback()
	return err
}

func (s *fileStep) rollback() {
	if !s.over {
		s.over = true
		_ = s.shut()
		_ = s.all.Unlock() // at the latest the system unlocks when the process ends
	}
}

// shut closes what was written to.
func (s *fileStep) shut() error {
	log := s.log
	if s.log = nil; log == nil {
		return nil
	}
	return log.Close()
}

// safe forces the file that was written to onto the disk, whatever its name is by then. It keeps that file open: a file that is
// opened later may not tell of what went wrong in between. What it returns runs outside the lock, so that concurrent calls wait
// for the disk together.
func (s *fileStep) safe() func() error {
	log := s.log
	s.log = nil
	return func() error { return errors.Join(log.Sync(), log.Close()) }
}

// tidy does what the file does. Windows puts nothing in the place of a log that is open.
func (s *fileStep) tidy(now time.Time, due bool, open func() []record) {
	_ = s.shut()
	s.file.tidy(now, due, open)
}

func (f *file) begin(ctx context.Context, b *book) (tx, error) {
	if err := f.lock(ctx, b.apply, b.reset); err != nil {
		return nil, err
	}
	return &fileStep{file: f}, nil
}

func (f *file) lock(ctx context.Context, apply func(record), reset func(lost bool)) error {
	if !filepath.IsAbs(f.folder) {
		return errNoFolder
	}
	if err := os.MkdirAll(f.folder, 0o700); err != nil { // again, as it may have been deleted
		return err
	}
	if f.all == nil {
		if err := local.CheckFolder(f.folder); err != nil {
			return err
		}
		f.all = flock.New(filepath.Join(f.folder, "lock"), flock.SetPermissions(0o600))
	}
	locked, err := f.all.TryLockContext(ctx, lockRetry)
	if !locked && ctx.Err() != nil {
		return errBusy
	}
	if err != nil || !locked {
		return fmt.Errorf("lock it: %w", err)
	}
	f.asked = fates{}
	if err := errors.Join(f.join(), f.refresh(apply, reset)); err != nil {
		_ = f.all.Unlock()
		return err
	}
	return nil
}

// secret returns what is in digest.key, nothing where it is missing.
func (f *file) secret() ([]byte, error) {
	key, err := os.ReadFile(f.keyPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read digest.key: %w", err)
	}
	return key, nil
}

func (f *file) keep(secret []byte) error {
	if err := local.WritePrivate(f.keyPath(), secret); err != nil {
		return fmt.Errorf("write digest.key: %w", err)
	}
	return nil
}

func (f *file) keyPath() string { return filepath.Join(f.folder, "digest.key") }

// refresh reads what other processes have written since this one read the log.
func (f *file) refresh(apply func(record), reset func(lost bool)) (err error) {
	log, err := local.OpenFile(f.path(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	known, err := f.knows(log)
	if err != nil {
		return err
	}
	if !known {
		f.first, f.read, f.began = nil, 0, 0
	}
	text, err := io.ReadAll(io.NewSectionReader(log, f.read, 1<<62-f.read))
	if err != nil {
		return err
	}
	if !known {
		reset(!isRotated(text))
	}
	if f.read == 0 && len(text) == 0 { // it may have been created just now
		return syncFolder(f.folder)
	}
	return f.take(log, text, apply)
}

// knows reports whether the log is the one that this process has read, and has all of it. What the file system says of a
// file's identity does not count: a new file can have the number of an old one.
func (f *file) knows(log *os.File) (bool, error) {
	info, err := log.Stat()
	if err != nil {
		return false, err
	}
	first := make([]byte, len(f.first))
	n, err := log.ReadAt(first, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return bytes.Equal(first[:n], f.first) && info.Size() >= f.read, nil
}

// take applies the lines that are new in the log. It removes a last line without an end: a crash or a full disk has cut the
// line off, and nothing was sent for it.
func (f *file) take(log *os.File, text []byte, apply func(record)) error {
	for len(text) > 0 {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return log.Truncate(f.read)
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil || r.Intent == "" {
			return &damagedError{f.path(), f.read}
		}
		if f.read == 0 {
			f.start(line, r.Time)
		}
		apply(r)
		f.read += int64(len(line)) + 1
		text = rest
	}
	return nil
}

// append writes records. The first ones of a log follow its beginning.
func (s *fileStep) append(records ...record) error {
	fresh := s.read == 0
	if fresh {
		records = append([]record{newBeginning(eventBegun, records[0].Time)}, records...)
	}
	lines, err := encode(records)
	if err != nil {
		return err
	}
	if err := s.write(lines); err != nil {
		return err
	}
	if fresh {
		s.start(lines, records[0].Time)
	}
	s.read += int64(len(lines))
	return nil
}

// write puts lines at the end of the log, which is still there.
func (s *fileStep) write(lines []byte) (err error) {
	if s.log == nil {
		s.log, err = local.OpenFile(s.path(), os.O_RDWR, 0)
	}
	if err != nil {
		return err
	}
	if _, err = s.log.WriteAt(lines, s.read); err != nil {
		_ = s.log.Truncate(s.read) // or the next one to read does it
	}
	return err
}

// start notes how a log begins.
func (f *file) start(lines []byte, at time.Time) {
	line, _, _ := bytes.Cut(lines, []byte("\n"))
	f.first, f.since = bytes.Clone(line), at
}

func encode(records []record) ([]byte, error) {
	var lines bytes.Buffer
	for _, r := range records {
		if err := json.NewEncoder(&lines).Encode(r); err != nil {
			return nil, err
		}
	}
	return lines.Bytes(), nil
}

// syncFolder makes a new file's name durable. Windows does not need that, and does not allow it.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	opened, err := os.Open(folder) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}
