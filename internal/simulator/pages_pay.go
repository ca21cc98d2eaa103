package simulator

import (
	"cmp"
	"net/http"
	"strings"

	g "maragu.dev/gomponents"
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

// nowhere tells whether an address is made up (RFC 2606) or has no host: the person then stays on the page that says what was paid.
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
		el("h1", attr("id", "what"), words(verb+with(" at ", parsed(success).Host, ""))),
		el("p", attr("class", "total"), words(due)),
		el("ul", attr("class", "lines"), g.Map(v.Lines[session.text("id")], func(line object) g.Node {
			return sold(times(line.text("description"), line.number("quantity")), with("Paid ", every(line.child("price")), ""), line.money("amount_total"))
		})),
		el("p", attr("class", "sum"), el("span", words(sum)), el("span", words(due))),
		g.If(then != "", el("p", attr("class", "then"), words("Then "+then+", until canceled."))),
	}
}

func sold(name, price, sum string) g.Node {
	return el("li", el("span", el("strong", words(name)), g.If(price != "", el("small", words(price)))), el("span", words(sum)))
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
	mail := el("p", attr("class", "known"), el("span", words("E-mail")), words(" "+known))
	if known == "" {
		mail = v.field("email", "E-mail", "email", "you@example.com", v.form.Get("email"))
	}
	return v.pays(title, button, mail, g.If(!free, v.card()))
}

// over is what became of a session that can no longer be paid.
func over(session object, success string) g.Node {
	if session["status"] != "complete" {
		cancel := session.text("cancel_url")
		return outcome("mark off", "–", "This session has expired", el("p", words("Nothing was charged, and it can no longer be paid. Ask for a new link.")),
			g.If(cancel != "", el("p", leave("Back to", cancel, attr("class", "button")))))
	}
	title := "Order complete"
	if session["payment_status"] == "paid" {
		title = "Payment successful"
	}
	receipt := with(" A receipt for ", session.child("customer_details").text("email"), " is not sent: this is a simulator.")
	return outcome("mark", "✓", title,
		el("p", words("The session is "), el("b", words(session.text("status"))), words(" and "), el("b", words(session.text("payment_status"))), words("."+receipt)),
		el("p", leave("Continue to", success, attr("class", "button"))))
}

// invoice is where a person pays an open invoice.
func (v *visit) invoice() reply {
	invoice := v.row("invoice", v.r.PathValue("id"))
	if invoice == nil {
		return v.nothing()
	}
	s := v.row("subscription", invoice.text("subscription"))
	panel := outcome("mark off", "–", "This invoice is void", el("p", words("Nothing is due.")))
	switch {
	case invoice["status"] == "paid":
		panel = outcome("mark", "✓", "Invoice paid", el("p", words("The subscription is "), el("b", words(s.text("status"))), words(".")))
	case invoice["status"] == "open" && v.asks(true, false):
		panel = v.pays("Pay with card", "Pay "+invoice.money("total"), v.card())
	case invoice["status"] == "open":
		v.settleInvoice(invoice, v.form)
		return reply{to: v.r.URL.Path}
	}
	title, due := "Invoice "+invoice.text("number"), invoice.money("total")
	plan, price := v.plan(s)
	return v.split(title, g.Group{
		el("h1", attr("id", "what"), words(title)),
		el("p", attr("class", "total"), words(due)),
		el("ul", attr("class", "lines"), sold(plan, price, due)),
		el("p", attr("class", "sum"), el("span", words("Amount due")), el("span", words(invoice.money("amount_remaining")))),
		el("dl", attr("class", "facts"),
			el("div", el("dt", words("Billed to")), el("dd", words(with("", invoice.text("customer_name"), ", ")+invoice.text("customer_email")))),
			el("div", el("dt", words("Issued")), el("dd", words(invoice.date("created")))),
		),
	}, panel)
}

// split is a page with what is sold on one side and how to pay it on the other.
func (v *visit) split(title string, summary, panel g.Node) reply {
	status := http.StatusOK
	if len(v.problems) > 0 {
		status = http.StatusPaymentRequired
	}
	return reply{status: status, page: layout(title, false, el("main", attr("class", "split"),
		el("section", attr("class", "summary"), attr("aria-labelledby", "what"), summary),
		el("section", attr("class", "panel"), panel),
	))}
}

func outcome(class, mark, title string, text ...g.Node) g.Node {
	return el("div", attr("class", "done"), el("p", attr("class", class), attr("aria-hidden", "true"), words(mark)), el("h2", words(title)), g.Group(text))
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
	return v.posts(attr("novalidate"),
		el("h2", words(title)),
		g.If(len(v.problems) > 0, el("p", attr("class", "alert"), attr("role", "alert"), words("Nothing was charged. Please look at what is marked below."))),
		hidden("token", v.token), g.Group(fields), el("button", words(button)),
	)
}

// card is the part of a form that asks for one. What was typed is not shown again, apart from the name: it might be a real card's.
func (v *visit) card() g.Node {
	test := func(number, does string) g.Node { return el("div", el("dt", words(number)), el("dd", words(does))) }
	return g.Group{
		v.field("number", "Card number", "numeric", "1234 1234 1234 1234", ""),
		el("div", attr("class", "pair"), v.field("expiry", "Expiry", "numeric", "MM / YY", ""), v.field("cvc", "CVC", "numeric", "123", "")),
		v.field("name", "Name on card", "text", "Full name", v.form.Get("name")),
		el("details", attr("class", "cards"), attr("open"), el("summary", words("Test cards")),
			el("dl", test("4242 4242 4242 4242", "pays"), test("4000 0000 0000 0002", "is declined"), test("4000 0000 0000 9995", "has insufficient funds")),
			el("p", words("Any date to come, any CVC, any name. Never a real card.")),
		),
	}
}

// field has no autocomplete: a browser must not offer a real card.
func (v *visit) field(name, label, mode, hint, value string) g.Node {
	problem := v.problems[name]
	return el("div", attr("class", "field"), el("label", attr("for", name), words(label)),
		el("input", attr("id", name), attr("name", name), attr("value", value), attr("inputmode", mode), attr("placeholder", hint), attr("autocomplete", "off"), attr("spellcheck", "false"), attr("required"),
			g.If(problem != "", g.Group{attr("aria-invalid", "true"), attr("aria-describedby", name+"-problem"), attr("autofocus")})),
		g.If(problem != "", el("p", attr("class", "problem"), attr("id", name+"-problem"), words(problem))),
	)
}
