package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/journal"
	"stripe-mcp/tools"
)

func (p *process) journalCommand() *cobra.Command {
	command := &cobra.Command{Use: "journal", Short: "Show what was created, and settle what is unknown", Args: cobra.NoArgs}
	add := func(use, short string, takes cobra.PositionalArgs, run func(ctx context.Context, a *app, args []string) error) *cobra.Command {
		added := &cobra.Command{Use: use, Short: short, Args: takes, RunE: func(cmd *cobra.Command, args []string) error {
			a := p.newApp()
			defer a.Close(cmd.Context())
			err := run(cmd.Context(), a, args)
			if _, exits := errors.AsType[*exitError](err); err == nil || exits {
				return err
			}
			message, next := hint.Split(err)
			return &exitError{ExitToolError, "stripe-mcp: " + hint.Join(message, cmp.Or(next, journal.Hint(err)))}
		}}
		command.AddCommand(added)
		return added
	}
	var filter journal.Filter
	var since string
	var asJSON, yes bool
	list := add("list", "List the calls that made or paid something; unknown outcomes first", cobra.NoArgs, func(ctx context.Context, a *app, _ []string) error {
		span, err := config.Span(since)
		if err != nil {
			return err
		}
		filter.Since = time.Now().Add(-span)
		orders, err := a.Journal.List(ctx, filter)
		if err != nil {
			return err
		}
		return p.printOrders(orders, asJSON)
	})
	list.Flags().StringVar(&since, "since", "30d", "how far back, such as 12h or 30d; unknown outcomes are listed all the same")
	list.Flags().StringVar(&filter.Tool, "tool", "", "only the calls of that tool")
	list.Flags().BoolVar(&filter.Unknown, "unknown", false, "only those of unknown outcome")
	list.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	add("show INTENT", "Show one call, with those that share its key", cobra.ExactArgs(1), p.showOrder)
	settle := add("settle INTENT", "Find out what came of an unknown, or end it on your word", cobra.ExactArgs(1), func(ctx context.Context, a *app, args []string) error {
		return p.settle(ctx, a, args[0], yes)
	})
	settle.Flags().BoolVar(&yes, "yes", false, "end it without a question")
	add("schema", "Print the SQL that a journal in PostgreSQL needs", cobra.NoArgs, func(_ context.Context, a *app, _ []string) error {
		p.printf("%s%s", journal.Schema(), journal.Grants(a.Config.JournalDatabase.User()))
		return nil
	})
	return command
}

func (p *process) showOrder(ctx context.Context, a *app, args []string) error {
	order, events, err := a.Journal.Show(ctx, args[0])
	if err != nil {
		return err
	}
	return p.printJSON(struct {
		journal.Order

		Events []journal.Event `json:"events"`
	}{order, events})
}

// settle ends an order of unknown outcome: as failed where Stripe has nothing of it, else on the owner's word.
func (p *process) settle(ctx context.Context, a *app, intent string, yes bool) error {
	found, err := a.Settle(ctx, intent)
	if err != nil {
		return err
	}
	p.printf("%s.\n", found.Said)
	said := "failed: Stripe has nothing that was made then"
	if !found.Nothing {
		said = "ended by the owner"
		if !yes {
			yes, err = (&setup{process: p}).ask(bufio.NewReader(p.stdin), "End it on your word? The next equal call is then a new operation", false)
		}
		if err == nil && !yes {
			err = &exitError{ExitOK, "nothing was changed"}
		}
	}
	if err == nil {
		err = a.Journal.End(ctx, intent, said)
	}
	if err == nil {
		p.printf("It is ended (%s). The next equal call is a new operation.\n", said)
	}
	return err
}

func (p *process) printJSON(value any) error {
	encoded, err := tools.Encode(value)
	if err == nil {
		p.printf("%s\n", encoded)
	}
	return err
}

func (p *process) printOrders(orders []journal.Order, asJSON bool) error {
	if asJSON {
		return p.printJSON(struct {
			Orders []journal.Order `json:"orders"`
		}{orders})
	}
	return journal.Print(p.scrubber.Writer(p.stdout), orders)
}
