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

	"github.com/jackc/pgx/v5/pgconn"

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
	limit    time.Duration // for each step
	id       string        // of this process

	clock  atomic.Pointer[reading]
	tidied atomic.Int64 // when old records were deleted last, in Unix seconds

	turn   chan struct{} // holds a token while what follows is looked at or changed
	closed bool
	pool   *pool  // nil until the first use
	shared []byte // the secret; nil until it is known
}

// reading is what the database's clock said, and when that was by this process's monotonic clock.
type reading struct{ said, at time.Time }

// Shared returns a journal in the PostgreSQL database at address, which keeps what is not older than keep. Nothing is
// connected before the first intent. password is used where address has none; without both it is PGPASSWORD or .pgpass.
func Shared(address, password string, keep time.Duration) *Journal {
	return newJournal(&postgres{
		address: address, password: password, keepFor: keep, limit: limits.Database, id: strconv.Itoa(os.Getpid()) + "-" + rand.Text()[:8], turn: make(chan struct{}, 1),
	})
}

func (p *postgres) process() string         { return p.id }
func (p *postgres) patience() time.Duration { return p.limit }

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
func (p *postgres) connect(ctx context.Context) (*pool, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, p.limit)
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
		var err error
		if p.pool, err = newPool(p.address, p.password, p.limit); err != nil {
			return nil, nil, err
		}
	}
	if p.shared == nil {
		conn, err := p.pool.acquire(ctx)
		if err != nil {
			return nil, nil, err
		}
		defer p.pool.release(ctx, conn)
		if p.shared, err = prepare(ctx, conn, p.limit); err != nil {
			p.shared = nil
			return nil, nil, err
		}
	}
	return p.pool, p.shared, nil
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
	pool   *pool
	conn   *pgconn.PgConn // nil when the transaction is over
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
		conn, err := pool.acquire(ctx)
		if err != nil {
			return nil, p.explain(err)
		}
		t := &transaction{postgres: p, ctx: ctx, pool: pool, conn: conn, book: b}
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
		pool.forget(ctx) // the connection broke while it rested, and others with it; nothing was written, so a new one may try
	}
}

func (t *transaction) start(digest string) ([]state, error) {
	found, err := run(t.ctx, t.conn,
		sql("begin isolation level read committed"),
		sql(sqlLimits, milliseconds(t.limit-answering), milliseconds(t.limit)),
		sql("select pg_advisory_xact_lock($1)", lockOf(digest)),
		sql("select "+sqlNow+", "+sqlSecret),
		sql("select state from stripe_mcp_open where digest = $1", digest),
	)
	if err != nil {
		return nil, err
	}
	at := found[3][0]
	if err := t.read(at[0]); err != nil {
		return nil, err
	}
	if t.found, err = readSecret(at[1]); err != nil || t.found == nil {
		return nil, errSecretReplaced
	}
	return readStates(found[4])
}

// read notes what the database's clock says.
func (p *postgres) read(clock []byte) error {
	said, err := readMoment(clock)
	if err == nil {
		p.clock.Store(&reading{said, time.Now()})
	}
	return err
}

