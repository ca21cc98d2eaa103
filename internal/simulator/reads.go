package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// get answers with the object in the path.
func (c *call) get() (object, error) { return c.target, nil }

// list answers with a page of the route's objects.
func (c *call) list() (object, error) {
	status := c.in.text("status")
	return c.page(c.Objects[c.kind], func(o object) bool {
		for _, field := range []string{"customer", "subscription", "email", "product"} {
			if wanted := c.in.at(field); wanted != nil && wanted.value != o.text(field) {
				return false
			}
		}
		switch status {
		case "":
			return o["deleted"] == nil && (c.kind != "subscription" || o.text("status") != "canceled")
		case "all":
			return true
		case "ended":
			return ended(o)
		}
		return o.text("status") == status
	})
}

// listing is the route of a list. Stripe clamps its limit instead of refusing it.
func listing(path, kind string, filters contract) route {
	paging := contract{"limit": may(integer(-1<<63, 1<<63-1)), "starting_after": may(ref(kind)), "ending_before": may(ref(kind))}
	return route{http.MethodGet, path, kind, filters.with(paging), (*call).list}
}

// page turns rows, oldest first, into a list of those to keep, newest first.
func (c *call) page(rows []object, keep func(object) bool) (object, error) {
	after, before := c.in.text("starting_after"), c.in.text("ending_before")
	at := slices.IndexFunc(rows, func(o object) bool { return o.text("id") == cmp.Or(after, before) })
	switch {
	case after != "" && before != "":
		return nil, exclusive("ending_before", "starting_after", "ending_before")
	case after != "":
		rows = rows[:at]
	case before != "":
		rows = rows[at+1:]
	}
	kept := []object{}
	for _, o := range rows {
		if keep(o) {
			kept = append(kept, o)
		}
	}
	limit := int(min(max(c.in.number("limit", 10), 1), 100))
	more := len(kept) > limit
	switch {
	case more && before != "":
		kept = kept[:limit] // those next to the cursor
	case more:
		kept = kept[len(kept)-limit:]
	}
	slices.Reverse(kept)
	return listOf(kept, more, c.path), nil
}

func listOf(rows []object, more bool, url string) object {
	return object{"object": "list", "data": rows, "has_more": more, "url": url}
}

// expandable are the paths that can be expanded in an object.
func expandable(kind string) []string {
	return map[string][]string{
		"checkout.session": {"customer", "subscription", "subscription.latest_invoice", "line_items", "line_items.data.price.product"},
		"subscription":     {"customer", "latest_invoice", "default_payment_method", "items.data.price.product"},
		"invoice":          {"customer", "subscription"},
		"customer":         {"invoice_settings.default_payment_method"},
		"payment_method":   {"customer"},
		"price":            {"product"},
	}[kind]
}

// expansion checks a path before anything is done, because a request is refused as a whole.
func expansion(kind string, listed bool) rule {
	return func(_ *call, p *params, name string) error {
		path, inData := strings.CutPrefix(p.value, "data.")
		if p.children != nil || listed != inData || !slices.Contains(expandable(kind), path) {
			return invalid(name, "", "This property cannot be expanded (%s).", p.value)
		}
		return nil
	}
}

// render is the JSON of a result, with what it was asked to expand.
func (c *call) render(result object) ([]byte, error) {
	if paths := c.in.at("expand"); paths != nil {
		result = result.plain()
		for _, path := range paths.elements() {
			c.expand(map[string]any(result), strings.Split(path.value, "."))
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
	fields, ok := node.(map[string]any)
	if !ok || len(path) == 0 {
		return
	}
	name := path[0]
	id := object(fields).text(name)
	switch kind := map[string]string{"latest_invoice": "invoice", "default_payment_method": "payment_method"}[name]; {
	case id != "":
		fields[name] = plain(c.row(cmp.Or(kind, name), id))
	case name == "line_items" && fields[name] == nil:
		fields[name] = plain(c.lineItems(object(fields).text("id")))
	}
	c.expand(fields[name], path[1:])
}
