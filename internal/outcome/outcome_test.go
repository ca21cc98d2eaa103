package outcome_test

import (
	"testing"

	"stripe-mcp/internal/outcome"
)

// TestLines: each of the two is one line, whatever Stripe or a configuration put into it.
func TestLines(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		failure outcome.Error
		want    string
	}{
		"with a hint":    {outcome.Error{Outcome: outcome.Failed, Message: "No such price", Hint: "Check the id"}, "failed: No such price\nhint: Check the id\n"},
		"without":        {outcome.Error{Outcome: outcome.Refused, Message: "no"}, "refused: no\n"},
		"two words":      {outcome.Error{Outcome: outcome.PendingApproval, Message: "a person"}, "pending approval: a person\n"},
		"line breaks":    {outcome.Error{Outcome: outcome.Unknown, Message: "a\nb\r\nc\u2028d\u2029e\u0085f", Hint: "x\ny"}, "unknown: a b c d e f\nhint: x y\n"},
		"nothing at all": {outcome.Error{Outcome: outcome.Failed}, "failed: \n"},
	}
	for why, tt := range tests {
		if got := tt.failure.Lines(); got != tt.want {
			t.Errorf("%s: got %q, want %q", why, got, tt.want)
		}
	}
}
