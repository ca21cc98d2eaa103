package simulator

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"stripe-mcp/internal/local"
)

// Path is the file that holds the state; empty when it is kept in memory.
func (s *Simulator) Path() string {
	if s.Folder == "" {
		return ""
	}
	return filepath.Join(s.Folder, "state.json")
}

// Update is the only way to the account, for reading as for changing it. Act sees it as of now, keeps all other
// processes out, and says whether it changed anything. When Update returns without an error, what changed outlives the
// process.
func (s *Simulator) Update(act func(*Account) (changed bool)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.data == nil {
		s.data = seeded(s.now().Unix())
	}
	if s.Folder == "" {
		s.carryOut(act)
		return nil
	}
	release, err := s.load()
	if err != nil {
		return unusable("used", err)
	}
	defer release()
	known := s.data.kept.Version
	s.data.kept.Version = "" // until memory and file are known to agree
	if !s.carryOut(act) {
		s.data.kept.Version = known
		return nil
	}
	if err := s.save(); err != nil {
		s.data.kept.Version = ""
		return unusable("written", err)
	}
	return nil
}

func (s *Simulator) carryOut(act func(*Account) bool) (changed bool) {
	a := &Account{s.data, s.now().Unix() + s.data.Ahead(), s.PagesURL}
	settled := a.settle()
	return act(a) || settled
}

// unusable is no 5xx: nothing happened, and an agent should not have to wonder.
func unusable(how string, cause error) error {
	message := "The simulator's state cannot be " + how + ", and nothing was changed: " + cause.Error()
	return refusal(http.StatusBadRequest, "api_error", "", message)
}

// load takes the lock that all processes share and reads the file, if another one wrote it since.
func (s *Simulator) load() (release func(), err error) {
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(s.Folder, "lock"), flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return nil, err
	}
	release = func() { _ = lock.Unlock() } // the system unlocks in any case
	if err := s.refresh(); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// refresh compares the version with which every file begins, so that an unchanged one is not read to its end.
func (s *Simulator) refresh() error {
	file, err := os.Open(s.Path())
	if errors.Is(err, fs.ErrNotExist) {
		s.data = seeded(s.now().Unix())
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	ours := `{"version":"` + s.data.kept.Version + `"`
	head := make([]byte, len(ours))
	if _, err := file.ReadAt(head, 0); err == nil && string(head) == ours && s.data.kept.Version != "" {
		return nil
	}
	found, err := readState(file)
	if err != nil {
		return fmt.Errorf("%s is damaged; start afresh with: stripe-mcp simulator reset", s.Path())
	}
	s.data = found
	return nil
}

// save replaces the file as a whole, so that half of one is never found. The lock is held.
func (s *Simulator) save() error {
	s.data.kept.Version = newID("", 16)
	text, err := s.data.encode()
	if err != nil {
		return err
	}
	return local.WritePrivate(s.Path(), text)
}

// Reset makes the account a new one, even if its state is damaged.
func (s *Simulator) Reset() error {
	if s.Folder != "" {
		if err := os.Remove(s.Path()); err != nil && !errors.Is(err, fs.ErrNotExist) { // it may be damaged
			return err
		}
	}
	return s.Update(func(a *Account) bool { *a.state = *seeded(s.now().Unix()); return true })
}
