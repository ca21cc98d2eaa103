package journal

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jackc/pgx/v5"
)

// Schema is the SQL that makes what a journal in PostgreSQL needs. The program runs it on first use, where it may.
func Schema() string {
	return `-- What has happened, one row for each record. It is the audit log.
create table if not exists stripe_mcp_record (
	time timestamptz not null,
	intent text not null,
	event text not null,
	record json not null,
	primary key (intent, event, time)
);
create index if not exists stripe_mcp_record_time on stripe_mcp_record (time);
-- The requests that are not over, with what is known of each.
create table if not exists stripe_mcp_open (
	intent text primary key,
	digest text not null,
	key_time timestamptz not null,
	state json not null
);
create index if not exists stripe_mcp_open_digest on stripe_mcp_open (digest);
-- What keys the digests. It is the same for all machines, and is made once.
create table if not exists stripe_mcp_secret (
	one boolean primary key default true check (one),
	value bytea not null
);
`
}

// Grants is the SQL that lets a user who may create nothing use the journal.
func Grants(user string) string {
	return "grant select, insert, delete on stripe_mcp_record to " + user + ";\n" +
		"grant select, insert, update, delete on stripe_mcp_open to " + user + ";\n" +
		"grant select, insert on stripe_mcp_secret to " + user + ";\n"
}

// The limits of a transaction are its own, so that they do not stay with a connection that a pooler hands on. A process that
// is frozen in the middle of a step loses it. A record that was committed is on the database's disk.
const sqlLimits = `select set_config('lock_timeout', '3500', true), set_config('statement_timeout', '4000', true),
	set_config('idle_in_transaction_session_timeout', '4000', true),
	set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end, true)`

// setupLock is the advisory lock for making the tables.
const setupLock int64 = 0x7374726970656d63 // "stripemc"

const sqlReady = `select to_regclass('stripe_mcp_record') is not null and to_regclass('stripe_mcp_open') is not null
	and to_regclass('stripe_mcp_secret') is not null`

// prepare makes what is missing, and returns the secret.
func prepare(ctx context.Context, conn *pgx.Conn) ([]byte, error) {
	var ready bool
	if err := conn.QueryRow(ctx, sqlReady).Scan(&ready); err != nil {
		return nil, err
	}
	if ready {
		if secret, err := readSecret(ctx, conn); secret != nil || err != nil {
			return secret, err
		}
	}
	var secret []byte
	err := pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) (err error) {
		if _, err = tx.Exec(ctx, sqlLimits); err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, "select pg_advisory_xact_lock($1)", setupLock); err != nil {
			return err
		}
		if err = tx.QueryRow(ctx, sqlReady).Scan(&ready); err != nil { // another one may have made it meanwhile
			return err
		}
		if !ready {
			if _, err = tx.Exec(ctx, Schema(), pgx.QueryExecModeSimpleProtocol); err != nil {
				return err
			}
		}
		secret, err = makeSecret(ctx, tx)
		return err
	})
	return secret, err
}

// querier is a connection or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// readSecret returns nil where there is none.
func readSecret(ctx context.Context, q querier) (secret []byte, err error) {
	err = q.QueryRow(ctx, "select (select value from stripe_mcp_secret)").Scan(&secret)
	return secret, err
}

// makeSecret makes the secret, unless there is one, or an intent is open that only the old one can tell.
func makeSecret(ctx context.Context, tx pgx.Tx) ([]byte, error) {
	secret, err := readSecret(ctx, tx)
	if secret != nil || err != nil {
		return secret, err
	}
	var open int
	var last *time.Time
	const living = "select count(*), max(key_time) from stripe_mcp_open where key_time > now() - make_interval(secs => $1)"
	if err := tx.QueryRow(ctx, living, KeyLifetime.Seconds()).Scan(&open, &last); err != nil {
		return nil, err
	}
	if open > 0 {
		return nil, &SecretError{Place: "the row of its table stripe_mcp_secret", Missing: true, Open: open, Until: last.Add(KeyLifetime)}
	}
	secret = make([]byte, secretLength)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	_, err = tx.Exec(ctx, "insert into stripe_mcp_secret (value) values ($1)", secret)
	return secret, err
}
