package pages

import (
	"fmt"
	"net/http"
	"strings"

	g "maragu.dev/gomponents"

	"stripe-mcp/internal/simulator"
)

// portal is where a customer looks after subscriptions.
func (v *visit) portal() reply {
	session := v.Portal(v.r.URL.Path)
	owner := v.Get("customer", session.Text("customer"))
	if owner == nil || owner["deleted"] != nil {
		return v.nothing()
	}
	if v.form == nil {
		return reply{status: http.StatusOK, page: layout("Billing", false, v.billing(owner, session.Text("return_url")))}
	}
	s := v.Get("subscription", v.form.Get("subscription"))
	if s != nil && s["customer"] == owner["id"] && !simulator.Ended(s) {
		switch v.form.Get("do") {
		case "cancel later":
			v.EndLater(s, true)
		case "keep":
			v.EndLater(s, false)
		case "cancel now":
			v.End(s)
		}
	}
	return reply{to: v.r.URL.Path}
}

func (v *visit) billing(owner simulator.Object, home string) g.Node {
	section := func(id, title, kind, list string, show func(simulator.Object) g.Node) g.Node {
		rows := v.Of(owner.Text("id"), kind)
		var content g.Node = g.Map(rows, show)
		switch {
		case len(rows) == 0:
			content = el("p.empty", "No "+strings.ToLower(title)+".")
		case list != "":
			content = el(list, content)
		}
		return el("section", attr("aria-labelledby", id), el("h2", attr("id", id), title), content)
	}
	return el("main.column",
		back("Return to", home),
		el("h1", "Billing"),
		el("p.lead", strings.Trim(owner.Text("name")+" · "+owner.Text("email"), " ·")),
		section("plans", "Subscriptions", "subscription", "", func(s simulator.Object) g.Node {
			return v.subscribed(s, owner)
		}),
		section("cards", "Cards", "payment_method", "ul.list", func(o simulator.Object) g.Node {
			card := o.Child("card")
			expires := fmt.Sprintf("Expires %d/%d", card.Number("exp_month"), card.Number("exp_year"))
			return el("li", el("span", "Visa •••• "+card.Text("last4")), el("span", expires))
		}),
		section("invoices", "Invoices", "invoice", "ul.list", func(o simulator.Object) g.Node {
			return el("li", bill(o, ""), el("span", date(o, "created")), el("span", sum(o, "total")), tag(o.Text("status")))
		}),
	)
}

// bill links to an invoice.
func bill(invoice simulator.Object, verb string) g.Node {
	return el("a", attr("href", "/i/"+invoice.Text("id")), verb+invoice.Text("number"))
}

func (v *visit) subscribed(s, owner simulator.Object) g.Node {
	name, price := v.plan(s)
	class, card := "plan", v.CardFor(s, owner)
	if simulator.Ended(s) {
		class, card = "plan over", nil
	}
	return el("article."+class,
		el("header", el("h3", name), tag(s.Text("status"))),
		el("p.price", price),
		el("p", v.outlook(s), with(" Paid with Visa •••• ", card.Child("card").Text("last4"), ".")),
		v.choices(s),
	)
}

// outlook is what becomes of a subscription.
func (v *visit) outlook(s simulator.Object) any {
	switch {
	case simulator.Ended(s):
		return "Ended on " + date(s, "ended_at") + "."
	case s["cancel_at_period_end"] == true:
		return "Ends on " + date(s, "cancel_at") + " and does not renew."
	case s["status"] == "trialing":
		return "The trial ends and the first period begins on " + date(s, "trial_end") + "."
	case s["status"] == "active":
		return "Renews on " + date(s, "current_period_end") + "."
	}
	return g.Group{bill(v.Get("invoice", s.Text("latest_invoice")), "Pay invoice "), g.Text(" to keep it running.")}
}

// choices are what its customer can do about a subscription.
func (v *visit) choices(s simulator.Object) g.Node {
	do := func(does, class, text string) g.Node {
		return el("button"+class, attr("name", "do"), attr("value", does), text)
	}
	ours := hidden("subscription", s.Text("id"))
	switch {
	case simulator.Ended(s):
		return nil
	case s["cancel_at_period_end"] == true:
		return v.posts(ours, do("keep", "", "Don’t cancel"))
	}
	later := do("cancel later", ".quiet", "Cancel on "+date(s, "current_period_end"))
	return el("details.cancel", el("summary", "Cancel subscription"),
		v.posts(ours, g.If(s["status"] != "incomplete", later), do("cancel now", ".danger", "Cancel now")))
}
