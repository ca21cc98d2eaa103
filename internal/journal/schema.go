package journal

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
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
const sqlLimits = `select set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true),
	set_config('idle_in_transaction_session_timeout', $2, true),
	set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end, true)`

// answering is the part of a step's time that is left to say that a lock was not to be had.
const answering = 500 * time.Millisecond

// setupLock is the advisory lock for making the tables.
const setupLock = "8319400208842976611" // "stripemc"

const sqlReady = `select to_regclass('stripe_mcp_record') is not null and to_regclass('stripe_mcp_open') is not null
	and to_regclass('stripe_mcp_secret') is not null`

const sqlSecret = "(select encode(value, 'hex') from stripe_mcp_secret)" //nolint:gosec // it reads one, and holds none

// prepare makes what is missing, and returns the secret.
func prepare(ctx context.Context, conn *pgconn.PgConn, limit time.Duration) ([]byte, error) {
	if ready, err := isReady(ctx, conn); err != nil {
		return nil, err
	} else if ready {
		if secret, err := secretOf(ctx, conn); secret != nil || err != nil {
			return secret, err
		}
	}
	if _, err := run(ctx, conn, sql("begin isolation level read committed"),
		sql(sqlLimits, milliseconds(limit-answering), milliseconds(limit)), sql("select pg_advisory_xact_lock($1)", setupLock)); err != nil {
		return nil, err
	}
	if ready, err := isReady(ctx, conn); err != nil { // another one may have made it meanwhile
		return nil, err
	} else if !ready {
		if _, err := conn.Exec(ctx, Schema()).ReadAll(); err != nil {
			return nil, err
		}
	}
	secret, err := makeSecret(ctx, conn)
	if err != nil {
		return nil, err
	}
	_, err = run(ctx, conn, sql("commit"))
	return secret, err
}

func isReady(ctx context.Context, conn *pgconn.PgConn) (bool, error) {
	found, err := run(ctx, conn, sql(sqlReady))
	return err == nil && string(found[0][0][0]) == "t", err
}

// secretOf returns nil where there is none.
func secretOf(ctx context.Context, conn *pgconn.PgConn) ([]byte, error) {
	found, err := run(ctx, conn, sql("select "+sqlSecret))
	if err != nil {
		return nil, err
	}
	return readSecret(found[0][0][0])
}

// makeSecret makes the secret, unless there is one, or an intent is open that only the old one can tell.
func makeSecret(ctx context.Context, conn *pgconn.PgConn) ([]byte, error) {
	secret, err := secretOf(ctx, conn)
	if secret != nil || err != nil {
		return secret, err
	}
	found, err := run(ctx, conn, sql(`select count(*), (extract(epoch from coalesce(max(key_time), now())) * 1000000)::bigint
		from stripe_mcp_open where key_time > now() - make_interval(secs => $1)`, strconv.FormatFloat(KeyLifetime.Seconds(), 'f', 0, 64)))
	if err != nil {
		return nil, err
	}
	open, wrong := strconv.Atoi(string(found[0][0][0]))
	last, err := readMoment(found[0][0][1])
	if err := errors.Join(wrong, err); err != nil {
		return nil, err
	}
	if open > 0 {
		return nil, &SecretError{Place: "the row of its table stripe_mcp_secret", Missing: true, Open: open, Until: last.Add(KeyLifetime)}
	}
	secret = make([]byte, secretLength)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	_, err = run(ctx, conn, sql("insert into stripe_mcp_secret (value) values (decode($1, 'hex'))", hex.EncodeToString(secret)))
	return secret, err
}
