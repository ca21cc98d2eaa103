package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/nearest"
	"stripe-mcp/internal/shellargs"
)

func (p *process) callCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "call TOOL [name=value... | JSON | -]",
		Short: "Call one tool and print its answer as JSON",
		Long: "Calls one tool and prints its answer as JSON on stdout. Arguments are name=value pairs, one JSON object, or - to read\n" +
			"that object from stdin. The exit code tells success (0) from a tool's error (1), wrong usage (2), configuration (3), a key that\n" +
			"Stripe does not accept (4), network or Stripe down (5), refusal by policy (6) and an unknown outcome (7).",
		Example: "  stripe-mcp call stripe_get_customer customer_id=cus_NffrFeUfNV2Hib\n" +
			"  stripe-mcp call stripe_list_subscriptions '{\"status\": \"active\", \"limit\": 3}'",
		ValidArgsFunction: p.completeCall,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("call needs the name of a tool; stripe-mcp tools lists them")
			}
			arguments, err := shellargs.Read(args[1:], p.stdin)
			if err != nil {
				return err
			}
			return p.call(cmd.Context(), args[0], arguments)
		},
	}
}

func (p *process) call(ctx context.Context, name string, arguments json.RawMessage) error {
	a := p.newApp()
	defer a.Close(ctx)
	tool, ok := a.Find(name)
	if !ok {
		return fmt.Errorf("there is no tool %q; %s", name, cmp.Or(nearest.DidYouMean(name, a.Names()), "stripe-mcp tools lists them"))
	}
	got := a.Call(ctx, account.Caller{Client: "stripe-mcp call"}, tool, arguments)
	answer := p.scrubber.Scrub(string(got.JSON))
	_, err := fmt.Fprintln(p.stdout, answer)
	got.Delivered(err == nil)
	_, _ = fmt.Fprint(p.stderr, a.howToOpen(ctx, answer))
	switch {
	case err != nil:
		return &exitError{ExitToolError, fmt.Sprintf("stripe-mcp: the call was made, and its answer could not be written (%v). "+
			"If it created something, the same call again finds that instead of creating another", err)}
	case got.Failure != nil:
		lines := append([]string{"stripe-mcp: " + got.Failure.Message}, got.Failure.Problems...)
		return &exitError{exitCodeOf(got.Failure), p.scrubber.Scrub(hint.Join(strings.Join(lines, "\n  "), got.Failure.Hint))}
	}
	return nil
}
