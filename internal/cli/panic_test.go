package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"stripe-mcp/internal/secret"
)

// TestPanic: whatever a panic carries, it ends as an exit code and a message that does not show it.
func TestPanic(t *testing.T) {
	t.Parallel()
	const key = "sk_test_MadeUpForAPanic"
	for _, value := range []any{key, errors.New(key), fmt.Errorf("bad: %w", errors.New("Bearer "+key)), []string{key}} {
		var stdout, stderr bytes.Buffer
		scrubber := &secret.Scrubber{}
		p := &process{stdin: panicking{value}, stdout: &stdout, stderr: scrubber.Writer(&stderr), scrubber: scrubber}
		code := p.run(t.Context(), []string{"--simulator", "call", "stripe_get_customer", "-"})
		if out := stderr.String() + stdout.String(); code != ExitToolError || strings.Contains(out, "MadeUpForAPanic") || !strings.Contains(out, fmt.Sprintf("internal error, a panic of type %T", value)) {
			t.Errorf("exit code %d: %s", code, out)
		}
	}
}

type panicking struct{ value any }

func (p panicking) Read([]byte) (int, error) { panic(p.value) }
