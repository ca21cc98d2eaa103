package cli

import (
	"github.com/spf13/cobra"

	"stripe-mcp/internal/doctor"
	"stripe-mcp/internal/local"
)

func (p *process) doctorCommand() *cobra.Command {
	var asJSON, offline bool
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Check the configuration, the key, the network, the journal and the AI clients",
		Long: "Checks everything that has to be right and says what is (ok), what could be better (warn) and what does not\n" +
			"work (fail), with a hint what to do about it. It only reads, and changes no file. The exit code is 0 when nothing fails.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a := p.newAppIn(local.LookForRoom)
			return p.report(asJSON, doctor.Examine(cmd.Context(), doctor.Options{
				Account: a.Account, Memory: a.memory(), Clients: p.clients(), Offline: offline, Simulator: p.flags.Simulator,
			}))
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	command.Flags().BoolVar(&offline, "offline", false, "leave out what asks Stripe")
	return command
}

// report prints the findings of doctor. The first failure decides the exit code.
func (p *process) report(asJSON bool, findings []doctor.Finding) error {
	first, failed := doctor.Failed(findings)
	if asJSON {
		p.printJSON(struct {
			OK     bool             `json:"ok"`
			Checks []doctor.Finding `json:"checks"`
		}{!failed, findings})
	} else {
		for _, f := range findings {
			p.printf("%-5s %-8s %s\n", f.Status, f.Check, f.Text())
		}
	}
	if failed {
		return &exitError{findingCode(first), ""}
	}
	return nil
}

// findingCode returns the exit code for a finding of something that does not work.
func findingCode(f doctor.Finding) ExitCode {
	if f.Refusal != nil {
		return exitCodeOf(f.Refusal)
	}
	return ExitConfig
}