// lockOf returns the number of the advisory lock on a digest. Two digests with one number only wait for each other.
func lockOf(digest string) string {
	sum := sha256.Sum256([]byte("stripe-mcp journal " + digest))
	return strconv.FormatInt(int64(binary.BigEndian.Uint64(sum[:8])), 10) //nolint:gosec // any number will do
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

// ledger adds up the records of the day. The book has only those of one digest. The next step that counts waits for this one.
func (t *transaction) ledger(_ *book, day string) (*ledger, error) {
	found, err := run(t.ctx, t.conn,
		sql("select pg_advisory_xact_lock($1)", lockOf("the sums of a day")),
		sql(`select record from stripe_mcp_record where time >= $1 and event in ('intent', 'outcome', 'ended')
			order by time, case event when 'intent' then 0 else 1 end`, day+"T00:00:00Z"),
	)
	if err != nil {
		return nil, t.explain(err)
	}
	l := newLedger()
	for _, row := range found[1] {
		var r record
		if err := json.Unmarshal(row[0], &r); err != nil {
			return nil, errDamagedRecord
		}
		l.apply(r)
	}
	return l, nil
}

// tidy notes whether it is time to delete what is old. What is open has a table of its own, so it stays.
func (t *transaction) tidy(now time.Time, _ bool, _ func() []record) {
	const often = 60
	last := t.tidied.Load()
	t.tidies = now.Unix()-last >= often && t.tidied.CompareAndSwap(last, now.Unix())
}

// safe has nothing to wait for: a commit returns when it is safe.
func (*transaction) safe() func() error { return func() error { return nil } }

// commit sends what was appended and what is open after it. Even when the caller has left, it is worth knowing whether that
// came about.
func (t *transaction) commit() error {
	ctx, cancel := limits.UntilDeadline(t.ctx)
	defer cancel()
	statements, err := t.changes()
	if err != nil {
		return err
	}
	if _, err := run(ctx, t.conn, append(statements, sql("commit"))...); err != nil {
		return t.explain(err)
	}
	if t.tidies && t.keepFor > 0 {
		t.deleteOld(ctx)
	}
	t.rollback() // which has nothing to take back
	return nil
}

// changes says what a step has changed.
func (t *transaction) changes() ([]statement, error) {
	var statements []statement
	touched := map[string]bool{}
	for _, r := range t.queue {
		text, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		// One that is tried again may be there already.
		statements = append(statements, sql("insert into stripe_mcp_record (time, intent, event, record) values ($1, $2, $3, $4) on conflict do nothing",
			moment(r.Time), r.Intent, r.Event, string(text)))
		touched[r.Intent] = true
		if r.Takes != "" {
			touched[r.Takes] = true
		}
	}
	for intent := range touched {
		s, open := t.book.state(intent)
		if !open {
			statements = append(statements, sql("delete from stripe_mcp_open where intent = $1", intent))
			continue
		}
		text, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		statements = append(statements, sql(`insert into stripe_mcp_open (intent, digest, key_time, state) values ($1, $2, $3, $4)
			on conflict (intent) do update set key_time = excluded.key_time, state = excluded.state`, intent, t.book.scope, moment(s.keyTime), string(text)))
	}
	return statements, nil
}

// deleteOld deletes some of what is too old. If it fails, another step tries again.
func (t *transaction) deleteOld(ctx context.Context) {
	const some = "1000"
	now := t.now()
	_, _ = run(ctx, t.conn, sql(`delete from stripe_mcp_record where (intent, event, time) in
		(select intent, event, time from stripe_mcp_record where time < $1 order by time limit $2)`, moment(now.Add(-t.keepFor)), some))
	_, _ = run(ctx, t.conn, sql(`delete from stripe_mcp_open where intent in
		(select intent from stripe_mcp_open where key_time < $1 limit $2)`, moment(now.Add(-max(t.keepFor, keepExpired))), some))
}

// rollback gives the connection back in the middle of its transaction. The pool then closes it, and the database forgets what
// was not committed.
func (t *transaction) rollback() {
	if t.conn != nil {
		t.pool.release(t.ctx, t.conn)
		t.conn = nil
	}
}

// look reads the open intents of all digests, and finds out whether more could be recorded.
func (p *postgres) look(ctx context.Context, j *Journal, show func(*book)) error {
	return p.show(ctx, j, p.allStates, show)
}

// show shows a book of the states that read returns.
func (p *postgres) show(ctx context.Context, j *Journal, read func(context.Context) ([]state, error), show func(*book)) error {
	states, err := read(ctx)
	if err != nil {
		return &UnavailableError{cause: p.explain(err)}
	}
	b := newBook(p, j.now, "")
	b.load(states)
	show(b)
	return nil
}

func (p *postgres) allStates(ctx context.Context) ([]state, error) {
	pool, _, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := pool.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer pool.release(ctx, conn)
	return p.statesIn(ctx, conn)
}

func (p *postgres) records(ctx context.Context, since time.Time, each func(record)) error {
	pool, _, err := p.connect(ctx)
	if err != nil {
		return p.explain(err)
	}
	conn, err := pool.acquire(ctx)
	if err != nil {
		return p.explain(err)
	}
	defer pool.release(ctx, conn)
	found := conn.ExecParams(ctx, "select record from stripe_mcp_record where time >= $1 order by time", [][]byte{[]byte(moment(since))}, nil, nil, nil)
	for found.NextRow() {
		var r record
		if err := json.Unmarshal(found.Values()[0], &r); err != nil {
			_, _ = found.Close()
			return errDamagedRecord
		}
		each(r)
	}
	_, err = found.Close()
	return p.explain(err)
}

func (p *postgres) close() {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	p.closed = true
	if p.pool != nil {
		p.pool.close()
		p.pool = nil
	}
}
