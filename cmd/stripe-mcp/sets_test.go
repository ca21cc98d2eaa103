package main

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/mcpclient"
	"stripe-mcp/tools"
)

// TestDefaultList: what clients see by default stays the same, byte for byte, whatever sets there are. If a change of a default
// tool is meant, the golden files in tools/published show it, and the new sum goes here.
func TestDefaultList(t *testing.T) {
	t.Parallel()
	const want = "c62c9dcd0d0b878f4c486ca7ac6441332e02dfe45e19527e3f033866c5a45917"
	text, err := command(t, nil, "tools", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("tools/list has the SHA-256 sum %s, want %s", got, want)
	}
}

// TestSetOff: a tool of a set that is off is not listed. A call is refused, and says how the owner switches it on.
func TestSetOff(t *testing.T) {
	t.Parallel()
	client := start(t, nil, "--simulator")
	shown := namesOf(t, client)
	for _, tool := range tools.All() {
		if listed := slices.Contains(shown, tool.Name); listed != (tool.Set == "") {
			t.Errorf("%s of the set %q is listed: %v", tool.Name, tool.Set, listed)
		}
		if tool.Set == "" {
			continue
		}
		got, err := client.Call(t.Context(), tool.Name, struct{}{})
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range []string{
			"nothing was sent: it belongs to the set " + string(tool.Set), "toolsets: [" + string(tool.Set) + "]", "setup --toolset " + string(tool.Set),
		} {
			if !got.IsError || !strings.Contains(got.Object(), words) {
				t.Errorf("%s: no %q in %s", tool.Name, words, got.Object())
			}
		}
	}
}

// TestSetsOn: the owner's other rules hold for the tools of a set, too.
func TestSetsOn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		settings []string
		offered  func(tools.Tool) bool
	}{
		"one":                 {[]string{"TOOLSETS=lookup"}, func(tool tools.Tool) bool { return tool.Set == "" || tool.Set == tools.Lookup }},
		"all":                 {[]string{"TOOLSETS=all"}, func(tools.Tool) bool { return true }},
		"all, to read":        {[]string{"TOOLSETS=all", "READ_ONLY=true"}, func(tool tools.Tool) bool { return tool.Effect == tools.Reads }},
		"all, but few tools":  {[]string{"TOOLSETS=all", "TOOLS=stripe_get_customer"}, func(tool tools.Tool) bool { return tool.Name == "stripe_get_customer" }},
		"one that is unknown": {[]string{"TOOLSETS=lokup"}, func(tool tools.Tool) bool { return tool.Set == "" }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := make([]string, len(tt.settings))
			for i, setting := range tt.settings {
				env[i] = "STRIPE_MCP_" + setting
			}
			got, want := namesOf(t, start(t, env, "--simulator")), []string{}
			for _, tool := range tools.All() {
				if tt.offered(tool) {
					want = append(want, tool.Name)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// namesOf returns the names of the tools that a client sees.
func namesOf(t *testing.T, client *mcpclient.Client) []string {
	t.Helper()
	raw, err := client.Request(t.Context(), "tools/list", nil)
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Tools []struct{ Name string } }
	decode(t, string(raw), &list)
	names := make([]string, len(list.Tools))
	for i, tool := range list.Tools {
		names[i] = tool.Name
	}
	return names
}
