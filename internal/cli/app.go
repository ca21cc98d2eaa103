package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/policy"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/simulator"
	"stripe-mcp/internal/stripeapi"
	"stripe-mcp/tools"
)

// typeConfiguration is the error type of calls that a wrong configuration keeps from being sent.
const typeConfiguration = "configuration_error"

// app is the one way from a tool's name and arguments to its answer, shared by all commands.
type app struct {
	config     config.Config
	loadFault  error // what is wrong with the configuration
	misfit     error // that, or what it lacks; no call is sent then
	policy     policy.Policy
	tools      []tools.Tool
	connection *connection
	simulator  func() *simulator.Simulator
	logger     *slog.Logger
	scrubber   *secret.Scrubber
	withheld   map[string]*stripeapi.Error
}

// newApp reads the configuration. It never fails: with a wrong configuration the tools are listed and every call answers
// with what to correct, because people see a tool's errors and nobody sees a dead process.
func (p *process) newApp() *app {
	cfg, err := p.loadConfig()
	a := &app{config: cfg, loadFault: err, misfit: err, tools: tools.All(), scrubber: p.scrubber, withheld: map[string]*stripeapi.Error{}}
	a.scrubber.Learn(cfg.SecretKey)
	a.logger = slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))
	a.policy = policy.Policy{
		ReadOnly: cfg.ReadOnly, Tools: cfg.Tools, AllowLiveWrites: cfg.AllowLiveWrites, MaxAmount: cfg.MaxAmount,
		AllowedRedirectHosts: cfg.AllowedRedirectHosts, Confirm: policy.Confirm(cfg.Confirm),
	}
	if a.misfit == nil {
		a.misfit = errors.Join(a.policy.Validate(a.tools), cfg.RequireKey())
	}
	for _, tool := range a.tools {
		if refusal := a.policy.Withheld(tool); refusal != nil {
			a.withheld[tool.Name] = refusal
		}
	}
	a.simulator = sync.OnceValue(a.newSimulator)
	a.connection = newConnection(a, p.loadConfig)
	return a
}

func (p *process) loadConfig() (config.Config, error) {
	options := p.flags
	options.Env = p.environment
	return config.Load(options)
}

// answer is how a call ended.
type answer struct {
	json      json.RawMessage  // for the caller: the tool's answer, or an object that describes the failure
	failure   *stripeapi.Error // nil when the tool answered
	delivered func(bool)       // to be told, once, whether the caller got json
}

// call runs one tool for a client.
func (a *app) call(ctx context.Context, client string, tool tools.Tool, arguments json.RawMessage) answer {
	const longest = 64
	link := a.connection.use(ctx)
	cfg, _ := link.config()           // an error comes back when the key is needed
	client = a.scrubber.Scrub(client) // of the key too, which is known now
	ctx, receipt := journal.WithReceipt(ctx, journal.Caller{
		Client: client[:min(len(client), longest)], Tool: tool.Name, Mode: cfg.Mode.String(),
	})
	delivered := func(ok bool) {
		if err := receipt.Close(ctx, ok); err != nil {
			a.logger.ErrorContext(ctx, "an answer's delivery could not be recorded; an equal call will find what this one made", "error", err)
		}
	}
	text, err := a.runRecovering(ctx, link, tool, arguments)
	var failure *stripeapi.Error
	if err != nil {
		text, failure = a.failureJSON(ctx, tool.Name, err)
	}
	return answer{json.RawMessage(a.scrubber.Scrub(string(text))), failure, delivered}
}

// runRecovering makes a panic a failure of our own. Its value may hold a secret, so only its type is shown.
func (a *app) runRecovering(ctx context.Context, link *link, tool tools.Tool, arguments json.RawMessage) (answer json.RawMessage, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			answer, err = nil, fmt.Errorf("a panic of type %T\n%s", cause, debug.Stack())
		}
	}()
	return a.run(ctx, link, tool, arguments)
}

// run runs one tool, if the owner lets it. Its errors are *stripeapi.Error, or a failure of our own.
func (a *app) run(ctx context.Context, link *link, tool tools.Tool, arguments json.RawMessage) (json.RawMessage, error) {
	if a.misfit != nil {
		return nil, a.misconfigured(a.misfit)
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
		return nil, a.misconfigured(err)
	}
	cfg, _ := link.config() // read, as there is a client
	ctx, release, refusal := a.permit(ctx, cfg.Mode, client, request)
	defer release()
	if refusal != nil {
		return nil, refusal
	}
	answer, err := request.Send(ctx, client)
	if !unauthorized(err) {
		return answer, err
	}
	renewed := a.connection.renew(ctx, link)
	if renewed == nil {
		return answer, err
	}
	if client, err = renewed.client(); err != nil {
		return nil, a.misconfigured(err)
	}
	return request.Send(ctx, client)
}

// permit decides whether a call is sent, asking the person if need be. It returns the context to send it with, which ends
// when its time is over.
func (a *app) permit(
	ctx context.Context, mode config.Mode, client *stripeapi.Client, request tools.Request,
) (context.Context, context.CancelFunc, *stripeapi.Error) {
	call := policy.Call{
		Request: request, Live: isLive(mode), Mode: mode.String(), Account: a.config.StripeAccount, Prices: client,
	}
	budget, cancel := client.WithBudget(ctx)
	if refusal := a.policy.Check(budget, call); refusal != nil || !a.asks(ctx, call) {
		return budget, cancel, refusal
	}
	cancel()
	since, refusal := ask(ctx, call)
	shared, release := context.WithDeadline(ctx, since.Add(confirmedTime))
	budget, cancel = client.WithBudget(shared)
	return budget, func() { cancel(); release() }, refusal
}

// isLive reports whether calls may touch real money: the key is not certainly a test key.
func isLive(mode config.Mode) bool { return mode != config.ModeTest && mode != config.ModeSimulator }

func (a *app) misconfigured(err error) *stripeapi.Error {
	message, next := hint.Split(err)
	if faults, ok := errors.AsType[*config.Error](err); ok {
		message, next = faults.Message(), faults.Hint()
	}
	return stripeapi.Refuse(typeConfiguration, secret.Redact(message)+". Nothing was sent",
		secret.Redact(cmp.Or(next, "correct the configuration"))+". Then restart this server")
}

// find returns the tool of that name.
func (a *app) find(name string) (tools.Tool, bool) {
	for _, tool := range a.tools {
		if tool.Name == name {
			return tool, true
		}
	}
	return tools.Tool{}, false
}

// failureJSON returns an error as the JSON object that clients and scripts see, with the error itself for those who need
// its parts. Anything that is not a *stripeapi.Error is our own fault and none of the caller's business.
func (a *app) failureJSON(ctx context.Context, tool string, err error) (json.RawMessage, *stripeapi.Error) {
	failure, ok := errors.AsType[*stripeapi.Error](err)
	if !ok {
		a.logger.ErrorContext(ctx, "a tool failed", "tool", tool, "error", secret.Redact(err.Error()))
		failure = &stripeapi.Error{
			Outcome: stripeapi.Unknown, Type: "internal_error", Message: "internal error in " + tool,
			Hint: "Look in Stripe whether anything happened. The log on stderr says more",
		}
	}
	encoded, err := tools.Encode(struct {
		Error *stripeapi.Error `json:"error"`
	}{failure})
	if err != nil {
		return json.RawMessage(fmt.Sprintf(`{"error":{"outcome":%q,"type":"internal_error"}}`, failure.Outcome)), failure
	}
	return encoded, failure
}
