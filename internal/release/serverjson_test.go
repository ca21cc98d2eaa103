package main

import (
	"strings"
	"testing"
)

// TestServerJSON holds the entry against the registry's own schema, and the schema against entries that are wrong.
func TestServerJSON(t *testing.T) {
	t.Parallel()
	schema, err := registrySchemaOf(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	sum := strings.Repeat("0a", 32)
	text, err := indented(newServerJSON(sample(t), []bundle{{"stripe-mcp_1.2.3_linux.mcpb", sum}}))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		from, to string
		fine     bool
	}{
		"as it is":         {"", "", true},
		"short sum":        {sum, sum[2:], false},
		"latest":           {`"version": "1.2.3"`, `"version": "latest"`, false},
		"name of its own":  {"io.github.Somebody/", "", false},
		"long description": {description, strings.Repeat("x", 101), false},
		"no identifier":    {`"identifier"`, `"id"`, false},
	} {
		wrong := strings.ReplaceAll(string(text), c.from, c.to)
		if c.from == "" {
			wrong = string(text)
		} else if wrong == string(text) {
			t.Fatalf("%s: %s does not stand in %s", name, c.from, text)
		}
		if err := accept(schema, []byte(wrong)); (err == nil) != c.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, part := range []string{`"@somebody/stripe-mcp"`, `"ghcr.io/somebody/stripe-mcp:1.2.3"`, `"https://github.com/Somebody/stripe-mcp/releases/download/v1.2.3/stripe-mcp_1.2.3_linux.mcpb"`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("%s is missing in %s", part, text)
		}
	}
}
