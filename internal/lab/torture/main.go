// Command torture runs the fault laboratory on random schedules and says what it found.
package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"

	"stripe-mcp/internal/lab"
	"stripe-mcp/internal/pgserver"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

func run(arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("torture", flag.ContinueOnError)
	n := flags.Int("n", 1000, "how many schedules")
	seed := flags.Uint64("seed", rand.Uint64N(1_000_000), "of the series of schedules") //nolint:gosec // any will do
	first := flags.Int("run", 0, "number of the first schedule in the series")
	where := flags.String("journal", "file", "where the journal is: file, or postgres for hosts that share a database")
	verbose := flags.Bool("v", false, "print the transcript of every run")
	if err := flags.Parse(arguments); err != nil || flags.NArg() != 1 {
		return fmt.Errorf("usage: torture [flags] PATH-OF-STRIPE-MCP: %w", err)
	}
	binary, err := filepath.Abs(flags.Arg(0))
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "seed %d\n", *seed); err != nil {
		return err
	}
	slots, err := openSlots(*where)
	if err != nil {
		return err
	}
	defer slots.close()
	var (
		mu     sync.Mutex
		tally  = lab.NewTally()
		failed error
		all    sync.WaitGroup
	)
	for i := range *n {
		server := <-slots
		all.Go(func() {
			result, err := one(binary, *seed, *first+i, server)
			slots <- server
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = err
				return
			}
			report(out, tally, result, *where, *verbose)
		})
	}
	all.Wait()
	if failed != nil {
		return failed
	}
	if _, err := fmt.Fprint(out, tally); err != nil {
		return err
	}
	if tally.Wrong > 0 {
		return fmt.Errorf("%d of %d runs went wrong", tally.Wrong, *n)
	}
	return nil
}

// slots holds a token for each run that may be under way. A token is a database server, nil where the journal is a file.
type slots chan *pgserver.Server

func openSlots(where string) (slots, error) {
	const most = 12 // at a time
	s := make(slots, most)
	if where != "postgres" {
		for range most {
			s <- nil
		}
		return s, nil
	}
	for range most {
		server, err := pgserver.Start()
		if err != nil {
			s.close()
			return nil, err
		}
		s <- server
	}
	return s, nil
}

// close stops the servers of runs that are over.
func (s slots) close() {
	for range len(s) {
		if server := <-s; server != nil {
			server.Stop()
		}
	}
}

// one carries out a schedule in a home of its own.
func one(binary string, seed uint64, number int, server *pgserver.Server) (lab.Result, error) {
	home, err := os.MkdirTemp("", "stripe-mcp-torture")
	if err != nil {
		return lab.Result{}, err
	}
	defer os.RemoveAll(home) //nolint:errcheck // a temporary folder
	schedule := lab.Random(seed, number)
	if server != nil {
		schedule = lab.RandomHosts(seed, number)
	}
	return lab.Run(binary, home, schedule, server)
}

// report adds a run to the tally, and shows one that went wrong with what it takes to see it again.
func report(out io.Writer, tally *lab.Tally, result lab.Result, where string, verbose bool) {
	verdict := lab.Judge(result)
	tally.Add(result, verdict)
	wrong := verdict.Wrong()
	if len(wrong) == 0 && !verbose {
		return
	}
	_, _ = fmt.Fprintf(out, "\n%s%s", result.Schedule, result.Transcript) // a closed pipe ends the printing and not the verdict
	for _, line := range wrong {
		_, _ = fmt.Fprintln(out, "WRONG:", line)
	}
	if len(wrong) > 0 {
		_, _ = fmt.Fprintf(out, "again: make torture N=1 SEED=%d RUN=%d JOURNAL=%s\n", result.Schedule.Seed, result.Schedule.Index, where)
	}
}
