// Package tools holds what the user came for: the ten Stripe tools, one file per Stripe resource. It is the only place
// that decides which arguments a tool takes, what it asks Stripe for and what it answers.
package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

// Effect is what a tool does to the account.
type Effect int

const (
	// Reads changes nothing.
	Reads Effect = iota
	// Creates adds an object.
	Creates
	// Destroys ends something that cannot be brought back.
	Destroys
)

// Spec is how a tool presents itself.
type Spec struct {
	Name        string // at most 64 of [a-zA-Z0-9_-]
	Title       string // for people
	Description string // for models: what it does, what it costs or cannot undo, when to use which
	Effect      Effect
}

// Tool is one operation on Stripe.
type Tool struct {
	Spec
	InputSchema  json.RawMessage // JSON Schema of the arguments, exactly as Call enforces it
	OutputSchema json.RawMessage // JSON Schema of the answer

	run func(context.Context, *stripeapi.Client, json.RawMessage) (any, error)
}

// Call validates arguments, asks Stripe and returns the answer as one compact JSON object that conforms to
// OutputSchema. Its errors are *stripeapi.Error: wrong arguments have the outcome refused and were not sent.
func (t Tool) Call(ctx context.Context, client *stripeapi.Client, arguments json.RawMessage) (json.RawMessage, error) {
	ctx, cancel := client.WithBudget(ctx)
	defer cancel()
	answer, err := t.run(ctx, client, arguments)
	if err != nil {
		return nil, err
	}
	return Encode(answer)
}

// All returns the ten tools in the order in which they are listed.
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

// define makes a tool from its input struct, its output struct and the function between them. It panics for structs
// that JSON Schema cannot describe, which no input can cause.
func define[In, Out any](spec Spec, do func(context.Context, *stripeapi.Client, In) (Out, error)) Tool {
	input, err := schema.For[In]()
	if err != nil {
		panic(fmt.Sprintf("%s: %v", spec.Name, err))
	}
	output, err := schema.Publish[Out]()
	if err != nil {
		panic(fmt.Sprintf("%s: %v", spec.Name, err))
	}
	return Tool{
		Spec:         spec,
		InputSchema:  input.JSON(),
		OutputSchema: output,
		run: func(ctx context.Context, client *stripeapi.Client, arguments json.RawMessage) (any, error) {
			in, err := input.Decode(arguments)
			if err != nil {
				return nil, invalid(spec.Name, err)
			}
			return do(ctx, client, in)
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
	refusal := stripeapi.Refuse(stripeapi.TypeInvalidArguments, "the arguments of "+tool+" are not valid and nothing was sent",
		"Correct what problems lists, then call again")
	if wrong, ok := errors.AsType[*schema.Error](err); ok {
		for _, problem := range wrong.Problems {
			refusal.Problems = append(refusal.Problems, problem.String())
		}
		return refusal
	}
	return err
}

// String returns the effect as one word.
func (e Effect) String() string {
	switch e {
	case Creates:
		return "creates"
	case Destroys:
		return "destroys"
	case Reads:
	}
	return "reads"
}
