package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	rounds     = 21  // how often each side has its turn
	perRound   = 304 // how many calls a round has
	sideBySide = 16  // how many calls are made at a time
)

// side measures one way to do something.
type side func() ([]float64, error)

// interleave gives all sides their turns, so that a busy machine slows all of them alike. It returns the median of each
// figure of each side.
func interleave(sides ...side) ([][]float64, error) {
	turns := make([][][]float64, len(sides))
	for range rounds {
		for i, measure := range sides {
			figures, err := measure()
			if err != nil {
				return nil, err
			}
			turns[i] = append(turns[i], figures)
		}
	}
	medians := make([][]float64, len(sides))
	for i := range sides {
		for j := range turns[i][0] {
			slices.SortFunc(turns[i], func(a, b []float64) int { return cmp.Compare(a[j], b[j]) })
			medians[i] = append(medians[i], turns[i][rounds/2][j])
		}
	}
	return medians, nil
}

// since returns the milliseconds since a moment.
func since(began time.Time) float64 { return float64(time.Since(began)) / float64(time.Millisecond) }

// startUp measures how soon a program answers, what memory it needs for that, and how soon it is gone.
func startUp(ctx context.Context, p programs) ([]figure, error) {
	start := func(program string) side {
		return func() ([]float64, error) {
			began := time.Now()
			server, err := p.serve(ctx, program)
			if err != nil {
				return nil, err
			}
			initialized := since(began)
			if _, err := server.Request(ctx, "tools/list", nil); err != nil {
				return nil, err
			}
			listed := since(began)
			memory, err := mostMemory(server.pid)
			if err != nil {
				return nil, err
			}
			began = time.Now()
			err = server.Close()
			return []float64{initialized, listed, memory, since(began)}, err
		}
	}
	sides, err := interleave(start(p.ours), start(p.empty), start(p.libraries))
	if err != nil {
		return nil, err
	}
	var figures []figure
	for i, f := range []figure{
		{what: "start to initialize", format: milliseconds}, {what: "start to tools/list", format: milliseconds},
		{what: "memory after tools/list", format: megabytes}, {what: "end of stdin to exit", format: milliseconds},
	} {
		f.ours, f.empty, f.libraries = sides[0][i], sides[1][i], sides[2][i]
		figures = append(figures, f)
	}
	return figures, nil
}

// mostMemory returns the most memory that a process had so far, in MB (Linux only).
func mostMemory(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return 0, fmt.Errorf("no VmHWM in %s", status)
	}
	kilobytes, err := strconv.ParseFloat(string(found[1]), 64)
	return kilobytes * 1024 / 1e6, err
}

// calls measures calls one after the other.
func calls(ctx context.Context, p programs) ([]figure, error) {
	address, err := startStripe(ctx, 0)
	if err != nil {
		return nil, err
	}
	ours, err := p.serve(ctx, p.ours, apiBase+address)
	if err != nil {
		return nil, err
	}
	libraries, err := p.serve(ctx, p.libraries, apiBase+address)
	if err != nil {
		return nil, err
	}
	inTurn := func(call func() error) side {
		return func() ([]float64, error) {
			var times []float64
			for range perRound {
				began := time.Now()
				if err := call(); err != nil {
					return nil, err
				}
				times = append(times, since(began))
			}
			slices.Sort(times)
			return []float64{times[perRound/2]}, nil
		}
	}
	sides, err := interleave(inTurn(ours.get(ctx)), inTurn(libraries.get(ctx)), inTurn(direct(ctx, address)))
	if err != nil {
		return nil, err
	}
	call, simple, alone := sides[0][0], sides[1][0], sides[2][0]
	return []figure{
		{what: "a call", format: milliseconds, ours: call, libraries: simple, direct: alone},
		{what: "what a call adds to stripe-go", format: milliseconds, ours: call - alone, libraries: simple - alone},
	}, nil
}

// throughput measures calls side by side: with a Stripe that answers at once, and with one that is faster than the real one.
func throughput(ctx context.Context, p programs) ([]figure, error) {
	var figures []figure
	for _, delay := range []time.Duration{0, 20 * time.Millisecond} {
		address, err := startStripe(ctx, delay)
		if err != nil {
			return nil, err
		}
		ours, err := p.serve(ctx, p.ours, apiBase+address)
		if err != nil {
			return nil, err
		}
		rate := func(call func() error) side {
			return func() ([]float64, error) {
				took, err := atOnce(sideBySide, perRound/sideBySide, call)
				return []float64{perRound * 1000 / took}, err
			}
		}
		sides, err := interleave(rate(ours.get(ctx)), rate(direct(ctx, address)))
		if err != nil {
			return nil, err
		}
		what := fmt.Sprintf("%d calls at a time, Stripe takes %d ms", sideBySide, delay.Milliseconds())
		figures = append(figures, figure{what: what, format: perSecond, ours: sides[0][0], direct: sides[1][0]})
	}
	return figures, nil
}

// burst measures many calls that come at once, without a connection to Stripe yet.
func burst(ctx context.Context, p programs) ([]figure, error) {
	const callers, delay = 200, 300 * time.Millisecond
	address, err := startStripe(ctx, delay)
	if err != nil {
		return nil, err
	}
	sides, err := interleave(func() ([]float64, error) {
		ours, err := p.serve(ctx, p.ours, apiBase+address)
		if err != nil {
			return nil, err
		}
		took, err := atOnce(callers, 1, ours.get(ctx))
		return []float64{took}, errors.Join(err, ours.Close())
	}, func() ([]float64, error) {
		took, err := atOnce(callers, 1, direct(ctx, address))
		return []float64{took}, err
	})
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("%d calls at once, Stripe takes %d ms", callers, delay.Milliseconds())
	return []figure{{what: what, format: milliseconds, ours: sides[0][0], direct: sides[1][0]}}, nil
}

// atOnce has so many callers make so many calls each, and returns how many milliseconds all of them took.
func atOnce(callers, each int, call func() error) (float64, error) {
	began := time.Now()
	failures := make([]error, callers)
	var wait sync.WaitGroup
	for i := range callers {
		wait.Go(func() {
			for range each {
				if failures[i] = call(); failures[i] != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	return since(began), errors.Join(failures...)
}

// sizes measures what is shipped, and what a client is sent.
func sizes(ctx context.Context, p programs) ([]figure, error) {
	var size [3]float64
	for i, program := range []string{p.ours, p.empty, p.libraries} {
		info, err := os.Stat(program)
		if err != nil {
			return nil, err
		}
		size[i] = float64(info.Size()) / 1e6
	}
	server, err := p.serve(ctx, p.ours)
	if err != nil {
		return nil, err
	}
	tools, err := server.Request(ctx, "tools/list", nil)
	return []figure{
		{what: "size of the program", format: megabytes, ours: size[0], empty: size[1], libraries: size[2]},
		{what: "size of tools/list", format: inBytes, ours: float64(len(tools))},
	}, errors.Join(err, server.Close())
}
