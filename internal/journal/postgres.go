package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"stripe-mcp/internal/limits"
)

// postgres is a store in a database that many machines share. A step is a transaction with an advisory lock on the digest of
// its requests, so those of other digests do not wait. It reads the open intents of that digest anew each time. Nothing
// follows a running number, because transactions are not committed in the order of their numbers.
//
// Nobody sees whether a process on another machine lives. What an intent is recorded with is when its call is over.
type postgres struct {
	address  string // a URL, perhaps with a password
	password string // from a file; empty where the address or the environment has it
	keepFor  time.Duration
	id       string // of this process

	clock  atomic.Pointer[reading]
	tidied atomic.Int64 // when old records were deleted last, in Unix seconds

	turn   chan struct{} // holds a token while what follows is looked at or changed
	closed bool
	pool   *pgxpool.Pool // nil until the first use
	shared []byte        // the secret; nil until it is known
}

// reading is what the database's clock said, and when that was by this process's monotonic clock.
type reading struct{ said, at time.Time }

// Shared returns a journal in the PostgreSQL database at address, which keeps what is not older than keep. Nothing is
// connected before the first intent. password is used where address has none; without both it is PGPASSWORD or .pgpass.
func Shared(address, password string, keep time.Duration) *Journal {
	return newJournal(&postgres{
		address: address, password: password, keepFor: keep, id: strconv.Itoa(os.Getpid()) + "-" + rand.Text()[:8], turn: make(chan struct{}, 1),
	})
}

func (p *postgres) process() string       { return p.id }
func (*postgres) sync() error             { return nil } // a commit returns when it is safe
func (*postgres) patience() time.Duration { return limits.Database }

// place names the database without anything that may be secret.
func (p *postgres) place() string {
	address, err := url.Parse(p.address)
	if err != nil {
		return "PostgreSQL"
	}
	return "PostgreSQL at " + address.Host + address.Path
}

// now is the database's time.
func (p *postgres) now() time.Time {
	last := p.clock.Load()
	if last == nil {
		return wallClock()
	}
	return last.said.Add(time.Since(last.at))
}

func (p *postgres) fate(intent record, now time.Time) fate {
	switch {
	case intent.Process == p.id:
		return lives
	case now.After(intent.Until):
		return died
	}
	return unseen
}

func (*postgres) scopeOf(e *entry) string { return e.digest() }

// connect returns the pool and the secret. The first time, it makes what is missing in the database.
func (p *postgres) connect(ctx context.Context) (*pgxpool.Pool, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limits.Database)
	defer cancel()
	select { // and not a mutex: while a database does not answer, everybody is told so at the same time
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	if p.closed {
		return nil, nil, errClosed
	}
	if p.pool == nil {
		config, err := p.config()
		if err != nil {
			return nil, nil, err
		}
		if p.pool, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), config); err != nil {
			return nil, nil, err
		}
	}
	if p.shared == nil {
		var secret []byte
		err := p.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) (err error) {
			secret, err = prepare(ctx, conn.Conn())
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		p.shared = secret
	}
	return p.pool, p.shared, nil
}

// config says how to connect. It works through a pooler that gives each transaction another connection: no statement is
// prepared, and nothing is set for longer than a transaction.
func (p *postgres) config() (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(p.address)
	if err != nil {
		return nil, errAddress // the library's text may quote it
	}
	if p.password != "" {
		config.ConnConfig.Password = p.password
	}
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.ConnConfig.StatementCacheCapacity, config.ConnConfig.DescriptionCacheCapacity = 0, 0
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = limits.Database
	}
	const atOnce = 4
	config.MaxConns, config.MaxConnIdleTime = atOnce, time.Minute
	return config, nil
}

// scope makes a step of all that concerns equal requests.
func (p *postgres) scope(ctx context.Context, digest func(secret []byte) string) (string, error) {
	_, secret, err := p.connect(ctx)
	if err != nil {
		return "", p.explain(err)
	}
	return digest(secret), nil
}

