// Package account is the only place that takes a call from its arguments to its answer, on one configured Stripe account.
package account

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/policy"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
	"stripe-mcp/tools"
)

// Options says what an account consists of.
type Options struct {
	Config    config.Config
	LoadFault error                             // what is wrong with the configuration, or nil
	Reload    func() (config.Config, error)     // reads the configuration again when the key was replaced
	Network   func() (http.RoundTripper, error) // returns what carries requests; the first call asks for it
	Scrubber  *secret.Scrubber                  // learns the key. Everything that leaves has to pass it
	Logger    *slog.Logger
	// Room says why nothing can be kept on the disk, so that the journal works in memory. It is asked when the journal is first
	// used, and may be nil.
	Room func() error
}

// Account is one configured account with its key, its client, the owner's rules and its journal. It is safe for concurrent
// use.
type Account struct {
	Options

	Policy policy.Policy
	Fault  error // LoadFault, or what the configuration lacks; with a fault no call is sent

	tools      []tools.Tool
	withheld   map[string]*outcome.Error // why a tool is not offered, by its name
	connection *connection
	opened     atomic.Bool             // the journal was used
	journal    func() *journal.Journal // see Journal
}

// New returns the account that o describes. It reads no key and sends nothing. With a wrong configuration the tools are
// listed all the same, and every call answers with what to correct. People see a tool's errors, but not a dead process.
func New(o Options) *Account {
	cfg := o.Config
	o.Scrubber.Learn(cfg.SecretKey)
	a := &Account{
		Options:  o,
		Policy:   policyOf(cfg),
		tools:    tools.All(),
		withheld: map[string]*outcome.Error{},
	}
	for _, password := range cfg.JournalDatabase.Secrets() {
		o.Scrubber.Learn(password)
	}
	a.journal = sync.OnceValue(a.newJournal)
	a.Fault = cmp.Or(o.LoadFault, a.Policy.Validate(), cfg.RequireKey())
	for _, tool := range a.tools {
		if refusal := a.Policy.Withheld(tool); refusal != nil {
			a.withheld[tool.Name] = refusal
		}
	}
	a.connection = newConnection(a)
	return a
}

// Journal returns the record of what was created. Nothing is on the disk before it is first asked for.
func (a *Account) Journal() *journal.Journal {
	a.opened.Store(true)
	return a.journal()
}

func (a *Account) newJournal() *journal.Journal {
	cfg := a.Config
	switch {
	case !cfg.Journal, a.Room != nil && a.Room() != nil:
		return journal.InMemory()
	case cfg.JournalDatabase.IsZero(): // without a state folder the journal says at each call what to do
		return journal.New(filepath.Join(cfg.StateDir, "journal"), cfg.JournalKeep)
	}
	return journal.Shared(cfg.JournalDatabase.URL(), cfg.JournalDatabase.Password(), cfg.JournalKeep)
}

// policyOf returns the owner's rules.
func policyOf(cfg config.Config) policy.Policy {
	return policy.Policy{
		ReadOnly: cfg.ReadOnly, Toolsets: cfg.Toolsets, Tools: cfg.Tools, AllowLiveWrites: cfg.AllowLiveWrites, MaxAmount: cfg.MaxAmount, DailyLimit: cfg.DailyLimit,
		AllowedRedirectHosts: cfg.AllowedRedirectHosts, Confirm: policy.Confirm(cfg.Confirm),
	}
}

// Offered returns the tools that cfg lets be used. The error says which of its rules cannot be meant.
func Offered(cfg config.Config) ([]tools.Tool, error) {
	rules := policyOf(cfg)
	return slices.DeleteFunc(tools.All(), func(tool tools.Tool) bool { return rules.Withheld(tool) != nil }), rules.Validate()
}

// Tools returns every tool, offered or not.
func (a *Account) Tools() []tools.Tool { return a.tools }

// Offers reports whether the owner lets a tool be used.
func (a *Account) Offers(tool tools.Tool) bool { return a.withheld[tool.Name] == nil }

// Offered returns the tools that the owner lets be used.
func (a *Account) Offered() []tools.Tool {
	return slices.DeleteFunc(slices.Clone(a.tools), func(tool tools.Tool) bool { return !a.Offers(tool) })
}

// Names returns the names of all tools.
func (a *Account) Names() []string {
	names := make([]string, len(a.tools))
	for i, tool := range a.tools {
		names[i] = tool.Name
	}
	return names
}

