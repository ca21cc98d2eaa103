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
	Since   time.Time // the time of its record
	Method  string
	Path    string
	Account string    // connected account, empty for the key's own
	Expires time.Time // until then an equal request can safely find out
}

// Open returns the deserted intents, oldest first. An error says that the journal cannot be used.
func (j *Journal) Open(ctx context.Context) ([]OpenIntent, error) {
	var open []OpenIntent
	err := j.step(ctx, func() error {
		for _, e := range j.all {
			if !e.expired && j.deserted(e) {
				open = append(open, OpenIntent{
					Caller: e.Caller, Since: e.Time, Method: e.Method, Path: e.Path, Account: e.Account, Expires: e.KeyTime.Add(KeyLifetime),
				})
			}
		}
		return nil
	})
	slices.SortFunc(open, func(a, b OpenIntent) int { return a.Since.Compare(b.Since) })
	return open, err
}
