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

// UntilDeadline returns a context that ends at the caller's deadline, and not when the caller leaves.
func UntilDeadline(caller context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := caller.Deadline(); ok {
		return context.WithDeadline(context.WithoutCancel(caller), deadline)
	}
	return context.WithCancel(context.WithoutCancel(caller))
}
