// Package tools holds what the user came for: the Stripe tools, one file per Stripe resource. It is the only place
// that decides which arguments a tool takes, what it asks Stripe for and what it answers.
package tools

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

// Effect is what a tool does to the account.
type Effect = stripeapi.Effect

// The effects.
const (
	Reads   = stripeapi.Reads
	Makes   = stripeapi.Makes
	Opens   = stripeapi.Opens
	Changes = stripeapi.Changes
	Ends    = stripeapi.Ends
	Pays    = stripeapi.Pays
)

// Spec is how a tool presents itself, and what it needs.
type Spec struct {
	Name        string // at most 64 of [a-zA-Z0-9_-]
	Title       string // for people
	Description string // for models: what it does, what it costs or cannot undo, when to use which
	Effect      Effect
	Permissions []stripeapi.Permission // of a restricted key
}

// Tool is one operation on Stripe.
type Tool struct {
	Spec

	derive  func() (input, output json.RawMessage) // what published is made from
	prepare func(json.RawMessage) (Request, error)
}

// published holds what clients see of each tool. make golden derives it from the tools' types and a test compares, so that
// no client has to wait for that.
//
//go:embed published/*.json
var published embed.FS

// Schemas returns the JSON Schemas of the arguments, exactly as Prepare enforces it, and of the answer, as compact JSON.
func (t Tool) Schemas() (input, output json.RawMessage) {
	var file struct{ InputSchema, OutputSchema json.RawMessage }
	text, err := published.ReadFile("published/" + t.Name + ".json")
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil {
		panic(err) // the file is part of the program
	}
	return compact(file.InputSchema), compact(file.OutputSchema)
}

func compact(schema json.RawMessage) json.RawMessage {
	var short bytes.Buffer
	_ = json.Compact(&short, schema) // it was read as JSON already
	return short.Bytes()
}

// Request is a call whose arguments are valid and that was not sent yet. It says what the call will do, for the owner's
// rules. Everything in it comes from the types of the arguments.
type Request struct {
	Tool         Tool
	Customer     string     // id, empty for none
	Subscription string     // id of the one that is acted on, empty for none
	AtPeriodEnd  bool       // it ends with its period
	Currency     string     // of purchases that name none, in lower case
	Purchases    []Purchase // what is to be paid for
	Redirects    []Redirect // where people will be sent

	send func(context.Context, *stripeapi.Client) (any, error)
}

// Purchase is so many of one price, which is either known by its id or given here.
type Purchase struct {
	Argument   string // where it stands, e.g. line_items[0]
	Price      string // id, or empty
	UnitAmount int64  // in minor units of Currency; of no meaning with a Price
	Currency   string // lower case; with a Price, the currency that was asked for, or empty
	Quantity   int64  // 0 when left out, as metered prices want it

	InCustomersCurrency bool // of the currencies that a price has, the customer's counts
}

// Redirect is an address that people will be sent to.
type Redirect struct {
	Argument string // e.g. success_url
	URL      string
}

// disclosing is implemented by argument types that the owner's rules need to know of. path is where the value stands.
type disclosing interface {
	disclose(path string, r *Request)
}

// disclose has the arguments tell what they are about.
func (r *Request) disclose(arguments any) {
	schema.Walk(arguments, func(path string, value any) {
		if disclosing, ok := value.(disclosing); ok {
			disclosing.disclose(path, r)
		}
	})
	for i := range r.Purchases {
		if r.Purchases[i].Currency == "" {
			r.Purchases[i].Currency = r.Currency
		}
	}
}

// Prepare validates arguments. Its error is a *outcome.Error with the outcome refused: nothing was sent.
func (t Tool) Prepare(arguments json.RawMessage) (Request, error) {
	request, err := t.prepare(arguments)
	request.Tool = t
	return request, err
}

// Send asks Stripe and returns the answer as one compact JSON object that conforms to the tool's output schema. Its errors
// are *outcome.Error. ctx must bound its duration.
func (r Request) Send(ctx context.Context, client *stripeapi.Client) (json.RawMessage, error) {
	answer, err := r.send(ctx, client)
	if err != nil {
		return nil, err
	}
	return Encode(answer)
}

// All returns the tools in the order in which they are listed.
func All() []Tool {
	return []Tool{
		createCheckoutSession(),
		getCheckoutSession(),
		listCheckoutSessions(),
		createCustomer(),
		getCustomer(),
		createSubscription(),
		getSubscription(),
		listSubscriptions(),
		cancelSubscription(),
		createBillingPortalSession(),
	}
}

// Permissions returns what a restricted key needs for all tools, each once.
func Permissions() []stripeapi.Permission {
	var all []stripeapi.Permission
	for _, tool := range All() {
		for _, permission := range tool.Permissions {
			if !slices.Contains(all, permission) {
				all = append(all, permission)
			}
		}
	}
	return all
}

// define makes a tool from its input struct, its output struct and the function between them. The schema that arguments are
// checked with is derived at the tool's first call.
func define[In, Out any](spec Spec, do func(context.Context, *stripeapi.Client, In) (Out, error)) Tool {
	input := sync.OnceValue(schema.For[In])
	return Tool{
		Spec:   spec,
		derive: func() (json.RawMessage, json.RawMessage) { return input().JSON(), schema.Answer[Out]() },
		prepare: func(arguments json.RawMessage) (Request, error) {
			in, err := input().Decode(arguments)
			if err != nil {
				return Request{}, invalid(spec.Name, err)
			}
			request := Request{send: func(ctx context.Context, client *stripeapi.Client) (any, error) {
				return do(ctx, client.As(spec.Effect), in)
			}}
			request.disclose(in)
			return request, nil
		},
	}
}

// Encode returns value as compact JSON with &, < and > left readable, because clients show it verbatim.
func Encode(value any) (json.RawMessage, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return bytes.TrimRight(buffer.Bytes(), "\n"), nil
}

// invalid turns what is wrong with the arguments into the refusal that the caller sees.
func invalid(tool string, err error) error {
	wrong, ok := errors.AsType[*schema.Error](err)
	if !ok {
		return err
	}
	refusal := outcome.Refuse(outcome.TypeInvalidArguments, "the arguments of "+tool+" are not valid and nothing was sent",
		"Correct what problems lists, then call again")
	for _, problem := range wrong.Problems {
		refusal.Problems = append(refusal.Problems, problem.String())
	}
	return refusal
}
