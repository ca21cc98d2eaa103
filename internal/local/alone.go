package local

import (
	"context"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// Alone waits until no other process is alone with a folder, and keeps others waiting until release is called. It leaves
// nothing behind. It fails only when ctx is done: where a folder cannot be locked, as on Windows, nobody waits.
func Alone(ctx context.Context, folder string) (release func(), err error) {
	const pause = 20 * time.Millisecond
	lock := flock.New(folder, flock.SetFlag(os.O_RDONLY))
	_, _ = lock.TryLockContext(ctx, pause)
	if err := ctx.Err(); err != nil { // it may have the lock all the same
		_ = lock.Close()
		return nil, err
	}
	return func() { _ = lock.Close() }, nil
}
