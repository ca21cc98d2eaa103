package simulator

import (
	"net/http"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// portal is where a customer looks after subscriptions.
func (v *visit) portal() reply {
	i := slices.IndexFunc(v.Objects["billing_portal.session"], func(o object) bool { return strings.Contains(o.text("url"), v.r.URL.Path+"#") })
	if i < 0 {
		return v.nothing()
	}
	session := v.Objects["billing_portal.session"][i]
	owner := v.find("customer", session.text("customer"))
	if owner == nil {
		return v.nothing()
	}
	if s := v.row("subscription", v.form.Get("subscription")); v.form != nil && s != nil && s["customer"] == owner["id"] && !ended(s) {
		switch v.form.Get("do") {
		case "cancel later":
			cancelAtPeriodEnd(s, true, v.now)
		case "keep":
			cancelAtPeriodEnd(s, false, v.now)
		case "cancel now":
			v.end(s)
		}
	}
	if v.form != nil {
		return reply{to: v.r.URL.Path}
	}
	return reply{status: http.StatusOK, page: layout("Billing", false, v.billing(owner, session.text("return_url")))}
}

func (v *visit) billing(owner object, home string) g.Node {
	mine := func(kind string, show func(object) g.Node) (rows g.Group) {
		for _, o := range slices.Backward(v.Objects[kind]) {
			if o["customer"] == owner["id"] {
				rows = append(rows, show(o))
			}
		}
		return rows
	}
	subscriptions := mine("subscription", func(s object) g.Node { return v.subscribed(s, owner) })
	cards := mine("payment_method", func(o object) g.Node {
		card := o.child("card")
		return h.Li(h.Span(g.Text("Visa •••• "+card.text("last4"))), h.Span(g.Textf("Expires %d/%d", card.number("exp_month"), card.number("exp_year"))))
	})
	invoices := mine("invoice", func(o object) g.Node {
		return h.Li(h.A(h.Href("/i/"+o.text("id")), g.Text(o.text("number"))), h.Span(g.Text(o.date("created"))), h.Span(g.Text(o.money("total"))), tag(o.text("status")))
	})
	who := slices.DeleteFunc([]string{owner.text("name"), owner.text("email")}, func(s string) bool { return s == "" })
	return h.Main(h.Class("column"),
		back("Return to", home),
		h.H1(g.Text("Billing")),
		h.P(h.Class("lead"), g.Text(strings.Join(who, " · "))),
		section("plans", "Subscriptions", len(subscriptions), subscriptions),
		section("cards", "Cards", len(cards), h.Ul(h.Class("list"), cards)),
		section("invoices", "Invoices", len(invoices), h.Ul(h.Class("list"), invoices)),
	)
}

func section(id, title string, rows int, content g.Node) g.Node {
	if rows == 0 {
		content = empty(g.Text("No " + strings.ToLower(title) + "."))
	}
	return h.Section(h.Aria("labelledby", id), h.H2(h.ID(id), g.Text(title)), content)
}

func (v *visit) subscribed(s, owner object) g.Node {
	name, price := v.plan(s)
	class, card := "plan", v.cardFor(s, owner)
	if ended(s) {
		class, card = "plan over", nil
	}
	return h.Article(h.Class(class),
		h.Header(h.H3(g.Text(name)), tag(s.text("status"))),
		h.P(h.Class("price"), g.Text(price)),
		h.P(v.outlook(s), g.If(card != nil, g.Text(" Paid with Visa •••• "+card.child("card").text("last4")+"."))),
		v.choices(s),
	)
}

// outlook is what becomes of a subscription.
func (v *visit) outlook(s object) g.Node {
	switch {
	case ended(s):
		return g.Text("Ended on " + s.date("ended_at") + ".")
	case s["cancel_at_period_end"] == true:
		return g.Text("Ends on " + s.date("cancel_at") + " and does not renew.")
	case s["status"] == "trialing":
		return g.Text("The trial ends and the first period begins on " + s.date("trial_end") + ".")
	case s["status"] == "active":
		return g.Text("Renews on " + s.date("current_period_end") + ".")
	}
	invoice := v.row("invoice", s.text("latest_invoice"))
	return g.Group{h.A(h.Href("/i/"+invoice.text("id")), g.Text("Pay invoice "+invoice.text("number"))), g.Text(" to keep it running.")}
}

// choices are what its customer can do about a subscription.
func (v *visit) choices(s object) g.Node {
	do := func(does, class, text string) g.Node {
		return h.Button(h.Name("do"), h.Value(does), g.If(class != "", h.Class(class)), g.Text(text))
	}
	ours := g.Group{hidden("token", v.token), hidden("subscription", s.text("id"))}
	switch {
	case ended(s):
		return nil
	case s["cancel_at_period_end"] == true:
		return v.posts(ours, do("keep", "", "Don’t cancel"))
	}
	later := g.If(s["status"] != "incomplete", do("cancel later", "quiet", "Cancel on "+s.date("current_period_end")))
	return h.Details(h.Class("cancel"), h.Summary(g.Text("Cancel subscription")), v.posts(ours, later, do("cancel now", "danger", "Cancel now")))
}

// plan is what a subscription is about, in words.
func (c *call) plan(s object) (name, sum string) {
	var price object
	var total int64
	items, _ := s.child("items")["data"].([]any)
	names := make([]string, 0, len(items))
	for _, row := range items {
		item, _ := row.(map[string]any)
		price = object(item).child("price")
		quantity := object(item).number("quantity")
		names = append(names, times(c.row("product", price.text("product")).text("name"), quantity))
		total += price.number("unit_amount") * quantity
	}
	return strings.Join(names, ", "), money(total, s.text("currency")) + " " + every(price)
}
