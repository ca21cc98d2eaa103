package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// programs are what is measured, and what it is measured against.
type programs struct{ ours, libraries, empty, bare, stripe string }

// build compiles the reference programs into folder, in the way of make build.
func build(ctx context.Context, folder, ours string) (programs, error) {
	compile := func(name string) (string, error) {
		target := filepath.Join(folder, name)
		//nolint:gosec // builds our own source
		command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", target, "./internal/bench/reference/"+name)
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		if output, err := command.CombinedOutput(); err != nil {
			return "", fmt.Errorf("build %s: %w\n%s", name, err, output)
		}
		return target, nil
	}
	p := programs{ours: ours}
	for name, path := range map[string]*string{"libraries": &p.libraries, "empty": &p.empty, "bare": &p.bare, "stripe": &p.stripe} {
		var err error
		if *path, err = compile(name); err != nil {
			return p, err
		}
	}
	return p, nil
}

// process is a started program that answers lines.
type process struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	home string // its own, empty at first
}

// start starts a program as an AI client does, with a key that is made up.
func start(ctx context.Context, program string, arguments, environment []string) (*process, error) {
	home, err := os.MkdirTemp("", "stripe-mcp-bench-home")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, arguments...) //nolint:gosec // one of programs
	cmd.Env = append([]string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "STRIPE_MCP_STRIPE_SECRET_KEY=" + key}, environment...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	const longestLine = 1 << 20
	return &process{cmd, in, bufio.NewReaderSize(out, longestLine), home}, cmd.Start()
}

const (
	key        = "sk_test_MadeUpForBenchmarks"
	initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`
	listTools  = `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
	ping       = `{"jsonrpc":"2.0","id":2,"method":"ping"}`
)

// serve starts a program that speaks MCP and shakes hands with it.
func serve(ctx context.Context, program string, environment ...string) (*process, error) {
	running, err := start(ctx, program, nil, environment)
	if err != nil {
		return nil, err
	}
	_, err = running.ask(initialize)
	return running, err
}

// stripeAfter starts a Stripe that takes so long for each answer, and returns how to point stripe-mcp at it.
func (p programs) stripeAfter(ctx context.Context, delay time.Duration) (server *process, address string, err error) {
	if server, err = start(ctx, p.stripe, []string{delay.String()}, nil); err != nil {
		return nil, "", err
	}
	address, err = server.out.ReadString('\n')
	return server, strings.TrimSpace(address), err
}

// ask sends a line and returns the next one, which is valid until the next call.
func (p *process) ask(line string) ([]byte, error) {
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		return nil, err
	}
	return p.out.ReadSlice('\n')
}

// end closes stdin and waits for the program to end; it returns how long that took.
func (p *process) end() (time.Duration, error) {
	began := time.Now()
	if err := p.in.Close(); err != nil {
		return 0, err
	}
	if _, err := io.Copy(io.Discard, p.out); err != nil {
		return 0, err
	}
	err := p.cmd.Wait()
	took := time.Since(began)
	return took, errors.Join(err, os.RemoveAll(p.home)) //nolint:gosec // from MkdirTemp
}

// memory returns the most memory that the process had so far, and what of it is its own now and not the program's file, in
// bytes (Linux only).
func (p *process) memory() (peak, own float64, err error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0, 0, err
	}
	found := regexp.MustCompile(`(?s)VmHWM:\s+(\d+) kB.*RssAnon:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return 0, 0, fmt.Errorf("no figures in %s", status)
	}
	peak, _ = strconv.ParseFloat(string(found[1]), 64)
	own, _ = strconv.ParseFloat(string(found[2]), 64)
	const kilobyte = 1024
	return peak * kilobyte, own * kilobyte, nil
}

// median returns the middle of values.
func median[T float64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
