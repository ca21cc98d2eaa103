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
	"github.com/google/renameio/v2/maybe"
)

const (
	// At rotateAt bytes journal.jsonl becomes journal-1.jsonl, and so on. rotated is how many old files are kept.
	rotateAt  = 8 << 20
	rotated   = 8
	lockRetry = 2 * time.Millisecond
)

// file is a log that all processes of a user share. It is one file, and only the holder of the folder's lock touches it.
// Each process also holds a lock of its own while it lives. When another process can take that lock, its owner is dead.
type file struct {
	folder string
	limit  int64  // bytes, after which it is rotated
	id     string // of this process
	key    []byte
	all    *flock.Flock
	alive  *flock.Flock

	swap sync.RWMutex // guards log against being replaced while it is synced
	log  *os.File
	read int64 // how far log was read; while the lock is held, this is the end of the file
}

func (f *file) process() string { return f.id }
func (f *file) secret() []byte  { return f.key }
func (f *file) path() string    { return filepath.Join(f.folder, "journal.jsonl") }
func (f *file) unlock()         { _ = f.all.Unlock() } // at the latest the system unlocks when the process ends

func (f *file) lock(ctx context.Context, apply func(record), reset func()) error {
	if !filepath.IsAbs(f.folder) {
		return errors.New("there is no folder for it; set state_dir in the configuration")
	}
	if f.all == nil {
		if err := os.MkdirAll(f.folder, 0o700); err != nil {
			return err
		}
		f.all = f.flock("lock")
	}
	locked, err := f.all.TryLockContext(ctx, lockRetry)
	if err != nil || !locked {
		return fmt.Errorf("wait for other processes: %w", err)
	}
	if err := f.refresh(apply, reset); err != nil {
		f.unlock()
		return err
	}
	return nil
}

func (f *file) flock(name string) *flock.Flock {
	return flock.New(filepath.Join(f.folder, name), flock.SetPermissions(0o600))
}

// refresh opens the log if need be and reads what is new.
func (f *file) refresh(apply func(record), reset func()) error {
	if err := f.join(); err != nil {
		return err
	}
	if err := f.reopen(reset); err != nil {
		return err
	}
	return f.catchUp(apply)
}

// join takes this process's own lock and loads the installation's secret.
func (f *file) join() error {
	if f.id != "" {
		return nil
	}
	key, err := os.ReadFile(f.keyPath())
	if errors.Is(err, fs.ErrNotExist) {
		key = newSecret()
		err = maybe.WriteFile(f.keyPath(), key, 0o600)
	}
	if err != nil {
		return err
	}
	f.buryTheDead()
	id := strconv.Itoa(os.Getpid()) + "-" + rand.Text()[:8]
	alive := f.flock("process-" + id + ".lock")
	if locked, err := alive.TryLock(); err != nil || !locked {
		return fmt.Errorf("lock for this process: %w", err)
	}
	f.id, f.key, f.alive = id, key, alive
	return nil
}

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

// reopen makes sure that log is the file that other processes see.
func (f *file) reopen(reset func()) error {
	if f.log != nil {
		ours, err := f.log.Stat()
		if err != nil {
			return err
		}
		if current, err := os.Stat(f.path()); err == nil && os.SameFile(ours, current) && current.Size() >= f.read {
			return nil
		}
	}
	log, err := os.OpenFile(f.path(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	f.swap.Lock()
	defer f.swap.Unlock()
	if f.log != nil {
		_ = f.log.Close() // the process that replaced it has copied the open intents
	}
	f.log, f.read = log, 0
	reset()
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
			return fmt.Errorf("%s is damaged at byte %d; nothing can be created until it is repaired or moved away", f.path(), f.read)
		}
		apply(r)
		f.read += int64(len(line)) + 1
		text = rest
	}
	return nil
}

func (f *file) append(r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if _, err := f.log.WriteAt(line, f.read); err != nil {
		_ = f.log.Truncate(f.read) // if that fails, the next reader does it
		return err
	}
	f.read += int64(len(line))
	return nil
}

func (f *file) full() bool { return f.read >= f.limit }

// rotate copies the log to another file and starts a new one with the open intents.
func (f *file) rotate(open []record) error {
	name := func(n int) string { return filepath.Join(f.folder, fmt.Sprintf("journal-%d.jsonl", n)) }
	for n := rotated - 1; n > 0; n-- {
		if err := os.Rename(name(n), name(n+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	old, err := os.ReadFile(f.path())
	if err != nil {
		return err
	}
	if err := maybe.WriteFile(name(1), old, 0o600); err != nil {
		return err
	}
	var lines bytes.Buffer
	for _, r := range open {
		if err := json.NewEncoder(&lines).Encode(r); err != nil {
			return err
		}
	}
	if err := maybe.WriteFile(f.path(), lines.Bytes(), 0o600); err != nil {
		return err
	}
	if err := f.reopen(func() {}); err != nil {
		return err
	}
	f.read = int64(lines.Len())
	return nil
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
