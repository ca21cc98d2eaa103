package stripeapi

import (
	"context"
	"net/http"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/form"

	"stripe-mcp/internal/outcome"
)

// UpdateSubscription changes a subscription (https://docs.stripe.com/api/subscriptions/update).
func (c *Client) UpdateSubscription(ctx context.Context, id string, params *stripe.SubscriptionParams) (Reply[*stripe.Subscription], error) {
	return create(ctx, c, asked{object: "subscription", id: id, differs: `metadata {"order":"2"}`}, &params.Params, func() (*stripe.Subscription, error) { return c.subscriptions.Update(id, params) },
		func(ctx context.Context, changed *stripe.Subscription) (*stripe.Subscription, error) {
			return c.Subscription(ctx, changed.ID)
		})
}

// UpdateCustomer changes a customer (https://docs.stripe.com/api/customers/update).
func (c *Client) UpdateCustomer(ctx context.Context, id string, params *stripe.CustomerParams) (*stripe.Customer, error) {
	changed, _, err := write(ctx, c, asked{object: "customer", id: id}, &params.Params, func() (*stripe.Customer, error) { return c.customers.Update(id, params) })
	return changed, err
}

// PreviewInvoice returns the invoice that would come next, of which nothing is kept. It has no id.
func (c *Client) PreviewInvoice(ctx context.Context, params *stripe.InvoiceCreatePreviewParams) (*stripe.Invoice, error) {
	return read(ctx, asked{object: "invoice", nameless: true}, &params.Params, func() (*stripe.Invoice, error) { return c.invoices.CreatePreview(params) })
}

// CreateInvoice makes an invoice in three requests: a draft, its lines, and its end as a draft, in which it is sent or only
// finalized. A draft that cannot be finished is deleted again.
func (c *Client) CreateInvoice(ctx context.Context, draft *stripe.InvoiceParams, lines *stripe.InvoiceAddLinesParams, sent bool) (Reply[*stripe.Invoice], error) {
	if err := c.mayWrite(); err != nil {
		return Reply[*stripe.Invoice]{}, err
	}
	o := &operation{client: c, rest: restOf(lines, sent)}
	begun, failure := part(ctx, o, asked{object: "invoice"}, &draft.Params, func() (*stripe.Invoice, error) { return c.invoices.New(draft) })
	if failure != nil {
		o.settle(ctx, failure, object{})
		return Reply[*stripe.Invoice]{}, failure
	}
	whole, release := o.seeThrough(ctx)
	defer release()
	sending, leave := leaveTime(whole)
	defer leave()
	id := asked{object: "invoice", id: begun.ID}
	made, failure := part(sending, o, id, &lines.Params, func() (*stripe.Invoice, error) { return c.invoices.AddLines(begun.ID, lines) })
	if failure == nil {
		made, failure = finish(sending, o, begun.ID, sent)
	}
	if failure != nil {
		failure = o.unfinished(failure, begun.ID, func() bool { return c.deleteDraft(whole, begun.ID) })
		o.settle(whole, failure, object{ID: begun.ID})
		return Reply[*stripe.Invoice]{}, failure
	}
	o.settle(whole, nil, object{ID: made.ID, AmountDue: made.AmountDue, Currency: string(made.Currency)})
	return current(whole, o.last, made, c.again), nil
}

// finish ends an invoice as a draft.
func finish(ctx context.Context, o *operation, id string, sent bool) (*stripe.Invoice, *outcome.Error) {
	params, request := o.client.finalizing(id, sent)
	return part(ctx, o, asked{object: "invoice", id: id}, params, request)
}

// finalizing returns the request that finalizes an invoice, and sends it if sent is true.
func (c *Client) finalizing(id string, sent bool) (*stripe.Params, func() (*stripe.Invoice, error)) {
	if sent {
		params := &stripe.InvoiceSendInvoiceParams{}
		return &params.Params, func() (*stripe.Invoice, error) { return c.invoices.SendInvoice(id, params) }
	}
	params := &stripe.InvoiceFinalizeInvoiceParams{}
	return &params.Params, func() (*stripe.Invoice, error) { return c.invoices.FinalizeInvoice(id, params) }
}

// restOf returns what the requests after the first one say.
func restOf(lines *stripe.InvoiceAddLinesParams, sent bool) string {
	rest := &form.Values{}
	form.AppendTo(rest, lines)
	if sent {
		rest.Add("sent", "true")
	}
	return rest.Encode()
}

// deleteDraft reports whether a draft is certainly gone.
func (c *Client) deleteDraft(ctx context.Context, id string) bool {
	params := &stripe.InvoiceParams{}
	gone, _, err := write(ctx, c.As(Ends), asked{object: "invoice", id: id}, &params.Params, func() (*stripe.Invoice, error) { return c.invoices.Del(id, params) })
	if err == nil {
		return gone.Deleted
	}
	_, err = c.Invoice(ctx, id)
	failure := outcome.As(err)
	return failure != nil && failure.Status == http.StatusNotFound
}

// FinalizeInvoice ends an invoice as a draft: the customer then owes it (https://docs.stripe.com/api/invoices/finalize).
func (c *Client) FinalizeInvoice(ctx context.Context, id string, sent bool) (Reply[*stripe.Invoice], error) {
	params, request := c.finalizing(id, sent)
	return create(ctx, c, asked{object: "invoice", id: id}, params, request, c.again)
}

func (c *Client) again(ctx context.Context, made *stripe.Invoice) (*stripe.Invoice, error) {
	return c.Invoice(ctx, made.ID)
}

// VoidInvoice lets an invoice end unpaid, for good (https://docs.stripe.com/api/invoices/void).
func (c *Client) VoidInvoice(ctx context.Context, id string) (Reply[*stripe.Invoice], error) {
	params := &stripe.InvoiceVoidInvoiceParams{}
	return end(ctx, c, ending[*stripe.Invoice]{
		asked: asked{object: "invoice", id: id}, params: &params.Params, read: c.Invoice,
		request: func() (*stripe.Invoice, error) { return c.invoices.VoidInvoice(id, params) },
		done:    func(i *stripe.Invoice) bool { return i.Status == stripe.InvoiceStatusVoid },
		instead: func(i *stripe.Invoice) string { return "the invoice is still " + string(i.Status) },
		what:    "invoice", deed: "voiding", verb: "void", past: "voided", over: []int{http.StatusBadRequest, http.StatusNotFound},
	})
}
