package journal

import (
	"context"
	"slices"
	"time"
)

// OpenIntent is a request whose outcome is not known or did not reach the caller. The next equal request takes over its
// idempotency key.
type OpenIntent struct {
	Caller
	Intent  string
	Since   time.Time // the time of its record
	Method  string
	Path    string
	Account string    // connected account, empty for the key's own
	Expires time.Time // until then an equal request can safely find out
	Until   time.Time // when its call was over, where that is recorded
}

// Advice says how to find out what became of the request.
func (o OpenIntent) Advice() string { return repeat(o.Intent, o.Expires) }

func repeat(intent string, expires time.Time) string {
	return "repeat the same call before " + expires.UTC().Format(time.RFC3339) + ", which finds out without doing it twice; or run stripe-mcp journal settle " + intent
}

// Open returns the deserted intents, oldest first. An error says that the journal cannot be used.
func (j *Journal) Open(ctx context.Context) ([]OpenIntent, error) {
	return j.deserted(func(show func(*book)) error { return j.store.look(ctx, j, show) })
}

// deserted returns the deserted intents of the book that look shows.
func (j *Journal) deserted(look func(show func(*book)) error) ([]OpenIntent, error) {
	var open []OpenIntent
	err := look(func(b *book) {
		now := j.now()
		for _, e := range b.all {
			if !e.expired && !e.ended && b.deserted(e, now) {
				open = append(open, OpenIntent{
					Caller: e.Caller, Intent: e.Intent, Since: e.Time, Method: e.Method, Path: e.Path, Account: e.Account, Expires: e.KeyTime.Add(KeyLifetime),
					Until: e.Until,
				})
			}
		}
	})
	slices.SortFunc(open, func(a, b OpenIntent) int { return a.Since.Compare(b.Since) })
	return open, err
}
