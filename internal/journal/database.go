package journal

import (
	"context"
	"encoding/hex"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// pool hands out connections to a database. It works through a pooler that gives each transaction another connection: no
// statement is prepared, and nothing is set for longer than a transaction.
type pool struct {
	config *pgconn.Config
	slots  chan struct{} // a token for each connection that is in use

	mu     sync.Mutex
	idle   []resting
	closed bool
}

// resting is a connection that nobody uses.
type resting struct {
	*pgconn.PgConn

	since time.Time
}

const (
	mostConnections = 4
	longestRest     = time.Minute
)

func newPool(address, password string, limit time.Duration) (*pool, error) {
	config, err := pgconn.ParseConfig(address)
	if err != nil {
		return nil, errAddress // the library's text may quote it
	}
	if password != "" {
		config.Password = password
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = limit
	}
	return &pool{config: config, slots: make(chan struct{}, mostConnections)}, nil
}

// acquire returns a connection. release must be told when it is not used any more.
func (p *pool) acquire(ctx context.Context) (*pgconn.PgConn, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	for len(p.idle) > 0 {
		last := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if time.Since(last.since) < longestRest && !last.IsClosed() {
			p.mu.Unlock()
			return last.PgConn, nil
		}
		p.mu.Unlock()
		end(ctx, last.PgConn)
		p.mu.Lock()
	}
	p.mu.Unlock()
	conn, err := pgconn.ConnectConfig(ctx, p.config)
	if err != nil {
		<-p.slots
	}
	return conn, err
}

// release keeps a connection for the next one. It ends one that is broken, or in the middle of a transaction, which the
// database then forgets.
func (p *pool) release(ctx context.Context, conn *pgconn.PgConn) {
	const outside = 'I' // of a transaction
	p.mu.Lock()
	good := !p.closed && !conn.IsClosed() && conn.TxStatus() == outside
	if good {
		p.idle = append(p.idle, resting{conn, time.Now()})
	}
	p.mu.Unlock()
	if !good {
		end(ctx, conn)
	}
	<-p.slots
}

// forget ends the connections that rest, because one of them was broken.
func (p *pool) forget(ctx context.Context) {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, conn := range idle {
		end(ctx, conn.PgConn)
	}
}

func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.forget(context.Background())
}

// end says goodbye to the database, which need not hear it.
func end(ctx context.Context, conn *pgconn.PgConn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

// statement is SQL with its arguments, as texts that the database reads.
type statement struct {
	sql       string
	arguments []string
}

func sql(text string, arguments ...string) statement { return statement{text, arguments} }

// rows are the results of a statement, as texts.
type rows [][][]byte

// run sends statements together. It returns the rows of each.
func run(ctx context.Context, conn *pgconn.PgConn, statements ...statement) ([]rows, error) {
	batch := &pgconn.Batch{}
	for _, s := range statements {
		values := make([][]byte, len(s.arguments))
		for i, argument := range s.arguments {
			values[i] = []byte(argument)
		}
		batch.ExecParams(s.sql, values, nil, nil, nil)
	}
	results, err := conn.ExecBatch(ctx, batch).ReadAll()
	if err != nil {
		return nil, err
	}
	all := make([]rows, len(results))
	for i, result := range results {
		if result.Err != nil {
			return nil, result.Err
		}
		all[i] = result.Rows
	}
	return all, nil
}

// moment is a time as the database reads it.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// sqlNow is the time as readMoment reads it.
const sqlNow = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"

func readMoment(text []byte) (time.Time, error) {
	micros, err := strconv.ParseInt(string(text), 10, 64)
	return time.UnixMicro(micros).UTC(), err
}

// readSecret reads bytes that are written in hex. It returns nil for null.
func readSecret(text []byte) ([]byte, error) {
	if text == nil {
		return nil, nil
	}
	return hex.DecodeString(string(text))
}
