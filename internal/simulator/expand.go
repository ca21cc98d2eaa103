package simulator

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// expandable are the paths that can be expanded in an object.
func expandable(kind string) []string {
	return map[string][]string{
		"checkout.session": {
			"customer", "subscription", "subscription.latest_invoice", "line_items", "line_items.data.price.product",
		},
		"subscription":   {"customer", "latest_invoice", "default_payment_method", "items.data.price.product"},
		"invoice":        {"customer", "subscription"},
		"customer":       {"invoice_settings.default_payment_method"},
		"payment_method": {"customer"},
		"price":          {"product"},
	}[kind]
}

// expansion checks a path before anything is done, because a request is refused as a whole.
func expansion(kind string, listed bool) rule {
	return func(_ *Account, p *params, name string) error {
		path, inData := strings.CutPrefix(p.value, "data.")
		if p.children != nil || listed != inData || !slices.Contains(expandable(kind), path) {
			return invalid(name, "", "This property cannot be expanded (%s).", p.value)
		}
		return nil
	}
}

// render is the JSON of a result, with what it was asked to expand.
func (c *call) render(result Object) ([]byte, error) {
	if paths := c.in.at("expand"); paths != nil {
		result = result.plain()
		for _, path := range paths.elements() {
			c.expand(result, strings.Split(path.value, "."))
		}
	}
	return json.Marshal(result)
}

// expand replaces the ids along a path by what they stand for.
func (c *call) expand(node any, path []string) {
	if rows, ok := node.([]any); ok {
		for _, row := range rows {
			c.expand(row, path)
		}
	}
	fields := asObject(node)
	if fields == nil || len(path) == 0 {
		return
	}
	name := path[0]
	kinds := map[string]string{"latest_invoice": "invoice", "default_payment_method": "payment_method"}
	switch id := fields.Text(name); {
	case id != "":
		fields[name] = c.Get(cmp.Or(kinds[name], name), id)
	case name == "line_items" && fields[name] == nil:
		fields[name] = plain(c.lineItems(fields.Text("id")))
	}
	c.expand(fields[name], path[1:])
}
