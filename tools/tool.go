// Package tools is the only place that decides which arguments a tool takes, what it asks Stripe for and what it answers.
//
// To add a tool:
//
//  1. Open the file of its Stripe resource, or add one. Write the input struct, the output struct and a function that
//     returns define(Spec{…}, …). CONTRIBUTING.md explains each part.
//  2. Give each argument a type that carries its constraint (Schema, Check). If the owner's rules need to know the
//     argument, the type tells them (disclose). If the call does more without the argument, mark it (schema.Decisive). The
//     types that tools share are in arguments.go. What only Stripe can tell of the call, such as what is left of a
//     payment, is asked before anybody agrees (learn).
//  3. State the Spec's Effect. Makes and Pays are journalled before they are sent, the other effects are not. If some arguments
//     let a call do more, their types raise the effect of that call, and the Spec's Raised says how far. State its Set,
//     unless it is on by default.
//  4. Add one line to All.
//  5. Add one method to internal/stripeapi/client.go. It uses read, list, create or write of send.go. A resource that
//     is new there also needs a field in connection.
//  6. Add one route to routes in internal/simulator, unless the simulator has it already.
//  7. Add rows to cmd/stripe-mcp/tools_test.go and internal/contracttest/requests_test.go. For a tool that lists, add
//     one to TestOnePage beside it. For a tool that writes, add them to disclosure_test.go too.
//  8. Run make golden docs. It writes published/*.json and the README's table.
//
// A tool that lists answers with pageOf and takes a cursor. Its rows have a type of their own, which leaves out what only
// the get tool shows, and embeds listed. If a row has metadata, it can go (withoutMetadata). Text that other people wrote goes
// through plain.Clean. fields_test.go holds for each of Stripe's fields whether an answer shows it.
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

// Permission is one that a restricted key needs.
type Permission = stripeapi.Permission

// Spec says how a tool presents itself and what it needs.
type Spec struct {
	Name        string // at most 64 of [a-zA-Z0-9_-]
	Title       string // for people
	Description string // for models: what the tool does, what it costs, what cannot be undone, which other tool to use
	Effect      Effect
	Raised      Effect       // the most that a call with certain arguments does (see raise); empty if no arguments matter
	Set         Set          // that switches it on, empty for what is on by default
	Permissions []Permission // a restricted key needs them
}

// Most returns the most that a call of the tool can do.
func (s Spec) Most() Effect {
	if s.Raised == Reads {
		return s.Effect
	}
	return s.Raised
}

// Effects says for people what a call of the tool can do.
func (s Spec) Effects() string {
	if s.Raised == Reads {
		return s.Effect.String()
	}
	return s.Effect.String() + ", at most " + s.Raised.String()
}

// Tool is one operation on Stripe.
type Tool struct {
	Spec

	derive  func() (input, output json.RawMessage) // the files in published come from it
	prepare func(json.RawMessage) (Request, error)
}

// published holds what clients see of each tool. make golden derives it from the tools' types, and a test compares the
// two. So no client waits for the derivation.
//
//go:embed published/*.json
var published embed.FS

// Schemas returns two JSON Schemas as compact JSON: of the arguments, as Prepare enforces it, and of the answer.
func (t Tool) Schemas() (input, output json.RawMessage) {
	var file struct{ InputSchema, OutputSchema json.RawMessage }
	text, err := published.ReadFile("published/" + t.Name + ".json")
	if err == nil {
		err = json.Unmarshal(compact(text), &file)
	}
	if err != nil {
		panic(err) // the file is part of the program
	}
	return file.InputSchema, file.OutputSchema
}

// compact takes the tabs and line breaks out of a file in published. make golden adds nothing else for people to read it by,
// and inside of strings JSON escapes them.
func compact(file []byte) []byte {
	return slices.DeleteFunc(file, func(b byte) bool { return b == '\t' || b == '\n' })
}

// Request is a call with valid arguments before it is sent. It tells the owner's rules what the call will do. The types of
// the arguments fill it in.
type Request struct {
	Tool         Tool
	Customer     string     // id, or empty
	Raised       Effect     // what the call does beyond the tool's own effect, because of its arguments; Reads for nothing more
	Subscription string     // id of the subscription that the call changes, or empty
	Invoice      string     // id of the invoice that the call changes, or empty
	Payment      string     // id of the payment that the call is about, or empty
	Dispute      string     // id of the dispute that the call is about, or empty
	ForGood      bool       // what the call does cannot be undone
	Terms        string     // what the call sets, in numbers and our own words; it costs nothing by itself
	AtPeriodEnd  bool       // the subscription ends with its period
	Currency     string     // in lower case, for purchases that name none
	Purchases    []Purchase // what people will pay for
	Redirects    []Redirect // where people will be sent
	Details      []string   // what else a person should know, in our own words
	Ignored      []string   // names of what the client added to the arguments by itself

	// learn completes the request with what only Stripe can say; nil where the arguments say all.
	learn func(context.Context, *stripeapi.Client, *Request) error
	send  func(context.Context, *stripeapi.Client) (any, error)
}

