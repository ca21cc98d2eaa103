package journal

import (
	"context"
	"time"
)

// Intent is the record of one request.
//
// It is open from before the request is sent until the caller has the answer. An open intent is an orphan when its outcome
// is unknown, its caller has left or its process has died. The next equal request takes over the key of an orphan, and
// Stripe then answers with the one object that exists.
type Intent struct {
	journal *Journal
	record  record
}

// Key returns the idempotency key. All attempts at the request carry it.
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

// Abandon records that the caller no longer waits for the answer. The next equal request takes over, even while this one
// still runs.
func (i *Intent) Abandon(ctx context.Context) error {
	return i.journal.note(ctx, record{Event: eventAbandoned, Intent: i.record.Intent})
}

// UnavailableError says that the journal cannot be written. Nothing may be created then.
type UnavailableError struct{ cause error }

// Error names the reason.
func (e *UnavailableError) Error() string { return "the journal cannot be used: " + e.cause.Error() }

// Unwrap returns the reason.
func (e *UnavailableError) Unwrap() error { return e.cause }

// ExpiredError says that Stripe may have carried out an equal request of Since. It is too late to find out by sending it
// again.
type ExpiredError struct{ Since time.Time }

// Error names the time.
func (e *ExpiredError) Error() string {
	return "an equal request of " + e.Since.UTC().Format(time.RFC3339) + " may have been carried out"
}
