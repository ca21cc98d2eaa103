package tools

import (
	"context"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/schema"
	"stripe-mcp/internal/stripeapi"
)

type updateCustomerInput struct {
	CustomerID  customerID          `json:"customer_id" jsonschema:"cus_…"`
	Email       email               `json:"email,omitempty" jsonschema:"New address"`
	Name        customerName        `json:"name,omitempty" jsonschema:"New name"`
	Phone       customerPhone       `json:"phone,omitempty" jsonschema:"New number"`
	Description customerDescription `json:"description,omitempty" jsonschema:"New note"`
	Metadata    changedMetadata     `json:"metadata,omitempty" jsonschema:"Keys to set"`
	Unset       []customerField     `json:"unset,omitempty" jsonschema:"To clear"`
}

type customerField string

// Schema returns what of a customer can be cleared.
func (customerField) Schema() *schema.Node {
	return choice("description", "email", "metadata", "name", "phone")
}

func (f customerField) disclose(_ string, r *Request) { r.clears(string(f)) }

// sets returns which of the fields that can be cleared are set.
func (in updateCustomerInput) sets() map[customerField]bool {
	return map[customerField]bool{
		"description": in.Description != "", "email": in.Email != "", "metadata": len(in.Metadata) > 0, "name": in.Name != "", "phone": in.Phone != "",
	}
}

// Check finds updates of nothing, and what is set and cleared at once.
func (in updateCustomerInput) Check() []schema.Problem {
	return checkChanges(in.Unset, in.sets(), false)
}

func (in updateCustomerInput) disclose(_ string, r *Request) {
	for _, field := range []customerField{"email", "name", "phone", "description", "metadata"} {
		if in.sets()[field] {
			r.Details = append(r.Details, "sets "+string(field))
		}
	}
}

func updateCustomer() Tool {
	return define(Spec{
		Name:        "stripe_update_customer",
		Title:       "Update customer",
		Description: "Changes what is given; the old values are lost.",
		Effect:      Changes,
		Set:         Billing,
		Permissions: customers(),
	}, func(ctx context.Context, client *stripeapi.Client, in updateCustomerInput) (customerOutput, error) {
		params := &stripe.CustomerParams{
			Email: given(in.Email), Name: given(in.Name), Phone: given(in.Phone), Description: given(in.Description), Metadata: in.Metadata,
		}
		unset(&params.Params, in.Unset)
		changed, err := client.UpdateCustomer(ctx, string(in.CustomerID), params)
		return toCustomer(changed), err
	})
}
