package stripeapi

import (
	"context"
	"encoding/json"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
)

// Page is one page of a list.
type Page[T any] struct {
	Data    []T
	HasMore bool // whether Stripe has more after the last of Data
}

// Reply is an object with a note about it.
type Reply[T any] struct {
	Object T
	Note   string // where the object comes from, if it is not the plain answer to the request
}

// read asks for the object with that id. The id is empty where Stripe has only one such object.
func read[T any](ctx context.Context, id string, params *stripe.Params, request func() (T, error)) (T, error) {
	return send(ctx, &call{effect: Reads, id: id}, params, request)
}

// list asks for exactly one page of a list.
func list[T any](ctx context.Context, params *stripe.ListParams, request func() (Page[T], error)) (Page[T], error) {
	call := &call{effect: Reads, list: true}
	params.Context = withCall(ctx, call)
	params.Single = true
	page, err := request()
	if err != nil {
		return Page[T]{}, call.failure(ctx)
	}
	return page, nil
}

// write sends a request with the client's effect. id names the object that it changes, and is empty for a new one.
func write[T any](ctx context.Context, c *Client, id string, params *stripe.Params, request func() (T, error)) (T, *call, error) {
	call := &call{effect: c.effect, id: id, receipt: c.receipt, parse: understands[T]}
	if c.effect == Reads {
		var none T
		return none, call, outcome.Refuse(outcome.TypeInternal, "a tool that only reads tried to write. Nothing was sent", "Report this as a fault of stripe-mcp")
	}
	result, err := send(ctx, call, params, request)
	return result, call, err
}

// create is write for a new object. Stripe's answer may be the saved one of an earlier equal request. That one may be out
// of date, so create then reads the object again.
func create[T any](
	ctx context.Context, c *Client, params *stripe.Params, request func() (T, error), again func(context.Context, T) (T, error),
) (Reply[T], error) {
	sending, release := leaveTime(ctx)
	defer release()
	made, call, err := write(sending, c, "", params, request)
	if err != nil || !call.found() {
		return Reply[T]{Object: made}, err
	}
	const note = "found, not created: an earlier equal call had made this already, and its answer had got lost"
	current, err := again(ctx, made)
	if err != nil {
		return Reply[T]{made, note + ". It could not be read again: this is how it was then"}, nil
	}
	return Reply[T]{current, note}, nil
}

// send makes one request and turns its failure into an *outcome.Error.
func send[T any](ctx context.Context, call *call, params *stripe.Params, request func() (T, error)) (T, error) {
	params.Context = withCall(ctx, call)
	result, err := request()
	if err != nil {
		var none T // stripe-go returns an empty object along with an error
		return none, call.failure(ctx)
	}
	return result, nil
}

// understands reports whether an answer can be read as a T.
func understands[T any](body []byte) bool {
	var answer T
	return json.Unmarshal(body, &answer) == nil
}

// leaveTime returns a context that ends earlier than ctx, so that one more request fits into ctx.
func leaveTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	const share = 5
	return context.WithDeadline(ctx, deadline.Add(-time.Until(deadline)/share))
}
