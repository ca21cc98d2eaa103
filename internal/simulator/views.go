package simulator

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
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
	data := object{"title": "Checkout", "session": session, "lines": v.Lines[id], "then": v.then(session), "free": free, "known": known, "success": success, "due": money(session.number("amount_total"), session.text("currency"))}
	if session["status"] != "open" {
		return reply{status: http.StatusOK, page: "checkout.html", data: data}
	}
	if known != "" && v.form != nil {
		v.form.Set("email", known)
	}
	if again, stays := v.filled("checkout.html", data, !free, true); stays {
		return again
	}
	v.complete(session, v.form)
	if nowhere(success) {
		return reply{to: v.r.URL.Path}
	}
	return reply{to: success}
}

// nowhere tells whether an address is made up (RFC 2606): the person then stays on the page that says what was paid.
func nowhere(address string) bool {
	u, err := url.Parse(address)
	return err != nil || strings.HasSuffix(u.Hostname(), ".example") || strings.HasSuffix(u.Hostname(), ".invalid")
}

// invoice is where a person pays an open invoice.
func (v *visit) invoice() reply {
	invoice := v.row("invoice", v.r.PathValue("id"))
	if invoice == nil {
		return v.nothing()
	}
	s := v.row("subscription", invoice.text("subscription"))
	data := object{"title": "Invoice " + invoice.text("number"), "invoice": invoice, "plan": v.plan(s), "subscription": s, "due": money(invoice.number("total"), invoice.text("currency"))}
	if invoice["status"] != "open" {
		return reply{status: http.StatusOK, page: "invoice.html", data: data}
	}
	if again, stays := v.filled("invoice.html", data, true, false); stays {
		return again
	}
	v.settleInvoice(invoice, v.form)
	return reply{to: v.r.URL.Path}
}

// filled shows a form that asks for a card or an e-mail address or both, for the first time or with its problems. A card's number is never
// shown again: it might be a real one.
func (v *visit) filled(page string, data object, card, mail bool) (again reply, stays bool) {
	problems := map[string]string{}
	if v.form != nil {
		problems = v.typed(v.form, card, mail)
	}
	data["problems"], data["name"], data["email"] = problems, v.form.Get("name"), v.form.Get("email")
	switch {
	case v.form == nil:
		return reply{http.StatusOK, page, data, ""}, true
	case len(problems) > 0:
		return reply{http.StatusPaymentRequired, page, data, ""}, true
	}
	return reply{}, false
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
	mine := func(kind string) (rows []object) {
		for _, o := range v.Objects[kind] {
			if o["customer"] == owner["id"] {
				rows = append([]object{o}, rows...)
			}
		}
		return rows
	}
	var subscriptions []object
	for _, s := range mine("subscription") {
		subscriptions = append(subscriptions, object{"of": s, "plan": v.plan(s), "ended": ended(s), "card": v.cardFor(s, owner), "invoice": v.row("invoice", s.text("latest_invoice"))})
	}
	return reply{status: http.StatusOK, page: "portal.html", data: object{
		"title": "Billing", "owner": owner, "subscriptions": subscriptions, "invoices": mine("invoice"), "cards": mine("payment_method"), "return": session["return_url"],
	}}
}

// plan is what a subscription is about, in words.
func (c *call) plan(s object) object {
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
	return object{"name": strings.Join(names, ", "), "price": money(total, s.text("currency")) + " " + every(price)}
}

// index lists what there is, newest first, for a person who watches what an agent does.
func (v *visit) index() reply {
	const most = 200
	var rows []object
	row := func(o object, kind, what, sum, status, link string) {
		rows = append(rows, object{"at": o["created"], "kind": kind, "what": what, "sum": sum, "status": status, "link": link, "id": o["id"]})
	}
	who := func(o object) string {
		owner := v.row("customer", o.text("customer"))
		return cmp.Or(owner.text("name"), owner.text("email"), o.child("customer_details").text("email"), o.text("customer_email"), "a guest")
	}
	for _, o := range v.Objects["customer"] {
		if o["deleted"] == nil {
			row(o, "Customer", cmp.Or(o.text("name"), "No name")+" · "+cmp.Or(o.text("email"), "no e-mail"), "", "", "")
		}
	}
	for _, o := range v.Objects["checkout.session"] {
		var names []string
		for _, line := range v.Lines[o.text("id")] {
			names = append(names, times(line.text("description"), line.number("quantity")))
		}
		row(o, "Checkout", who(o)+" · "+strings.Join(names, ", "), money(o.number("amount_total"), o.text("currency")), o.text("status"), "/c/pay/"+o.text("id"))
	}
	for _, o := range v.Objects["subscription"] {
		plan := v.plan(o)
		row(o, "Subscription", who(o)+" · "+plan.text("name"), plan.text("price"), o.text("status"), "")
		if o["cancel_at_period_end"] == true && !ended(o) {
			rows[len(rows)-1]["note"] = "ends " + at(o["cancel_at"]).Format("2 Jan 2006")
		}
	}
	for _, o := range v.Objects["invoice"] {
		row(o, "Invoice", who(o)+" · "+o.text("number"), money(o.number("total"), o.text("currency")), o.text("status"), path(o["hosted_invoice_url"]))
	}
	for _, o := range v.Objects["billing_portal.session"] {
		row(o, "Portal", who(o), "", "", path(o["url"]))
	}
	slices.Reverse(rows)
	slices.SortStableFunc(rows, func(a, b object) int { return cmp.Compare(b.number("at"), a.number("at")) })
	return reply{status: http.StatusOK, page: "index.html", data: object{
		"title": "Simulator", "rows": rows[:min(len(rows), most)], "more": max(len(rows)-most, 0), "watch": v.r.URL.Query().Has("watch"), "ahead": v.Ahead,
	}}
}

func path(address any) string {
	text, _ := address.(string)
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Path
}
