package prompt_test

import (
	"bufio"
	"strings"
	"testing"

	"stripe-mcp/internal/prompt"
)

func TestYesNo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		typed           string
		otherwise, want bool
	}{
		{"y\n", false, true}, {" YES \n", false, true}, {"y", false, true},
		{"n\n", true, false}, {"what?\n", true, false}, {"yesterday\n", true, false},
		{"\n", true, true}, {"\n", false, false}, {"", true, false}, // an end of input is no consent
	} {
		var shown strings.Builder
		got, err := prompt.YesNo(t.Context(), bufio.NewReader(strings.NewReader(tt.typed)), &shown, "Go ahead?", tt.otherwise)
		if choice := map[bool]string{true: "Go ahead? [Y/n] ", false: "Go ahead? [y/N] "}[tt.otherwise]; got != tt.want || err != nil || shown.String() != choice {
			t.Errorf("%q: %v, %v, %q", tt.typed, got, err, shown.String())
		}
	}
}
