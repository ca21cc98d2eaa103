package config_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/config"
)

var update = flag.Bool("update", false, "rewrite the README's table of configuration keys")

// TestReadmeTable keeps the README's list of keys true: make docs rewrites it.
func TestReadmeTable(t *testing.T) {
	t.Parallel()
	const path, begin, end = "../../README.md", "<!-- configuration: written by make docs -->\n", "<!-- end of configuration -->"
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(readme), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("the README has no place for the table of keys")
	}
	var table strings.Builder
	table.WriteString("| key | default | meaning |\n|---|---|---|\n")
	for _, key := range config.Keys() {
		table.WriteString("| `" + key.Name + "` | " + key.Default + " | " + key.Meaning + " |\n")
	}
	want := before + begin + table.String() + end + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(readme)); diff != "" {
		t.Errorf("run make docs:\n%s", diff)
	}
}
