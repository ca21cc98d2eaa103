// Package plain is the only place that decides which characters of a text that others wrote are shown.
package plain

import (
	"strings"
	"unicode"
)

// Clean returns text without control, bidirectional and invisible characters, which can make a reader see something other
// than a model does, and cut to longest characters.
func Clean(text string, longest int) string {
	cleaned := strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\t', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector):
			return -1
		}
		return r
	}, text)
	if runes := []rune(cleaned); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return cleaned
}
