package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"

	"github.com/stripe/stripe-go/v79"
)

// allocations reports what a call allocates, as the Go benchmarks measure it.
func allocations(ctx context.Context, _ programs) ([]row, error) {
	output, err := exec.CommandContext(ctx, "go", "test", "./internal/cli", "-run", "^$", "-bench", "Call/read", "-benchtime", "2000x").Output()
	if err != nil {
		return nil, fmt.Errorf("run the benchmarks: %w\n%s", err, output)
	}
	for line := range strings.Lines(string(output)) {
		// BenchmarkCall/read-2   2000   228709 ns/op   27751 B/op   397 allocs/op
		if fields := strings.Fields(line); strings.HasPrefix(line, "BenchmarkCall/read") && len(fields) == 8 {
			return []row{
				{what: "memory that a call allocates and gives back", ours: fields[4] + " B"},
				{what: "… in so many pieces", ours: fields[6]},
			}, nil
		}
	}
	return nil, fmt.Errorf("no figures in %s", output)
}

// answers compares what a model is shown of an object with Stripe's own.
func answers(ctx context.Context, p programs) ([]row, error) {
	server, address, err := p.stripeAfter(ctx, 0)
	if err != nil {
		return nil, err
	}
	whole, err := direct(address).Get(customerID, &stripe.CustomerParams{Params: stripe.Params{Context: ctx}})
	if err != nil {
		return nil, err
	}
	ours, err := serve(ctx, p.ours, "STRIPE_MCP_API_BASE="+address)
	if err != nil {
		return nil, err
	}
	line, err := ours.ask(callCustomer)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Result struct {
			StructuredContent json.RawMessage `json:"structuredContent"`
		} `json:"result"`
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return nil, err
	}
	shown, size := len(answer.Result.StructuredContent), len(whole.LastResponse.RawJSON)
	if _, err := ours.end(); err != nil {
		return nil, err
	}
	_, err = server.end()
	return []row{{"a customer, against Stripe's own object", fmt.Sprintf("%d B", shown), fmt.Sprintf("%d B", size), ratio(float64(shown), float64(size))}}, err
}
