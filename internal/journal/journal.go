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
	"slices"
	"sync"
	"time"

	"stripe-mcp/internal/limits"
)

// KeyLifetime is how long a key may be used again. Stripe keeps what it answered for at least 24 hours
// (https://docs.stripe.com/api/idempotent_requests); the last hour is left to clocks that disagree.
const KeyLifetime = 23 * time.Hour

// Request is what the journal needs to know of a request. It keeps only a digest of the body and the authorization.
type Request struct {
	Method  string
	Path    string
	Body    string // form-encoded
	Account string // connected account, empty for the key's own
	// Authorization is the header that the request is sent with.
	Authorization string
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

	mu    sync.Mutex
	open  map[string]*entry   // by intent
	asked map[string]*Receipt // by intent, of those of this process that are open or ended
	ended []*entry            // the last of this process that were delivered, as long as that may be taken back
}

// remembered is how many deliveries can be taken back.
const remembered = 256

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
	return newJournal(&file{folder: folder, limit: rotateAt})
}

// InMemory returns a journal that keeps the same rules for as long as the process lives.
func InMemory() *Journal {
	return newJournal(&memory{})
}

func newJournal(l log) *Journal {
	return &Journal{now: wallClock, log: l, open: map[string]*entry{}, asked: map[string]*Receipt{}}
}

// wallClock leaves out the monotonic clock, which stands still while a laptop sleeps; Stripe's does not.
func wallClock() time.Time { return time.Now().Round(0) }

// Begin records that a request is about to be sent. When it fails nothing may be sent: with an *UnavailableError the
// record could not be made, with an *ExpiredError an equal request is open whose key Stripe may have forgotten, and with the
// context's own error whoever asked has left already.
// receipt follows the answer to the caller; nil when there is none.
func (j *Journal) Begin(ctx context.Context, receipt *Receipt, request Request) (*Intent, error) {
	if receipt == nil {
		receipt = NewReceipt(context.WithoutCancel(ctx), Caller{})
	}
	r, err := j.begin(ctx, request, receipt)
	if err != nil {
		return nil, err
	}
	if err := j.log.sync(); err != nil {
		_ = j.note(ctx, record{Event: eventAbandoned, Intent: r.Intent}) // unsent, but the key may be one that was used before
		return nil, &UnavailableError{cause: err}
	}
	intent := &Intent{journal: j, record: r}
	receipt.add(intent)
	return intent, nil
}

// begin chooses the key and appends the intent, as one step.
func (j *Journal) begin(ctx context.Context, request Request, receipt *Receipt) (record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if receipt.left() {
		return record{}, receipt.asker.Err()
	}
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
		Time: now, Event: eventIntent, Intent: rand.Text(), Process: j.log.process(), Caller: receipt.caller, Account: request.Account,
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
	j.asked[r.Intent] = receipt
	return r, nil
}

// orphan returns the oldest intent of that digest that is open, or was thought to be delivered, and whose call runs for
// nobody any more, or nil.
func (j *Journal) orphan(digest string) *entry {
	var oldest *entry
	consider := func(e *entry, orphaned func() bool) {
		if e.Digest == digest && (oldest == nil || e.Time.Before(oldest.Time)) && orphaned() {
			oldest = e
		}
	}
	for _, e := range j.open {
		consider(e, func() bool { return e.orphaned() || j.left(e) || j.log.dead(e.Process) })
	}
	for _, e := range j.ended {
		consider(e, func() bool { return j.left(e) })
	}
	return oldest
}

// left reports whether that intent is one of this process whose asker has left.
func (j *Journal) left(e *entry) bool {
	receipt := j.asked[e.Intent]
	return receipt != nil && receipt.left()
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
		j.drop(r.Takes)
		j.open[r.Intent] = &entry{record: r, history: []record{r}}
		return
	}
	e := j.open[r.Intent]
	switch {
	case e == nil:
		if r.Event == eventEnded {
			j.drop(r.Intent)
		}
	case !e.advance(r):
	case e.delivered && j.asked[r.Intent] != nil:
		delete(j.open, r.Intent)
		j.ended = append(j.ended, e)
		if len(j.ended) > remembered {
			j.drop(j.ended[0].Intent)
		}
	default:
		j.drop(r.Intent)
	}
}

// drop forgets an intent.
func (j *Journal) drop(intent string) {
	delete(j.open, intent)
	delete(j.asked, intent)
	j.ended = slices.DeleteFunc(j.ended, func(e *entry) bool { return e.Intent == intent })
}

// stillOpen returns all records of the open intents.
func (j *Journal) stillOpen() []record {
	var records []record
	for _, e := range j.open {
		records = append(records, e.history...)
	}
	return records
}

// reset forgets what will be read again.
func (j *Journal) reset() {
	clear(j.open)
	j.ended = nil
}

// note records what became of an intent, even when ctx has ended. When that fails it counts in this process all the same, and the others see an
// intent that is still open.
func (j *Journal) note(ctx context.Context, r record) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.Record)
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
	for _, part := range []string{request.Method, request.Path, body, request.Account, request.Authorization} {
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
