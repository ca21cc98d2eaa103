// Package plain makes text that others wrote fit to be shown. It is the only place that decides which characters are.
package plain

import (
	"strings"
	"unicode"
)

// Only reports whether text has at least one character and none but letters and digits of ASCII and those of marks.
func Only(text, marks string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		letter, digit := 'a' <= r|0x20 && r|0x20 <= 'z', '0' <= r && r <= '9'
		return !letter && !digit && !strings.ContainsRune(marks, r)
	})
}

// Clean returns text in one line, without the characters that make a reader see something else than a model does: control,
// bidirectional and invisible ones. It cuts the text to longest characters.
func Clean(text string, longest int) string {
	return clean(text, longest, func(rune) rune { return ' ' })
}

// CleanLines is Clean for text that may have several lines.
func CleanLines(text string, longest int) string {
	return clean(strings.ReplaceAll(text, "\r\n", "\n"), longest, func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	})
}

func clean(text string, longest int, lineBreak func(rune) rune) string {
	runes := []rune(text)
	kept := make([]rune, 0, len(runes))
	for i, r := range runes {
		next := rune(0)
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		switch {
		case r == '\n', r == '\r', r == '\t', r == '\u2028', r == '\u2029':
			kept = append(kept, lineBreak(r))
		case visible(r) || len(kept) > 0 && belongs(r, kept[len(kept)-1], next):
			kept = append(kept, r)
		}
	}
	if len(kept) > longest {
		return string(kept[:longest-1]) + "…"
	}
	return string(kept)
}

const (
	nonJoiner    = '\u200c'
	joiner       = '\u200d'
	brailleBlank = '\u2800'
	emojiStyle   = '\ufe0f' // asks for the picture and not the letter
)

// visible reports whether a reader sees r wherever it stands.
func visible(r rune) bool {
	return r != brailleBlank && !filler(r) && !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector)
}

// filler reports whether r is a letter of Hangul that shows nothing.
func filler(r rune) bool { return r == '\u3164' || r == '\uffa0' || r == '\u115f' || r == '\u1160' }

// belongs reports whether an invisible character is part of how its neighbours are written: a joiner in a script that has
// joiners (Unicode Standard, 23.2), or in an emoji (Unicode Technical Standard 51).
func belongs(r, before, next rune) bool {
	switch r {
	case joiner:
		return joining(before) && joining(next) || picture(before) && picture(next)
	case nonJoiner:
		return joining(before) && joining(next)
	case emojiStyle:
		return picture(before)
	case brailleBlank:
		return unicode.Is(unicode.Braille, before)
	}
	return filler(r) && unicode.Is(unicode.Hangul, before) && !filler(before)
}

// joining reports whether r is of a script in which letters join or form clusters.
func joining(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
		unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Myanmar,
		unicode.Khmer, unicode.Tibetan, unicode.Balinese, unicode.Javanese)
}

// picture reports whether r is part of an emoji.
func picture(r rune) bool {
	return r == emojiStyle || r != brailleBlank && unicode.In(r, unicode.So, unicode.Sk)
}