// Purchase is a price and how many of it are sold. The price has an id or is given here.
type Purchase struct {
	Argument   string // where it stands, e.g. line_items[0]
	Price      string // id, or empty
	UnitAmount int64  // in minor units of Currency; it means nothing when there is a Price
	Currency   string // in lower case; with a Price, the currency that the caller wants, or empty
	Quantity   int64  // 1 when left out

	InCustomersCurrency bool // of the currencies that a Price has, the customer's counts
}

// Redirect is an address that people will be sent to.
type Redirect struct {
	Argument string // e.g. success_url
	URL      string
}

// Effect returns what the call does to the account.
func (r Request) Effect() Effect {
	if r.Tool.Effect == Reads || r.Raised == Reads {
		return r.Tool.Effect
	}
	return r.Raised
}

// raise notes that the arguments let the call do more than its tool mostly does.
func (r *Request) raise(effect Effect) {
	if r.Raised != Pays {
		r.Raised = effect
	}
}

// disclosing is implemented by argument types that the owner's rules need to know. path says where the value stands.
type disclosing interface {
	disclose(path string, r *Request)
}

// disclose lets each argument tell r what it means.
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

// Prepare validates arguments and sends nothing. Its error is an *outcome.Error with the outcome refused.
func (t Tool) Prepare(arguments json.RawMessage) (Request, error) {
	request, err := t.prepare(arguments)
	request.Tool = t
	return request, err
}

// Learn asks Stripe for what the owner's rules need to know of the call and its arguments do not say, such as how much of a
// payment is left. Most calls need nothing. Its errors are *outcome.Error. ctx must have a deadline.
func (r *Request) Learn(ctx context.Context, client *stripeapi.Client) error {
	if r.learn == nil {
		return nil
	}
	return r.Tool.inArguments(r.learn(ctx, client, r))
}

// Send asks Stripe and returns the answer as one compact JSON object. The answer conforms to the tool's output schema. Its
// errors are *outcome.Error. ctx must have a deadline.
func (r Request) Send(ctx context.Context, client *stripeapi.Client) (json.RawMessage, error) {
	answer, err := r.send(ctx, client.As(r.Effect()))
	if err != nil {
		return nil, r.Tool.inArguments(err)
	}
	return Encode(answer)
}

// All returns the tools of all sets in the order in which they are listed. Those that are on by default come first.
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

		listCustomers(),
		listProducts(),
		listPrices(),
		listInvoices(),
		getInvoice(),
		listCharges(),
		listRefunds(),
		listDisputes(),
		getBalance(),

		updateSubscription(),
		updateCustomer(),
		previewInvoice(),
		createInvoice(),
		finalizeInvoice(),
		voidInvoice(),

		createRefund(),

		createProduct(),
		createPrice(),
		createPaymentLink(),
		createCoupon(),
		listCoupons(),
		createPromotionCode(),

		updateDispute(),
	}
}

// define makes a tool from its input struct, its output struct and the function between them. The first call of the tool
// derives the schema that checks its arguments.
func define[In, Out any](spec Spec, do func(context.Context, *stripeapi.Client, In) (Out, error)) Tool {
	input := sync.OnceValue(func() *schema.Schema[In] {
		derive := schema.For[In]
		if spec.Set != "" { // so that a model can have all sets
			derive = schema.InWords[In]
		}
		input := derive()
		if spec.Effect == Ends || spec.Most() == Pays {
			input.Final()
		}
		return input
	})
	return Tool{
		Spec:   spec,
		derive: func() (json.RawMessage, json.RawMessage) { return input().JSON(), schema.Answer[Out]() },
		prepare: func(arguments json.RawMessage) (Request, error) {
			in, ignored, err := input().Decode(arguments)
			if err != nil {
				return Request{}, invalid(spec.Name, err)
			}
			request := Request{Ignored: ignored, send: func(ctx context.Context, client *stripeapi.Client) (any, error) {
				return do(ctx, client, in)
			}}
			request.disclose(in)
			return request, nil
		},
	}
}

// Encode returns value as compact JSON. It leaves &, < and > as they are, because clients show the text unchanged.
func Encode(value any) (json.RawMessage, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return bytes.TrimRight(buffer.Bytes(), "\n"), nil
}

// invalid returns the refusal that the caller sees when the arguments are not valid.
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
