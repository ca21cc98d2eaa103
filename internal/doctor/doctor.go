// Package doctor finds out whether everything is right that a server needs, and what to do about what is not. It only reads:
// after it, every file is as before. Its findings are data, which others print.
package doctor

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"

	"stripe-mcp/internal/account"
	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/outcome"
)

// Status says how bad a finding is.
type Status string

// The statuses.
const (
	Fine    Status = "ok"
	Warning Status = "warn" // it works, and could be better
	Failure Status = "fail" // it does not work
)

// Finding is what one check came to.
type Finding struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitempty"` // what to do about it

	// Refusal is what Stripe or the network said, where that is the finding.
	Refusal *outcome.Error `json:"-"`
}

// Text is the finding for people.
func (f Finding) Text() string { return hint.Join(f.Detail, f.Fix) }

// Options says what to examine.
type Options struct {
	Account *account.Account
	Memory  error            // why nothing can be kept on the disk, as far as looking tells, or nil
	Clients []clients.Client // whose entries are looked at
	Offline bool             // leave out what asks Stripe

	// Simulator says that the simulator was asked for on the command line, as a server has to be told, too.
	Simulator bool
}

// examination is one run of all checks.
type examination struct {
	Options

	findings []Finding
}

// Examine makes all checks. None of them keeps the others from being made.
func Examine(ctx context.Context, o Options) []Finding {
	e := &examination{Options: o}
	foreign := local.CheckOwn(os.Getenv("HOME"), o.Account.Config.StateDir)
	if foreign != nil {
		e.faulty(Failure, "user", foreign, "")
	}
	e.checkConfig()
	e.checkKey(ctx)
	e.checkNetwork()
	if foreign == nil {
		e.checkJournal(ctx)
	}
	e.checkClients()
	if foreign == nil {
		e.checkServer(ctx)
	}
	return e.findings
}

// Failed returns the first finding of something that does not work, if there is one.
func Failed(findings []Finding) (first Finding, failed bool) {
	at := slices.IndexFunc(findings, func(f Finding) bool { return f.Status == Failure })
	if at < 0 {
		return Finding{}, false
	}
	return findings[at], true
}

func (e *examination) add(status Status, check, detail, fix string) {
	if check != "clients" { // whose entries can be those of other accounts
		fix = e.Account.Config.Address(fix)
	}
	e.findings = append(e.findings, Finding{Check: check, Status: status, Detail: detail, Fix: fix})
}

func (e *examination) ok(check, format string, values ...any) {
	e.add(Fine, check, fmt.Sprintf(format, values...), "")
}

func (e *examination) warn(check, detail, fix string) { e.add(Warning, check, detail, fix) }

func (e *examination) fail(check, detail, fix string) { e.add(Failure, check, detail, fix) }

// faulty notes an error; otherwise is the fix where the error has none.
func (e *examination) faulty(status Status, check string, err error, otherwise string) {
	detail, fix := hint.Split(err)
	e.add(status, check, detail, cmp.Or(fix, otherwise))
}
