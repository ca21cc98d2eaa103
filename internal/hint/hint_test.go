package hint_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"stripe-mcp/internal/hint"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	inner := hint.Errorf("look elsewhere", "a.yaml: %w", fs.ErrNotExist)
	for _, tt := range []struct {
		err           error
		message, next string
	}{
		{errors.New("no"), "no", ""},
		{inner, "a.yaml: file does not exist", "look elsewhere"},
		{fmt.Errorf("the vault: %w", inner), "the vault: a.yaml: file does not exist", "look elsewhere"},
	} {
		message, next := hint.Split(tt.err)
		if message != tt.message || next != tt.next || hint.Join(message, next) != tt.err.Error() {
			t.Errorf("%q becomes %q and %q", tt.err, message, next)
		}
	}
	if !errors.Is(inner, fs.ErrNotExist) {
		t.Error("the cause is lost")
	}
}
