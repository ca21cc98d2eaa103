package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5/pgconn"

	"stripe-mcp/internal/local"
)

// Peek returns what Open does, and makes nothing on the way: no folder, no lock, no file, no table. An error says that the
// journal cannot be read. Without one it may still be that nothing can be written.
func (j *Journal) Peek(ctx context.Context) ([]OpenIntent, error) {
	return j.deserted(func(show func(*book)) error { return j.store.peek(ctx, j, show) })
}

func (*memory) peek(ctx context.Context, j *Journal, show func(*book)) error {
	return j.lookInStep(ctx, show)
}

// glance is a file that is only read.
type glance struct {
	*file

	asked fates
}

func (g glance) fate(intent record, _ time.Time) fate { return g.asked.of(intent.Process, g.dead) }

// dead tries to take the lock of a process, which it never makes.
func (g glance) dead(process string) bool {
	lock := flock.New(g.lockOf(process), flock.SetFlag(os.O_RDONLY))
	locked, err := lock.TryRLock()
	_ = lock.Close()
	return locked || errors.Is(err, fs.ErrNotExist)
}

// peek reads the log under the lock, so that no line is in the middle of being written. It shows the book under the lock, too.
// To ask whether a process lives is to hold its lock for a moment. In that moment a dead one looks alive to others.
// Where there is no lock yet, nobody has written anything.
func (f *file) peek(ctx context.Context, j *Journal, show func(*book)) error {
	if !filepath.IsAbs(f.folder) {
		return &UnavailableError{cause: errNoFolder}
	}
	if err := local.CheckFolder(f.folder); err != nil {
		return &UnavailableError{cause: err}
	}
	b := newBook(glance{f, fates{}}, j.now, "")
	if err := f.readShared(ctx, b, show); err != nil {
		return &UnavailableError{cause: err}
	}
	return nil
}

func (f *file) readShared(ctx context.Context, b *book, show func(*book)) error {
	ctx, cancel := context.WithTimeout(ctx, f.patience())
	defer cancel()
	lock := flock.New(filepath.Join(f.folder, "lock"), flock.SetFlag(os.O_RDONLY))
	defer func() { _ = lock.Close() }()
	switch locked, err := lock.TryRLockContext(ctx, lockRetry); {
	case errors.Is(err, fs.ErrNotExist):
	case ctx.Err() != nil && !locked:
		return errBusy
	case err != nil:
		return fmt.Errorf("lock it: %w", err)
	}
	if err := readLog(f.path(), time.Time{}, b.apply); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	show(b)
	return nil
}

// peek reads the open intents in a connection of its own. Where the tables are not there yet, there are none.
func (p *postgres) peek(ctx context.Context, j *Journal, show func(*book)) error {
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	return p.show(ctx, j, p.peekStates, show)
}

func (p *postgres) peekStates(ctx context.Context) ([]state, error) {
	pool, err := newPool(p.address, p.password, p.limit)
	if err != nil {
		return nil, err
	}
	defer pool.close() //nolint:contextcheck // what is closed is closed for everybody
	conn, err := pool.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer pool.release(ctx, conn)
	if ready, err := isReady(ctx, conn); err != nil || !ready {
		return nil, err
	}
	return p.statesIn(ctx, conn)
}

// statesIn returns all states, if this process could add to them.
func (p *postgres) statesIn(ctx context.Context, conn *pgconn.PgConn) ([]state, error) {
	found, err := run(ctx, conn,
		sql("select "+sqlNow+", current_setting('transaction_read_only')::bool or not has_table_privilege('stripe_mcp_open', 'insert')"),
		sql("select state from stripe_mcp_open"))
	if err != nil {
		return nil, err
	}
	if string(found[0][0][1]) == "t" {
		return nil, errReadOnly
	}
	if err := p.read(found[0][0][0]); err != nil {
		return nil, err
	}
	return readStates(found[1])
}
