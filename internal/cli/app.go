package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"

	"stripe-mcp/internal/config"
	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/policy"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/simulator"
	"stripe-mcp/internal/stripeapi"
	"stripe-mcp/tools"
)

// typeConfiguration is the error type of calls that a wrong configuration keeps from being sent.
const typeConfiguration = "configuration_error"

// simulatorKey is what the embedded simulator is called with; it opens nothing else.
const simulatorKey = "sk_test_simulator"

// app is the one way from a tool's name and arguments to its answer, shared by all commands.
type app struct {
	config    config.Config
	misfit    error // what is wrong with the configuration; no call is sent then
	policy    policy.Policy
	tools     []tools.Tool
	connect   func() (*stripeapi.Client, error)
	simulator func() *simulator.Simulator
	logger    *slog.Logger
	withheld  map[string]*stripeapi.Error
}

// newApp reads the configuration. It never fails: with a wrong configuration the tools are listed and every call answers
// with what to correct, because people see a tool's errors and nobody sees a dead process.
func (p *process) newApp() *app {
	options := p.flags
	options.Env = p.environment
	cfg, err := config.Load(options)
	a := &app{config: cfg, misfit: err, tools: tools.All(), withheld: map[string]*stripeapi.Error{}}
	a.logger = slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))
	if a.misfit == nil {
		a.policy = policy.Policy{ReadOnly: cfg.ReadOnly, Tools: cfg.Tools}
		a.misfit = errors.Join(a.policy.Check(a.tools), cfg.RequireKey())
	}
	for _, tool := range a.tools {
		if refusal := a.policy.Withheld(tool); refusal != nil {
			a.withheld[tool.Name] = refusal
		}
	}
	a.connect = sync.OnceValues(a.newClient)
	a.simulator = sync.OnceValue(a.newSimulator)
	return a
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
	client = secret.Redact(client[:min(len(client), longest)])
	ctx, receipt := journal.WithReceipt(ctx, journal.Caller{Client: client, Tool: tool.Name, Mode: a.config.Mode.String()})
	delivered := func(ok bool) {
		if err := receipt.Close(ctx, ok); err != nil {
			a.logger.ErrorContext(ctx, "an answer's delivery could not be recorded; an equal call will find what this one made", "error", err)
		}
	}
	returned := false
	defer func() {
		if !returned { // a panic is on its way, and whoever catches it has no answer
			delivered(false)
		}
	}()
	text, err := a.run(ctx, tool, arguments)
	var failure *stripeapi.Error
	if err != nil {
		text, failure = a.failureJSON(ctx, tool.Name, err)
	}
	returned = true
	return answer{text, failure, delivered}
}

// run runs one tool. Its errors are *stripeapi.Error, or a failure of our own.
func (a *app) run(ctx context.Context, tool tools.Tool, arguments json.RawMessage) (json.RawMessage, error) {
	if a.misfit != nil {
		return nil, a.misconfigured(a.misfit)
	}
	if refusal := a.withheld[tool.Name]; refusal != nil {
		return nil, refusal
	}
	client, err := a.connect()
	if err != nil {
		return nil, a.misconfigured(err)
	}
	return tool.Call(ctx, client, arguments)
}

func (a *app) misconfigured(err error) *stripeapi.Error {
	return stripeapi.Refuse(typeConfiguration, secret.Redact(err.Error())+". Nothing was sent",
		"Correct the configuration, then restart this server: most clients have a reload or restart button for MCP servers")
}

// newClient prepares the connection to Stripe or to the simulator. It sends nothing.
func (a *app) newClient() (*stripeapi.Client, error) {
	network, err := a.network()
	if err != nil {
		return nil, err
	}
	key := a.config.SecretKey
	if a.config.Simulator {
		key = secret.New(simulatorKey)
	}
	return stripeapi.New(stripeapi.Config{
		Key:     key,
		Account: a.config.StripeAccount,
		BaseURL: a.config.APIBase,
		Timeout: a.config.Timeout,
		Network: network,
		Journal: a.journal(),
		Logger:  a.logger,
	}), nil
}

// journal returns where creations are recorded. Without a state folder the journal itself says what to do.
func (a *app) journal() *journal.Journal {
	if !a.config.Journal {
		return journal.InMemory()
	}
	return journal.New(filepath.Join(a.config.StateDir, "journal"))
}

func (a *app) network() (http.RoundTripper, error) {
	if a.config.Simulator {
		return a.simulator().Transport(), nil
	}
	return stripeapi.NewNetwork(a.config.Proxy(), a.config.CAFile)
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
