// Package policy holds the owner's will: what the configuration lets a client do at all. It is the only place that
// refuses a call that would otherwise be valid.
package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stripe-mcp/internal/nearest"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/stripeapi"
	"stripe-mcp/tools"
)

// Policy is what the configuration says about which calls may be made.
type Policy struct {
	ReadOnly             bool             // offer only tools that change nothing
	Tools                []string         // offer only these; empty for all
	AllowLiveWrites      bool             // let a live key change something
	MaxAmount            map[string]int64 // the most that one call may cost, by lower-case currency in minor units; empty for no cap
	AllowedRedirectHosts []string         // where people may be sent: host or *.host; empty for anywhere
	Confirm              Confirm
}

// Confirm says when a person is asked before something is changed.
type Confirm string

// When to ask.
const (
	ConfirmAuto   Confirm = "auto"   // before a live write, if the client can ask
	ConfirmAlways Confirm = "always" // before every write, which is refused if the client cannot ask
	ConfirmNever  Confirm = "never"
)

// Call is a valid call that is about to be sent.
type Call struct {
	tools.Request

	Live    bool   // the key is not certainly a test key
	Mode    string // TEST, LIVE or SIMULATOR
	Account string // connected account, empty for the key's own
	Prices  Prices
}

// Prices looks prices up. *stripeapi.Client does.
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

// Check returns why a call must not be sent, or nil when it may. It reads prices where it has to count. Calls that change
// nothing always may.
func (p Policy) Check(ctx context.Context, call Call) *outcome.Error {
	if call.Tool.Effect == tools.Reads {
		return nil
	}
	for _, rule := range callRules() {
		if refusal := rule(ctx, p, call); refusal != nil {
			return refusal
		}
	}
	return nil
}

// Validate returns what makes no sense in p given the tools that exist, because such a policy does not say what its owner
// meant.
func (p Policy) Validate(all []tools.Tool) error {
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
	if len(unknown) > 0 {
		return fmt.Errorf("tools in the configuration names tools that do not exist: %s", strings.Join(unknown, ", "))
	}
	for _, entry := range p.AllowedRedirectHosts {
		if _, err := parseHostRule(entry); err != nil {
			return err
		}
	}
	return nil
}
