// Package policy is the only place that refuses a valid call because the owner's configuration forbids it.
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

// Policy says which calls the owner allows.
type Policy struct {
	ReadOnly             bool             // offer only tools that change nothing
	Tools                []string         // offer only these; empty for all
	AllowLiveWrites      bool             // let a live key change something
	MaxAmount            map[string]int64 // the highest cost of one call in minor units, by lower-case currency; empty for no cap
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
	Prices  Prices
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

// Check returns why a call must not be sent, or nil when it may. A call that changes nothing is always allowed. Check reads
// prices when it has to add up a cost.
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

// Validate returns an error when p names tools that are not known or hosts that cannot be hosts. The owner must have meant
// something else.
func (p Policy) Validate(known []string) error {
	var unknown []string
	for _, name := range p.Tools {
		if !slices.Contains(known, name) {
			shown := fmt.Sprintf("%q", name)
			if near := nearest.Nearest(name, known); near != "" {
				shown += " (nearest: " + near + ")"
			}
			unknown = append(unknown, shown)
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
