package pages

import (
	"cmp"
	"net/http"
	"strings"

	g "maragu.dev/gomponents"

	"stripe-mcp/internal/simulator"
)

// checkout is where a person pays a Checkout session.
func (v *visit) checkout() reply {
	session := v.Get("checkout.session", v.r.PathValue("id"))
	if session == nil {
		return v.nothing()
	}
	id, free := session.Text("id"), session.Number("amount_total") == 0 && session["mode"] == "payment"
	known := cmp.Or(v.Get("customer", session.Text("customer")).Text("email"), session.Text("customer_email"))
	success := strings.ReplaceAll(session.Text("success_url"), "{CHECKOUT_SESSION_ID}", id)
	if session["status"] != "open" {
		return v.split("Checkout", v.order(session, success), over(session, success))
	}
	if code, sent := v.form["promotion_code"]; sent {
		if v.ApplyCode(session, code[0]) {
			return reply{to: v.r.URL.Path}
		}
		v.form, v.problems = nil, map[string]string{"promotion_code": "This code is not valid here."}
	}
	if known != "" && v.form != nil {
		v.form.Set("email", known)
	}
	if v.asks(!free, true) {
		return v.split("Checkout", v.order(session, success), g.Group{v.promotion(session), v.payment(session, known, free)})
	}
	v.PayCheckout(session, v.payer())
	if nowhere(success) {
		return reply{to: v.r.URL.Path}
	}
	return reply{to: success}
}

// link begins a Checkout session of a payment link. Each visit gets its own.
func (v *visit) link() reply {
	session := v.OpenLink(v.r.URL.EscapedPath())
	if session == nil {
		return v.nothing()
	}
	return reply{to: "/c/pay/" + session.Text("id")}
}

// promotion is the form for a code, where a session takes one and has none yet.
func (v *visit) promotion(session simulator.Object) g.Node {
	if session["allow_promotion_codes"] != true || session["discounts"] != nil {
		return nil
	}
	return v.posts(attr("novalidate"), v.field("promotion_code", "Promotion code", "text", "SPRING", ""), el("button", "Apply"))
}

// nowhere tells whether an address is made up (RFC 2606) or has no host. The person then stays on the page that says
// what was paid.
func nowhere(address string) bool {
	name := parsed(address).Hostname()
	return name == "" || strings.HasSuffix(name, ".example") || strings.HasSuffix(name, ".invalid")
}

// order is what a session sells.
func (v *visit) order(session simulator.Object, success string) g.Node {
	verb, label, way := "Pay", "Total", g.Node(nil)
	if session["mode"] == "subscription" {
		verb = "Subscribe"
	}
	if session["status"] == "open" {
		label, way = "Total due today", back("Back to", session.Text("cancel_url"))
	}
	lines, due := v.Lines(session.Text("id")), sum(session, "amount_total")
	then, off := then(lines, session.Text("currency")), session.Number("amount_subtotal")-session.Number("amount_total")
	return g.Group{
		way,
		el("h1", attr("id", "what"), verb+with(" at ", parsed(success).Host, "")),
		el("p.total", due),
		el("ul.lines", g.Map(lines, func(line simulator.Object) g.Node {
			name := times(line.Text("description"), line.Number("quantity"))
			about := v.Get("product", line.Child("price").Text("product")).Text("description")
			return sold(name, about, with("Paid ", every(line.Child("price")), ""), sum(line, "amount_subtotal"))
		})),
		g.If(off > 0, el("p.sum", el("span", "Discount"), el("span", "−"+money(off, session.Text("currency"))))),
		el("p.sum", el("span", label), el("span", due)),
		g.If(then != "", el("p.then", "Then "+then+", until canceled.")),
	}
}

func sold(name, about, price, cost string) g.Node {
	return el("li", el("span", el("strong", name), g.If(about != "", el("small", about)), g.If(price != "", el("small", price))),
		el("span", cost))
}

// then is what line items cost later on, empty if they do not.
func then(lines []simulator.Object, currency string) string {
	var total int64
	var often string
	for _, line := range lines {
		if price := line.Child("price"); price.Child("recurring") != nil {
			total, often = total+line.Number("amount_subtotal"), every(price)
		}
	}
	if often == "" {
		return ""
	}
	return money(total, currency) + " " + often
}

