package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/stripeapi"
)

type listProductsInput struct {
	Active        *bool     `json:"active,omitempty" jsonschema:"Only such"`
	Limit         *rowLimit `json:"limit,omitempty" jsonschema:"1 to 100, default 10"`
	StartingAfter objectID  `json:"starting_after,omitempty" jsonschema:"next_cursor"`
}

// productRow is a product in a list.
type productRow struct {
	listed

	Name         string `json:"name,omitempty"`
	Description  string `json:"description,omitempty"`
	Active       bool   `json:"active"`
	DefaultPrice string `json:"default_price,omitempty"`
	UnitLabel    string `json:"unit_label,omitempty"`
	Created      string `json:"created"`
	Livemode     bool   `json:"livemode"`
}

func products() Permission { return Permission{Name: "Products", Path: "/v1/products"} }

func listProducts() Tool {
	return define(Spec{
		Name:        "stripe_list_products",
		Title:       "List products",
		Description: "Lists what is sold, newest first.",
		Effect:      Reads,
		Set:         Lookup,
		Permissions: []Permission{products()},
	}, func(ctx context.Context, client *stripeapi.Client, in listProductsInput) (page[productRow], error) {
		found, err := client.Products(ctx, &stripe.ProductListParams{ListParams: paging(in.Limit.size(), in.StartingAfter), Active: in.Active})
		return pageOf(in.Limit.size(), found, err, toProductRow)
	})
}

func toProductRow(p *stripe.Product) productRow {
	row := productRow{
		listed:      listed{p.ID},
		Name:        plain.Clean(p.Name, briefText),
		Description: plain.Clean(p.Description, briefText),
		Active:      p.Active,
		UnitLabel:   plain.Clean(p.UnitLabel, briefText),
		Created:     timestamp(p.Created),
		Livemode:    p.Livemode,
	}
	if p.DefaultPrice != nil {
		row.DefaultPrice = p.DefaultPrice.ID
	}
	return row
}
