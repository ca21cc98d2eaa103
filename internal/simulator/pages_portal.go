package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
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
		return el("li", el("span", words("Visa •••• "+card.text("last4"))), el("span", words(fmt.Sprintf("Expires %d/%d", card.number("exp_month"), card.number("exp_year")))))
	})
	invoices := mine("invoice", func(o object) g.Node {
		return el("li", el("a", attr("href", "/i/"+o.text("id")), words(o.text("number"))), el("span", words(o.date("created"))), el("span", words(o.money("total"))), tag(o.text("status")))
	})
	who := slices.DeleteFunc([]string{owner.text("name"), owner.text("email")}, func(s string) bool { return s == "" })
	return el("main", attr("class", "column"),
		back("Return to", home),
		el("h1", words("Billing")),
		el("p", attr("class", "lead"), words(strings.Join(who, " · "))),
		section("plans", "Subscriptions", len(subscriptions), subscriptions),
		section("cards", "Cards", len(cards), el("ul", attr("class", "list"), cards)),
		section("invoices", "Invoices", len(invoices), el("ul", attr("class", "list"), invoices)),
	)
}

func section(id, title string, rows int, content g.Node) g.Node {
	if rows == 0 {
		content = empty(words("No " + strings.ToLower(title) + "."))
	}
	return el("section", attr("aria-labelledby", id), el("h2", attr("id", id), words(title)), content)
}

func (v *visit) subscribed(s, owner object) g.Node {
	name, price := v.plan(s)
	class, card := "plan", v.cardFor(s, owner)
	if ended(s) {
		class, card = "plan over", nil
	}
	return el("article", attr("class", class),
		el("header", el("h3", words(name)), tag(s.text("status"))),
		el("p", attr("class", "price"), words(price)),
		el("p", v.outlook(s), g.If(card != nil, words(" Paid with Visa •••• "+card.child("card").text("last4")+"."))),
		v.choices(s),
	)
}

// outlook is what becomes of a subscription.
func (v *visit) outlook(s object) g.Node {
	switch {
	case ended(s):
		return words("Ended on " + s.date("ended_at") + ".")
	case s["cancel_at_period_end"] == true:
		return words("Ends on " + s.date("cancel_at") + " and does not renew.")
	case s["status"] == "trialing":
		return words("The trial ends and the first period begins on " + s.date("trial_end") + ".")
	case s["status"] == "active":
		return words("Renews on " + s.date("current_period_end") + ".")
	}
	invoice := v.row("invoice", s.text("latest_invoice"))
	return g.Group{el("a", attr("href", "/i/"+invoice.text("id")), words("Pay invoice "+invoice.text("number"))), words(" to keep it running.")}
}

// choices are what its customer can do about a subscription.
func (v *visit) choices(s object) g.Node {
	do := func(does, class, text string) g.Node {
		return el("button", attr("name", "do"), attr("value", does), g.If(class != "", attr("class", class)), words(text))
	}
	ours := g.Group{hidden("token", v.token), hidden("subscription", s.text("id"))}
	switch {
	case ended(s):
		return nil
	case s["cancel_at_period_end"] == true:
		return v.posts(ours, do("keep", "", "Don’t cancel"))
	}
	later := g.If(s["status"] != "incomplete", do("cancel later", "quiet", "Cancel on "+s.date("current_period_end")))
	return el("details", attr("class", "cancel"), el("summary", words("Cancel subscription")), v.posts(ours, later, do("cancel now", "danger", "Cancel now")))
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
