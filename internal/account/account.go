// Package account is one configured Stripe account. Account.Call is the road of a call: it validates the arguments, asks
// the owner's rules, and perhaps a person, sends the request and returns the answer.
package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/policy"
	"stripe-mcp/internal/secret"
	"stripe-mcp/tools"
)

// Options is what an account is made of.
type Options struct {
	Config    config.Config
	LoadFault error                             // what is wrong with the configuration
	Reload    func() (config.Config, error)     // reads the configuration again, for a key that was replaced
	Network   func() (http.RoundTripper, error) // what carries requests; asked at the first call
	Scrubber  *secret.Scrubber                  // learns the key; what leaves the process has to pass it
	Logger    *slog.Logger
}

// Account is one configured account: its key, its client, the owner's rules, its journal and the time for a call. It is
// safe for concurrent use.
type Account struct {
	Options

	Policy  policy.Policy
	Journal *journal.Journal
	Fault   error // LoadFault, or what the configuration lacks; no call is sent then

	tools      []tools.Tool
	withheld   map[string]*outcome.Error // by the name of the tool
	connection *connection
}

// New returns the account that o describes. It reads no key and sends nothing. With a wrong configuration the tools are
// listed all the same and every call answers with what to correct: people see a tool's errors and not a dead process.
func New(o Options) *Account {
	cfg := o.Config
	o.Scrubber.Learn(cfg.SecretKey)
	a := &Account{
		Options: o,
		Policy: policy.Policy{
			ReadOnly: cfg.ReadOnly, Tools: cfg.Tools, AllowLiveWrites: cfg.AllowLiveWrites, MaxAmount: cfg.MaxAmount,
			AllowedRedirectHosts: cfg.AllowedRedirectHosts, Confirm: policy.Confirm(cfg.Confirm),
		},
		Journal:  journal.InMemory(),
		tools:    tools.All(),
		withheld: map[string]*outcome.Error{},
	}
	if cfg.Journal { // without a state folder the journal itself says what to do
		a.Journal = journal.New(filepath.Join(cfg.StateDir, "journal"))
	}
	if a.Fault = o.LoadFault; a.Fault == nil {
		a.Fault = errors.Join(a.Policy.Validate(a.tools), cfg.RequireKey())
	}
	for _, tool := range a.tools {
		if refusal := a.Policy.Withheld(tool); refusal != nil {
			a.withheld[tool.Name] = refusal
		}
	}
	a.connection = newConnection(a)
	return a
}

// Tools returns every tool, offered or not.
func (a *Account) Tools() []tools.Tool { return a.tools }

// Offers reports whether the owner lets a tool be used.
func (a *Account) Offers(tool tools.Tool) bool { return a.withheld[tool.Name] == nil }

// Find returns the tool of that name, offered or not.
func (a *Account) Find(name string) (tools.Tool, bool) {
	at := slices.IndexFunc(a.tools, func(tool tools.Tool) bool { return tool.Name == name })
	if at < 0 {
		return tools.Tool{}, false
	}
	return a.tools[at], true
}

// Caller is who makes a call.
type Caller struct {
	Client string    // the name of the program, for the audit log
	Asker  Asker     // nil where no person can be asked
	Read   time.Time // when the call was read; the zero time where there is no other call to compare it with
}

// Answer is how a call ended.
type Answer struct {
	JSON    json.RawMessage // the tool's answer, or an object that describes the failure; not scrubbed
	Failure *outcome.Error  // nil when the tool answered
	// Delivered is to be told whether the caller got JSON, and once more with false if that turns out to be wrong.
	Delivered func(bool)
}

// Call runs one tool. The end of ctx before the answer's delivery says that the caller has left.
func (a *Account) Call(ctx context.Context, caller Caller, tool tools.Tool, arguments json.RawMessage) Answer {
	const longest = 64
	link := a.connection.use(ctx)
	cfg, _ := link.config()                   // its error comes back when the key is needed
	client := a.Scrubber.Scrub(caller.Client) // of the key too, which is known now
	receipt := journal.NewReceipt(ctx, journal.Caller{
		Client: client[:min(len(client), longest)], Tool: tool.Name, Mode: cfg.Mode.String(),
	}, caller.Read)
	answer := Answer{Delivered: receipt.Close}
	text, err := recovering(func() (json.RawMessage, error) { return a.run(ctx, link, receipt, caller.Asker, tool, arguments) })
	if err != nil {
		text, answer.Failure = a.describe(ctx, tool.Name, err)
	}
	answer.JSON = text
	return answer
}

