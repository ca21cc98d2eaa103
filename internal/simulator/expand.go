package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
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
		"invoice":        {"customer", "subscription", "charge"},
		"charge":         {"customer", "invoice"},
		"dispute":        {"charge"},
		"refund":         {"charge"},
		"customer":       {"invoice_settings.default_payment_method"},
		"payment_method": {"customer"},
		"price":          {"product", "currency_options"}, // its prices have one currency each
	}[kind]
}

// expansion checks a path before anything is done, because a request is refused as a whole.
func expansion(kind string, listed bool) rule {
	return func(_ *Account, sent any, name string) error {
		property, _ := sent.(string)
		path, inData := strings.CutPrefix(property, "data.")
		names, _ := known("EXPAND", kind)
		switch {
		case listed == inData && slices.Contains(expandable(kind), path):
			return nil
		case listed == inData && slices.ContainsFunc(names, func(known string) bool { return strings.HasPrefix(path+".", known+".") }):
			return notSimulated(name, "how to expand %s", property)
		}
		return invalid(name, "", "This property cannot be expanded (%s).", property)
	}
}

// render is the JSON of a result, with what it was asked to expand.
func (c *call) render(result Object) ([]byte, error) {
	if paths := elements(c.in["expand"]); len(paths) > 0 {
		result = result.plain()
		for _, path := range paths {
			c.expand(result, strings.Split(fmt.Sprint(path), "."))
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
