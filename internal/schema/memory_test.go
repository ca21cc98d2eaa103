package schema_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"stripe-mcp/internal/schema"
)

// TestMemory: what a client gets wrong, it can get wrong a million times in one call.
func TestMemory(t *testing.T) { //nolint:paralleltest // measures what the process allocates
	for _, size := range []struct { //nolint:paralleltest // as above
		bytes, values int
		most          uint64 // that may be allocated, in all
	}{
		{1_200_000, 1_200_000, 256 << 10}, // more than is looked at
		{1_000_000, 4_900, 128 << 20},     // as much as is looked at
	} {
		for why, arguments := range manyMistakes(size.bytes, size.values) {
			t.Run(fmt.Sprintf("%s, %d bytes", why, size.bytes), func(t *testing.T) {
				s := orders()
				_, _, _ = s.Decode(nil) // compiles it
				text := json.RawMessage(arguments)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, _, err := s.Decode(text)
				runtime.ReadMemStats(&after)
				invalid, ok := errors.AsType[*schema.Error](err)
				if !ok {
					t.Fatal(err)
				}
				if used := after.TotalAlloc - before.TotalAlloc; used > size.most {
					t.Errorf("%d KB were used", used>>10)
				}
				if text := invalid.Error(); len(text) > 10_000 {
					t.Errorf("the error has %d bytes", len(text))
				}
			})
		}
	}
}

// manyMistakes returns arguments of so many bytes at most, with so many mistakes at most.
func manyMistakes(bytes, values int) map[string]string {
	list := func(item string) string {
		return strings.Repeat(item+",", min(values, bytes/(len(item)+1))-1) + item
	}
	names := func(value string) string {
		var text strings.Builder
		for i := range values {
			if text.Len() > bytes-20 {
				break
			}
			_, _ = fmt.Fprintf(&text, `"n%d":%s,`, i, value)
		}
		return text.String()
	}
	long := strings.Repeat("<", bytes-100)
	return map[string]string{
		"a list of numbers":          `{"items":[` + list(`0`) + `]}`,
		"a list of objects":          `{"items":[` + list(`{}`) + `]}`,
		"unknown names":              `{` + names(`0`) + `"id":"id_x"}`,
		"long unknown names":         `{` + strings.ReplaceAll(names(`0`), `"n`, `"`+strings.Repeat("a b", bytes/values/4)) + `"id":"id_x"}`,
		"unknown names in a list":    `{"items":[{` + names(`0`) + `"price":"p"}]}`,
		"metadata of objects":        `{"metadata":{` + names(`{}`) + `"n":"x"}}`,
		"keys":                       `{"metadata":{` + names(`"sk_test_MadeUpTail"`) + `"n":"x"}}`,
		"a list where none belongs":  `{"id":[` + list(`0`) + `]}`,
		"JSON text":                  `{"items":"[` + list(`0`) + `]"}`,
		"a list of JSON text":        `{"items":[` + list(`"[0,0,0,0,0,0,0]"`) + `]}`,
		"a long text":                `{"id":"` + long + `"}`,
		"a long name":                `{"` + long + `":0}`,
		"a long name with a problem": `{"metadata":{"` + long + `":{}}}`,
	}
}
