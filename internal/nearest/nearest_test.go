package nearest_test

import (
	"strings"
	"testing"

	"stripe-mcp/internal/nearest"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"customer", "customer_email", "currency", "success_url", "line_items", "mode", "state_dir", "stripe_secret_key"}
	tests := []struct {
		why, word, want string
	}{
		{"a letter is missing", "custmer", "customer"},
		{"a letter is wrong", "node", "mode"},
		{"two letters are swapped", "curerncy", "currency"},
		{"another convention", "successUrl", "success_url"},
		{"another case", "MODE", "mode"},
		{"hyphens for underscores", "line-items", "line_items"},
		{"the start of a name", "cust", "customer"},
		{"the end of a name", "email", "customer_email"},
		{"one word of three is left out", "stripe_key", "stripe_secret_key"},
		{"the word itself", "customer_email", "customer_email"},
		{"nothing is near to one letter", "q", ""},
		{"nor to no letter", "", ""},
		{"another word", "allow_promotion_codes", ""},
		{"a word that shares some letters", "cordless", ""},
		{"only the start of a huge word counts", strings.Repeat("é", 1<<20), ""},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			if got := nearest.Nearest(tt.word, names); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNearestOfEquallyNearIsTheFirst(t *testing.T) {
	t.Parallel()
	if got := nearest.Nearest("batter", []string{"matter", "latter"}); got != "matter" {
		t.Errorf("got %q, want the first of the two", got)
	}
}

func TestNearestOfNothingIsNothing(t *testing.T) {
	t.Parallel()
	if got := nearest.Nearest("word", nil); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}
