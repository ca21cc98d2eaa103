package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// runs is how many times each program is started for a median.
const runs = 31

// starts is how one program started, each time.
type starts struct {
	program                    string
	initialized, listed, ended []time.Duration
	memory, own                []float64
}

func (s *starts) once(ctx context.Context) error {
	began := time.Now()
	running, err := serve(ctx, s.program)
	if err != nil {
		return err
	}
	s.initialized = append(s.initialized, time.Since(began))
	if _, err := running.ask(listTools); err != nil {
		return err
	}
	s.listed = append(s.listed, time.Since(began))
	memory, own, err := running.memory()
	if err != nil {
		return err
	}
	s.memory, s.own = append(s.memory, memory), append(s.own, own)
	took, err := running.end()
	s.ended = append(s.ended, took)
	return err
}

// startUp measures how soon each program answers, what it occupies then, and how soon it is gone.
func startUp(ctx context.Context, p programs) ([]row, error) {
	ours, libraries, empty, bare := &starts{program: p.ours}, &starts{program: p.libraries}, &starts{program: p.empty}, &starts{program: p.bare}
	for range runs {
		for _, s := range []*starts{ours, libraries, empty, bare} {
			if err := s.once(ctx); err != nil {
				return nil, err
			}
		}
	}
	return []row{
		compare("start to initialize, against an empty mcp-go server", median(ours.initialized), median(empty.initialized)),
		compare("… against mcp-go, stripe-go and viper with one tool", median(ours.initialized), median(libraries.initialized)),
		compare("… against a Go program that only answers lines", median(ours.initialized), median(bare.initialized)),
		compare("start to tools/list, against an empty mcp-go server", median(ours.listed), median(empty.listed)),
		compareBytes("memory after tools/list, against an empty mcp-go server", median(ours.memory), median(empty.memory)),
		compareBytes("… against mcp-go, stripe-go and viper with one tool", median(ours.memory), median(libraries.memory)),
		compareBytes("… without what is mapped from the program's file", median(ours.own), median(empty.own)),
		compare("end of stdin to exit, against an empty mcp-go server", median(ours.ended), median(empty.ended)),
	}, nil
}

// initialisation says where the time before main goes: what each package does when it is initialised.
func initialisation(ctx context.Context, p programs) ([]row, error) {
	ours, empty := map[string][]float64{}, map[string][]float64{}
	for range runs {
		for program, packages := range map[string]map[string][]float64{p.ours: ours, p.empty: empty} {
			if err := trace(ctx, program, packages); err != nil {
				return nil, err
			}
		}
	}
	name := func(of string) string { return strings.TrimPrefix(of, "github.com/") }
	costly := make([]string, 0, len(ours))
	for of := range ours {
		costly = append(costly, of)
	}
	slices.SortFunc(costly, func(a, b string) int { return int(1e6 * (median(ours[b]) - median(ours[a]))) })
	show := func(times []float64) string {
		if len(times) == 0 {
			return ""
		}
		return fmt.Sprintf("%.2f ms", median(times))
	}
	var rows []row
	const shown = 5
	for _, of := range costly[:shown] {
		label := "… of it " + name(of)
		if of == all {
			label = "package initialisation in all, against an empty mcp-go server"
		}
		rows = append(rows, row{label, show(ours[of]), show(empty[of]), ""})
	}
	return rows, nil
}

// all stands for the sum of all packages.
const all = ""

// trace starts a program and adds how long its packages took to packages, in milliseconds.
func trace(ctx context.Context, program string, packages map[string][]float64) error {
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = []string{"HOME=/nonexistent", "GODEBUG=inittrace=1", "STRIPE_MCP_STRIPE_SECRET_KEY=" + key}
	cmd.Stdin = strings.NewReader(initialize + "\n")
	var lines bytes.Buffer
	cmd.Stderr = &lines
	if err := cmd.Run(); err != nil {
		return err
	}
	sum := 0.0
	for line := range strings.Lines(lines.String()) {
		// init internal/bytealg @0.008 ms, 0 ms clock, 0 bytes, 0 allocs
		fields := strings.Fields(line)
		const clock = 4
		if len(fields) < clock+1 || fields[0] != "init" {
			continue
		}
		took, err := strconv.ParseFloat(fields[clock], 64)
		if err != nil {
			return err
		}
		packages[fields[1]] = append(packages[fields[1]], took)
		sum += took
	}
	packages[all] = append(packages[all], sum)
	return nil
}

// sizes measures what is shipped, and what clients and models are sent.
func sizes(ctx context.Context, p programs) ([]row, error) {
	size := func(path string) float64 {
		info, err := os.Stat(path)
		if err != nil {
			return 0
		}
		return float64(info.Size())
	}
	running, err := serve(ctx, p.ours)
	if err != nil {
		return nil, err
	}
	line, err := running.ask(listTools)
	if err != nil {
		return nil, err
	}
	var list struct {
		Result struct {
			Tools []struct {
				Name        string          `json:"name"`
				Description string          `json:"description"`
				InputSchema json.RawMessage `json:"inputSchema"`
			} `json:"tools"`
		} `json:"result"`
	}
	if err := json.Unmarshal(line, &list); err != nil {
		return nil, fmt.Errorf("read tools/list: %w", err)
	}
	rows := []row{
		compareBytes("size of the program, against an empty mcp-go server", size(p.ours), size(p.empty)),
		compareBytes("… against mcp-go, stripe-go and viper with one tool", size(p.ours), size(p.libraries)),
		{what: "tools/list in all", ours: fmt.Sprintf("%d B", len(line))},
	}
	visible := 0
	for _, tool := range list.Result.Tools {
		bytes := len(tool.Name) + len(tool.Description) + len(tool.InputSchema)
		visible += bytes
		rows = append(rows, row{what: "… of it a model sees of " + tool.Name, ours: fmt.Sprintf("%d B", bytes)})
	}
	_, err = running.end()
	return append(rows, row{what: "… of it a model sees in all", ours: fmt.Sprintf("%d B", visible)}), err
}