// transaction is a step. What is appended is sent when it ends.
type transaction struct {
	*postgres

	ctx    context.Context //nolint:containedctx // of the step, whose end is the transaction's
	conn   *pgxpool.Conn   // nil when the transaction is over
	book   *book
	found  []byte // the secret
	queue  []record
	tidies bool
}

// begin locks the digest and reads its open intents. Each statement sees what was committed before it began, so the reading
// one sees all that the lock's last holder did.
func (p *postgres) begin(ctx context.Context, b *book) (tx, error) {
	pool, _, err := p.connect(ctx)
	if err != nil {
		return nil, p.explain(err)
	}
	for again := false; ; again = true {
		conn, err := pool.Acquire(ctx)
		if err != nil {
			return nil, p.explain(err)
		}
		t := &transaction{postgres: p, ctx: ctx, conn: conn, book: b}
		states, err := t.start(b.scope)
		if err == nil {
			b.load(states)
			return t, nil
		}
		t.rollback()
		if _, says := errors.AsType[*pgconn.PgError](err); again || says || ctx.Err() != nil || errors.Is(err, errSecretReplaced) {
			p.setSecret(nil) // so that the next step looks whether all is there
			return nil, p.explain(err)
		}
		// The connection has idled away. Nothing was written, so another one may try.
	}
}

func (t *transaction) start(digest string) ([]state, error) {
	var said time.Time
	var states []state
	batch := &pgx.Batch{}
	batch.Queue("begin isolation level read committed")
	batch.Queue(sqlLimits)
	batch.Queue("select pg_advisory_xact_lock($1)", lockOf(digest))
	batch.Queue("select clock_timestamp(), (select value from stripe_mcp_secret)").QueryRow(func(row pgx.Row) error {
		return row.Scan(&said, &t.found)
	})
	batch.Queue("select state from stripe_mcp_open where digest = $1", digest).Query(func(rows pgx.Rows) (err error) {
		states, err = pgx.CollectRows(rows, scanState)
		return err
	})
	if err := t.conn.SendBatch(t.ctx, batch).Close(); err != nil {
		return nil, err
	}
	t.clock.Store(&reading{said, time.Now()})
	if t.found == nil {
		return nil, errSecretReplaced
	}
	return states, nil
}

// lockOf returns the number of the advisory lock on a digest. Two digests with one number only wait for each other.
func lockOf(digest string) int64 {
	sum := sha256.Sum256([]byte("stripe-mcp journal " + digest))
	return int64(binary.BigEndian.Uint64(sum[:8])) //nolint:gosec // any number will do
}

// setSecret notes what a step has found.
func (p *postgres) setSecret(found []byte) (known []byte) {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	known, p.shared = p.shared, found
	return known
}

func (t *transaction) append(records ...record) error {
	t.queue = append(t.queue, records...)
	return nil
}

func (t *transaction) secret() ([]byte, error) {
	if known := t.setSecret(t.found); known != nil && !bytes.Equal(known, t.found) {
		return nil, errSecretReplaced
	}
	return t.found, nil
}

// keep replaces nothing: the secret is made once, with the tables.
func (*transaction) keep([]byte) error { return errSecretReplaced }

// tidy notes whether it is time to delete what is old. What is open has a table of its own, so it stays.
func (t *transaction) tidy(now time.Time, _ bool, _ func() []record) {
	const often = 60
	last := t.tidied.Load()
	t.tidies = now.Unix()-last >= often && t.tidied.CompareAndSwap(last, now.Unix())
}

// commit sends what was appended and what is open after it. Even when the caller has left, it is worth knowing whether that
// came about.
func (t *transaction) commit() error {
	ctx := context.WithoutCancel(t.ctx)
	if deadline, ok := t.ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	batch := &pgx.Batch{}
	if err := t.write(batch); err != nil {
		return err
	}
	batch.Queue("commit")
	if err := t.conn.SendBatch(ctx, batch).Close(); err != nil {
		return t.explain(err)
	}
	if t.tidies && t.keepFor > 0 {
		t.deleteOld(ctx)
	}
	t.conn.Release()
	t.conn = nil
	return nil
}

