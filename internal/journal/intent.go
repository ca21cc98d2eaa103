package journal

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"stripe-mcp/internal/hint"
)

// Intent is the record of one request.
//
// It is open from before the request is sent until the caller has the answer. See the package's comment for who uses
// its key again.
type Intent struct {
	journal *Journal
	record  record
	began   time.Time    // with the monotonic clock
	safe    func() error // waits until the record is on the disk
	settled atomic.Bool
	refused bool // an equal request was, because of this one; the delivery of that ends this one
}

// Key returns the idempotency key. All attempts at the request carry it.
func (i *Intent) Key() string { return i.record.Key }

// Inherited reports whether the key was used before, so that the object may exist already.
func (i *Intent) Inherited() bool { return i.record.Takes != "" }

// Expires returns when the key stops being safe to use.
func (i *Intent) Expires() time.Time { return i.record.KeyTime.Add(KeyLifetime) }

// Expired reports whether it is too late for another attempt.
func (i *Intent) Expired() bool { return tooOld(i.record.KeyTime, i.journal.stripeTime()) }

// Durable reports whether the intent outlives this process.
func (i *Intent) Durable() bool {
	_, volatile := i.journal.store.(*memory)
	return !volatile
}

// Settle records how the request ended.
func (i *Intent) Settle(ctx context.Context, result Result) error {
	i.settled.Store(result.Settled)
	r := record{
		Event: eventOutcome, Intent: i.record.Intent, Caller: i.record.Caller, Account: i.record.Account,
		Method: i.record.Method, Path: i.record.Path, Result: result, scope: i.record.scope,
	}
	// A clock that was wrong when the key was made may be known to be by now.
	first := i.journal.stripeTime().Add(-time.Since(i.began))
	if !i.Inherited() && first.Sub(i.record.KeyTime).Abs() > jitter {
		r.KeyTime = first
	}
	return i.journal.note(ctx, r.scope, r)
}

// Abandon records that the caller no longer waits for the answer. The next equal request takes over, even while this one
// still runs.
func (i *Intent) Abandon(ctx context.Context) error {
	return i.journal.note(ctx, i.record.scope, i.event(eventAbandoned))
}

// event returns the record of what happened to the intent.
func (i *Intent) event(event string) record {
	return record{Event: event, Intent: i.record.Intent, scope: i.record.scope}
}

// unsent returns the record of an intent for which nothing was sent. Its key may be one that was used before.
func (i *Intent) unsent() record {
	r := i.event(eventEnded)
	r.Outcome = unsent
	if i.Inherited() {
		r = i.event(eventAbandoned)
	}
	r.Time = i.journal.now()
	return r
}

// UnavailableError says that the journal cannot be written. Nothing may be created then.
type UnavailableError struct{ cause error }

// Error names the reason.
func (e *UnavailableError) Error() string {
	message, _ := hint.Split(e.cause)
	return "the journal cannot be used: " + message
}

// Unwrap returns the reason.
func (e *UnavailableError) Unwrap() error { return e.cause }

// Hint returns what to do about an error of Begin or Open, empty where that is to make the folder writable.
func Hint(err error) string {
	unavailable, ok := errors.AsType[*UnavailableError](err)
	if !ok {
		return ""
	}
	return unavailable.hint()
}

func (e *UnavailableError) hint() string {
	if errors.Is(e.cause, errBusy) {
		return "End or continue that process, then call again"
	}
	if damaged, ok := errors.AsType[*damagedError](e.cause); ok {
		return "Look in the Dashboard for what was made lately, then move " + damaged.path + " away and call again"
	}
	if secret, ok := errors.AsType[*SecretError](e.cause); ok {
		return "Put the old one back. Without it, look in the Dashboard whether these calls have made something; they expire " +
			KeyLifetime.String() + " after they were made, the last one " + secret.Until.UTC().Format(time.RFC3339)
	}
	_, next := hint.Split(e.cause)
	return next
}

// damagedError says that the log holds something that is not a record.
type damagedError struct {
	path string
	at   int64
}

func (e *damagedError) Error() string { return fmt.Sprintf("%s is damaged at byte %d", e.path, e.at) }

// UnresolvedError says that an equal request of Since may have been carried out, and that sending it again would not find
// out. The next equal request is a new order.
type UnresolvedError struct {
	Since    time.Time // first use of its key
	OtherKey bool      // it was sent with another Stripe key; else it is too long ago
}

// Error names the time and the reason.
func (e *UnresolvedError) Error() string {
	reason := "it is too late to find out by repeating it"
	if e.OtherKey {
		reason = "it was sent with another Stripe key, so repeating it would make another"
	}
	return "an equal request of " + e.Since.UTC().Format(time.RFC3339) + " may have been carried out, and " + reason
}

// RunningError says that an equal request may be under way elsewhere, or that its process has died there. Nobody can tell
// before its time is over.
type RunningError struct {
	Until time.Time // when it can be told
}

// Error says what is not known.
func (e *RunningError) Error() string {
	return "an equal call of another process is under way, or that process has died; which of the two is known at " + e.At()
}

// At returns when to call again, in words.
func (e *RunningError) At() string { return e.Until.Add(time.Second).UTC().Format(time.RFC3339) }
