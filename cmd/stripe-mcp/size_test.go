package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// built builds the program as make build does, and returns its path.
func built(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stripe-mcp")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return path
}

// TestProgramSize is a budget. One call of reflect's Method or MethodByName anywhere, as text/template has it, costs four
// megabytes: the linker then keeps every method of every type.
func TestProgramSize(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the budget is for Linux on amd64")
	}
	program, err := os.Stat(built(t))
	if err != nil {
		t.Fatal(err)
	}
	const budget = 17_100_000
	if program.Size() > budget {
		t.Errorf("the program has %d bytes, more than %d", program.Size(), budget)
	}
}
