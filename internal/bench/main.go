// Command bench measures what stripe-mcp costs, side by side with programs that do less, and prints one table. Times are
// medians of interleaved runs, so that a busy machine slows all sides alike; read them as ratios.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"text/tabwriter"
)

// runs is how many times each program is started for a median.
const runs = 21

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := errors.New("usage: bench PATH-OF-STRIPE-MCP")
	if len(os.Args) == 2 {
		err = run(ctx, os.Args[1])
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// row is one line of the table. A limit of 0 means that there is none.
type row struct {
	what    string
	ours    string
	against string
	ratio   string
}

func run(ctx context.Context, binary string) (err error) {
	binary, err = filepath.Abs(binary)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "stripe-mcp-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	built, err := build(ctx, folder, binary)
	if err != nil {
		return err
	}
	var table []row
	for _, measure := range []func(context.Context, programs) ([]row, error){startUp, sizes, calls, many, journalShare} {
		rows, err := measure(ctx, built)
		if err != nil {
			return err
		}
		table = append(table, rows...)
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "figure\tstripe-mcp\tagainst\tratio")
	for _, r := range table {
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", r.what, r.ours, r.against, r.ratio)
	}
	return out.Flush()
}
