package lab

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"stripe-mcp/internal/pgserver"
)

// Trouble is what happens to the database that hosts share, in the middle of a step.
type Trouble struct {
	Kind pgserver.Cut
	Nth  int           // the number of the commit, from 1
	Wait time.Duration // how long a database that was killed is away
}

// Crash kills the database and starts it again.
const Crash pgserver.Cut = "the database is killed and started again"

func troubles() []pgserver.Cut {
	return []pgserver.Cut{Crash, pgserver.BeforeCommit, pgserver.AfterCommit}
}

// clocksApart is how far clocks of well-kept machines are apart at most.
const clocksApart = 30 * time.Second

// RandomHosts is Random for hosts that share a database. What happens beside that stays the same.
func RandomHosts(seed uint64, index int) Schedule {
	s := Random(seed, index)
	r := rand.New(rand.NewPCG(^seed, uint64(index))) //nolint:gosec // repeatable, which is what a replay needs
	for range r.IntN(3) {
		s.Troubles = append(s.Troubles, Trouble{Kind: pick(r, troubles()), Nth: 1 + r.IntN(8), Wait: below(r, 1500*time.Millisecond)})
	}
	if r.IntN(4) == 0 {
		s.Faults = append(s.Faults, Fault{Kind: Jump, Times: 1, Wait: pick(r, []time.Duration{-clocksApart, clocksApart})})
	}
	return s
}

// hosts is the database that the programs of a run share.
type hosts struct {
	server   *pgserver.Server
	database string
	proxy    *pgserver.Proxy
}

// openHosts makes a database, with the troubles of the schedule before it.
func (r *run) openHosts(server *pgserver.Server) (*hosts, error) {
	name, err := server.Database(context.Background())
	if err != nil {
		return nil, err
	}
	h := &hosts{server: server, database: name}
	h.proxy, err = server.Proxy(func(where pgserver.Cut) {
		r.logf("trouble: %s", where)
		r.tick(string(where))
		if where == Crash {
			r.crash(server)
		}
	})
	if err != nil {
		return nil, err
	}
	for _, trouble := range r.schedule.Troubles {
		h.proxy.Arm(trouble.Kind, trouble.Nth)
	}
	return h, nil
}

// crash kills the database, and starts it again after a while.
func (r *run) crash(server *pgserver.Server) {
	server.Kill()
	wait := time.Duration(0)
	for _, trouble := range r.schedule.Troubles {
		if trouble.Kind == Crash {
			wait = max(wait, trouble.Wait)
		}
	}
	r.background.Go(func() {
		time.Sleep(wait)
		if err := server.Restart(); err != nil {
			r.complain(other, "the laboratory's database does not start again: %v", err)
		}
		r.logf("the database is back")
	})
}

func (h *hosts) url() string { return h.proxy.URL(h.database) }

func (h *hosts) close() { h.proxy.Close() }

// journal returns the records in the database, and all that it holds as one text.
func (h *hosts) journal() ([]entry, string, error) {
	const enough = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), enough)
	defer cancel()
	conn, err := pgx.Connect(ctx, h.server.URL(h.database))
	if err != nil {
		return nil, "", err
	}
	defer conn.Close(ctx) //nolint:errcheck // it was only read
	read := func(sql string) ([]string, error) {
		rows, err := conn.Query(ctx, sql)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	}
	var exists bool
	if err := conn.QueryRow(ctx, "select to_regclass('stripe_mcp_record') is not null").Scan(&exists); err != nil || !exists {
		return nil, "", err // nothing got as far as a record
	}
	records, err := read("select record::text from stripe_mcp_record order by time")
	states, wrong := read("select state::text from stripe_mcp_open")
	if err := errors.Join(err, wrong); err != nil {
		return nil, "", err
	}
	entries := make([]entry, len(records))
	for i, text := range records {
		_ = json.Unmarshal([]byte(text), &entries[i]) // what cannot be read has no intent
	}
	return entries, strings.Join(append(records, states...), "\n"), nil
}

// Troubles returns how often a trouble came.
func (r Result) Troubles(kind pgserver.Cut) int { return r.ticks[string(kind)] }
