// Package plain makes text that others wrote fit to be shown. It is the only place that decides which characters are.
package plain

import (
	"slices"
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
	for i := 0; i < len(runes); i++ {
		r, rest := runes[i], runes[i+1:]
		flag := tags(r, rest)
		switch {
		case r == '\n', r == '\r', r == '\t', r == '\u2028', r == '\u2029':
			kept = append(kept, lineBreak(r))
		case flag > 0:
			kept = append(kept, runes[i:i+1+flag]...)
			i += flag
		case visible(r), belongs(r, kept, rest):
			kept = append(kept, r)
		}
	}
	if len(kept) > longest {
		kept = kept[:longest-1]
		for len(kept) > 0 && !visible(kept[len(kept)-1]) { // what joined it to the rest
			kept = kept[:len(kept)-1]
		}
		return string(kept) + "…"
	}
	return string(kept)
}

const (
	nonJoiner    = '\u200c'
	joiner       = '\u200d'
	brailleBlank = '\u2800'
	letterStyle  = '\ufe0e' // asks for the letter and not the picture
	emojiStyle   = '\ufe0f' // asks for the picture and not the letter
	keycap       = '\u20e3'
	blackFlag    = '\U0001f3f4'
)

// visible reports whether a reader sees r wherever it stands.
func visible(r rune) bool {
	return r != brailleBlank && !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// belongs reports whether an invisible character is part of how its neighbours are written: a joiner in a script that has
// joiners (Unicode Standard, 23.2) or in an emoji (Unicode Technical Standard 51), or the choice of a variant.
func belongs(r rune, kept, rest []rune) bool {
	if len(kept) == 0 {
		return false
	}
	before, next := kept[len(kept)-1], rune(0)
	if len(rest) > 0 {
		next = rest[0]
	}
	switch {
	case r == joiner && (picture(before) && picture(next) || unicode.In(letter(kept), finals()...)):
		return true
	case r == nonJoiner && ends(next) && visible(before) && unicode.In(letter(kept), finals()...):
		return true
	case r == joiner || r == nonJoiner:
		return strings.ContainsRune(viramas, before) || joining(letter(kept)) && joins(next)
	case r == emojiStyle && next == keycap:
		return strings.ContainsRune("0123456789#*", before)
	case r == letterStyle || r == emojiStyle:
		return picture(before) && before != emojiStyle && before != letterStyle
	case r == brailleBlank:
		return unicode.Is(unicode.Braille, before)
	case unicode.Is(unicode.Variation_Selector, r) || r == '\u180e':
		return variant(r, before)
	}
	return false
}

// viramas are the signs after which a joiner decides how a cluster looks, at the end of a word too.
const viramas = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u0f84\u1039\u103a\u17d2\u1b44\ua9c0"

// finals are the scripts in which a joiner can end a word, to show a letter as if the word went on. A non-joiner can end one
// too: in older Kurdish writing it makes a vowel of the letter before it.
func finals() []*unicode.RangeTable {
	return []*unicode.RangeTable{unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko}
}

// letter returns the last letter of text, without the marks on it that all scripts share.
func letter(text []rune) rune {
	for _, r := range slices.Backward(text) {
		if !unicode.Is(unicode.Inherited, r) {
			return r
		}
	}
	return 0
}

// ends reports whether r, which may be none, ends a word.
func ends(r rune) bool { return r == 0 || unicode.IsSpace(r) || unicode.IsPunct(r) }

// joins reports whether the letter before a joiner can join r: a letter or a mark of such a script, or a digit.
func joins(r rune) bool {
	return joining(r) || unicode.Is(unicode.Nd, r) || unicode.Is(unicode.Inherited, r) && visible(r)
}

// joining reports whether r is of a script in which letters join or form clusters.
func joining(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
		unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Myanmar,
		unicode.Khmer, unicode.Tibetan, unicode.Balinese, unicode.Javanese)
}

// variant reports whether r chooses a variant that the letter before it has: of a Chinese character in a Japanese name, of
// a dotted letter of Myanmar or 'Phags-pa, or of a Mongolian letter.
func variant(r, before rune) bool {
	switch {
	case '\ufe00' <= r && r <= '\ufe0d', '\U000e0100' <= r && r <= '\U000e01ef':
		return unicode.In(before, unicode.Han, unicode.Myanmar, unicode.Phags_Pa)
	default:
		return '\u180b' <= r && r <= '\u180f' && unicode.Is(unicode.Mongolian, before)
	}
}

// picture reports whether r is part of an emoji.
func picture(r rune) bool {
	const fairest, darkest = '\U0001f3fb', '\U0001f3ff' // tones of skin
	return r == emojiStyle || r != brailleBlank && unicode.Is(unicode.So, r) || fairest <= r && r <= darkest || strings.ContainsRune("‼⁉ℹ↔◻◼◽◾⤴⤵〰", r)
}

// tags returns how many invisible characters after r make it a flag. There are three such flags: of England, of Scotland and
// of Wales. Other tags spell text that nobody sees.
func tags(r rune, rest []rune) int {
	if r != blackFlag {
		return 0
	}
	for _, region := range []string{"gbeng", "gbsct", "gbwls"} {
		const base, end = 0xe0000, 0xe007f
		spelt := []rune(region)
		for i := range spelt {
			spelt[i] += base
		}
		if spelt = append(spelt, end); len(rest) >= len(spelt) && slices.Equal(rest[:len(spelt)], spelt) {
			return len(spelt)
		}
	}
	return 0
}
