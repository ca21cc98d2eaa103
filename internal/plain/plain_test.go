package plain_test

import (
	"strings"
	"testing"

	"stripe-mcp/internal/plain"
)

func TestClean(t *testing.T) {
	t.Parallel()
	const longest = 20
	tests := []struct{ why, text, want string }{
		{"ordinary text stays", "Zoë <a@b> & Søn 👍", "Zoë <a@b> & Søn 👍"},
		{"line breaks become blanks", "a\nb\r\nc\td\u2028e", "a b  c d e"},
		{"control characters go", "a\x00b\x1b[31mc\u0085d", "ab[31mcd"},
		{"bidirectional controls go", "a\u202eb\u2066c\u200fd", "abcd"},
		{"zero-width characters go", "a\u200bb\ufeffc\u2060d\u00ade", "abcde"},
		{"tags and variation selectors go", "a\U000e0041b\ufe0fc\U000e0101d", "abcd"},
		{"a joiner that Persian needs stays", "\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"},
		{"a joiner that Sinhala needs stays", "\u0d9a\u0dca\u200d\u0dbb", "\u0d9a\u0dca\u200d\u0dbb"},
		{"an emoji of several stays", "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👍🏽", "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👍🏽"},
		{"a joiner after a vowel sign that scripts share stays", "\u0645\u0651\u200c\u062e", "\u0645\u0651\u200c\u062e"},
		{"a non-joiner before a Persian digit stays", "\u062f\u0647\u0647\u200c\u06f6 \u062f\u200c\u0661", "\u062f\u0647\u0647\u200c\u06f6 \u062f\u200c\u0661"},
		{"the joiner of a Malayalam name's last letter stays", "\u0d30\u0d3e\u0d1c\u0d28\u0d4d\u200d", "\u0d30\u0d3e\u0d1c\u0d28\u0d4d\u200d"},
		{"the joiner of a Bengali letter stays", "\u0989\u09a4\u09cd\u200d \u09b8", "\u0989\u09a4\u09cd\u200d \u09b8"},
		{"an Arabic letter that stands as if the word went on stays", "\u0647\u200d 1447", "\u0647\u200d 1447"},
		{"a non-joiner at the end of a Kurdish word stays", "\u0646\u0647\u200c", "\u0646\u0647\u200c"},
		{"the same before a blank and a comma", "\u0646\u0647\u200c \u0646\u0647\u200c, x", "\u0646\u0647\u200c \u0646\u0647\u200c, x"},
		{"a second one goes", "\u0646\u0647\u200c\u200c", "\u0646\u0647\u200c"},
		{"a non-joiner at the end of another script's word goes", "\u0928\u200c a\u200c", "\u0928 a"},
		{"one before a Latin letter goes", "\u0646\u0647\u200ca", "\u0646\u0647a"},
		{"the variant of a character in a Japanese name stays, once", "\u845b\U000e0100\U000e0101\u57ce", "\u845b\U000e0100\u57ce"},
		{"the variant of a Mongolian letter stays", "\u182d\u180b\u1820\u180e\u1820", "\u182d\u180b\u1820\u180e\u1820"},
		{"keycaps stay", "1\ufe0f\u20e3 #\ufe0f\u20e3", "1\ufe0f\u20e3 #\ufe0f\u20e3"},
		{"flags stay", "🇩🇪 🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f 🏴\u200d☠\ufe0f", "🇩🇪 🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f 🏴\u200d☠\ufe0f"},
		{"tags that spell something else go", "🏴\U000e0068\U000e0069\U000e007f 👍\U000e0068", "🏴 👍"},
		{"letters that are emoji too stay as they were asked for", "ℹ\ufe0f ↔\ufe0f ❤\ufe0e", "ℹ\ufe0f ↔\ufe0f ❤\ufe0e"},
		{"many variants of one emoji hide something", "👍\ufe0f\ufe0f\ufe0e\ufe01\U000e0120", "👍\ufe0f"},
		{"fillers go in Korean too", "\uae40\u3164\u1160\uffa0", "\uae40"},
		{"characters that nothing shows go", "a\u034fb\u17b4c\U000e0080d\u2065e\ufff9f", "abcdef"},
		{"a cut leaves no joiner behind", strings.Repeat("ü", longest-3) + "👨\u200d👩x", strings.Repeat("ü", longest-3) + "👨…"},
		{"joiners in Latin go", "a\u200cb\u200dc 1\ufe0f", "abc 1"},
		{"signs of ASCII are no emoji", "^\u200d^\ufe0f", "^^"},
		{"joiners at an end go", "\u200d👨\u200d", "👨"},
		{"a joiner beside another goes", "👨\u200d\u200d👩", "👨\u200d👩"},
		{"fillers and blanks that look like nothing go", "a\u3164b\u2800c\uffa0d", "abcd"},
		{"braille stays", "\u2803\u2800\u2817", "\u2803\u2800\u2817"},
		{"as long as allowed stays", strings.Repeat("ü", longest), strings.Repeat("ü", longest)},
		{"longer is cut", strings.Repeat("ü", longest+1), strings.Repeat("ü", longest-1) + "…"},
	}
	for _, tt := range tests {
		if got := plain.Clean(tt.text, longest); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.why, got, tt.want)
		}
	}
}

// TestCleanLines keeps the breaks that an owner put into a value.
func TestCleanLines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"one\ntwo\r\nthree": "one\ntwo\nthree", "tab\there": "tab here", "a\u2028b\rc": "a b c", "x\u202e\ny\x00": "x\ny",
	} {
		if got := plain.CleanLines(text, 100); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestOnly: what else an id or a key may hold, its caller says.
func TestOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"azAZ09": true, "cus_1": true, "a-b": false, "": false, "a b": false, "a\n": false, "é": false, "@": false, "[": false, "`": false, "{": false, "\u012b": false, "\u212a": false,
	} {
		if got := plain.Only(text, "_"); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}
