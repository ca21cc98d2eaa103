package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Path is the file that holds the state; empty when it is kept in memory.
func (s *Simulator) Path() string {
	if s.Folder == "" {
		return ""
	}
	return filepath.Join(s.Folder, "state.json")
}

// job is a change that waits to be made, and for the news of how that went.
type job struct {
	change func(*call) bool
	done   chan error
}

// update is the only way to the state, for reading as for changing it: change sees it as of now, holds it alone among all
// processes, and says whether it changed anything. When update returns without an error, what changed outlives the process.
// Changes that come while others are being saved are saved together.
func (s *Simulator) update(change func(*call) bool) error {
	mine := job{change, make(chan error, 1)}
	s.waiting.Lock()
	s.jobs = append(s.jobs, mine)
	s.waiting.Unlock()

	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting.Lock()
	jobs := s.jobs
	s.jobs = nil
	s.waiting.Unlock()
	if len(jobs) > 0 { // or another one took care of ours
		s.run(jobs)
	}
	return <-mine.done
}

func (s *Simulator) run(jobs []job) {
	err := unusable("used", errors.New("another request failed")) // unless all goes its way
	defer func() {
		for _, j := range jobs {
			j.done <- err
		}
	}()
	err = s.carryOut(jobs)
}

// carryOut makes changes and saves them.
func (s *Simulator) carryOut(jobs []job) error {
	if s.data == nil {
		s.data = seeded(s.now().Unix())
	}
	if s.Folder == "" {
		s.change(jobs)
		return nil
	}
	release, err := s.load()
	if err != nil {
		return unusable("used", err)
	}
	defer release()
	known := s.data.Version
	s.data.Version = "" // until memory and file are known to agree
	if !s.change(jobs) {
		s.data.Version = known
		return nil
	}
	if err := s.save(); err != nil {
		s.data.Version = ""
		return unusable("written", err)
	}
	return nil
}

func (s *Simulator) change(jobs []job) (changed bool) {
	for _, j := range jobs {
		c := &call{state: s.data, now: s.now().Unix() + s.data.Ahead, pages: s.PagesURL}
		settled := c.settle()
		changed = j.change(c) || settled || changed
	}
	return changed
}

// unusable is no 5xx: nothing happened, and an agent should not have to wonder.
func unusable(how string, cause error) error {
	return &fault{status: http.StatusBadRequest, Type: "api_error", Message: "The simulator's state cannot be " + how + ", and nothing was changed: " + cause.Error()}
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
	ours := `{"version":"` + s.data.Version + `"`
	head := make([]byte, len(ours))
	if _, err := file.ReadAt(head, 0); err == nil && string(head) == ours && s.data.Version != "" {
		return nil
	}
	found := &state{}
	d := json.NewDecoder(file)
	d.UseNumber()
	if err := d.Decode(found); err != nil || found.Objects == nil || found.Answers == nil || found.Lines == nil {
		return fmt.Errorf("%s is damaged; start afresh with: stripe-mcp simulator reset", s.Path())
	}
	s.data = found
	return nil
}

// save replaces the file as a whole, so that nobody ever finds half of one. The lock is held.
func (s *Simulator) save() (err error) {
	s.data.Version = newID("", 16)
	body, err := json.Marshal(s.data)
	if err != nil {
		return err
	}
	name := s.Path() + ".new"
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	_, err = file.Write(body)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(name, s.Path())
}

// Reset makes the state that of a new account, whatever it was.
func (s *Simulator) Reset() error {
	if s.Folder != "" {
		if err := os.Remove(s.Path()); err != nil && !errors.Is(err, fs.ErrNotExist) { // it may be damaged
			return err
		}
	}
	return s.update(func(c *call) bool { *c.state = *seeded(s.now().Unix()); return true })
}
