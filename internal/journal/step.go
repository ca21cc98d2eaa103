package journal

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"stripe-mcp/internal/hint"
)

// store keeps the records of all processes that share it. It is all that the rules know of where the records are.
type store interface {
	// scope returns what has to be one step with a request: the request's digest, or "" where every step is one with all
	// others. digest makes it with the secret that keys digests.
	scope(ctx context.Context, digest func(secret []byte) string) (string, error)
	// begin makes what follows one step for all processes, and brings the book up to date.
	begin(ctx context.Context, b *book) (tx, error)
	// now is the time by which records are dated.
	now() time.Time
	// patience is how long a step may wait while no other one of its scope gets on.
	patience() time.Duration
	// process names this process in its records.
	process() string
	// fate says what can be told of the process of an intent.
	fate(intent record, now time.Time) fate
	// scopeOf returns the scope of an intent that look has shown.
	scopeOf(e *entry) string
	// look shows a book of all open intents, whatever their scope. It also shows that the store can be used.
	look(ctx context.Context, j *Journal, show func(*book)) error
	// peek shows the same book, and makes nothing on the way.
	peek(ctx context.Context, j *Journal, show func(*book)) error
	// records calls each with every record that is kept, oldest first, as far as they were made since then.
	records(ctx context.Context, since time.Time, each func(record)) error
	// place says where the records are.
	place() string
	// close gives back what the store holds.
	close()
}

// tx is what a store does in one step.
type tx interface {
	append(records ...record) error
	// secret returns what keys the digests, and keep replaces it.
	secret() ([]byte, error)
	keep(secret []byte) error
	// ledger returns what a day has cost so far, as far as b or the store knows.
	ledger(b *book, day string) (*ledger, error)
	// tidy puts away what is old, when it is time to or when it is due; open returns what has to stay at hand.
	tidy(now time.Time, due bool, open func() []record)
	// safe returns what waits until the records of the step are safe. It is called once the step was committed.
	safe() func() error
	// commit ends the step. After an error nobody knows whether others see its records.
	commit() error
	// rollback ends a step that was not committed.
	rollback()
}

// step is what happens in one go for all processes.
type step struct {
	*book

	journal *Journal
	tx      tx
}

// append records and applies.
func (s *step) append(records ...record) error {
	if len(records) == 0 {
		return nil
	}
	if err := s.tx.append(records...); err != nil {
		return err
	}
	for _, r := range records {
		s.apply(r)
	}
	return nil
}

// step runs what has to be one step for all processes. A caller that leaves in the meantime gets the context's own error.
func (j *Journal) step(caller context.Context, scope string, do func(*step) error) error {
	b := j.book(scope)
	defer j.leave(b)
	began := time.Now()
	if !b.takeTurn(caller, began) {
		return j.unavailable(caller, errBusy)
	}
	defer func() { <-b.turn }()
	ctx, cancel := context.WithTimeout(caller, b.patience(began))
	defer cancel()
	tx, err := j.store.begin(ctx, b)
	if err != nil {
		return j.unavailable(caller, err)
	}
	now := time.Now()
	b.stepped.Store(&now)
	defer tx.rollback()
	s := &step{book: b, journal: j, tx: tx}
	retried, err := s.catchUp()
	if err != nil {
		return j.unavailable(caller, err)
	}
	failed := do(s)
	if err := tx.commit(); err != nil {
		return cmp.Or(failed, j.unavailable(caller, err))
	}
	j.recorder.written(scope, retried)
	return failed
}

// unavailable returns the error of a step that came to nothing.
func (j *Journal) unavailable(caller context.Context, err error) error {
	if errors.Is(caller.Err(), context.Canceled) {
		return caller.Err()
	}
	return &UnavailableError{cause: err}
}

// takeTurn waits for the steps before.
func (b *book) takeTurn(caller context.Context, began time.Time) bool {
	for left := b.patience(began); left > 0; left = b.patience(began) {
		select {
		case b.turn <- struct{}{}:
			return true
		case <-caller.Done():
			return false
		case <-time.After(left):
		}
	}
	return false
}

// patience returns how much longer a step waits that began then. As long as others get on, nobody holds the journal for good.
func (b *book) patience(began time.Time) time.Duration {
	if last := b.stepped.Load(); last != nil && last.After(began) {
		began = *last
	}
	return b.store.patience() - time.Since(began)
}

// catchUp writes what a log has lost, and what could not be written before. It returns how many of the latter there were.
func (s *step) catchUp() (retried int, err error) {
	lost := slices.Concat(slices.Collect(maps.Values(s.carry))...)
	slices.SortStableFunc(lost, func(a, b record) int { return a.Time.Compare(b.Time) })
	if err := s.append(lost...); err != nil {
		return 0, err
	}
	records := s.journal.recorder.unwrittenOf(s.scope)
	return len(records), s.append(records...)
}

// book returns the book of a scope, for a step.
func (j *Journal) book(scope string) *book {
	j.mu.Lock()
	defer j.mu.Unlock()
	b := j.books[scope]
	if b == nil {
		j.sweep()
		b = newBook(j.store, func() time.Time { return j.now() }, scope)
		j.books[scope] = b
	}
	b.users++
	return b
}

// leave notes that a step with the book is over.
func (j *Journal) leave(b *book) {
	j.mu.Lock()
	defer j.mu.Unlock()
	b.users--
	j.putAway(b)
}

// sweep puts away the books that nobody needs any more. It looks at all of them when they have become twice as many.
func (j *Journal) sweep() {
	const few = 64
	if len(j.books) < max(few, j.sweepAt) {
		return
	}
	for _, b := range j.books {
		if b.users == 0 {
			b.forget()
			j.putAway(b)
		}
	}
	j.sweepAt = 2 * len(j.books)
}

// putAway forgets a book that the store knows as well. What this process alone knows are the receipts.
func (j *Journal) putAway(b *book) {
	if b.users > 0 || b.scope == "" || len(b.ended) > 0 {
		return
	}
	for _, receipt := range b.receipts {
		if !receipt.old() {
			return
		}
	}
	delete(j.books, b.scope)
}

// lookInStep is look for a store whose steps are all of one scope.
func (j *Journal) lookInStep(ctx context.Context, show func(*book)) error {
	return j.step(ctx, "", func(s *step) error {
		show(s.book)
		return nil
	})
}

// errSecretReplaced says that the shared secret is not the one that this process has learned.
var errSecretReplaced = hint.Errorf("Call again", "the secret that keys its digests was replaced a moment ago")
