// Package audit is the only place that shows the journal to people.
package audit

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/prompt"
	"stripe-mcp/tools"
)

// Options says where the commands read and write.
type Options struct {
	Account func() *account.Account // makes the configured one
	In      io.Reader               // a person's answers
	Out     io.Writer               // scrubbed
	Err     io.Writer               // for questions
	Fail    func(error) error       // makes an error of a command, with its hint, end the process
}

// Command returns the command journal.
func Command(o Options) *cobra.Command {
	command := &cobra.Command{Use: "journal", Short: "Show what was created, and settle what is unknown", Args: cobra.NoArgs}
	command.AddCommand(o.list(), o.show(), o.settle(), o.schema())
	return command
}

// with runs a command on the account.
func (o Options) with(run func(ctx context.Context, a *account.Account, arguments []string) error) func(*cobra.Command, []string) error {
	return func(command *cobra.Command, arguments []string) error {
		a := o.Account()
		defer a.Close(command.Context())
		err := run(command.Context(), a, arguments)
		if err == nil {
			return nil
		}
		message, next := hint.Split(err)
		return o.Fail(hint.Errorf(a.Config.Address(cmp.Or(next, journal.Hint(err))), "%s", message))
	}
}

func (o Options) list() *cobra.Command {
	var filter journal.Filter
	var since string
	var asJSON bool
	command := &cobra.Command{
		Use: "list", Short: "List the calls that made or paid something; unknown outcomes first", Args: cobra.NoArgs,
		RunE: o.with(func(ctx context.Context, a *account.Account, _ []string) error {
			span, err := config.Span(since)
			if err != nil {
				return err
			}
			filter.Since = time.Now().Add(-span)
			orders, err := a.Journal().List(ctx, filter)
			for i := range orders {
				orders[i].Advice = a.Config.Address(orders[i].Advice)
			}
			switch {
			case err != nil:
				return err
			case asJSON:
				return o.json(struct {
					Orders []journal.Order `json:"orders"`
				}{orders})
			}
			return o.table(orders)
		}),
	}
	flags := command.Flags()
	flags.StringVar(&since, "since", "30d", "how far back, such as 12h or 30d; unknown outcomes are listed all the same")
	flags.StringVar(&filter.Tool, "tool", "", "only the calls of that tool")
	flags.BoolVar(&filter.Unknown, "unknown", false, "only those of unknown outcome")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return command
}

func (o Options) json(value any) error {
	encoded, err := tools.Encode(value)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(o.Out, string(encoded))
	return err
}

// table prints orders, and then what to do about the unknown ones.
func (o Options) table(orders []journal.Order) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "INTENT\tTIME\tTOOL\tMODE\tOUTCOME\tOBJECT\tAMOUNT\tCLIENT")
	for _, order := range orders {
		_, _ = fmt.Fprintln(table, strings.Join([]string{
			order.Intent, order.Time.UTC().Format(time.RFC3339), order.Tool, order.Mode, order.Outcome, order.Object, order.Cost(), order.Client,
		}, "\t"))
	}
	_ = table.Flush() // a text takes everything
	for _, order := range orders {
		if order.Unknown {
			_, _ = fmt.Fprintf(&text, "%s is unknown: %s\n", order.Intent, order.Advice)
		}
	}
	_, err := io.WriteString(o.Out, text.String())
	return err
}

func (o Options) show() *cobra.Command {
	return &cobra.Command{
		Use: "show INTENT", Short: "Show one call, with those that share its key", Args: cobra.ExactArgs(1),
		RunE: o.with(func(ctx context.Context, a *account.Account, arguments []string) error {
			order, events, err := a.Journal().Show(ctx, arguments[0])
			if err != nil {
				return err
			}
			order.Advice = a.Config.Address(order.Advice)
			return o.json(struct {
				journal.Order

				Events []journal.Event `json:"events"`
			}{order, events})
		}),
	}
}

func (o Options) settle() *cobra.Command {
	var yes bool
	command := &cobra.Command{
		Use: "settle INTENT", Short: "Find out what came of an unknown, or end it on your word", Args: cobra.ExactArgs(1),
		RunE: o.with(func(ctx context.Context, a *account.Account, arguments []string) error {
			return o.end(ctx, a, arguments[0], yes)
		}),
	}
	command.Flags().BoolVar(&yes, "yes", false, "end it without a question")
	return command
}

// end ends an order of unknown outcome: as failed where Stripe has nothing of it, else on the owner's word.
func (o Options) end(ctx context.Context, a *account.Account, intent string, yes bool) error {
	found, err := a.Settle(ctx, intent)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(o.Out, "%s.\n", found.Said); err != nil {
		return err
	}
	said := "failed: Stripe has nothing that was made then"
	if !found.Nothing {
		said = "ended by the owner"
	}
	if !found.Nothing && !yes {
		const question = "End it on your word? The next equal call is then a new operation"
		if yes, err = prompt.YesNo(ctx, bufio.NewReader(o.In), o.Err, question, false); err != nil || !yes {
			_, _ = fmt.Fprintln(o.Err, "nothing was changed")
			return err
		}
	}
	if err := a.Journal().End(ctx, intent, said, found.Nothing); err != nil {
		return err
	}
	_, err = fmt.Fprintf(o.Out, "It is ended (%s). The next equal call is a new operation.\n", said)
	return err
}

func (o Options) schema() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the SQL that a journal in PostgreSQL needs", Args: cobra.NoArgs,
		RunE: o.with(func(_ context.Context, a *account.Account, _ []string) error {
			_, err := io.WriteString(o.Out, journal.Schema()+journal.Grants(a.Config.JournalDatabase.User()))
			return err
		}),
	}
}
