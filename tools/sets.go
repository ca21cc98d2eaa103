package tools

import "slices"

// Set is a group of tools that the owner switches on together. A tool without a set is on by default.
type Set string

// The sets.
const (
	Lookup   Set = "lookup"
	Billing  Set = "billing"
	Refunds  Set = "refunds"
	Catalog  Set = "catalog"
	Disputes Set = "disputes"
)

// Sets returns all sets in the order in which their tools are listed.
func Sets() []Set { return []Set{Lookup, Billing, Refunds, Catalog, Disputes} }

// Purpose says for people what a set is for.
func (s Set) Purpose() string {
	switch s {
	case Lookup:
		return "find customers, prices, invoices, charges and the balance"
	case Billing:
		return "change plans and customers, preview and send invoices"
	case Refunds:
		return "pay money back"
	case Catalog:
		return "make products, prices, payment links and discounts"
	case Disputes:
		return "answer disputes with evidence"
	}
	return "on by default"
}

// Permissions returns each permission that a restricted key needs for these tools, once. One that any of the tools cannot do
// without is not optional.
func Permissions(of []Tool) []Permission {
	var all []Permission
	for _, tool := range of {
		for _, permission := range tool.Permissions {
			same := func(p Permission) bool { return p.Path == permission.Path }
			if at := slices.IndexFunc(all, same); at < 0 {
				all = append(all, permission)
			} else {
				all[at].Optional = all[at].Optional && permission.Optional
			}
		}
	}
	return all
}
