package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// startUp measures how soon each program answers, what it occupies then, and how soon it is gone.
func startUp(ctx context.Context, p programs) ([]row, error) {
	type sample struct {
		initialized, listed, ended []time.Duration
		memory                     []float64
	}
	samples := map[string]*sample{p.ours: {}, p.empty: {}, p.bare: {}}
	for range runs {
		for binary, s := range samples {
			began := time.Now()
			running, err := start(ctx, binary, "STRIPE_MCP_SIMULATOR=true")
			if err != nil {
				return nil, err
			}
			if _, err := running.ask(initialize); err != nil {
				return nil, err
			}
			s.initialized = append(s.initialized, time.Since(began))
			if _, err := running.ask(listTools); err != nil {
				return nil, err
			}
			s.listed = append(s.listed, time.Since(began))
			memory, err := running.memory()
			if err != nil {
				return nil, err
			}
			s.memory = append(s.memory, memory)
			took, err := running.end()
			if err != nil {
				return nil, err
			}
			s.ended = append(s.ended, took)
		}
	}
	ours, empty, bare := samples[p.ours], samples[p.empty], samples[p.bare]
	return []row{
		compare("start to initialize, against an empty mcp-go server", median(ours.initialized), median(empty.initialized)),
		compare("start to initialize, against a bare Go loop", median(ours.initialized), median(bare.initialized)),
		compare("start to tools/list, against an empty mcp-go server", median(ours.listed), median(empty.listed)),
		compareBytes("memory after tools/list, against an empty mcp-go server", median(ours.memory), median(empty.memory)),
		compareBytes("memory after tools/list, against a bare Go loop", median(ours.memory), median(bare.memory)),
		compare("end of stdin to exit, against an empty mcp-go server", median(ours.ended), median(empty.ended)),
	}, nil
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
	running, err := start(ctx, p.ours, "STRIPE_MCP_SIMULATOR=true")
	if err != nil {
		return nil, err
	}
	if _, err := running.ask(initialize); err != nil {
		return nil, err
	}
	line, err := running.ask(listTools)
	if err != nil {
		return nil, err
	}
	if _, err := running.end(); err != nil {
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
		{what: "tools/list in all", ours: fmt.Sprintf("%d B", len(line))},
	}
	visible := 0
	for _, tool := range list.Result.Tools {
		bytes := len(tool.Name) + len(tool.Description) + len(tool.InputSchema)
		visible += bytes
		rows = append(rows, row{what: "  a model sees of " + tool.Name, ours: fmt.Sprintf("%d B", bytes)})
	}
	return append(rows, row{what: "  a model sees in all", ours: fmt.Sprintf("%d B", visible)}), nil
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
