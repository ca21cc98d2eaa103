package journal

import (
	"context"
	"time"
)

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
