// Package journal is the write-ahead record of requests that create something, and the only place that decides which
// idempotency key such a request carries. It is also the audit log.
//
// An intent is open from before its request is sent until its answer was delivered to whoever asked. An open intent whose
// call runs for nobody any more, because its outcome is unknown, its client left or its process died, hands its key to the
// next equal request, so that Stripe answers with the one object that exists.
package journal

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"sync"
	"time"
)

// KeyLifetime is how long a key may be used again. Stripe keeps what it answered for at least 24 hours
// (https://docs.stripe.com/api/idempotent_requests); the last hour is left to clocks that disagree.
const KeyLifetime = 23 * time.Hour

// recordTimeout bounds the wait for other processes when something that has happened is to be recorded.
const recordTimeout = 5 * time.Second

// Request is what the journal needs to know of a request. It keeps only a digest of the body and the secret key.
type Request struct {
	Method    string
	Path      string
	Body      string // form-encoded
	Account   string // connected account, empty for the key's own
	SecretKey string // what the request is sent with
}

// Caller is on whose behalf a request is made.
type Caller struct {
	Client string `json:"client,omitempty"` // name of the MCP client
	Tool   string `json:"tool,omitempty"`
	Mode   string `json:"mode,omitempty"` // TEST, LIVE or SIMULATOR
}

// Result is how a request ended, over all its attempts.
type Result struct {
	Outcome    string `json:"outcome,omitempty"` // as the caller is told
	Object     string `json:"object,omitempty"`  // id of the object, where one is known
	Amount     int64  `json:"amount,omitempty"`  // in minor units of Currency
	Currency   string `json:"currency,omitempty"`
	RequestID  string `json:"request_id,omitempty"` // Stripe's, of the last attempt
	Attempts   int    `json:"attempts,omitempty"`
	DurationMS int64  `json:"duration_ms,omitempty"` // milliseconds, retries included
	Settled    bool   `json:"settled,omitempty"`     // the outcome is known; its delivery ends the intent
	Final      bool   `json:"final,omitempty"`       // there is nothing to hand over, delivered or not
}

// Journal records intents. It is safe for concurrent use, and several processes may share one folder.
type Journal struct {
	now func() time.Time
	log log

	mu   sync.Mutex
	open map[string]*entry // by intent
}

// log keeps records in an order that all processes share.
type log interface {
	// lock makes what follows one step for all processes, and hands over what others recorded since the last step. When
	// they started a new file, it calls reset first.
	lock(ctx context.Context, apply func(record), reset func()) error
	unlock()
	// append adds a record, between lock and unlock.
	append(r record) error
	// full reports whether it is time to rotate; open is what has to stand in the new file, too.
	full() bool
	rotate(open []record) error
	// sync returns when all that was appended is on the disk.
	sync() error
	// process names this process in its records, secret is the installation's; both are there after the first lock.
	process() string
	secret() []byte
	// dead reports whether that process has ended.
	dead(process string) bool
}

// New returns a journal in folder, which it creates with the first intent.
func New(folder string) *Journal {
	return &Journal{now: wallClock, log: &file{folder: folder}, open: map[string]*entry{}}
}

// InMemory returns a journal that keeps the same rules for as long as the process lives.
func InMemory() *Journal {
	return &Journal{now: wallClock, log: &memory{}, open: map[string]*entry{}}
}

// wallClock leaves out the monotonic clock, which stands still while a laptop sleeps; Stripe's does not.
func wallClock() time.Time { return time.Now().Round(0) }

// Begin records that a request is about to be sent. When it fails nothing may be sent: with an *UnavailableError the
// record could not be made, with an *ExpiredError an equal request is open whose key Stripe may have forgotten.
func (j *Journal) Begin(ctx context.Context, request Request) (*Intent, error) {
	caller, receipt := fromContext(ctx)
	r, err := j.begin(ctx, request, caller)
	if err != nil {
		return nil, err
	}
	if err := j.log.sync(); err != nil {
		_ = j.note(ctx, record{Event: eventEnded, Intent: r.Intent}) // an intent without a request does no harm
		return nil, &UnavailableError{cause: err}
	}
	intent := &Intent{journal: j, record: r}
	receipt.add(intent)
	return intent, nil
}

// begin chooses the key and appends the intent, as one step.
func (j *Journal) begin(ctx context.Context, request Request, caller Caller) (record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.log.lock(ctx, j.apply, j.reset); err != nil {
		return record{}, &UnavailableError{cause: err}
	}
	defer j.log.unlock()
	if j.log.full() {
		if err := j.log.rotate(j.stillOpen()); err != nil {
			return record{}, &UnavailableError{cause: err}
		}
	}
	now := j.now()
	r := record{
		Time: now, Event: eventIntent, Intent: rand.Text(), Process: j.log.process(), Caller: caller, Account: request.Account,
		Method: request.Method, Path: request.Path, Digest: digest(j.log.secret(), request), Key: rand.Text(), KeyTime: now,
	}
	if orphan := j.orphan(r.Digest); orphan != nil {
		if expired(orphan.KeyTime, now) {
			if err := j.append(record{Time: now, Event: eventEnded, Intent: orphan.Intent}); err != nil {
				return record{}, &UnavailableError{cause: err}
			}
			return record{}, &ExpiredError{Since: orphan.KeyTime}
		}
		r.Key, r.KeyTime, r.Takes = orphan.Key, orphan.KeyTime, orphan.Intent
	}
	if err := j.append(r); err != nil {
		return record{}, &UnavailableError{cause: err}
	}
	return r, nil
}

