// Package policy holds the owner's will: what the configuration lets a client do at all. It is the only place that
// refuses a call that would otherwise be valid.
package policy

import (
	"fmt"
	"slices"
	"strings"

	"stripe-mcp/internal/nearest"
	"stripe-mcp/internal/stripeapi"
	"stripe-mcp/tools"
)

// Policy is what the configuration says about which calls may be made.
type Policy struct {
	ReadOnly bool     // offer only tools that change nothing
	Tools    []string // offer only these; empty for all
}

// Withheld returns why a tool is not offered, or nil when it is.
func (p Policy) Withheld(tool tools.Tool) *stripeapi.Error {
	if p.ReadOnly && tool.Effect != tools.Reads {
		return stripeapi.Refuse("read_only", tool.Name+" is switched off and nothing was sent: this server only reads",
			"The owner can allow it with read_only: false in the configuration")
	}
	if len(p.Tools) > 0 && !slices.Contains(p.Tools, tool.Name) {
		return stripeapi.Refuse("tool_not_allowed", tool.Name+" is switched off and nothing was sent: it is not on the list of allowed tools",
			"The owner can allow it by adding it to tools in the configuration")
	}
	return nil
}

// Check returns an error for names in Tools that no tool has, because such a list does not say what its owner meant.
func (p Policy) Check(all []tools.Tool) error {
	known := make([]string, len(all))
	for i, tool := range all {
		known[i] = tool.Name
	}
	var unknown []string
	for _, name := range p.Tools {
		if !slices.Contains(known, name) {
			unknown = append(unknown, fmt.Sprintf("%q (nearest: %s)", name, nearest.Nearest(name, known)))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return fmt.Errorf("tools in the configuration names tools that do not exist: %s", strings.Join(unknown, ", "))
}
