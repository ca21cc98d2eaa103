package tools

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"stripe-mcp/internal/plain"
)

// maxList is how many bytes a list's rows may take. Clients cut answers at 25,000 tokens, which is somewhat more.
const maxList = 60_000

// page is one page of a list.
type page[T row] struct {
	Data       []T    `json:"data"`
	HasMore    bool   `json:"has_more"`
	NextCursor string `json:"next_cursor,omitempty"`
}

// row is an object that can stand in a list.
type row interface {
	cursor() string // what starting_after takes to continue behind it
	// withoutMetadata drops what the owner attached, the only part that can grow beyond any list's size.
	withoutMetadata() row
}

// metadataLeftOut is the note of a row without metadata.
const metadataLeftOut = "metadata left out: too long for a list"

// newPage returns as many of rows as fit. When some are left out, the cursor continues with them.
func newPage[T row](rows []T, hasMore bool) (page[T], error) {
	result := page[T]{Data: []T{}, HasMore: hasMore}
	size := len(`{"data":[],"has_more":false,"next_cursor":""}`) + 255
	for _, r := range rows {
		encoded, err := Encode(r)
		if err != nil {
			return page[T]{}, err
		}
		if len(encoded) > maxList/2 {
			r = r.withoutMetadata().(T) //nolint:forcetypeassert // every row returns its own type
			if encoded, err = Encode(r); err != nil {
				return page[T]{}, err
			}
		}
		size += len(encoded) + len(",")
		if size > maxList && len(result.Data) > 0 {
			result.HasMore = true
			break
		}
		result.Data = append(result.Data, r)
	}
	if result.HasMore && len(result.Data) > 0 {
		result.NextCursor = result.Data[len(result.Data)-1].cursor()
	}
	return result, nil
}

// timestamp returns Unix seconds as RFC 3339 in UTC, "" for Stripe's absent time.
func timestamp(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
}

// cleanMetadata cleans values, and keys as long as they stay different.
func cleanMetadata(given map[string]string) map[string]string {
	if len(given) == 0 {
		return nil
	}
	cleaned := make(map[string]string, len(given))
	for _, key := range slices.Sorted(maps.Keys(given)) {
		name := plain.Clean(key, metadataKey)
		if _, taken := cleaned[name]; taken {
			name = fmt.Sprintf("%+q", key) // shows what was hidden in it
		}
		cleaned[name] = plain.Clean(given[key], metadataValue)
	}
	return cleaned
}
