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
	"time"
)

// programs are what is measured.
type programs struct{ ours, empty, bare string }

// build compiles the reference programs into folder, in the way of make build.
func build(ctx context.Context, folder, binary string) (programs, error) {
	p := programs{ours: binary, empty: filepath.Join(folder, "emptymcp"), bare: filepath.Join(folder, "bare")}
	for _, target := range []string{p.empty, p.bare} {
		source := "./internal/bench/reference/" + filepath.Base(target)
		//nolint:gosec // builds our own source
		compile := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", target, source)
		compile.Env = append(os.Environ(), "CGO_ENABLED=0")
		if output, err := compile.CombinedOutput(); err != nil {
			return p, fmt.Errorf("build %s: %w\n%s", source, err, output)
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

func start(ctx context.Context, binary string, environment ...string) (*process, error) {
	cmd := exec.CommandContext(ctx, binary)
	home, err := os.MkdirTemp("", "stripe-mcp-bench-home")
	if err != nil {
		return nil, err
	}
	cmd.Env = append([]string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}, environment...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &process{cmd, in, bufio.NewReaderSize(out, 1<<20), home}, cmd.Start()
}

const (
	initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`
	listTools  = `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
)

// ask sends a line and returns the next one.
func (p *process) ask(line string) ([]byte, error) {
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		return nil, err
	}
	return p.out.ReadBytes('\n')
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
	return took, errors.Join(err, os.RemoveAll(p.home))
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// memory returns the most memory that the process had so far, in bytes (Linux only).
func (p *process) memory() (float64, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0, err
	}
	found := highWater.FindSubmatch(status)
	if found == nil {
		return 0, fmt.Errorf("no VmHWM for process %d", p.cmd.Process.Pid)
	}
	kilobytes, err := strconv.ParseFloat(string(found[1]), 64)
	return kilobytes * 1024, err
}

// median returns the middle of values.
func median[T float64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
