package stripeapi

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
)

// Page is one page of a list.
type Page[T any] struct {
	Data []T
	Rest
}

// Rest is what is not in a page.
type Rest struct {
	HasMore bool     // whether Stripe has more after the last row
	Last    string   // id of the last row that Stripe sent
	LeftOut []string // ids of rows that cannot be understood
}

// Reply is an object with a note about it.
type Reply[T any] struct {
	Object T
	Note   string // where the object comes from, if it is not the plain answer to the request
}

// asked is what an answer has to be.
type asked struct {
	object   string // the type of the object, or of each row of a list
	id       string // of the object that the path names, empty for a new one
	nameless bool   // it has no id
	differs  string // what makes another request of an equal one where the tool takes no metadata, such as another name
	page     bool   // it only opens a page, which costs nothing: a second one does no harm, and a shared one can be paid by somebody else
}

// read asks for an object.
func read[T any](ctx context.Context, want asked, params *stripe.Params, request func() (T, error)) (T, error) {
	return send(ctx, &call{effect: Reads, asked: want}, params, request)
}

// list asks for exactly one page of a list.
func list[T any](ctx context.Context, object string, params *stripe.ListParams, request func() error) (Page[T], error) {
	rows := &objects[T]{}
	call := &call{effect: Reads, asked: asked{object: object}, list: true, answer: rows}
	params.Context = withCall(ctx, call)
	params.Single = true
	if err := request(); err != nil {
		return Page[T]{}, call.failure(ctx)
	}
	return Page[T]{rows.all, Rest{call.hasMore, call.lastRow, call.leftOut}}, nil
}

// write sends a request that has the client's effect.
func write[T any](ctx context.Context, c *Client, want asked, params *stripe.Params, request func() (T, error)) (T, *call, error) {
	call := &call{effect: c.effect, asked: want, receipt: c.receipt}
	if err := c.mayWrite(); err != nil {
		var none T
		return none, call, err
	}
	result, err := send(ctx, call, params, request)
	return result, call, err
}

// mayWrite returns why a client must not write, or nil.
func (c *Client) mayWrite() error {
	if c.effect != Reads {
		return nil
	}
	return outcome.Refuse(outcome.TypeInternal, "a tool that only reads tried to write. Nothing was sent", "Report this as a fault of stripe-mcp")
}

// create is write for what is done once, such as a new object. See current.
func create[T any](
	ctx context.Context, c *Client, want asked, params *stripe.Params, request func() (T, error), again func(context.Context, T) (T, error),
) (Reply[T], error) {
	sending, release := leaveTime(ctx)
	defer release()
	made, call, err := write(sending, c, want, params, request)
	if err != nil {
		return Reply[T]{Object: made}, err
	}
	return current(ctx, call, made, again), nil
}

// current returns what a request made, as it is now. Stripe's answer may be the saved one of an earlier equal request. That one
// may be out of date, so the object is then read again.
func current[T any](ctx context.Context, call *call, made T, again func(context.Context, T) (T, error)) Reply[T] {
	note := call.shared()
	if note == "" || !call.replayed() {
		return Reply[T]{made, note}
	}
	if now, err := again(ctx, made); err == nil {
		return Reply[T]{now, note}
	}
	return Reply[T]{made, note + ". It could not be read again: this is how it was then"}
}

// another says how the same is done a second time, empty where that has no sense.
func (c *call) another() string {
	const differs = ". To %s on purpose, give it something that differs, such as "
	switch {
	case !c.changes():
		return fmt.Sprintf(differs, "make another") + cmp.Or(c.asked.differs, `metadata {"order":"2"}`)
	case c.asked.differs != "":
		return fmt.Sprintf(differs, "do it again") + c.asked.differs
	}
	return ""
}

// changes reports whether the request changes an object that exists.
func (c *call) changes() bool { return c.asked.id != "" && c.operation == nil }

// shared returns the note of an answer that is also that of an earlier equal call, empty where there was none.
func (c *call) shared() string {
	switch {
	case c.intent == nil || !c.intent.Inherited():
		return ""
	case c.changes() && c.replayed():
		return "done by an earlier equal call, and not a second time now" + c.another()
	case c.replayed():
		return "found, not created: this is the same object as an earlier equal call's" + c.another()
	}
	return "this is the same object as an earlier equal call's" + c.another()
}

// replayed reports whether Stripe repeated what it had answered before.
func (c *call) replayed() bool {
	last, _ := c.last()
	return last.replayed
}

// send makes one request and turns its failure into an *outcome.Error.
func send[T any](ctx context.Context, call *call, params *stripe.Params, request func() (T, error)) (T, error) {
	read := &objects[T]{}
	call.answer = read
	params.Context = withCall(ctx, call)
	if _, err := request(); err != nil || len(read.all) == 0 {
		var none T
		return none, call.failure(ctx)
	}
	return read.all[0], nil
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
