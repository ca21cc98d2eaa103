package simulator

import (
	"fmt"
	"math"
	"net/http"
	"slices"
)

// filter is a parameter of a list: what it may be, and which rows it keeps. A list takes no other parameters but those
// of its pages, so that none is accepted and then ignored.
type filter struct {
	name  string
	rule  rule
	keeps func(row Object, sent any) bool // sent is nil when the parameter is absent
}

// equal keeps the rows whose field of the same name has the value.
func equal(name string, r rule) filter {
	return filter{name, r, func(row Object, sent any) bool { return sent == nil || has(row, name, sent) }}
}

// anyOf keeps the rows whose field has one of the values.
func anyOf(name, field string, most int, r rule) filter {
	return filter{name, list(most, r), func(row Object, sent any) bool {
		return sent == nil || slices.ContainsFunc(elements(sent), func(value any) bool { return has(row, field, value) })
	}}
}

func has(row Object, field string, value any) bool {
	return row[field] != nil && fmt.Sprint(row[field]) == value
}

// subscriptionStatus has two values that no subscription has, and leaves out what is canceled unless it is asked for.
func subscriptionStatus() filter {
	values := oneOf("active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due", "paused",
		"trialing", "unpaid")
	return filter{"status", values, func(row Object, sent any) bool {
		switch sent {
		case nil:
			return row["status"] != "canceled"
		case "all":
			return true
		case "ended":
			return Ended(row)
		}
		return has(row, "status", sent)
	}}
}

// payer keeps the sessions of one e-mail: the one that the payer gave, or that was given for them.
func payer() filter {
	details := fields(contract{"email": must(email())})
	return filter{"customer_details", details, func(row Object, sent any) bool {
		wanted := asObject(sent)["email"]
		return wanted == nil || has(row.Child("customer_details"), "email", wanted) || has(row, "customer_email", wanted)
	}}
}

// ofPrice keeps the subscriptions that have an item of a price.
func ofPrice() filter {
	return filter{"price", ref("price"), func(row Object, sent any) bool {
		return sent == nil || slices.ContainsFunc(row.Items(), func(item Object) bool { return has(item.Child("price"), "id", sent) })
	}}
}

// listing is the route of a list. Stripe clamps its limit instead of refusing it.
func listing(path, kind string, filters ...filter) route {
	accepts := contract{
		"limit":          may(integer(math.MinInt64, math.MaxInt64)),
		"starting_after": may(ref(kind)), "ending_before": may(ref(kind)),
	}
	for _, f := range filters {
		accepts[f.name] = may(f.rule)
	}
	return route{http.MethodGet, path, kind, accepts, func(c *call) (Object, error) { return c.list(filters) }}
}

// list answers with a page of the route's objects, newest first.
func (c *call) list(filters []filter) (Object, error) {
	after, before := c.in.Text("starting_after"), c.in.Text("ending_before")
	if after != "" && before != "" {
		return nil, exclusive("ending_before", "starting_after", "ending_before")
	}
	limit := int(min(max(c.in.integer("limit", 10), 1), 100))
	field := "" // the first filter that has an index spares looking at all there is
	for _, f := range filters {
		if field == "" && c.in[f.name] != nil && slices.Contains(indexed(c.kind), f.name) {
			field = f.name
		}
	}
	rows := []Object{}
	for row := range c.walk(c.kind, field, c.in.Text(field), after+before, before != "") {
		dropped := func(f filter) bool { return !f.keeps(row, c.in[f.name]) }
		if row["deleted"] == nil && !slices.ContainsFunc(filters, dropped) {
			rows = append(rows, row)
		}
		if len(rows) > limit { // one more than is shown tells that there are more
			break
		}
	}
	more := len(rows) > limit
	rows = rows[:min(len(rows), limit)]
	if before != "" {
		slices.Reverse(rows)
	}
	return listOf(rows, more, c.url), nil
}

func listOf(rows []Object, more bool, url string) Object {
	return Object{"object": "list", "data": rows, "has_more": more, "url": url}
}
