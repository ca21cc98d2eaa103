package main

import (
	"strings"
	"testing"
	"time"
)

// lookup returns an environment.
func lookup(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

// sample is a product to test with.
func sample(t *testing.T) product {
	t.Helper()
	p, err := newProduct("1.2.3", "0123456789abcdef", lookup(map[string]string{
		"REPOSITORY": "https://github.com/Somebody/stripe-mcp", "SOURCE_DATE_EPOCH": "1764264820",
	}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestNewProduct says what follows from the few variables of a release.
func TestNewProduct(t *testing.T) {
	t.Parallel()
	const repository, epoch = "https://github.com/Somebody/stripe-mcp", "1764264820"
	for name, c := range map[string]struct {
		repository, scope, epoch string
		npm, server, image       string
		problem                  string // in the error
	}{
		"usual":         {repository, "", epoch, "@somebody/stripe-mcp", "io.github.Somebody/stripe-mcp", "ghcr.io/somebody/stripe-mcp:1.2.3", ""},
		"slash":         {repository + "/", "", epoch, "@somebody/stripe-mcp", "io.github.Somebody/stripe-mcp", "ghcr.io/somebody/stripe-mcp:1.2.3", ""},
		"scope":         {repository, "@tools", epoch, "@tools/stripe-mcp", "io.github.Somebody/stripe-mcp", "ghcr.io/somebody/stripe-mcp:1.2.3", ""},
		"no repository": {"", "", epoch, "", "", "", "REPOSITORY"},
		"no owner":      {"https://github.com/stripe-mcp", "", epoch, "", "", "", "REPOSITORY"},
		"deeper":        {repository + "/tree/main", "", epoch, "", "", "", "REPOSITORY"},
		"not https":     {"git@github.com:Somebody/stripe-mcp", "", epoch, "", "", "", "REPOSITORY"},
		"bare scope":    {repository, "tools", epoch, "", "", "", "NPM_SCOPE"},
		"big scope":     {repository, "@Tools", epoch, "", "", "", "NPM_SCOPE"},
		"no time":       {repository, "", "", "", "", "", "SOURCE_DATE_EPOCH"},
		"time as text":  {repository, "", "2026-11-27", "", "", "", "SOURCE_DATE_EPOCH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := newProduct("1.2.3", "abc", lookup(map[string]string{"REPOSITORY": c.repository, "NPM_SCOPE": c.scope, "SOURCE_DATE_EPOCH": c.epoch}))
			if c.problem != "" {
				if err == nil || !strings.Contains(err.Error(), c.problem) {
					t.Fatalf("the error is %v and has to name %s", err, c.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if p.npmName() != c.npm || p.serverName() != c.server || p.image() != c.image {
				t.Errorf("got %s, %s, %s", p.npmName(), p.serverName(), p.image())
			}
			if want := time.Date(2025, 11, 27, 17, 33, 40, 0, time.UTC); !p.time.Equal(want) {
				t.Errorf("the time is %s, not %s", p.time, want)
			}
			if want := repository + "/releases/download/v1.2.3/x.zip"; p.download("x.zip") != want {
				t.Errorf("the address is %s, not %s", p.download("x.zip"), want)
			}
		})
	}
}
