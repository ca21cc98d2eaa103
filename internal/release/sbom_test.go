package main

import (
	"strings"
	"testing"
)

// TestFixBill says that what differs between two runs of Syft is gone, and what differs between two programs is not.
func TestFixBill(t *testing.T) {
	t.Parallel()
	const first = `{"spdxVersion": "SPDX-2.3", "name": "x.tar.gz", "documentNamespace": "https://tool.example/x-1111",
		"creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": ["Tool: syft-1"], "licenseListVersion": "3"},
		"packages": [{"name": "a"}, {"name": "b"}], "relationships": [{"from": "a"}, {"from": "b"}]}`
	fixed := func(bill string) string {
		text, err := fixBill([]byte(bill), sample(t))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, c := range map[string]struct {
		from, to string
		same     bool
	}{
		"time":      {"2026-01-01T00:00:00Z", "2026-02-02T02:02:02Z", true},
		"namespace": {"x-1111", "x-2222", true},
		"order":     {`[{"name": "a"}, {"name": "b"}]`, `[{"name": "b"}, {"name": "a"}]`, true},
		"relations": {`[{"from": "a"}, {"from": "b"}]`, `[{"from": "b"}, {"from": "a"}]`, true},
		"package":   {`"name": "a"`, `"name": "c"`, false},
		"tool":      {"syft-1", "syft-2", false},
		"file":      {"x.tar.gz", "y.tar.gz", false},
	} {
		second := strings.Replace(first, c.from, c.to, 1)
		if (fixed(first) == fixed(second)) != c.same {
			t.Errorf("%s: got\n%s\nand\n%s", name, fixed(first), fixed(second))
		}
	}
	for _, part := range []string{`"created": "2025-11-27T17:33:40Z"`, "https://github.com/Somebody/stripe-mcp/spdx/0123456789abcdef/x.tar.gz"} {
		if !strings.Contains(fixed(first), part) {
			t.Errorf("%s is missing in %s", part, fixed(first))
		}
	}
	if _, err := fixBill([]byte("{"), sample(t)); err == nil {
		t.Error("a damaged bill was taken")
	}
}
