package tools

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

// Clients cut a long answer: one cuts at 8,000 characters, another at 21 KB. So a page stays below these sizes, in bytes.
const (
	maxDefaultPage = 8_000  // of a page with the default limit, or a lower one
	maxPage        = 20_000 // of a longer page
)

// page is one page of a list. What the next call needs stands first, where a cut answer still shows it.
type page[T row] struct {
	HasMore    bool   `json:"has_more"`
	NextCursor string `json:"next_cursor,omitempty"`
	Note       string `json:"note,omitempty"`
	Data       []T    `json:"data"`
}

// row is an object that can stand in a list.
type row interface {
	cursor() string // starting_after takes it to continue after this row
}

// longRow is a row that can be too long for a list.
type longRow[T row] interface {
	withoutMetadata() T
}

// shortRow is a row that can be too long even without metadata.
type shortRow[T row] interface {
	fit(room int) T // without as much as it takes to stay below room bytes
}

// briefText is how much of a text a brief row shows.
const briefText = 80

// listed is embedded in a brief row, which has no metadata.
type listed struct {
	ID string `json:"id"`
}

// Schema describes a row by what all rows have in common.
func (listed) Schema() *schema.Node {
	return &schema.Node{Type: "object", Required: []string{"id"}, Properties: map[string]*schema.Node{"id": {Type: "string"}}}
}

func (l listed) cursor() string { return l.ID }

// The notes of rows that are too long.
const (
	metadataLeftOut = "metadata left out: too long for a list"
	rowCut          = "cut to fit into a list: texts, items and discounts may be missing; the get tool shows all"
)

// rowNode describes any row of a list. A row shows what the get tool shows and leaves some of it out. So its fields are
// described once, there.
func rowNode() *schema.Node {
	return &schema.Node{
		Type: "object", Required: []string{"id", "livemode"},
		Properties: map[string]*schema.Node{"id": {Type: "string"}, "livemode": {Type: "boolean"}},
	}
}

// bare is embedded in a part of an answer whose fields are not described. Each description costs a client its bytes, and
// these parts are rare.
type bare struct{}

// Schema describes nothing but an object.
func (bare) Schema() *schema.Node { return &schema.Node{Type: "object"} }

// pageFull is the note of a page that ends early. A reader who asked for 100 rows takes them for all there are.
const pageFull = "the page is full; go on with next_cursor"

// pageOf returns one page of Stripe's objects, each shown as a row.
func pageOf[From any, T row](limit pageSize, found stripeapi.Page[From], err error, show func(From) T) (page[T], error) {
	if err != nil {
		return page[T]{}, err
	}
	return newPage(limit, convert(found.Data, show), found.Rest)
}

// addNote says one more thing about a page or an object.
func addNote(to *string, note string) {
	if *to != "" && note != "" {
		*to += "; "
	}
	*to += note
}

// newPage returns as many of rows as fit into a page of that limit. When some are left out for their size, the cursor
// continues with them.
func newPage[T row](limit pageSize, rows []T, rest stripeapi.Rest) (page[T], error) {
	most := maxPage
	if limit <= defaultPageSize {
		most = maxDefaultPage
	}
	result := page[T]{Data: []T{}, HasMore: rest.HasMore, Note: unreadable(rest.LeftOut)}
	size := len(`{"has_more":false,"next_cursor":"","note":"","data":[]}`) + 255 + len(result.Note) + len("; "+pageFull)
	room := most - size
	last := rest.Last
	for _, r := range rows {
		encoded, err := Encode(r)
		if err != nil {
			return page[T]{}, err
		}
		if long, ok := any(r).(longRow[T]); ok && len(encoded) > most/2 {
			r = long.withoutMetadata()
			if encoded, err = Encode(r); err != nil {
				return page[T]{}, err
			}
		}
		if short, ok := any(r).(shortRow[T]); ok && len(encoded) >= room {
			r = short.fit(room)
			if encoded, err = Encode(r); err != nil {
				return page[T]{}, err
			}
		}
		size += len(encoded) + len(",")
		if size > most && len(result.Data) > 0 {
			result.HasMore, last = true, result.Data[len(result.Data)-1].cursor()
			addNote(&result.Note, pageFull)
			break
		}
		result.Data = append(result.Data, r)
	}
	if result.HasMore {
		result.NextCursor = last
	}
	if result.HasMore && last == "" {
		result.HasMore = false
		addNote(&result.Note, "Stripe says that there is more, and sent nothing to go on from: make the same call again")
	}
	return result, nil
}

// unreadable says which rows are missing because Stripe sent them in a shape that is not understood.
func unreadable(ids []string) string {
	const named = 5
	if len(ids) == 0 {
		return ""
	}
	rows := "1 row has"
	if len(ids) > 1 {
		rows = fmt.Sprintf("%d rows have", len(ids))
	}
	shown := make([]string, 0, named)
	for _, id := range ids[:min(len(ids), named)] {
		shown = append(shown, plain.Clean(id, 255))
	}
	if len(ids) > named {
		shown = append(shown, "…")
	}
	return rows + " an unexpected shape and cannot be shown: " + strings.Join(shown, ", ")
}

// timestamp returns Unix seconds as RFC 3339 in UTC. It returns "" for 0, which is how Stripe's absent time arrives here.
func timestamp(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
}

// cleanMetadata cleans keys and values. Where two keys would become the same, it shows the second one escaped.
func cleanMetadata(given map[string]string) map[string]string {
	if len(given) == 0 {
		return nil
	}
	cleaned := make(map[string]string, len(given))
	for _, key := range slices.Sorted(maps.Keys(given)) {
		name := plain.Clean(key, metadataKey)
		if _, taken := cleaned[name]; taken {
			name = fmt.Sprintf("%+q", key) // it shows the hidden characters
		}
		cleaned[name] = plain.CleanLines(given[key], metadataValue)
	}
	return cleaned
}