// orphan returns the oldest open intent of that digest whose call runs for nobody any more, or nil.
func (j *Journal) orphan(digest string) *entry {
	var oldest *entry
	for _, e := range j.open {
		if e.Digest == digest && (oldest == nil || e.Time.Before(oldest.Time)) && (e.orphaned() || j.log.dead(e.Process)) {
			oldest = e
		}
	}
	return oldest
}

// append records and applies r.
func (j *Journal) append(r record) error {
	if err := j.log.append(r); err != nil {
		return err
	}
	j.apply(r)
	return nil
}

// apply takes a record into account.
func (j *Journal) apply(r record) {
	if r.Event == eventIntent {
		delete(j.open, r.Takes)
		j.open[r.Intent] = &entry{record: r, history: []record{r}}
		return
	}
	if e := j.open[r.Intent]; e != nil && e.advance(r) {
		delete(j.open, r.Intent)
	}
}

// stillOpen returns all records of the open intents.
func (j *Journal) stillOpen() []record {
	var records []record
	for _, e := range j.open {
		records = append(records, e.history...)
	}
	return records
}

func (j *Journal) reset() { clear(j.open) }

// note records what became of an intent, even when ctx has ended. When that fails it counts in this process all the same, and the others see an
// intent that is still open.
func (j *Journal) note(ctx context.Context, r record) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	j.mu.Lock()
	defer j.mu.Unlock()
	r.Time = j.now()
	if err := j.log.lock(ctx, j.apply, j.reset); err != nil {
		j.apply(r)
		return &UnavailableError{cause: err}
	}
	defer j.log.unlock()
	if err := j.append(r); err != nil {
		j.apply(r)
		return &UnavailableError{cause: err}
	}
	return nil
}

// digest identifies equal requests to this installation, and tells nobody else what is in them.
func digest(secret []byte, request Request) string {
	mac := hmac.New(sha256.New, secret)
	body := request.Body
	if form, err := url.ParseQuery(body); err == nil {
		body = form.Encode() // in one order
	}
	for _, part := range []string{request.Method, request.Path, body, request.Account, request.SecretKey} {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(part), part) // a hash takes everything
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// expired reports whether Stripe may have forgotten a key that was first used at start. When that lies in the future the
// clock was set back, and nobody knows.
func expired(start, now time.Time) bool {
	age := now.Sub(start)
	return age > KeyLifetime || age < -time.Hour
}

// Intent is a request that is about to be sent, or was.
type Intent struct {
	journal *Journal
	record  record
}

// Key returns the idempotency key for all attempts at the request.
func (i *Intent) Key() string { return i.record.Key }

// Inherited reports whether the key was used before, so that the object may exist already.
func (i *Intent) Inherited() bool { return i.record.Takes != "" }

// Expires returns when the key stops being safe to use.
func (i *Intent) Expires() time.Time { return i.record.KeyTime.Add(KeyLifetime) }

// Expired reports whether it is too late for another attempt.
func (i *Intent) Expired() bool { return expired(i.record.KeyTime, i.journal.now()) }

// Settle records how the request ended.
func (i *Intent) Settle(ctx context.Context, result Result) error {
	return i.journal.note(ctx, record{
		Event: eventOutcome, Intent: i.record.Intent, Caller: i.record.Caller, Account: i.record.Account,
		Method: i.record.Method, Path: i.record.Path, Result: result,
	})
}

// Abandon records that nobody waits for the answer any more: the next equal request takes over, even while this one is
// still under way.
func (i *Intent) Abandon(ctx context.Context) error {
	return i.journal.note(ctx, record{Event: eventAbandoned, Intent: i.record.Intent})
}

// UnavailableError says that the journal cannot be written, so that nothing may be created.
type UnavailableError struct{ cause error }

// Error names the reason.
func (e *UnavailableError) Error() string { return "the journal cannot be used: " + e.cause.Error() }

// Unwrap returns the reason.
func (e *UnavailableError) Unwrap() error { return e.cause }

// ExpiredError says that an equal request of Since may have been carried out, and that it is too late to find out by
// sending it again.
type ExpiredError struct{ Since time.Time }

// Error names the time.
func (e *ExpiredError) Error() string {
	return "an equal request of " + e.Since.UTC().Format(time.RFC3339) + " may have been carried out"
}
