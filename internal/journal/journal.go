// Package journal is the write-ahead record of requests that create something, and the only place that decides which
// idempotency key such a request carries. It is also the audit log.
//
// An intent is open from before its request is sent until its answer was delivered to the caller. It is deserted when its
// outcome is unknown, its caller has left or its process has died. A deserted intent hands its key to the next equal
// request, so that Stripe answers with the one object that exists. So does an intent whose call the same client repeats,
// because it gave up in silence (see rules.go).
package journal

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"stripe-mcp/internal/limits"
)

// KeyLifetime is how long a key may be used again. Stripe keeps its answers for at least 24 hours
// (https://docs.stripe.com/api/idempotent_requests). The last hour is a margin for clocks that disagree.
const KeyLifetime = 23 * time.Hour

// Request is the part of a request that the journal needs. The journal keeps only a digest of the body and the
// authorization.
type Request struct {
	Method  string
	Path    string
	Body    string // form-encoded
	Base    string // address of the API
	Account string // connected account, empty for the key's own
	// Authorization is the header that the request is sent with.
	Authorization string
	// Page says that the request only opens a page, which costs nothing and which one customer pays. A second one does no
	// harm, and a shared one can be paid by somebody else.
	Page bool
}

// Caller says who asked for a request.
type Caller struct {
	Client string `json:"client,omitempty"` // name of the MCP client
	Tool   string `json:"tool,omitempty"`
	Mode   string `json:"mode,omitempty"` // TEST, LIVE or SIMULATOR
}

// Result says how a request ended, over all its attempts.
type Result struct {
	Outcome    string `json:"outcome,omitempty"` // as the caller is told
	Object     string `json:"object,omitempty"`  // id of the object, where one is known
	Amount     int64  `json:"amount,omitempty"`  // in minor units of Currency
	Currency   string `json:"currency,omitempty"`
	RequestID  string `json:"request_id,omitempty"` // Stripe's, of the last attempt
	Attempts   int    `json:"attempts,omitempty"`
	DurationMS int64  `json:"duration_ms,omitempty"` // milliseconds, retries included
	Settled    bool   `json:"settled,omitempty"`     // the outcome is known; the answer's delivery ends the intent
	Final      bool   `json:"final,omitempty"`       // the request made nothing, so the intent ends even without a delivery
}

// Journal records intents. It is also the audit log. It is safe for concurrent use, and processes may share one store.
type Journal struct {
	now   func() time.Time
	skew  atomic.Int64 // nanoseconds by which Stripe's clock is ahead of this machine's, as far as is known
	store store

	recorder recorder
	closed   atomic.Bool

	mu      sync.Mutex
	books   map[string]*book // by scope
	sweepAt int              // how many books are worth looking for those that nobody needs
}

// New returns a journal in folder, which keeps what is not older than keep. The first intent creates the folder.
func New(folder string, keep time.Duration) *Journal {
	return newJournal(&file{folder: folder, limit: rotateAt, keepFor: keep})
}

// InMemory returns a journal that follows the same rules until the process ends.
func InMemory() *Journal {
	return newJournal(&memory{})
}

func newJournal(s store) *Journal {
	return &Journal{now: s.now, store: s, books: map[string]*book{}}
}

// Place says where the records are, for people; empty for memory.
func (j *Journal) Place() string { return j.store.place() }

// Close gives back what the journal holds. Only Flush waits for what is still to be recorded.
func (j *Journal) Close() {
	j.closed.Store(true)
	j.store.close()
}

// wallClock leaves out the monotonic clock, which stands still while a laptop sleeps. Stripe's clock does not.
func wallClock() time.Time { return time.Now().Round(0) }

// jitter is less than what tells two clocks apart: the Date header counts seconds, and an answer takes its time.
const jitter = time.Minute

// Observe takes note of what Stripe's clock says (the Date header of its answers). The age of a key is judged by it.
func (j *Journal) Observe(date time.Time) {
	skew := date.Sub(j.now())
	if skew.Abs() < jitter {
		skew = 0
	}
	j.skew.Store(int64(skew))
}

// stripeTime returns Stripe's time, as far as it is known.
func (j *Journal) stripeTime() time.Time { return j.now().Add(time.Duration(j.skew.Load())) }

// Begin records that a request is about to be sent. receipt follows the answer to the caller; nil when there is none. The
// deadline of ctx is recorded too: until then nobody on another machine can tell whether the request is still under way.
//
// When it fails nothing may be sent. An *UnavailableError says that the record could not be made. An *UnresolvedError says
// that an equal request may have been carried out, and that sending it again would not find out. A *RunningError says that
// an equal request may be under way elsewhere. The context's own error says that the caller has left already.
func (j *Journal) Begin(ctx context.Context, receipt *Receipt, request Request) (*Intent, error) {
	if receipt == nil {
		receipt = uncalled(ctx)
	}
	intent, err := j.await(ctx, receipt, request)
	if err != nil {
		return nil, err
	}
	receipt.add(intent)
	if err := intent.safe(); err != nil { // outside the step, so that creations side by side share the wait for the disk
		_ = j.note(ctx, intent.record.scope, intent.unsent())
		return nil, &UnavailableError{cause: err}
	}
	return intent, nil
}