func (t *transaction) write(batch *pgx.Batch) error {
	touched := map[string]bool{}
	for _, r := range t.queue {
		text, err := json.Marshal(r)
		if err != nil {
			return err
		}
		// One that is tried again may be there already.
		batch.Queue("insert into stripe_mcp_record (time, intent, event, record) values ($1, $2, $3, $4::text::json) on conflict do nothing",
			r.Time, r.Intent, r.Event, string(text))
		touched[r.Intent], touched[r.Takes] = true, r.Takes != ""
	}
	for intent := range touched {
		s, open := t.book.state(intent)
		if !open {
			batch.Queue("delete from stripe_mcp_open where intent = $1", intent)
			continue
		}
		text, err := json.Marshal(s)
		if err != nil {
			return err
		}
		batch.Queue(`insert into stripe_mcp_open (intent, digest, key_time, state) values ($1, $2, $3, $4::text::json)
			on conflict (intent) do update set key_time = excluded.key_time, state = excluded.state`, intent, t.book.scope, s.keyTime, string(text))
	}
	return nil
}

// deleteOld deletes some of what is too old. If it fails, another step tries again.
func (t *transaction) deleteOld(ctx context.Context) {
	const some = 1000
	now := t.now()
	_, _ = t.conn.Exec(ctx, `delete from stripe_mcp_record where (intent, event, time) in
		(select intent, event, time from stripe_mcp_record where time < $1 order by time limit $2)`, now.Add(-t.keepFor), some)
	_, _ = t.conn.Exec(ctx, `delete from stripe_mcp_open where intent in
		(select intent from stripe_mcp_open where key_time < $1 limit $2)`, now.Add(-max(t.keepFor, keepExpired)), some)
}

// rollback gives the connection back in the middle of its transaction. The pool then closes it, and the database forgets what
// was not committed.
func (t *transaction) rollback() {
	if t.conn != nil {
		t.conn.Release()
		t.conn = nil
	}
}

// look reads the open intents of all digests, and finds out whether more could be recorded.
func (p *postgres) look(ctx context.Context, j *Journal, show func(*book)) error {
	pool, _, err := p.connect(ctx)
	if err != nil {
		return &UnavailableError{cause: p.explain(err)}
	}
	var said time.Time
	var readOnly bool
	row := pool.QueryRow(ctx, "select clock_timestamp(), current_setting('transaction_read_only')::bool or not has_table_privilege('stripe_mcp_open', 'insert')")
	if err := row.Scan(&said, &readOnly); err != nil {
		return &UnavailableError{cause: p.explain(err)}
	}
	if readOnly {
		return &UnavailableError{cause: errReadOnly}
	}
	p.clock.Store(&reading{said, time.Now()})
	rows, err := pool.Query(ctx, "select state from stripe_mcp_open")
	if err != nil {
		return &UnavailableError{cause: p.explain(err)}
	}
	states, err := pgx.CollectRows(rows, scanState)
	if err != nil {
		return &UnavailableError{cause: p.explain(err)}
	}
	b := newBook(p, j.now, "")
	b.load(states)
	show(b)
	return nil
}

func (p *postgres) records(ctx context.Context, since time.Time, each func(record)) error {
	pool, _, err := p.connect(ctx)
	if err != nil {
		return p.explain(err)
	}
	rows, err := pool.Query(ctx, "select record from stripe_mcp_record where time >= $1 order by time", since)
	if err != nil {
		return p.explain(err)
	}
	var text []byte
	_, err = pgx.ForEachRow(rows, []any{&text}, func() error {
		var r record
		err := json.Unmarshal(text, &r)
		if err == nil {
			each(r)
		}
		return err
	})
	return p.explain(err)
}

func (p *postgres) close() {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	p.closed = true
	if p.pool != nil {
		p.pool.Close()
		p.pool = nil
	}
}
