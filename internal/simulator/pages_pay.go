package simulator

import (
	"cmp"
	"net/http"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// checkout is where a person pays a Checkout session.
func (v *visit) checkout() reply {
	session := v.row("checkout.session", v.r.PathValue("id"))
	if session == nil {
		return v.nothing()
	}
	id, free := session.text("id"), session.number("amount_total") == 0 && session["mode"] == "payment"
	known := cmp.Or(v.row("customer", session.text("customer")).text("email"), session.text("customer_email"))
	success := strings.ReplaceAll(session.text("success_url"), "{CHECKOUT_SESSION_ID}", id)
	if session["status"] != "open" {
		return v.split("Checkout", v.order(session, success), over(session, success))
	}
	if known != "" && v.form != nil {
		v.form.Set("email", known)
	}
	if v.asks(!free, true) {
		return v.split("Checkout", v.order(session, success), v.payment(session, known, free))
	}
	v.complete(session, v.form)
	if nowhere(success) {
		return reply{to: v.r.URL.Path}
	}
	return reply{to: success}
}

// nowhere tells whether an address is made up (RFC 2606): the person then stays on the page that says what was paid.
func nowhere(address string) bool {
	name := parsed(address).Hostname()
	return name == "" || strings.HasSuffix(name, ".example") || strings.HasSuffix(name, ".invalid")
}

// order is what a session sells.
func (v *visit) order(session object, success string) g.Node {
	verb, sum, way := "Pay", "Total", g.Node(nil)
	if session["mode"] == "subscription" {
		verb = "Subscribe"
	}
	if session["status"] == "open" {
		sum, way = "Total due today", back("Back to", session.text("cancel_url"))
	}
	due, then := session.money("amount_total"), v.then(session)
	return g.Group{
		way,
		h.H1(h.ID("what"), g.Text(verb+with(" at ", parsed(success).Host, ""))),
		h.P(h.Class("total"), g.Text(due)),
		h.Ul(h.Class("lines"), g.Map(v.Lines[session.text("id")], func(line object) g.Node {
			return sold(times(line.text("description"), line.number("quantity")), with("Paid ", every(line.child("price")), ""), line.money("amount_total"))
		})),
		h.P(h.Class("sum"), h.Span(g.Text(sum)), h.Span(g.Text(due))),
		g.If(then != "", h.P(h.Class("then"), g.Text("Then "+then+", until canceled."))),
	}
}

func sold(name, price, sum string) g.Node {
	return h.Li(h.Span(h.Strong(g.Text(name)), g.If(price != "", h.Small(g.Text(price)))), h.Span(g.Text(sum)))
}

// then is what a session in subscription mode costs later on.
func (v *visit) then(session object) string {
	var total int64
	var often string
	for _, line := range v.Lines[session.text("id")] {
		if price := line.child("price"); price.child("recurring") != nil {
			total, often = total+line.number("amount_total"), every(price)
		}
	}
	if often == "" {
		return ""
	}
	return money(total, session.text("currency")) + " " + often
}

// payment is the form of an open session. What is free needs no card, and a known customer's e-mail address stays as it is.
func (v *visit) payment(session object, known string, free bool) g.Node {
	title, button := "Pay with card", "Pay "+session.money("amount_total")
	switch {
	case session["mode"] == "subscription":
		button = "Subscribe"
	case free:
		title, button = "Your details", "Complete order"
	}
	mail := h.P(h.Class("known"), h.Span(g.Text("E-mail")), g.Text(" "+known))
	if known == "" {
		mail = v.field("email", "E-mail", "email", "you@example.com", v.form.Get("email"))
	}
	return v.pays(title, button, mail, g.If(!free, v.card()))
}

// over is what became of a session that can no longer be paid.
func over(session object, success string) g.Node {
	if session["status"] != "complete" {
		cancel := session.text("cancel_url")
		return outcome("mark off", "–", "This session has expired", h.P(g.Text("Nothing was charged, and it can no longer be paid. Ask for a new link.")),
			g.If(cancel != "", h.P(leave("Back to", cancel, h.Class("button")))))
	}
	title := "Order complete"
	if session["payment_status"] == "paid" {
		title = "Payment successful"
	}
	receipt := with(" A receipt for ", session.child("customer_details").text("email"), " is not sent: this is a simulator.")
	return outcome("mark", "✓", title,
		h.P(g.Text("The session is "), h.B(g.Text(session.text("status"))), g.Text(" and "), h.B(g.Text(session.text("payment_status"))), g.Text("."+receipt)),
		h.P(leave("Continue to", success, h.Class("button"))))
}

// invoice is where a person pays an open invoice.
func (v *visit) invoice() reply {
	invoice := v.row("invoice", v.r.PathValue("id"))
	if invoice == nil {
		return v.nothing()
	}
	s := v.row("subscription", invoice.text("subscription"))
	panel := outcome("mark off", "–", "This invoice is void", h.P(g.Text("Nothing is due.")))
	switch {
	case invoice["status"] == "paid":
		panel = outcome("mark", "✓", "Invoice paid", h.P(g.Text("The subscription is "), h.B(g.Text(s.text("status"))), g.Text(".")))
	case invoice["status"] == "open" && v.asks(true, false):
		panel = v.pays("Pay with card", "Pay "+invoice.money("total"), v.card())
	case invoice["status"] == "open":
		v.settleInvoice(invoice, v.form)
		return reply{to: v.r.URL.Path}
	}
	title, due := "Invoice "+invoice.text("number"), invoice.money("total")
	plan, price := v.plan(s)
	return v.split(title, g.Group{
		h.H1(h.ID("what"), g.Text(title)),
		h.P(h.Class("total"), g.Text(due)),
		h.Ul(h.Class("lines"), sold(plan, price, due)),
		h.P(h.Class("sum"), h.Span(g.Text("Amount due")), h.Span(g.Text(invoice.money("amount_remaining")))),
		h.Dl(h.Class("facts"),
			h.Div(h.Dt(g.Text("Billed to")), h.Dd(g.Text(with("", invoice.text("customer_name"), ", ")+invoice.text("customer_email")))),
			h.Div(h.Dt(g.Text("Issued")), h.Dd(g.Text(invoice.date("created")))),
		),
	}, panel)
}

// split is a page with what is sold on one side and how to pay it on the other.
func (v *visit) split(title string, summary, panel g.Node) reply {
	status := http.StatusOK
	if len(v.problems) > 0 {
		status = http.StatusPaymentRequired
	}
	return reply{status: status, page: layout(title, false, h.Main(h.Class("split"),
		h.Section(h.Class("summary"), h.Aria("labelledby", "what"), summary),
		h.Section(h.Class("panel"), panel),
	))}
}

func outcome(class, mark, title string, text ...g.Node) g.Node {
	return h.Div(h.Class("done"), h.P(h.Class(class), h.Aria("hidden", "true"), g.Text(mark)), h.H2(g.Text(title)), g.Group(text))
}

// asks tells whether a form for a card or an e-mail address or both is still to be filled in, for the first time or because of its problems.
func (v *visit) asks(card, mail bool) bool {
	if v.form != nil {
		v.problems = v.typed(v.form, card, mail)
	}
	return v.form == nil || len(v.problems) > 0
}

// pays is the form that asks.
func (v *visit) pays(title, button string, fields ...g.Node) g.Node {
	return v.posts(g.Attr("novalidate"),
		h.H2(g.Text(title)),
		g.If(len(v.problems) > 0, h.P(h.Class("alert"), h.Role("alert"), g.Text("Nothing was charged. Please look at what is marked below."))),
		hidden("token", v.token), g.Group(fields), h.Button(g.Text(button)),
	)
}

// card is the part of a form that asks for one. What was typed is not shown again, apart from the name: it might be a real card's.
func (v *visit) card() g.Node {
	test := func(number, does string) g.Node { return h.Div(h.Dt(g.Text(number)), h.Dd(g.Text(does))) }
	return g.Group{
		v.field("number", "Card number", "numeric", "1234 1234 1234 1234", ""),
		h.Div(h.Class("pair"), v.field("expiry", "Expiry", "numeric", "MM / YY", ""), v.field("cvc", "CVC", "numeric", "123", "")),
		v.field("name", "Name on card", "text", "Full name", v.form.Get("name")),
		h.Details(h.Class("cards"), g.Attr("open"), h.Summary(g.Text("Test cards")),
			h.Dl(test("4242 4242 4242 4242", "pays"), test("4000 0000 0000 0002", "is declined"), test("4000 0000 0000 9995", "has insufficient funds")),
			h.P(g.Text("Any date to come, any CVC, any name. Never a real card.")),
		),
	}
}

// field has no autocomplete: a browser must not offer a real card.
func (v *visit) field(name, label, mode, hint, value string) g.Node {
	problem := v.problems[name]
	return h.Div(h.Class("field"), h.Label(h.For(name), g.Text(label)),
		h.Input(h.ID(name), h.Name(name), h.Value(value), g.Attr("inputmode", mode), h.Placeholder(hint), h.AutoComplete("off"), g.Attr("spellcheck", "false"), h.Required(),
			g.If(problem != "", g.Group{h.Aria("invalid", "true"), h.Aria("describedby", name+"-problem"), h.AutoFocus()})),
		g.If(problem != "", h.P(h.Class("problem"), h.ID(name+"-problem"), g.Text(problem))),
	)
}
