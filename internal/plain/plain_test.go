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
		{"as long as allowed stays", strings.Repeat("ü", longest), strings.Repeat("ü", longest)},
		{"longer is cut", strings.Repeat("ü", longest+1), strings.Repeat("ü", longest-1) + "…"},
	}
	for _, tt := range tests {
		if got := plain.Clean(tt.text, longest); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.why, got, tt.want)
		}
	}
}
