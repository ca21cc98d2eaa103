package mcpserver

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"stripe-mcp/internal/nearest"
	"stripe-mcp/internal/secret"
)

// toolNames are the names of the tools.
type toolNames struct {
	listed, hidden []string
}

func namesOf(tools []Tool) toolNames {
	var names toolNames
	for _, t := range tools {
		if t.Hidden {
			names.hidden = append(names.hidden, t.Name)
		} else {
			names.listed = append(names.listed, t.Name)
		}
	}
	return names
}

// wrong returns what is wrong with the name of a called tool, or nil. A hidden tool can be called: it is refused by name.
func (n toolNames) wrong(name string) *mcp.JSONRPCErrorDetails {
	const longest = 64 // of the name of any tool
	if name == "" {
		return fault(mcp.INVALID_PARAMS, "params.name must be the name of a tool; "+n.list())
	}
	if slices.Contains(n.listed, name) || slices.Contains(n.hidden, name) {
		return nil
	}
	shown := strconv.Quote(name)
	if len(name) > longest || secret.Looks(name) {
		shown = "of that name"
	}
	next := nearest.DidYouMean(name, n.listed)
	if next == "" {
		next = n.list()
	}
	return fault(mcp.INVALID_PARAMS, "unknown tool "+shown+"; "+next)
}

func (n toolNames) list() string {
	if len(n.listed) == 0 {
		return "tools/list has none"
	}
	return "tools/list has " + strings.Join(n.listed, ", ")
}