// Find returns the tool of that name, offered or not.
func (a *Account) Find(name string) (tools.Tool, bool) {
	at := slices.IndexFunc(a.tools, func(tool tools.Tool) bool { return tool.Name == name })
	if at < 0 {
		return tools.Tool{}, false
	}
	return a.tools[at], true
}

// Caller says who makes a call.
type Caller struct {
	Client string    // the name of the program, for the audit log
	Asker  Asker     // nil where no person can be asked
	Read   time.Time // when the call was read; the zero time where there is no other call to compare it with
}

// Answer says how a call ended.
type Answer struct {
	JSON    json.RawMessage // the tool's answer, or an object that describes the failure. It is not scrubbed
	Failure *outcome.Error  // nil when the tool answered
	Words   string          // the failure for a model, in lines
	// Delivered must be told whether the caller got JSON. If that turns out to be wrong, tell it false once more.
	Delivered func(bool)
}

// Call runs one tool. It validates the arguments, checks the owner's rules, asks the person if need be, sends the request
// and returns the answer. If ctx ends before the answer is delivered, the caller has left.
func (a *Account) Call(ctx context.Context, caller Caller, tool tools.Tool, arguments json.RawMessage) Answer {
	const longest = 64
	link := a.connection.use(ctx)
	cfg, _ := link.config()                   // run returns its error
	client := a.Scrubber.Scrub(caller.Client) // after link.config, because the Scrubber knows the key from then on
	receipt := journal.NewReceipt(ctx, journal.Caller{
		Client: client[:min(len(client), longest)], Tool: tool.Name, Mode: cfg.Mode.String(),
	}, caller.Read)
	o := &order{account: a, link: link, receipt: receipt, asker: caller.Asker, tool: tool, served: !caller.Read.IsZero()}
	answer := Answer{Delivered: receipt.Close}
	text, err := recovering(func() (json.RawMessage, error) { return o.run(ctx, arguments) })
	if err != nil {
		text, answer.Failure = o.describe(ctx, err)
		answer.Words = a.Scrubber.Scrub(answer.Failure.Lines())
	}
	answer.JSON = text
	return answer
}

// Close waits until all deliveries are recorded, for a while. After it no call may be made.
func (a *Account) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.Record)
	defer cancel()
	if !a.opened.Load() {
		return
	}
	if err := a.journal().Flush(ctx); err != nil {
		a.Logger.ErrorContext(ctx, "some deliveries could not be recorded; equal calls will find what these calls made", "error", err)
	}
	a.journal().Close()
}

// order is one call on its way.
type order struct {
	account   *Account
	link      *link
	receipt   *journal.Receipt
	client    *stripeapi.Client // that of link
	asker     Asker
	tool      tools.Tool
	served    bool // by a process that goes on, and reads its configuration only when it starts
	confirmed bool // a person agreed to it
	sent      bool // from now on something may have been changed
}

// run runs one tool, if the owner lets it. Its errors are *outcome.Error, or a failure of our own.
func (o *order) run(ctx context.Context, arguments json.RawMessage) (json.RawMessage, error) {
	a := o.account
	if a.Fault != nil {
		return nil, o.misconfigured(a.Fault)
	}
	if refusal := a.withheld[o.tool.Name]; refusal != nil {
		return nil, refusal
	}
	request, err := o.tool.Prepare(arguments)
	if err != nil {
		return nil, err
	}
	if len(request.Ignored) > 0 {
		a.Logger.DebugContext(ctx, "ignored what the client added to the arguments", "tool", o.tool.Name, "names", request.Ignored)
	}
	if o.client, err = o.link.client(); err != nil {
		return nil, o.misconfigured(err)
	}
	cfg, _ := o.link.config() // it cannot fail here: the client was made from it
	call := policy.Call{
		Request: request, Live: isLive(cfg.Mode), Mode: cfg.Mode.String(), AccountName: cfg.AccountName,
		Account: cmp.Or(cfg.StripeAccount, cfg.StripeContext), Prices: o.client, Learn: o.learn,
	}
	ctx, release, refusal := o.permit(ctx, &call)
	defer release()
	if refusal != nil {
		return nil, refusal
	}
	if len(a.Policy.DailyLimit) > 0 && len(call.Cost) > 0 {
		o.receipt.Spend(journal.Budget{Cost: call.Cost, Allows: func(spent map[string]int64, until time.Time) error {
			return a.Policy.WithinDay(call.Cost, spent, until)
		}})
	}
	o.sent = o.tool.Effect != tools.Reads
	answer, err := request.Send(ctx, o.client.For(o.receipt))
	if !unauthorized(err) {
		return answer, err
	}
	switch renewed, failed := o.renew(ctx); {
	case failed != nil:
		return nil, failed
	case !renewed:
		return answer, err
	case o.confirmed: // for the account of the old key, which that of the new one need not be
		return nil, &outcome.Error{
			Outcome: outcome.Failed, Type: typeConfirmation, Retryable: true,
			Message: "Stripe does not accept the key any more, and it was replaced after the person had agreed. Nothing was changed",
			Hint:    "Call again: the person is asked anew, for the new key",
		}
	}
	return request.Send(ctx, o.client.For(o.receipt))
}

