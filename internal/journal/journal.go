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

// Journal records intents. It is also the audit log. It is safe for concurrent use, and processes may share one folder.
type Journal struct {
	now  func() time.Time
	skew atomic.Int64 // nanoseconds by which Stripe's clock is ahead of this machine's, as far as is known
	log  log

	recorder recorder
	turn     chan struct{}             // holds a token while a step is under way
	stepped  atomic.Pointer[time.Time] // when the last step began

	// What follows belongs to the step.
	all      map[string]*entry // by intent: the open ones, and those of this process that ended a moment ago
	byDigest map[string][]*entry
	taken    map[string]*entry   // those that handed their key over while they ran
	receipts map[string]*Receipt // of this process's intents in all and taken
	ended    []*entry            // those of this process, in the order of their end
	carry    [][]record          // of open intents that a damaged log has lost
	secret   []byte              // that was used last
	aging    time.Time           // when the next unknown intent expires; zero for none
}

// log keeps records in an order that all processes share.
type log interface {
	// lock makes what follows one step for all processes, and hands over what others recorded since the last step. Before
	// it reads a new file from its beginning it calls reset, with whether the old one was lost.
	lock(ctx context.Context, apply func(record), reset func(lost bool)) error
	unlock()
	// append adds records, between lock and unlock.
	append(records ...record) error
	// full reports whether it is time to rotate; open is what has to stand in the new file, too.
	full() bool
	rotate(open []record) error
	// sync returns when every appended record is on the disk.
	sync() error
	// process names this process in its records.
	process() string
	// secret returns what keys this installation's digests, and keep replaces it. Both are called between lock and unlock.
	secret() ([]byte, error)
	keep(secret []byte) error
	// dead reports whether that process has ended.
	dead(process string) bool
}

// New returns a journal in folder. The first intent creates the folder.
func New(folder string) *Journal {
	return newJournal(&file{folder: folder, limit: rotateAt})
}

// InMemory returns a journal that follows the same rules until the process ends.
func InMemory() *Journal {
	return newJournal(&memory{})
}

