package journal

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"stripe-mcp/internal/pgserver"
)

// shared returns a journal in the database at address.
func shared(t *testing.T, address string) *Journal {
	t.Helper()
	j := unhurried(Shared(address, "", 0))
	t.Cleanup(j.Close)
	return j
}

// unhurried gives a journal the time that a busy machine needs, for stories that are not about the limit.
func unhurried(j *Journal) *Journal {
	j.store.(*postgres).limit = time.Minute
	return j
}

// called returns a request's context with time for the call, and its receipt.
func called(t *testing.T, limit time.Duration) (context.Context, *Receipt) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx, NewReceipt(t.Context(), Caller{Client: "test", Tool: "stripe_create_customer", Mode: "TEST"}, time.Now())
}

const long = 2 * time.Minute // for a call that has to live through anything that a busy machine does

// TestTwoHosts: an equal call waits for that of another host, and others do not. It is a new order when that one is delivered.
func TestTwoHosts(t *testing.T) {
	t.Parallel()
	address := postgresURL(t)
	one, two := shared(t, address), shared(t, address)
	ctx, receipt := called(t, long)
	first, err := one.Begin(ctx, receipt, equal())
	must(t, err)

	delivered := make(chan struct{})
	waited := make(chan error, 1)
	go func() {
		ctx, receipt := called(t, long)
		second, err := two.Begin(ctx, receipt, equal())
		select {
		case <-delivered:
		default:
			err = errors.Join(err, errors.New("it did not wait"))
		}
		if err == nil && (second.Inherited() || second.Key() == first.Key()) {
			err = errors.New("it is no order of its own")
		}
		waited <- err
	}()
	other := equal()
	other.Body = "email=other"
	ctx, otherReceipt := called(t, long)
	_, err = two.Begin(ctx, otherReceipt, other)
	must(t, err)

	must(t, first.Settle(t.Context(), Result{Outcome: "succeeded", Object: "cus_1", Settled: true}))
	close(delivered) // what follows is a moment later
	receipt.Close(true)
	must(t, one.Flush(t.Context()))
	must(t, <-waited)
}

