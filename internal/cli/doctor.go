package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/tools"
)

// finding is what one check came to.
type finding struct {
	Check  string `json:"check"`
	Status status `json:"status"`
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitempty"` // what to do about it
	code   ExitCode
}

// text is the finding for people.
func (f finding) text() string { return hint.Join(f.Detail, f.Fix) }

type status string

const (
	fine    status = "ok"
	warning status = "warn" // it works, and could be better
	failure status = "fail" // it does not work
)

// doctor is one run of the command.
type doctor struct {
	*process
	app      *app
	offline  bool
	findings []finding
}

func (p *process) doctorCommand() *cobra.Command {
	var asJSON, offline bool
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Check the configuration, the key, the network, the journal and the AI clients",
		Long: "Checks everything that has to be right and says what is (ok), what could be better (warn) and what does not\n" +
			"work (fail), with a hint what to do about it. It only reads. The exit code is 0 when nothing fails.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := &doctor{process: p, app: p.newApp(), offline: offline}
			d.examine(cmd.Context())
			return d.report(asJSON)
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	command.Flags().BoolVar(&offline, "offline", false, "leave out what asks Stripe")
	return command
}

// examine makes all checks. None of them keeps the others from being made.
func (d *doctor) examine(ctx context.Context) {
	foreign := local.CheckOwn(os.Getenv("HOME"), d.app.Config.StateDir)
	if foreign != nil {
		d.faulty(failure, "user", foreign, "")
	}
	d.checkConfig()
	d.checkKey(ctx)
	d.checkNetwork()
	if foreign == nil { // else it would make files there
		d.checkJournal(ctx)
	}
	d.checkClients()
	if foreign == nil {
		d.checkServer(ctx)
	}
}

func (d *doctor) add(status status, check, detail, fix string) {
	d.findings = append(d.findings, finding{check, status, detail, fix, ExitConfig})
}

func (d *doctor) ok(check, format string, values ...any) {
	d.add(fine, check, fmt.Sprintf(format, values...), "")
}

func (d *doctor) warn(check, detail, fix string) { d.add(warning, check, detail, fix) }

func (d *doctor) fail(check, detail, fix string) { d.add(failure, check, detail, fix) }

// faulty notes an error; otherwise is the fix where the error has none.
func (d *doctor) faulty(status status, check string, err error, otherwise string) {
	detail, fix := hint.Split(err)
	d.add(status, check, detail, cmp.Or(fix, otherwise))
}

// report prints the findings. The first failure decides the exit code.
func (d *doctor) report(asJSON bool) error {
	code := ExitOK
	if first := slices.IndexFunc(d.findings, func(f finding) bool { return f.Status == failure }); first >= 0 {
		code = d.findings[first].code
	}
	if asJSON {
		encoded, err := tools.Encode(struct {
			OK     bool      `json:"ok"`
			Checks []finding `json:"checks"`
		}{code == ExitOK, d.findings})
		if err != nil {
			return err
		}
		d.printf("%s\n", encoded)
	} else {
		for _, f := range d.findings {
			d.printf("%-5s %-8s %s\n", f.Status, f.Check, f.text())
		}
	}
	if code != ExitOK {
		return &exitError{code, ""}
	}
	return nil
}