// learn completes a request, before anybody is asked. This may be the first request with a key that was replaced.
func (o *order) learn(ctx context.Context, request *tools.Request) error {
	err := request.Learn(ctx, o.client)
	if !unauthorized(err) {
		return err
	}
	if renewed, failed := o.renew(ctx); failed != nil {
		return failed
	} else if !renewed {
		return err
	}
	return request.Learn(ctx, o.client)
}

// renew takes the key that has replaced the one that Stripe does not accept. It returns false where there is none.
func (o *order) renew(ctx context.Context) (bool, error) {
	renewed := o.account.connection.renew(ctx, o.link)
	if renewed == nil {
		return false, nil
	}
	client, err := renewed.client()
	if err != nil {
		return false, o.misconfigured(err)
	}
	o.link, o.client = renewed, client
	return true, nil
}

// isLive reports whether calls may touch real money. Every key counts that is not certainly a test key.
func isLive(mode config.Mode) bool { return mode != config.ModeTest && mode != config.ModeSimulator }

// unauthorized reports whether Stripe did not accept the key and the call changed nothing.
func unauthorized(err error) bool {
	failure := outcome.As(err)
	return failure != nil && failure.Unauthorized() && failure.Outcome == outcome.Failed
}

func (o *order) misconfigured(err error) *outcome.Error {
	message, next := hint.Split(err)
	if faults, ok := errors.AsType[*config.Error](err); ok { // in one line
		message, next = faults.Message(), faults.Hint()
	}
	next = secret.Redact(cmp.Or(next, "correct the configuration"))
	if o.served {
		next += ". Then restart this server: most clients have a button for that"
	}
	return outcome.Refuse(outcome.TypeConfiguration, secret.Redact(message)+". Nothing was sent", next)
}

// recovering turns a panic into an error. The panic's value may hold a secret, so the error shows only its type.
func recovering(run func() (json.RawMessage, error)) (answer json.RawMessage, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			answer, err = nil, fmt.Errorf("a panic of type %T\n%s", cause, debug.Stack())
		}
	}()
	return run()
}

// describe returns an error as the JSON object that clients and scripts see, and the error itself for those who need its
// parts. Anything that is not an *outcome.Error is a fault of ours. The caller learns only that, and whether anything can
// have been changed.
func (o *order) describe(ctx context.Context, err error) (json.RawMessage, *outcome.Error) {
	failure := outcome.As(err)
	if failure == nil {
		o.account.Logger.ErrorContext(ctx, "a tool failed", "tool", o.tool.Name, "error", secret.Redact(err.Error()))
		failure = &outcome.Error{
			Outcome: outcome.Failed, Type: outcome.TypeInternal, Message: "internal error in " + o.tool.Name + ". Nothing was changed",
			Hint: "The log on stderr says more. Report it as a fault of stripe-mcp",
		}
		if o.sent {
			failure.Outcome, failure.Message = outcome.Unknown, "internal error in "+o.tool.Name
			failure.Hint = "Look in Stripe whether anything happened. The log on stderr says more"
		}
	}
	if failure.Use != "" {
		failure.Hint += o.account.orDashboard(failure.Use)
	}
	addressed := *failure // a refusal can be that of other calls, too
	addressed.Message, addressed.Hint = o.account.Config.Address(failure.Message), o.account.Config.Address(failure.Hint)
	failure = &addressed
	encoded, err := tools.Encode(struct {
		Error *outcome.Error `json:"error"`
	}{failure})
	if err != nil {
		return fmt.Appendf(nil, `{"error":{"outcome":%q,"type":%q}}`, failure.Outcome, outcome.TypeInternal), failure
	}
	return encoded, failure
}

// orDashboard returns the name of a tool, or where else its work can be done when the owner does not let it be used.
func (a *Account) orDashboard(name string) string {
	if tool, known := a.Find(name); known && a.Offers(tool) {
		return name
	}
	return "the Stripe Dashboard"
}