func newJournal(l log) *Journal {
	return &Journal{
		now: wallClock, log: l, turn: make(chan struct{}, 1),
		all: map[string]*entry{}, byDigest: map[string][]*entry{}, taken: map[string]*entry{}, receipts: map[string]*Receipt{},
	}
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

// Begin records that a request is about to be sent. receipt follows the answer to the caller; nil when there is none.
//
// When it fails nothing may be sent. An *UnavailableError says that the record could not be made. An *UnresolvedError says
// that an equal request may have been carried out, and that sending it again would not find out. The context's own error
// says that the caller has left already.
func (j *Journal) Begin(ctx context.Context, receipt *Receipt, request Request) (*Intent, error) {
	if receipt == nil {
		receipt = uncalled(ctx)
	}
	var intent *Intent
	err := j.step(ctx, func() (err error) {
		if receipt.left() {
			return context.Canceled
		}
		intent, err = j.begin(receipt, request)
		return err
	})
	if err != nil {
		return nil, err
	}
	receipt.add(intent)
	if err := j.log.sync(); err != nil { // outside the step, so that creations side by side share the wait for the disk
		_ = j.note(ctx, record{Event: eventAbandoned, Intent: intent.record.Intent}) // unsent, but the key may be one that was used before
		return nil, &UnavailableError{cause: err}
	}
	return intent, nil
}

// step runs what has to be one step for all processes. A caller that leaves in the meantime gets the context's own error.
func (j *Journal) step(caller context.Context, do func() error) error {
	began := time.Now()
	unavailable := func(err error) error {
		if errors.Is(caller.Err(), context.Canceled) {
			return caller.Err()
		}
		return &UnavailableError{cause: err}
	}
	if !j.takeTurn(caller, began) {
		return unavailable(errBusy)
	}
	defer func() { <-j.turn }()
	ctx, cancel := context.WithTimeout(caller, j.patience(began))
	defer cancel()
	if err := j.log.lock(ctx, j.apply, j.reset); err != nil {
		return unavailable(err)
	}
	defer j.log.unlock()
	now := time.Now()
	j.stepped.Store(&now)
	if err := j.catchUp(); err != nil {
		return unavailable(err)
	}
	return do()
}

// takeTurn waits for the steps before.
func (j *Journal) takeTurn(caller context.Context, began time.Time) bool {
	for left := j.patience(began); left > 0; left = j.patience(began) {
		select {
		case j.turn <- struct{}{}:
			return true
		case <-caller.Done():
			return false
		case <-time.After(left):
		}
	}
	return false
}

// patience returns how much longer a step waits that began then. As long as others get on, nobody holds the journal for good.
func (j *Journal) patience(began time.Time) time.Duration {
	if last := j.stepped.Load(); last != nil && last.After(began) {
		began = *last
	}
	return limits.Lock - time.Since(began)
}

// catchUp writes what a damaged log has lost, and what could not be written before.
func (j *Journal) catchUp() error {
	for _, history := range j.carry {
		if intent := history[0].Intent; j.all[intent] == nil && j.taken[intent] == nil {
			if err := j.append(history...); err != nil {
				return err
			}
		}
	}
	j.carry = nil
	return j.recorder.retry(j.append)
}

// begin chooses the key and appends the intent.
func (j *Journal) begin(receipt *Receipt, request Request) (*Intent, error) {
	here := j.now()
	now := here.Add(time.Duration(j.skew.Load())) // Stripe's
	j.forget()
	expired, err := j.expire(now)
	if err != nil {
		return nil, &UnavailableError{cause: err}
	}
	secret, err := j.digestKey()
	if err != nil {
		return nil, &UnavailableError{cause: err}
	}
	if j.log.full() || expired >= manyExpired { // of which a new file needs to tell little
		_ = j.log.rotate(j.stillOpen(now)) // a full journal that cannot be rotated can still be written to, or append says why not
	}
	r := newRecord(here, secret, receipt.caller, request)
	r.Process, r.KeyTime = j.log.process(), now
	if earlier := j.predecessor(r, receipt, request.Page); earlier != nil {
		rolled := earlier.Request != "" && earlier.Fingerprint != r.Fingerprint
		if rolled || earlier.expired || tooOld(earlier.KeyTime, now) {
			earlier.refused = receipt
			receipt.add(&Intent{journal: j, record: earlier.record, refused: true})
			return nil, &UnresolvedError{Since: earlier.KeyTime, OtherKey: rolled}
		}
		r.Key, r.KeyTime, r.Takes = earlier.Key, earlier.KeyTime, earlier.Intent
	}
	j.receipts[r.Intent] = receipt
	if err := j.append(r); err != nil {
		delete(j.receipts, r.Intent)
		return nil, &UnavailableError{cause: err}
	}
	return &Intent{journal: j, record: r, began: time.Now()}, nil
}

// newRecord returns the intent of a request, with a key of its own.
func newRecord(now time.Time, secret []byte, caller Caller, request Request) record {
	body := request.Body
	if form, err := url.ParseQuery(body); err == nil {
		body = form.Encode() // in one order
	}
	return record{
		Time: now, Event: eventIntent, Intent: rand.Text(), Caller: caller, Account: request.Account, Method: request.Method, Path: request.Path,
		Digest:      digest(secret, request.Method, request.Path, body, request.Account, request.Authorization),
		Request:     digest(secret, caller.Mode, request.Base, request.Account, request.Method, request.Path, body),
		Fingerprint: digest(secret, request.Authorization)[:16], MadeWith: secretID(secret),
		Key: rand.Text(),
	}
}

// note records what became of intents, even when ctx has ended. What cannot be recorded now is tried again with the next
// step, before this process begins anything else. Until then the others see intents that are still open.
func (j *Journal) note(ctx context.Context, records ...record) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.Record)
	defer cancel()
	for i := range records {
		if records[i].Event != eventIntent {
			records[i].Time = j.now()
		}
	}
	err := j.step(ctx, func() error { return j.append(records...) })
	if err != nil {
		j.recorder.keep(records)
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
