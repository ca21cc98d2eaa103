package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// The locks of processes are named by these two and the process.
const (
	lockPrefix = "process-"
	lockSuffix = ".lock"
)

func (f *file) process() string { return f.id }

// fates holds what was found out of processes. Each is asked for once, because many intents can be open of one process.
type fates map[string]fate

func (f fates) of(process string, dead func(process string) bool) fate {
	known, asked := f[process]
	if !asked {
		known = lives
		if dead(process) {
			known = died
		}
		f[process] = known
	}
	return known
}

// fate is known of every process, because they all run on this machine.
func (f *file) fate(intent record, _ time.Time) fate { return f.asked.of(intent.Process, f.dead) }

// dead tries to take that process's lock. The system frees the lock when the process ends.
func (f *file) dead(process string) bool {
	if process == f.id {
		return false
	}
	path := f.lockOf(process)
	if _, err := os.Stat(path); err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return isFree(path)
}

func (f *file) lockOf(process string) string {
	return filepath.Join(f.folder, lockPrefix+process+lockSuffix)
}

// isFree reports whether nobody holds a lock.
func isFree(path string) bool {
	lock := flock.New(path)
	locked, err := lock.TryLock()
	if locked {
		_ = lock.Close()
	}
	return err == nil && locked
}

// join makes this process known, again where its lock has been deleted.
func (f *file) join() error {
	if f.id == "" {
		f.buryTheDead()
		f.id = strconv.Itoa(os.Getpid()) + "-" + rand.Text()[:8]
	} else if _, err := os.Stat(f.lockOf(f.id)); err == nil {
		return nil
	}
	alive := flock.New(f.lockOf(f.id), flock.SetPermissions(0o600))
	if locked, err := alive.TryLock(); err != nil || !locked {
		return fmt.Errorf("lock for this process: %w", err)
	}
	f.alive.Store(alive)
	return nil
}

// close removes this process's lock, so that nobody has to bury it.
func (f *file) close() {
	if alive := f.alive.Load(); alive != nil {
		remove(alive)
	}
}

// buryTheDead removes locks of dead processes, which a missing lock says as well. Some of them are enough: each process does
// it, and none has to pay for all that died before it.
func (f *file) buryTheDead() {
	const names, some = 1024, 16
	folder, err := os.Open(f.folder)
	if err != nil {
		return
	}
	found, _ := folder.Readdirnames(names)
	_ = folder.Close()
	found = slices.DeleteFunc(found, func(name string) bool {
		return !strings.HasPrefix(name, lockPrefix) || !strings.HasSuffix(name, lockSuffix)
	})
	mathrand.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] }) //nolint:gosec // the living must not hide them
	for _, name := range found[:min(len(found), some)] {
		lock := flock.New(filepath.Join(f.folder, name))
		if locked, err := lock.TryLock(); err == nil && locked {
			remove(lock)
		}
	}
}

// remove gives a lock back and removes its file, in this order: Windows removes no file that is open. Nobody takes the lock
// between the two for longer than a look, because a process's name is never used again.
func remove(lock *flock.Flock) {
	_ = lock.Close()
	_ = os.Remove(lock.Path()) // if that fails, another process tries again
}
