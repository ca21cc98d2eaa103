package stripeapi

import (
	"context"
	"net/http"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
)

// The methods below look things up, one page or one object at a time.

// Customers returns one page of customers, newest first.
func (c *Client) Customers(ctx context.Context, params *stripe.CustomerListParams) (Page[*stripe.Customer], error) {
	return list[*stripe.Customer](ctx, "customer", &params.ListParams, func() error { return c.customers.List(params).Err() })
}

// Products returns one page of products, newest first.
func (c *Client) Products(ctx context.Context, params *stripe.ProductListParams) (Page[*stripe.Product], error) {
	return list[*stripe.Product](ctx, "product", &params.ListParams, func() error { return c.products.List(params).Err() })
}

// Invoices returns one page of invoices, newest first.
func (c *Client) Invoices(ctx context.Context, params *stripe.InvoiceListParams) (Page[*stripe.Invoice], error) {
	return list[*stripe.Invoice](ctx, "invoice", &params.ListParams, func() error { return c.invoices.List(params).Err() })
}

// Charges returns one page of charges, newest first.
func (c *Client) Charges(ctx context.Context, params *stripe.ChargeListParams) (Page[*stripe.Charge], error) {
	return list[*stripe.Charge](ctx, "charge", &params.ListParams, func() error { return c.charges.List(params).Err() })
}

// Refunds returns one page of refunds, newest first.
func (c *Client) Refunds(ctx context.Context, params *stripe.RefundListParams) (Page[*stripe.Refund], error) {
	return list[*stripe.Refund](ctx, "refund", &params.ListParams, func() error { return c.refunds.List(params).Err() })
}

// Disputes returns one page of disputes, newest first.
func (c *Client) Disputes(ctx context.Context, params *stripe.DisputeListParams) (Page[*stripe.Dispute], error) {
	return list[*stripe.Dispute](ctx, "dispute", &params.ListParams, func() error { return c.disputes.List(params).Err() })
}

// Prices returns one page of prices, newest first, each with its product. For a key that may not read products, each has the id of
// its product only; named is then false.
func (c *Client) Prices(ctx context.Context, params *stripe.PriceListParams) (found Page[*stripe.Price], named bool, err error) {
	prices := func() (Page[*stripe.Price], error) {
		return list[*stripe.Price](ctx, "price", &params.ListParams, func() error { return c.prices.List(params).Err() })
	}
	params.AddExpand("data.product")
	found, err = prices()
	if failure := outcome.As(err); failure == nil || failure.Status != http.StatusForbidden {
		return found, true, err
	}
	params.Expand = nil
	found, err = prices()
	return found, false, err
}

// Invoice returns an invoice.
func (c *Client) Invoice(ctx context.Context, id string) (*stripe.Invoice, error) {
	params := &stripe.InvoiceParams{}
	return read(ctx, asked{object: "invoice", id: id}, &params.Params, func() (*stripe.Invoice, error) { return c.invoices.Get(id, params) })
}

// Balance returns the account's balance.
func (c *Client) Balance(ctx context.Context) (*stripe.Balance, error) {
	params := &stripe.BalanceParams{}
	return read(ctx, asked{object: "balance", nameless: true}, &params.Params, func() (*stripe.Balance, error) { return c.balance.Get(params) })
}
