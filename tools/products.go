package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/stripeapi"
)

type createProductInput struct {
	Name        productName        `json:"name" jsonschema:"Shown to customers"`
	Description productDescription `json:"description,omitempty" jsonschema:"Likewise"`
	Metadata    metadata           `json:"metadata,omitempty" jsonschema:"Your own strings"`
}

func createProduct() Tool {
	return define(Spec{
		Name:        "stripe_create_product",
		Title:       "Create product",
		Description: "Creates something to sell, which costs nothing by itself. To create it with its price, use stripe_create_price.",
		Effect:      Makes,
		Set:         Catalog,
		Permissions: []Permission{products()},
	}, func(ctx context.Context, client *stripeapi.Client, in createProductInput) (productOutput, error) {
		made, err := client.CreateProduct(ctx, &stripe.ProductParams{
			Name: given(in.Name), Description: given(in.Description), Metadata: in.Metadata,
		})
		if err != nil {
			return productOutput{}, err
		}
		return productOutput{
			ID: made.Object.ID, productFields: toProductRow(made.Object).productFields, Metadata: cleanMetadata(made.Object.Metadata), Note: made.Note,
		}, nil
	})
}

// productOutput is something that is sold.
type productOutput struct {
	ID string `json:"id"`
	productFields

	Metadata map[string]string `json:"metadata,omitempty"`
	Note     string            `json:"note,omitempty"`
}

type listProductsInput struct {
	Active        *bool     `json:"active,omitempty" jsonschema:"Only such"`
	Limit         *rowLimit `json:"limit,omitempty" jsonschema:"1 to 100, default 10"`
	StartingAfter objectID  `json:"starting_after,omitempty" jsonschema:"next_cursor"`
}

// productRow is a product in a list.
type productRow struct {
	listed
	productFields
}

// productFields are what every answer shows of a product.
type productFields struct {
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
	row := productRow{listed{p.ID}, productFields{
		Name:        plain.Clean(p.Name, briefText),
		Description: plain.Clean(p.Description, briefText),
		Active:      p.Active,
		UnitLabel:   plain.Clean(p.UnitLabel, briefText),
		Created:     timestamp(p.Created),
		Livemode:    p.Livemode,
	}}
	if p.DefaultPrice != nil {
		row.DefaultPrice = p.DefaultPrice.ID
	}
	return row
}
