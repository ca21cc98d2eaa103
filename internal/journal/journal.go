// Package journal is the only place that records requests before they are sent and decides their idempotency keys.
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

// KeyLifetime is how long a key may be used again. Stripe keeps its answers for at least 24 hours
// (https://docs.stripe.com/api/idempotent_requests). The last hour is a margin for clocks that disagree.
const KeyLifetime = 23 * time.Hour

// Request is the part of a request that the journal needs. The journal keeps only a digest of the body and the
// authorization.
type Request struct {
	Method  string
	Path    string
	Body    string // form-encoded
	Account string // connected account, empty for the key's own
	// Authorization is the header that the request is sent with.
	Authorization string
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
	now func() time.Time
	log log

	mu    sync.Mutex
	open  map[string]*entry   // by intent
	asked map[string]*Receipt // by intent; it has those of this process that are in open or ended
	ended []*entry            // this process's last delivered intents, whose delivery may still be taken back
}

// remembered is how many deliveries can be taken back.
const remembered = 256

// log keeps records in an order that all processes share.
type log interface {
	// lock keeps all other processes out until unlock. It calls apply for each record that they made since the last lock.
	// When they have started a new file, it calls reset first.
	lock(ctx context.Context, apply func(record), reset func()) error
	unlock()
	// append adds a record, between lock and unlock.
	append(r record) error
	// full reports whether it is time to rotate. The new file begins with the records in open.
	full() bool
	rotate(open []record) error
	// sync returns when every appended record is on the disk.
	sync() error
	// process returns this process's name in its records, and secret the installation's secret. Call lock before them.
	process() string
	secret() []byte
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
	return &Journal{now: wallClock, log: l, open: map[string]*entry{}, asked: map[string]*Receipt{}}
}

// wallClock leaves out the monotonic clock, which stands still while a laptop sleeps. Stripe's clock does not.
func wallClock() time.Time { return time.Now().Round(0) }

// Begin records that a request is about to be sent. receipt follows the answer to the caller, and may be nil. When Begin
// fails, nothing may be sent. Its error is one of three:
//
//   - an *UnavailableError: the record could not be made.
//   - an *ExpiredError: an equal request is open, and Stripe may have forgotten its key.
//   - the error of the caller's context: the caller has left already.
func (j *Journal) Begin(ctx context.Context, receipt *Receipt, request Request) (*Intent, error) {
	if receipt == nil {
		receipt = NewReceipt(context.WithoutCancel(ctx), Caller{})
	}
	r, err := j.begin(ctx, request, receipt)
	if err != nil {
		return nil, err
	}
	if err := j.log.sync(); err != nil {
		_ = j.note(ctx, record{Event: eventAbandoned, Intent: r.Intent}) // nothing was sent now, but r may hold an orphan's key
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

// orphan returns the oldest orphan of that digest, or nil. A delivery that was taken back makes an orphan too.
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

// left reports whether the intent belongs to this process and its caller has left.
func (j *Journal) left(e *entry) bool {
	receipt := j.asked[e.Intent]
	return receipt != nil && receipt.left()
}

// append records r and applies it.
func (j *Journal) append(r record) error {
	if err := j.log.append(r); err != nil {
		return err
	}
	j.apply(r)
	return nil
}

// apply updates the open intents from a record.
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

// reset forgets everything that lock will read again.
func (j *Journal) reset() {
	clear(j.open)
	j.ended = nil
}

// note records what happened to an intent, even when ctx has ended. When it cannot write, the record still counts in this
// process. Other processes then see an open intent.
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

// digest identifies equal requests. Without this installation's secret it does not reveal what is in them.
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

// expired reports whether Stripe may have forgotten a key that was first used at start. A start in the future means that the
// clock was set back. The key then counts as expired, because its age is not known.
func expired(start, now time.Time) bool {
	age := now.Sub(start)
	return age > KeyLifetime || age < -time.Hour
}
