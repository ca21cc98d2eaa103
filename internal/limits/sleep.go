package limits

import (
	"context"
	"time"
)

// Sleep waits, and reports whether ctx is still good after that.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
