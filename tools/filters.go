package tools

import (
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/schema"
)

// The types below narrow a list down.

// objectID is the id of an object that a list is about, or the row that a page goes on after. It is checked as other ids are.
// Its published constraint is shorter, because an empty one means the same as one that was left out.
type objectID string

// Schema returns the constraint of an id; Check completes it.
func (objectID) Schema() *schema.Node { return &schema.Node{Type: "string", Comment: idRule} }

// Check finds ids that cannot be one.
func (id objectID) Check() []schema.Problem {
	return checkOwnID(string(id), "pi_3MtwBwLkdIwHu7ix28a3tqPa")
}

// rowLimit is a page size as the sets' lists have it. It is published in words only, because a model reads it in each of them.
type rowLimit int64

const rowLimitRule = "must be a whole number from 1 to 100"

// Schema returns the constraint of a page size; Check completes it.
func (rowLimit) Schema() *schema.Node { return &schema.Node{Type: "integer", Comment: rowLimitRule} }

// Check finds a page size that Stripe would change without a word.
func (l rowLimit) Check() []schema.Problem {
	const most = 100
	if l < 1 || l > most {
		return []schema.Problem{{Rule: rowLimitRule}}
	}
	return nil
}

// size returns how long the page is.
func (l *rowLimit) size() pageSize {
	if l == nil {
		return defaultPageSize
	}
	return pageSize(*l)
}

// moment is a time of Stripe's clock: RFC 3339, or a date, which means its first second in UTC.
type moment string

const momentRule = `must be a time or a date in UTC, e.g. "2024-10-01T09:30:00Z" or "2024-10-01"`

// Schema returns the constraint of a moment; Check completes it.
func (moment) Schema() *schema.Node { return &schema.Node{Type: "string", Comment: momentRule} }

// Check finds what is no time, or one before there was a Stripe clock.
func (m moment) Check() []schema.Problem {
	if m.seconds() <= 0 {
		return []schema.Problem{{Rule: momentRule}}
	}
	return nil
}

// seconds returns the first whole second that is not before the moment, or 0 for none.
func (m moment) seconds() int64 {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, string(m)); err == nil {
			return at.Add(time.Second - time.Nanosecond).Unix()
		}
	}
	return 0
}

// given returns the moment for Stripe, or nil when the argument was left out.
func (m moment) given() *int64 {
	if m == "" {
		return nil
	}
	return new(m.seconds())
}

// created returns the range of what was created at after or later, and earlier than before. It is nil without both.
func created(after, before moment) *stripe.RangeQueryParams {
	if after == "" && before == "" {
		return nil
	}
	return &stripe.RangeQueryParams{GreaterThanOrEqual: after.seconds(), LesserThan: before.seconds()}
}

// paging returns where a page starts and how long it is.
func paging(limit pageSize, after objectID) stripe.ListParams {
	return stripe.ListParams{Limit: positive(limit), StartingAfter: given(after)}
}