// payment is the form of an open session. What is free needs no card, and a known e-mail address stays as it is.
func (v *visit) payment(session simulator.Object, known string, free bool) g.Node {
	title, button := "Pay with card", "Pay "+sum(session, "amount_total")
	switch {
	case session["mode"] == "subscription":
		button = "Subscribe"
	case free:
		title, button = "Your details", "Complete order"
	}
	mail := el("p.known", el("span", "E-mail"), " "+known)
	if known == "" {
		mail = v.field("email", "E-mail", "email", "you@example.com", v.form.Get("email"))
	}
	return v.pays(title, button, mail, g.If(!free, v.card()))
}

// over is what became of a session that can no longer be paid.
func over(session simulator.Object, success string) g.Node {
	if session["status"] != "complete" {
		cancel := session.Text("cancel_url")
		return outcome("mark off", "–", "This session has expired",
			el("p", "Nothing was charged, and it can no longer be paid. Ask for a new link."),
			g.If(cancel != "", el("p", leave(".button", "Back to", cancel))))
	}
	title := "Order complete"
	if session["payment_status"] == "paid" {
		title = "Payment successful"
	}
	email := session.Child("customer_details").Text("email")
	return outcome("mark", "✓", title,
		el("p", "The session is ", el("b", session.Text("status")), " and ", el("b", session.Text("payment_status")),
			"."+with(" A receipt for ", email, " is not sent: this is a simulator.")),
		g.If(success != "", el("p", leave(".button", "Continue to", success))))
}

// invoice is where a person pays an open invoice.
func (v *visit) invoice() reply {
	invoice := v.Get("invoice", v.r.PathValue("id"))
	if invoice == nil {
		return v.nothing()
	}
	s := v.Get("subscription", invoice.Text("subscription"))
	panel := outcome("mark off", "–", "This invoice is void", el("p", "Nothing is due."))
	switch {
	case invoice["status"] == "draft":
		panel = outcome("mark off", "–", "This invoice is a draft", el("p", "It cannot be paid yet."))
	case invoice["status"] == "paid" && s == nil:
		panel = outcome("mark", "✓", "Invoice paid", el("p", "Thank you."))
	case invoice["status"] == "paid":
		panel = outcome("mark", "✓", "Invoice paid", el("p", "The subscription is ", el("b", s.Text("status")), "."))
	case invoice["status"] == "open" && v.asks(true, false):
		panel = v.pays("Pay with card", "Pay "+sum(invoice, "total"), v.card())
	case invoice["status"] == "open":
		v.PayInvoice(invoice, v.payer())
		return reply{to: v.r.URL.Path}
	}
	title, due := "Invoice "+invoice.Text("number"), sum(invoice, "total")
	payer := with("", invoice.Text("customer_name"), ", ") + invoice.Text("customer_email")
	return v.split(title, g.Group{
		el("h1", attr("id", "what"), title),
		el("p.total", due),
		el("ul.lines", v.billed(invoice, s)),
		el("p.sum", el("span", "Amount due"), el("span", sum(invoice, "amount_remaining"))),
		el("dl.facts",
			el("div", el("dt", "Billed to"), el("dd", payer)),
			el("div", el("dt", "Issued"), el("dd", date(invoice, "created"))),
		),
	}, panel)
}

// billed are the lines of an invoice: for a period of a subscription its plan, otherwise each by itself.
func (v *visit) billed(invoice, s simulator.Object) g.Group {
	if s != nil && invoice["billing_reason"] != "subscription_update" {
		plan, price := v.plan(s)
		return g.Group{sold(plan, "", price, sum(invoice, "total"))}
	}
	var lines g.Group
	for _, line := range invoice.Rows("lines") {
		what := times(line.Text("description"), line.Number("quantity"))
		if line["proration"] == true {
			what = line.Text("description")
		}
		lines = append(lines, sold(what, "", "", sum(line, "amount")))
	}
	return lines
}

// split is a page with what is sold on one side and how to pay it on the other.
func (v *visit) split(title string, summary, panel g.Node) reply {
	status := http.StatusOK
	if len(v.problems) > 0 {
		status = http.StatusPaymentRequired
	}
	return reply{status: status, page: layout(title, false, el("main.split",
		el("section.summary", attr("aria-labelledby", "what"), summary),
		el("section.panel", panel),
	))}
}

func outcome(class, mark, title string, text ...g.Node) g.Node {
	return el("div.done", el("p."+class, attr("aria-hidden", "true"), mark), el("h2", title), g.Group(text))
}
