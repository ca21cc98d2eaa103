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

// calls measures what a call takes, and how many calls get through.
func calls(ctx context.Context, p programs) ([]figure, error) {
	one, err := p.besideDirect(ctx, 0, inTurn, p.ours, p.libraries)
	if err != nil {
		return nil, err
	}
	ours, libraries, direct := one[0], one[1], one[2]
	figures := []figure{
		{what: "a call", format: milliseconds, ours: ours, libraries: libraries, direct: direct},
		{what: "what a call adds to stripe-go", format: milliseconds, ours: ours - direct, libraries: libraries - direct},
	}
	for _, f := range []struct {
		what, format string
		delay        time.Duration
		measure      func(call func() error) side
	}{
		{"16 calls at a time, Stripe answers at once", perSecond, 0, rate},
		{"16 calls at a time, Stripe takes 20 ms", perSecond, 20 * time.Millisecond, rate},
		{"200 calls at once, Stripe takes 300 ms", milliseconds, 300 * time.Millisecond, burst},
	} {
		many, err := p.besideDirect(ctx, f.delay, f.measure, p.ours)
		if err != nil {
			return nil, err
		}
		figures = append(figures, figure{what: f.what, format: f.format, ours: many[0], direct: many[1]})
	}
	return figures, nil
}

// besideDirect measures calls through servers, and by stripe-go alone, which comes last. Stripe takes delay for each.
func (p programs) besideDirect(ctx context.Context, delay time.Duration, measure func(call func() error) side, servers ...string) ([]float64, error) {
	address, err := startStripe(ctx, delay)
	if err != nil {
		return nil, err
	}
	var sides []side
	for _, program := range servers {
		started, err := p.serve(ctx, program, "STRIPE_MCP_API_BASE="+address)
		if err != nil {
			return nil, err
		}
		sides = append(sides, measure(started.get(ctx)))
	}
	medians, err := interleave(append(sides, measure(direct(ctx, address)))...)
	return slices.Concat(medians...), err
}

// inTurn makes calls one after the other. Its figure is what one takes.
func inTurn(call func() error) side {
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

// rate makes calls side by side. Its figure is how many get through in a second.
func rate(call func() error) side {
	return func() ([]float64, error) {
		took, err := atOnce(sideBySide, perRound/sideBySide, call)
		return []float64{perRound * 1000 / took}, err
	}
}

// burst makes many calls at once. Its figure is what all of them take.
func burst(call func() error) side {
	return func() ([]float64, error) {
		took, err := atOnce(200, 1, call)
		return []float64{took}, err
	}
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