// await begins a request as soon as no equal one is under way where nobody sees it.
func (j *Journal) await(ctx context.Context, receipt *Receipt, request Request) (*Intent, error) {
	var running *RunningError
	for pause := limits.FirstPoll; ; pause = min(2*pause, limits.Poll) {
		intent, err := j.try(ctx, receipt, request)
		if other, ok := errors.AsType[*RunningError](err); ok {
			running = other
		} else if err == nil || running == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return intent, err
		}
		if !limits.Sleep(ctx, min(pause, max(running.Until.Sub(j.now()), limits.FirstPoll))) {
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil, ctx.Err()
			}
			return nil, running
		}
	}
}

// try begins a request, unless an equal one is under way where nobody sees it.
func (j *Journal) try(ctx context.Context, receipt *Receipt, request Request) (*Intent, error) {
	scope, err := j.store.scope(ctx, func(secret []byte) string { return requestDigest(secret, receipt.caller, request) })
	if err != nil {
		return nil, j.unavailable(ctx, err)
	}
	var intent *Intent
	err = j.step(ctx, scope, func(s *step) (err error) {
		if receipt.left() {
			return context.Canceled
		}
		intent, err = s.begin(ctx, receipt, request)
		return err
	})
	if err != nil && intent != nil { // the record may have been made after all
		j.keep(scope, intent.unsent()) //nolint:contextcheck // what is kept outlives the call
	}
	if err != nil {
		return nil, err
	}
	return intent, nil
}

// begin chooses the key and appends the intent.
func (s *step) begin(ctx context.Context, receipt *Receipt, request Request) (*Intent, error) {
	j := s.journal
	here := j.now()
	now := here.Add(time.Duration(j.skew.Load())) // Stripe's
	s.forget()
	expired, err := s.expire(here, now)
	if err != nil {
		return nil, &UnavailableError{cause: err}
	}
	secret, err := s.digestKey()
	if err != nil {
		return nil, &UnavailableError{cause: err}
	}
	s.tx.tidy(here, expired >= manyExpired, func() []record { return s.ledger.beforeThese(s.stillOpen(now), here) }) // what cannot be put away stays
	r := newRecord(here, secret, receipt.caller, request)
	r.Process, r.KeyTime, r.scope = j.store.process(), now, s.scope
	if s.scope != "" {
		if s.scope != r.Request {
			return nil, &UnavailableError{cause: errSecretReplaced}
		}
		r.Until = here.Add(limits.Call + limits.Record)
		if deadline, ok := ctx.Deadline(); ok {
			r.Until = here.Add(time.Until(deadline) + limits.Record)
		}
	}
	earlier, running := s.predecessor(r, receipt, request.Page, here)
	switch {
	case earlier != nil:
		rolled := earlier.Request != "" && earlier.Fingerprint != r.Fingerprint
		if rolled || earlier.expired || tooOld(earlier.KeyTime, now) {
			s.refused[earlier.Intent] = receipt
			receipt.add(&Intent{journal: j, record: earlier.record, refused: true})
			return nil, &UnresolvedError{Since: earlier.KeyTime, OtherKey: rolled}
		}
		r.Key, r.KeyTime, r.Takes = earlier.Key, earlier.KeyTime, earlier.Intent
	case running != nil:
		return nil, &RunningError{Until: running.Until}
	}
	if err := s.reserve(&r, receipt.budget, earlier, here); err != nil {
		return nil, err
	}
	s.receipts[r.Intent] = receipt
	if err := s.append(r); err != nil {
		delete(s.receipts, r.Intent)
		return nil, &UnavailableError{cause: err}
	}
	return &Intent{journal: j, record: r, began: time.Now(), safe: s.tx.safe()}, nil
}

// newRecord returns the intent of a request, with a key of its own.
func newRecord(now time.Time, secret []byte, caller Caller, request Request) record {
	body := ordered(request.Body)
	return record{
		Time: now, Event: eventIntent, Intent: rand.Text(), Caller: caller, Account: request.Account, Method: request.Method, Path: request.Path,
		Digest:      digest(secret, request.Method, request.Path, body, request.Account, request.Authorization),
		Request:     requestDigest(secret, caller, request),
		Fingerprint: digest(secret, request.Authorization)[:16], MadeWith: secretID(secret),
		Key: rand.Text(),
	}
}

// requestDigest is what equal requests have in common.
func requestDigest(secret []byte, caller Caller, request Request) string {
	return digest(secret, caller.Mode, request.Base, request.Account, request.Method, request.Path, ordered(request.Body))
}

// ordered returns a form in one order.
func ordered(body string) string {
	if form, err := url.ParseQuery(body); err == nil {
		return form.Encode()
	}
	return body
}

// note records what became of intents of one scope, even when ctx has ended. What cannot be recorded now is tried again with
// the next step, before this process begins anything else. Until then the others see intents that are still open.
func (j *Journal) note(ctx context.Context, scope string, records ...record) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.Record)
	defer cancel()
	for i := range records {
		if records[i].Event != eventIntent {
			records[i].Time = j.now()
		}
	}
	err := j.step(ctx, scope, func(s *step) error { return s.append(records...) })
	if err != nil {
		j.keep(scope, records...) //nolint:contextcheck // as above
	}
	return err
}

// digest identifies equal texts to this installation, and tells others nothing of what is in them.
func digest(secret []byte, parts ...string) string {
	mac := hmac.New(sha256.New, secret)
	for _, part := range parts {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(part), part) // a hash takes everything
	}
	return hex.EncodeToString(mac.Sum(nil))
}
