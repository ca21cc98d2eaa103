package local_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"stripe-mcp/internal/local"
)

// TestAlone: only one is alone with a folder at a time, which shows no sign of it.
func TestAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a folder cannot be locked")
	}
	folder := t.TempDir()
	release, err := local.Alone(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := local.Alone(impatient, folder); !errors.Is(err, context.Canceled) {
		t.Errorf("a second one: %v", err)
	}
	second := make(chan func())
	go func() {
		release, err := local.Alone(t.Context(), folder)
		if err != nil {
			t.Error(err)
		}
		second <- release
	}()
	select {
	case <-second:
		t.Error("two at once")
	default:
		release()
		(<-second)()
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	release, err = local.Alone(t.Context(), filepath.Join(folder, "none"))
	if err != nil {
		t.Fatalf("a folder that is not there: %v", err)
	}
	release()
}
