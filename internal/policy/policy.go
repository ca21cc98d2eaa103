// Package policy is the only place that refuses a valid call because the owner's configuration forbids it.
package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/nearest"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/stripeapi"
	"stripe-mcp/tools"
)

// Policy says which calls the owner allows.
type Policy struct {
	ReadOnly             bool             // offer only tools that change nothing
	Toolsets             []string         // offer the tools of these sets, too; "all" means each
	Tools                []string         // of these, offer only those named here; empty for all
	AllowLiveWrites      bool             // let a live key change something
	MaxAmount            map[string]int64 // the highest cost of one call in minor units, by lower-case currency; empty for no cap
	DailyLimit           map[string]int64 // the same for all calls of a day that make something or pay
	AllowedRedirectHosts []string         // where people may be sent: host or *.host; empty for anywhere
	Confirm              Confirm
}

// Confirm says when a person is asked before a call changes something.
type Confirm string

// When to ask.
const (
	ConfirmAuto   Confirm = "auto"   // before a live write, if the client can ask
	ConfirmAlways Confirm = "always" // before every write; if the client cannot ask, the write is refused
	ConfirmNever  Confirm = "never"
)

// Call is a valid call that is about to be sent.
type Call struct {
	tools.Request

	Live    bool   // the key is not certainly a test key
	Mode    string // TEST, LIVE or SIMULATOR
	Account string // connected account, empty for the key's own
	// AccountName is what its owner calls the account, empty where there is only one.
	AccountName string

	Prices Prices
	Learn  func(context.Context, *tools.Request) error // completes the request; nil where it is complete
	Cost   map[string]int64                            // what Check has added up, in each currency that is possible; nil where no cap needs it
}

// Prices looks prices up. *stripeapi.Client implements it.
type Prices interface {
	UnitPrice(ctx context.Context, id string) (stripeapi.UnitPrice, error)
	// CustomerCurrency returns what a customer is billed in, empty when that is not settled yet.
	CustomerCurrency(ctx context.Context, id string) (string, error)
}

// Withheld returns why a tool is not offered, or nil when it is.
func (p Policy) Withheld(tool tools.Tool) *outcome.Error {
	for _, rule := range toolRules() {
		if refusal := rule(p, tool); refusal != nil {
			return refusal
		}
	}
	return nil
}

// Check returns why a call must not be sent, or nil when it may. A call that changes nothing is always allowed. Check completes
// the call with what only Stripe can say, and reads prices when it has to add up a cost.
func (p Policy) Check(ctx context.Context, call *Call) *outcome.Error {
	if call.Effect() == tools.Reads {
		return nil
	}
	for _, rule := range callRules() {
		if refusal := rule(ctx, p, call); refusal != nil {
			return refusal
		}
	}
	return nil
}

// allSets stands for every set in Toolsets.
const allSets = "all"

// hasSet reports whether the owner switched a set on. The tools without one are always on.
func (p Policy) hasSet(set tools.Set) bool {
	return set == "" || slices.Contains(p.Toolsets, allSets) || slices.Contains(p.Toolsets, string(set))
}

// SetsOff returns the sets that the owner has not switched on.
func (p Policy) SetsOff() []tools.Set { return slices.DeleteFunc(tools.Sets(), p.hasSet) }

// Validate returns an error when p names sets or tools that are not known, tools of a set that is off, or hosts that cannot be
// hosts. The owner must have meant something else.
func (p Policy) Validate() error {
	sets := append(make([]string, 0, 1+len(tools.Sets())), allSets)
	for _, set := range tools.Sets() {
		sets = append(sets, string(set))
	}
	if unknown := unknown(p.Toolsets, sets); unknown != "" {
		return hint.Errorf("the sets are "+strings.Join(sets, ", "), "toolsets in the configuration names sets that do not exist: %s", unknown)
	}
	var names, off []string
	for _, tool := range tools.All() {
		names = append(names, tool.Name)
		if slices.Contains(p.Tools, tool.Name) && !p.hasSet(tool.Set) {
			off = append(off, fmt.Sprintf("%s (set %s)", tool.Name, tool.Set))
		}
	}
	if unknown := unknown(p.Tools, names); unknown != "" {
		return fmt.Errorf("tools in the configuration names tools that do not exist: %s", unknown)
	}
	if len(off) > 0 {
		return hint.Errorf("add the set to toolsets, or take the tool out of tools",
			"tools in the configuration names tools of sets that are off: %s", strings.Join(off, ", "))
	}
	for _, entry := range p.AllowedRedirectHosts {
		if _, err := parseHostRule(entry); err != nil {
			return err
		}
	}
	return nil
}

// unknown returns the names that are not known, each with the one that is near it.
func unknown(names, known []string) string {
	var shown []string
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		text := fmt.Sprintf("%q", name)
		if near := nearest.Nearest(name, known); near != "" {
			text += " (nearest: " + near + ")"
		}
		shown = append(shown, text)
	}
	return strings.Join(shown, ", ")
}
