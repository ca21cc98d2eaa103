package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/local"
)

const (
	lockRetry = 2 * time.Millisecond
)

// errBusy says that another process, or another call of this one, does not let go of the journal.
var errBusy = errors.New("another stripe-mcp process holds it and does not let go; it may be stopped or frozen")

var errNoFolder = errors.New("there is no folder for it; set state_dir in the configuration")

// file is a log that all processes of a user share: one file, which only the holder of the folder's lock touches. Each
// process also holds a lock of its own for as long as it lives, so that a lock that can be had belongs to a dead one.
type file struct {
	folder  string
	limit   int64         // bytes that the log may grow before it is rotated
	keepFor time.Duration // how long a record is kept
	id      string        // of this process
	all     *flock.Flock
	alive   *flock.Flock

	swap  sync.RWMutex // guards log against being replaced while it is synced
	log   *os.File
	read  int64     // how far log was read, which is its end while the lock is held
	began int64     // how much of log stood in it after the last rotation
	since time.Time // when log was begun
}

func (f *file) process() string       { return f.id }
func (f *file) path() string          { return filepath.Join(f.folder, "journal.jsonl") }
func (f *file) place() string         { return f.folder }
func (*file) now() time.Time          { return wallClock() }
func (*file) patience() time.Duration { return limits.Lock }
func (*file) close()                  {} // the system closes it, and so frees its locks, when the process ends

// scope says that all that happens goes into one file, one after the other.
func (*file) scope(context.Context, func([]byte) string) (string, error) { return "", nil }

func (*file) scopeOf(*entry) string { return "" }

// fate is known of every process, because they all run on this machine.
func (f *file) fate(intent record, _ time.Time) fate {
	if f.dead(intent.Process) {
		return died
	}
	return lives
}

func (*file) look(ctx context.Context, j *Journal, show func(*book)) error {
	return j.lookInStep(ctx, show)
}

// fileStep is a step with the folder's lock. What is appended stays, because others may read it at once.
type fileStep struct {
	*file

	over bool
}

// ledger is that of the book, which has all that is in the file.
func (*fileStep) ledger(b *book, _ string) (*ledger, error) { return b.ledger, nil }

func (s *fileStep) commit() error {
	s.rollback()
	return nil
}

func (s *fileStep) rollback() {
	if !s.over {
		s.over = true
		_ = s.all.Unlock() // at the latest the system unlocks when the process ends
	}
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
		f.all = f.flock("lock")
	}
	locked, err := f.all.TryLockContext(ctx, lockRetry)
	if !locked && ctx.Err() != nil {
		return errBusy
	}
	if err != nil || !locked {
		return fmt.Errorf("lock it: %w", err)
	}
	if err := f.refresh(apply, reset); err != nil {
		_ = f.all.Unlock()
		return err
	}
	return nil
}

func (f *file) flock(name string) *flock.Flock {
	return flock.New(filepath.Join(f.folder, name), flock.SetPermissions(0o600))
}

// refresh opens what is not open yet and reads what is new.
func (f *file) refresh(apply func(record), reset func(lost bool)) error {
	if err := f.join(); err != nil {
		return err
	}
	if err := f.reopen(reset); err != nil {
		return err
	}
	return f.catchUp(apply)
}

// join makes this process known, again where its lock has been deleted.
func (f *file) join() error {
	if f.id == "" {
		f.buryTheDead()
		f.id = strconv.Itoa(os.Getpid()) + "-" + rand.Text()[:8]
	} else if _, err := os.Stat(f.alive.Path()); err == nil {
		return nil
	}
	alive := f.flock("process-" + f.id + ".lock")
	if locked, err := alive.TryLock(); err != nil || !locked {
		return fmt.Errorf("lock for this process: %w", err)
	}
	f.alive = alive
	return nil
}

// secret returns what is in digest.key, nothing where it is missing.
func (f *file) secret() ([]byte, error) {
	key, err := os.ReadFile(f.keyPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return key, err
}

func (f *file) keep(secret []byte) error { return local.WritePrivate(f.keyPath(), secret) }

func (f *file) keyPath() string { return filepath.Join(f.folder, "digest.key") }

// buryTheDead removes the locks of dead processes. A missing lock also means that its process is dead.
func (f *file) buryTheDead() {
	names, _ := filepath.Glob(filepath.Join(f.folder, "process-*.lock")) // the pattern is well-formed
	for _, name := range names {
		lock := flock.New(name)
		if locked, err := lock.TryLock(); err == nil && locked {
			_ = os.Remove(name) // if that fails, the next process tries again
			_ = lock.Close()
		}
	}
}

// dead tries to take that process's lock. The system frees the lock when the process ends.
func (f *file) dead(process string) bool {
	if process == f.id {
		return false
	}
	name := filepath.Join(f.folder, "process-"+process+".lock")
	if _, err := os.Stat(name); err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	lock := flock.New(name)
	locked, err := lock.TryLock()
	if locked {
		_ = lock.Close()
	}
	return err == nil && locked
}

// reopen makes sure that log is the file that others see, too. A process that rotates puts another file in its place and
// carries over what is open. A file that is missing or shorter than it was has lost what stood in it.
func (f *file) reopen(reset func(lost bool)) error {
	lost := false
	if f.log != nil {
		ours, err := f.log.Stat()
		if err != nil {
			return err
		}
		current, err := os.Stat(f.path())
		switch same := err == nil && os.SameFile(ours, current); {
		case same && current.Size() >= f.read:
			return nil
		case same, errors.Is(err, fs.ErrNotExist):
			lost = true
		}
	}
	log, err := os.OpenFile(f.path(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	f.swap.Lock()
	defer f.swap.Unlock()
	if f.log != nil {
		_ = f.log.Close()
	}
	f.log, f.read, f.began = log, 0, 0
	reset(lost)
	return syncFolder(f.folder)
}

// catchUp reads what other processes appended. It removes a last line without an end: a crash or a full disk has cut the
// line off, and nothing was sent for it.
func (f *file) catchUp(apply func(record)) error {
	text, err := io.ReadAll(io.NewSectionReader(f.log, f.read, 1<<62-f.read))
	if err != nil {
		return err
	}
	for len(text) > 0 {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return f.log.Truncate(f.read)
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil || r.Intent == "" {
			return &damagedError{f.path(), f.read}
		}
		if f.read == 0 {
			f.since = r.Time
		}
		apply(r)
		f.read += int64(len(line)) + 1
		text = rest
	}
	return nil
}

func (f *file) append(records ...record) error {
	lines, err := encode(records)
	if err != nil {
		return err
	}
	if _, err := f.log.WriteAt(lines, f.read); err != nil {
		_ = f.log.Truncate(f.read) // or the next one to read does it
		return err
	}
	if f.read == 0 && len(records) > 0 {
		f.since = records[0].Time
	}
	f.read += int64(len(lines))
	return nil
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

// sync forces the log to the disk. It runs outside the lock, so that concurrent calls wait for the disk together.
func (f *file) sync() error {
	f.swap.RLock()
	defer f.swap.RUnlock()
	return f.log.Sync()
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
