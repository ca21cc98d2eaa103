package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSums says what the check finds out about a folder whose sums were written before.
func TestSums(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(folder string) error
		fine   bool
	}{
		"as it was":    {func(string) error { return nil }, true},
		"changed file": {func(folder string) error { return writeFile(filepath.Join(folder, "a"), []byte("other"), 0o644) }, false},
		"new file":     {func(folder string) error { return writeFile(filepath.Join(folder, "c"), nil, 0o644) }, false},
		"lost file":    {func(folder string) error { return os.Remove(filepath.Join(folder, "b")) }, false},
		"no sums":      {func(folder string) error { return os.Remove(filepath.Join(folder, sumsName)) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for _, file := range []string{"a", "b"} {
				if err := writeFile(filepath.Join(folder, file), []byte(file), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := writeSums(folder); err != nil {
				t.Fatal(err)
			}
			if err := c.change(folder); err != nil {
				t.Fatal(err)
			}
			if _, err := trySums(t.Context(), &checker{dist: folder}); (err == nil) != c.fine {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestDocs says that the completions and man pages are the program's, and depend on the commit alone.
func TestDocs(t *testing.T) {
	t.Parallel()
	first, second := t.TempDir(), t.TempDir()
	commit := time.Date(2025, 11, 27, 0, 0, 0, 0, time.UTC)
	for _, folder := range []string{first, second} {
		if err := writeDocs(filepath.Join(folder, "docs"), commit); err != nil {
			t.Fatal(err)
		}
	}
	for file, part := range map[string]string{
		"completions/stripe-mcp.bash": "__start_stripe-mcp",
		"completions/_stripe-mcp":     "#compdef stripe-mcp",
		"completions/stripe-mcp.fish": "complete -c stripe-mcp",
		"completions/stripe-mcp.ps1":  "Register-ArgumentCompleter",
		"man/stripe-mcp.1.gz":         `.TH "STRIPE-MCP" "1" "Nov 2025"`,
		"man/stripe-mcp-call.1.gz":    "stripe-mcp call",
	} {
		text, err := os.ReadFile(filepath.Join(first, "docs", file))
		if err != nil {
			t.Fatal(err)
		}
		again, err := os.ReadFile(filepath.Join(second, "docs", file))
		if err != nil || !bytes.Equal(text, again) {
			t.Errorf("two files %s of the same differ: %v", file, err)
		}
		if strings.HasSuffix(file, ".gz") {
			text = unpacked(t, text)
		}
		if !strings.Contains(string(text), part) {
			t.Errorf("%s does not hold %s:\n%.300s", file, part, text)
		}
	}
}

func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
