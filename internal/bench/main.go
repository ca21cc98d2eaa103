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
	"time"
)

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

// row is one line of the table.
type row struct{ what, ours, against, ratio string }

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
	fmt.Println("| figure | stripe-mcp | against | ratio |\n|---|---:|---:|---:|")
	for _, measure := range []func(context.Context, programs) ([]row, error){startUp, initialisation, stages, calls, slow, many, journalShare, allocations, answers, sizes} {
		rows, err := measure(ctx, built)
		if err != nil {
			return err
		}
		for _, r := range rows {
			fmt.Printf("| %s | %s | %s | %s |\n", r.what, r.ours, r.against, r.ratio)
		}
	}
	return nil
}

func compare(what string, ours, against time.Duration) row {
	return row{what, milliseconds(ours), milliseconds(against), ratio(float64(ours), float64(against))}
}

func compareBytes(what string, ours, against float64) row {
	megabytes := func(bytes float64) string { return fmt.Sprintf("%.1f MB", bytes/1e6) }
	return row{what, megabytes(ours), megabytes(against), ratio(ours, against)}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

func ratio(ours, against float64) string { return fmt.Sprintf("%.2f", ours/against) }
