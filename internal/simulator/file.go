package simulator

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/local"
)

// Path is the file that holds the state; empty when it is kept in memory.
func (s *Simulator) Path() string {
	if s.Folder == "" {
		return ""
	}
	return filepath.Join(s.Folder, "state.db")
}

// oldPath is the file in which earlier versions kept the state.
func (s *Simulator) oldPath() string { return filepath.Join(s.Folder, "state.json") }

// Update is the only way to the account, for reading as for changing it. Act sees it as of now, and keeps everybody else
// out, other processes too. When Update returns without an error, what act changed outlives the process.
func (s *Simulator) Update(act func(*Account)) error {
	release, err := s.lock()
	if err != nil {
		return unusable("used", err)
	}
	defer release()
	for settled := false; !settled; { // what became due in a long time takes several rounds
		err := s.transact(func(st *state) {
			a := &Account{st, s.now().Unix() + st.Ahead(), s.PagesURL, s.ShownBy}
			if settled = a.settle(); settled {
				act(a)
			}
		})
		var refused *fault
		switch {
		case errors.As(err, &refused):
			return refused
		case err != nil:
			return unusable("used", err)
		}
	}
	return nil
}

// transact lets act work on the state, which is that of a new account where there is none.
func (s *Simulator) transact(act func(*state)) error {
	begin := func(rows store) (took bool, err error) {
		st := &state{rows}
		if st.Secret() == "" {
			if took, err = s.takeOver(st); !took && err == nil {
				seed(st, s.now().Unix())
			}
		}
		if err == nil {
			act(st)
		}
		return took, err
	}
	if s.Folder == "" {
		_, err := begin(s.memory)
		return err
	}
	took := false
	err := withDisk(s.Path(), func(d *disk) (err error) {
		took, err = begin(d)
		return err
	})
	if took && err == nil {
		_ = local.Rename(s.oldPath(), s.oldPath()+".taken-over") // it is not read again in any case
	}
	return err
}

// takeOver reads what an earlier version left, once.
func (s *Simulator) takeOver(st *state) (took bool, err error) {
	if s.Folder == "" {
		return false, nil
	}
	text, err := os.ReadFile(s.oldPath())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var old struct {
		Ahead          int64
		Key            string
		Objects, Lines map[string][]json.RawMessage
		Answers        map[string]answer
	}
	if json.Unmarshal(text, &old) != nil || old.Key == "" || old.Objects == nil || old.Lines == nil || old.Answers == nil {
		return false, errDamaged(s.oldPath())
	}
	st.setSecret(old.Key)
	st.moveClock(old.Ahead)
	for _, kind := range slices.Sorted(maps.Keys(old.Objects)) {
		for _, o := range old.Objects[kind] {
			st.put(asObject(decoded(o)))
		}
	}
	for session, lines := range old.Lines {
		st.rows.put(key("lines", session), encoded(lines))
	}
	for idempotencyKey, a := range old.Answers {
		st.remember(idempotencyKey, a, math.MinInt64)
	}
	return true, nil
}

// unusable is no 5xx: nothing happened, and an agent should not have to wonder.
func unusable(how string, cause error) error {
	message := "The simulator's state cannot be " + how + ", and nothing was changed: " + cause.Error()
	return refusal(http.StatusBadRequest, "api_error", "", message)
}

// lock keeps everybody else out: this process's other requests, and other processes by a lock that lets them in one after
// the other. It gives up where nobody gets on for a while, because the holder may be stopped or frozen.
func (s *Simulator) lock() (release func(), err error) {
	deadline := time.NewTimer(limits.Lock)
	defer deadline.Stop()
	for held := false; !held; {
		select {
		case s.turn <- struct{}{}:
			held = true
		case <-deadline.C:
			idle := time.Since(time.Unix(0, s.progress.Load()))
			if idle >= limits.Lock {
				return nil, errBusy(s.Path())
			}
			deadline.Reset(limits.Lock - idle)
		}
	}
	unlock := func() {}
	if s.Folder != "" {
		unlock, err = s.lockFile()
	}
	if err != nil {
		<-s.turn
		return nil, err
	}
	return func() {
		unlock()
		s.progress.Store(time.Now().UnixNano())
		<-s.turn
	}, nil
}

func errBusy(path string) error {
	return errors.New("another stripe-mcp process holds " + path + " and does not let go; it may be stopped or frozen")
}

func (s *Simulator) lockFile() (release func(), err error) {
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(s.Folder, "lock"), flock.SetPermissions(0o600))
	locked := make(chan error, 1)
	go func() { locked <- lock.Lock() }()
	select {
	case err := <-locked:
		return func() { _ = lock.Unlock() }, err // the system unlocks in any case
	case <-time.After(limits.Lock):
		go func() { // when it is got after all, nobody needs it any more
			if <-locked == nil {
				_ = lock.Unlock()
			}
		}()
		return nil, errBusy(s.Path())
	}
}

// Reset makes the account a new one, even if its state is damaged.
func (s *Simulator) Reset() error {
	if err := s.forgetAll(); err != nil {
		return err
	}
	return s.Update(func(*Account) {})
}

func (s *Simulator) forgetAll() error {
	release, err := s.lock()
	if err != nil {
		return err
	}
	defer release()
	if s.Folder == "" {
		s.memory.clear()
		return nil
	}
	for _, path := range []string{s.Path(), s.oldPath()} {
		if err := local.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
