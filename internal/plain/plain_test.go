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
		{"joiners in Latin go", "a\u200cb\u200dc 1\ufe0f", "abc 1"},
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
