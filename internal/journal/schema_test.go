package journal

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestNothingPrivateInTheDatabase: it tells nobody what was ordered, or with which key.
func TestNothingPrivateInTheDatabase(t *testing.T) {
	t.Parallel()
	address := postgresURL(t)
	j := shared(t, address)
	intent, err := j.Begin(t.Context(), nil, equal())
	must(t, err)
	must(t, intent.Settle(t.Context(), Result{Outcome: "unknown"}))
	conn, err := pgx.Connect(t.Context(), address)
	must(t, err)
	rows, err := conn.Query(t.Context(), "select record::text from stripe_mcp_record union all select state::text from stripe_mcp_open")
	must(t, err)
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, errors.Join(err, conn.Close(t.Context())))
	if len(texts) != 3 {
		t.Errorf("%d rows", len(texts))
	}
	for _, private := range []string{"jenny", "Jenny", "example.com", "sk_test"} {
		if strings.Contains(strings.Join(texts, "\n"), private) {
			t.Errorf("it holds %q", private)
		}
	}
}

// TestASharedSecret: it is made once, whoever comes first, and never again while an intent is open that needs it.
func TestASharedSecret(t *testing.T) {
	t.Parallel()
	server := postgresServer(t)
	name, err := server.Database(t.Context())
	must(t, err)
	var hosts sync.WaitGroup
	for range 5 {
		hosts.Go(func() {
			j := unhurried(Shared(server.URL(name), "", 0))
			defer j.Close()
			request := equal()
			request.Body = "email=" + j.store.process()
			if _, err := j.Begin(t.Context(), nil, request); err != nil {
				t.Error(err)
			}
		})
	}
	hosts.Wait()
	j := shared(t, server.URL(name))
	intent, err := j.Begin(t.Context(), nil, equal())
	must(t, err)
	must(t, server.Run(t.Context(), name, "delete from stripe_mcp_secret"))
	for range 2 {
		if _, err = j.Begin(t.Context(), nil, equal()); err == nil {
			t.Fatal("it begins without the secret")
		}
	}
	if secret, ok := errors.AsType[*SecretError](err); !ok || secret.Open != 6 || secret.Until.Sub(intent.Expires()).Abs() > time.Microsecond {
		t.Errorf("got %v", err)
	}
}

// TestOldRecords are deleted, and what is open stays.
func TestOldRecords(t *testing.T) {
	t.Parallel()
	address := postgresURL(t)
	j := unhurried(Shared(address, "", 24*time.Hour))
	t.Cleanup(j.Close)
	intent, err := j.Begin(t.Context(), nil, equal())
	must(t, err)
	must(t, intent.Settle(t.Context(), Result{Outcome: "unknown"}))
	conn, err := pgx.Connect(t.Context(), address)
	must(t, err)
	_, err = conn.Exec(t.Context(), "update stripe_mcp_record set time = time - interval '25 hours'")
	must(t, errors.Join(err, conn.Close(t.Context())))
	later := unhurried(Shared(address, "", 24*time.Hour))
	t.Cleanup(later.Close)
	order(t, later, 1)
	if n := kept(t, later); n != 3 {
		t.Errorf("%d records are kept", n)
	}
	again, err := later.Begin(t.Context(), nil, equal())
	must(t, err)
	if again.Key() != intent.Key() {
		t.Error("the open intent was lost")
	}
}