// TestAHostThatDied: whoever calls again before it can be told is told when it can, and then gets the object that exists.
func TestAHostThatDied(t *testing.T) {
	t.Parallel()
	address := postgresURL(t)
	one, two := shared(t, address), shared(t, address)
	order(t, one, 1)
	order(t, two, 2) // so that both are connected
	ctx, receipt := called(t, 5*time.Second)
	first, err := one.Begin(ctx, receipt, equal())
	must(t, err)
	one.Close() // and nothing more is heard of it

	ctx, receipt = called(t, 5*time.Second)
	_, err = two.Begin(ctx, receipt, equal())
	running, ok := errors.AsType[*RunningError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	if left := running.Until.Sub(two.now()); left <= 0 || left > 10*time.Second {
		t.Errorf("it can be told in %v", left)
	}
	ctx, receipt = called(t, long)
	second, err := two.Begin(ctx, receipt, equal())
	must(t, err)
	if second.Key() != first.Key() || !second.Inherited() {
		t.Error("the key was not taken over")
	}
}

// TestCallersLeave: one that waits for another host's call can leave, and then nothing was begun for it.
func TestCallersLeave(t *testing.T) {
	t.Parallel()
	address := postgresURL(t)
	one, two := shared(t, address), shared(t, address)
	ctx, receipt := called(t, long)
	_, err := one.Begin(ctx, receipt, equal())
	must(t, err)
	ctx, receipt = called(t, long)
	ctx, leave := context.WithCancel(ctx)
	time.AfterFunc(200*time.Millisecond, leave)
	if _, err := two.Begin(ctx, receipt, equal()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestUnusable: without a database that can be written to nothing is begun. The reason is said, and never a password.
func TestUnusable(t *testing.T) {
	t.Parallel()
	server := postgresServer(t)
	name, err := server.Database(t.Context())
	must(t, err)
	must(t, server.Run(t.Context(), name, "create role weak_"+name+" login password 'MadeUpPassword'; revoke create on schema public from public;"+
		"create role reader_"+name+" login password 'MadeUpPassword'; alter role reader_"+name+" set default_transaction_read_only = on"))
	at := func(change func(*url.URL)) string {
		address, err := url.Parse(server.URL(name))
		must(t, err)
		change(address)
		return address.String()
	}
	const late = "did not answer in time"
	tests := map[string]struct {
		address  string
		message  string
		hint     string
		password string
	}{
		"nobody listens":      {at(func(u *url.URL) { u.Host = "127.0.0.1:1" }), "cannot be reached: ", "Start the database", ""},
		"nobody answers":      {at(func(u *url.URL) { u.Host = silent(t) }), late, "Start the database", ""},
		"no such host":        {at(func(u *url.URL) { u.Host = "db.invalid" }), "the host name db.invalid does not resolve", "Start the database", ""},
		"a wrong password":    {at(func(u *url.URL) { u.User = url.UserPassword(pgserver.Owner, "AnotherMadeUpOne") }), "password authentication failed", "Correct the password", ""},
		"of a file":           {at(func(u *url.URL) { u.User = url.User(pgserver.Owner) }), "password authentication failed", "Correct the password", "AnotherMadeUpOne"},
		"no such database":    {server.URL("nowhere"), `database "nowhere" does not exist`, "Create that database", ""},
		"no right to create":  {at(func(u *url.URL) { u.User = url.UserPassword("weak_"+name, pgserver.Password) }), "permission denied for schema public", "stripe-mcp journal schema", ""},
		"read-only":           {at(func(u *url.URL) { u.User = url.UserPassword("reader_"+name, pgserver.Password) }), "read-only transaction", "writable server", ""},
		"no address":          {"postgres://owner:AnotherMadeUpOne@[/x", "the address in journal cannot be understood", "postgres://user@host/database", ""},
		"TLS that is not had": {at(func(u *url.URL) { u.RawQuery = "sslmode=require" }), "cannot be reached: ", "Start the database", ""},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			j := Shared(tt.address, tt.password, 0)
			if tt.message != late {
				j = unhurried(j)
			}
			t.Cleanup(j.Close)
			_, err := j.Begin(t.Context(), nil, equal())
			if _, ok := errors.AsType[*UnavailableError](err); !ok || !strings.Contains(err.Error(), tt.message) || !strings.Contains(Hint(err), tt.hint) {
				t.Errorf("got %v, and %q", err, Hint(err))
			}
			if text := fmt.Sprint(err, Hint(err), j.Place()); strings.Contains(text, "MadeUp") {
				t.Errorf("a password is in %s", text)
			}
			if _, err := j.Open(t.Context()); err == nil {
				t.Error("doctor would not say so")
			}
		})
	}
}

// silent is an address where somebody listens and says nothing.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

// TestTheOwnersTables: a user who may create nothing can use what the owner has made from the printed SQL.
func TestTheOwnersTables(t *testing.T) {
	t.Parallel()
	server := postgresServer(t)
	name, err := server.Database(t.Context())
	must(t, err)
	user := "user_" + name
	must(t, server.Run(t.Context(), name, "revoke create on schema public from public; create role "+user+" login password 'MadeUpPassword';"+Schema()+Grants(user)))
	address, err := url.Parse(server.URL(name))
	must(t, err)
	address.User = url.UserPassword(user, pgserver.Password)
	j := unhurried(Shared(address.String(), "", 24*time.Hour))
	t.Cleanup(j.Close)
	order(t, j, 1)
	if open, err := j.Open(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("got %v, %v", open, err)
	}
	if n := kept(t, j); n != 3 {
		t.Errorf("%d records, want an intent, an outcome and a delivery", n)
	}
}

// TestABrokenConnection: whatever is not certainly recorded is not sent, and what was sent stays open.
func TestABrokenConnection(t *testing.T) {
	t.Parallel()
	server := postgresServer(t)
	for _, where := range []pgserver.Cut{pgserver.BeforeCommit, pgserver.AfterCommit} {
		t.Run(string(where), func(t *testing.T) {
			t.Parallel()
			name, err := server.Database(t.Context())
			must(t, err)
			proxy, err := server.Proxy(nil)
			must(t, err)
			t.Cleanup(proxy.Close)
			one, two := shared(t, proxy.URL(name)), shared(t, server.URL(name))
			proxy.Arm(where, 1) // of the transaction that makes the tables
			if _, err := one.Begin(t.Context(), nil, equal()); err == nil {
				t.Fatal("it begins without tables")
			}
			order(t, one, 1)
			must(t, one.Flush(t.Context()))

			proxy.Arm(where, 1)
			if _, err := one.Begin(t.Context(), nil, equal()); err == nil {
				t.Fatal("it begins")
			}
			first, err := one.Begin(t.Context(), nil, equal())
			must(t, err)
			if first.Inherited() {
				t.Error("a key that was never sent is inherited")
			}
			must(t, one.Flush(t.Context())) // else the cut may hit what is still recorded of the one before
			proxy.Arm(where, 1)
			if err := first.Settle(t.Context(), Result{Outcome: "unknown"}); err == nil {
				t.Fatal("it could be recorded")
			}
			must(t, one.Flush(t.Context())) // which records it after all
			second, err := two.Begin(t.Context(), nil, equal())
			must(t, err)
			if second.Key() != first.Key() {
				t.Error("a second key")
			}
		})
	}
}

// TestADatabaseThatCrashes keeps all that was recorded. What could not be is recorded later.
func TestADatabaseThatCrashes(t *testing.T) {
	t.Parallel()
	server, err := pgserver.Start() // its own, because others use theirs
	must(t, err)
	t.Cleanup(server.Stop)
	name, err := server.Database(t.Context())
	must(t, err)
	one, two := shared(t, server.URL(name)), shared(t, server.URL(name))
	ctx, receipt := called(t, long)
	first, err := one.Begin(ctx, receipt, equal())
	must(t, err)
	server.Kill()
	if err := first.Settle(t.Context(), Result{Outcome: "succeeded", Settled: true}); err == nil {
		t.Error("it could be recorded")
	}
	if _, err := two.Begin(t.Context(), nil, equal()); err == nil {
		t.Error("it begins without a database")
	}
	must(t, server.Restart())
	receipt.Close(true)
	if err := one.Flush(t.Context()); err != nil {
		t.Log(err) // of what was recorded at the second attempt
	}
	order(t, one, 1)
	must(t, one.Flush(t.Context()))
	ctx, receipt = called(t, long)
	second, err := two.Begin(ctx, receipt, equal())
	must(t, err)
	if second.Inherited() {
		t.Error("what was delivered is still open")
	}
}

// TestManyHosts: equal requests and others of three hosts, all at once and through a pooler, get keys of their own.
func TestManyHosts(t *testing.T) {
	t.Parallel()
	server := postgresServer(t)
	pool, err := server.Pool()
	must(t, err)
	t.Cleanup(pool.Stop)
	name, err := server.Database(t.Context())
	must(t, err)
	hosts := []*Journal{shared(t, pool.URL(name)), shared(t, pool.URL(name)), shared(t, pool.URL(name))}
	var keys sync.Map
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			request := equal()
			if i%5 > 0 {
				request.Body = fmt.Sprintf("email=%d%%40example.com", i)
			}
			ctx, receipt := called(t, 5*long)
			intent, err := hosts[i%3].Begin(ctx, receipt, request)
			if err != nil {
				t.Error(err, Hint(err))
				return
			}
			if _, twice := keys.LoadOrStore(intent.Key(), i); twice && !intent.Inherited() {
				t.Errorf("request %d has the key of another", i)
			}
			if err := intent.Settle(t.Context(), Result{Outcome: "succeeded", Settled: true}); err != nil {
				t.Error(err)
			}
			receipt.Close(true)
		})
	}
	all.Wait()
	for _, j := range hosts {
		must(t, j.Flush(t.Context()))
		if open, err := j.Open(t.Context()); err != nil || len(open) > 0 {
			t.Errorf("%v are open (%v)", open, err)
		}
		if len(j.books) > 30 {
			t.Errorf("%d books are kept", len(j.books))
		}
	}
}
