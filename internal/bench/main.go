// Command bench measures whether stripe-mcp is fast and small next to programs that do less. README.md says what it found.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := errors.New("usage: bench PATH-OF-STRIPE-MCP")
	switch arguments := os.Args[1:]; {
	case len(arguments) == 1:
		err = run(ctx, arguments[0])
	case len(arguments) == 2 && arguments[0] == beStripe:
		err = serveAsStripe(arguments[1])
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary string) (err error) {
	binary, err = filepath.Abs(binary)
	if err != nil {
		return err
	}
	home, err := os.MkdirTemp("", "stripe-mcp-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	p, err := build(ctx, home, binary)
	if err != nil {
		return err
	}
	fmt.Println("| | stripe-mcp | an empty mcp-go server | mcp-go, stripe-go and viper with one tool | stripe-go alone |\n|---|---:|---:|---:|---:|")
	for _, measure := range []func(context.Context, programs) ([]figure, error){startUp, calls, sizes} {
		ctx, end := context.WithCancel(ctx) // ends what was started
		figures, err := measure(ctx, p)
		end()
		if err != nil {
			return err
		}
		for _, f := range figures {
			fmt.Println(f)
		}
	}
	return nil
}

// figure is one line of the table: what it measures, and the values for stripe-mcp and others, 0 where there is none.
type figure struct {
	what, format                   string
	ours, empty, libraries, direct float64
}

const (
	milliseconds = "%.2f ms"
	megabytes    = "%.1f MB"
	perSecond    = "%.0f/s"
	inBytes      = "%.0f B"
)

// String is the line in Markdown. In parentheses it says how many times another's value ours is.
func (f figure) String() string {
	next := func(other float64) string {
		if other == 0 {
			return ""
		}
		return fmt.Sprintf(f.format+" (%.2f) ", other, f.ours/other)
	}
	return fmt.Sprintf("| %s | "+f.format+" | %s| %s| %s|", f.what, f.ours, next(f.empty), next(f.libraries), next(f.direct))
}