// Close waits until all deliveries are recorded, for a while.
func (a *Account) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), limits.Record)
	defer cancel()
	if err := a.Journal.Flush(ctx); err != nil {
		a.Logger.ErrorContext(ctx, "some deliveries could not be recorded; equal calls will find what these calls made", "error", err)
	}
}

// run runs one tool, if the owner lets it. Its errors are *outcome.Error, or a failure of our own.
func (a *Account) run(
	ctx context.Context, link *link, receipt *journal.Receipt, asker Asker, tool tools.Tool, arguments json.RawMessage,
) (json.RawMessage, error) {
	if a.Fault != nil {
		return nil, misconfigured(a.Fault)
	}
	if refusal := a.withheld[tool.Name]; refusal != nil {
		return nil, refusal
	}
	request, err := tool.Prepare(arguments)
	if err != nil {
		return nil, err
	}
	client, err := link.client()
	if err != nil {
		return nil, misconfigured(err)
	}
	cfg, _ := link.config() // read, as there is a client
	call := policy.Call{Request: request, Live: isLive(cfg.Mode), Mode: cfg.Mode.String(), Account: cfg.StripeAccount, Prices: client}
	ctx, release, refusal := a.permit(ctx, call, client, receipt, asker)
	defer release()
	if refusal != nil {
		return nil, refusal
	}
	answer, err := request.Send(ctx, client.For(receipt))
	if !unauthorized(err) {
		return answer, err
	}
	renewed := a.connection.renew(ctx, link)
	if renewed == nil {
		return answer, err
	}
	if client, err = renewed.client(); err != nil {
		return nil, misconfigured(err)
	}
	return request.Send(ctx, client.For(receipt))
}

// isLive reports whether calls may touch real money: the key is not certainly a test key.
func isLive(mode config.Mode) bool { return mode != config.ModeTest && mode != config.ModeSimulator }

// unauthorized reports whether Stripe did not accept the key, and nothing can have come of the call.
func unauthorized(err error) bool {
	failure := outcome.As(err)
	return failure != nil && failure.Unauthorized() && failure.Outcome == outcome.Failed
}

func misconfigured(err error) *outcome.Error {
	return outcome.Refuse(outcome.TypeConfiguration, secret.Redact(err.Error())+". Nothing was sent",
		"Correct the configuration, then restart this server: most clients have a reload or restart button for MCP servers")
}

// recovering makes a panic a failure of our own. Its value may hold a secret, so only its type is shown.
func recovering(run func() (json.RawMessage, error)) (answer json.RawMessage, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			answer, err = nil, fmt.Errorf("a panic of type %T\n%s", cause, debug.Stack())
		}
	}()
	return run()
}

// describe returns an error as the JSON object that clients and scripts see, with the error itself for those who need its
// parts. Of anything that is not an *outcome.Error, which is a fault of ours, the caller learns no more than that.
func (a *Account) describe(ctx context.Context, tool string, err error) (json.RawMessage, *outcome.Error) {
	failure := outcome.As(err)
	if failure == nil {
		a.Logger.ErrorContext(ctx, "a tool failed", "tool", tool, "error", secret.Redact(err.Error()))
		failure = &outcome.Error{
			Outcome: outcome.Unknown, Type: outcome.TypeInternal, Message: "internal error in " + tool,
			Hint: "Look in Stripe whether anything happened. The log on stderr says more",
		}
	}
	encoded, err := tools.Encode(struct {
		Error *outcome.Error `json:"error"`
	}{failure})
	if err != nil {
		return fmt.Appendf(nil, `{"error":{"outcome":%q,"type":%q}}`, failure.Outcome, outcome.TypeInternal), failure
	}
	return encoded, failure
}
