package simulator

// Payer is who pays on a page, and the date of the test card that was typed in.
type Payer struct {
	Email, Name       string
	ExpMonth, ExpYear int
}

// keepCard attaches the payer's card to a customer, and returns its id.
func (a *Account) keepCard(owner Object, by Payer) string {
	card := a.testCard("pm_card_visa")
	card.Child("card")["exp_month"], card.Child("card")["exp_year"] = by.ExpMonth, by.ExpYear
	card.Child("billing_details")["name"], card.Child("billing_details")["email"] = orNull(by.Name), owner["email"]
	a.attach(card, owner)
	return card.Text("id")
}

// PayCheckout does what paying a session does. As at Stripe, a one-time payment makes no customer of a guest.
func (a *Account) PayCheckout(session Object, by Payer) {
	owner := a.find("customer", session.Text("customer"))
	session["customer_details"] = Object{
		"email": orNull(by.Email), "name": orNull(by.Name), "phone": nil, "address": nil,
		"tax_exempt": "none", "tax_ids": []any{},
	}
	total, discount := session.Number("amount_total"), a.redeem(session)
	switch {
	case session["mode"] == "subscription":
		if owner == nil {
			owner = a.newCustomer()
			owner["email"], owner["name"] = by.Email, orNull(by.Name)
		}
		a.subscribe(session, owner, a.keepCard(owner, by), discount)
	case total > 0:
		made := a.charge(total, session["currency"], nil, Object{
			"customer": orNull(owner.Text("id")), "billing_details": billedTo(orNull(by.Name), orNull(by.Email)),
		})
		session["payment_intent"] = made["payment_intent"]
	}
	if total > 0 {
		session["payment_status"] = "paid"
	}
	session["status"], session["url"] = "complete", nil
	if owner != nil {
		session["customer"] = owner["id"]
	}
	a.put(session)
}

// subscribe begins the subscription that a session is about. Its first invoice holds the one-time lines, too.
func (a *Account) subscribe(session, owner Object, card string, discount Object) {
	var items []Object
	for _, line := range a.Lines(session.Text("id")) {
		if price := line.Child("price"); price.Child("recurring") != nil {
			items = append(items, a.item(price, line.Number("quantity"), Object{}))
		}
	}
	made := a.subscription(owner, session.Text("currency"), items)
	made["default_payment_method"] = card
	if discount != nil {
		discount["customer"], discount["subscription"] = owner["id"], made["id"]
		made["discount"], made["discounts"] = discount, []any{discount["id"]}
	}
	lines := a.billed(made, items, false)
	for _, line := range a.Lines(session.Text("id")) {
		if price := line.Child("price"); price.Child("recurring") == nil {
			lines = append(lines, a.line(price, line.Number("quantity"), made))
		}
	}
	a.bill(made, owner, lines, "subscription_create", true)
	session["subscription"], session["invoice"] = made["id"], made["latest_invoice"]
}

// PayInvoice does what paying an open invoice does: its subscription runs, and keeps the card.
func (a *Account) PayInvoice(invoice Object, by Payer) {
	owner, s := a.Get("customer", invoice.Text("customer")), a.Get("subscription", invoice.Text("subscription"))
	card := a.keepCard(owner, by)
	a.chargeInvoice(invoice, owner, a.Get("payment_method", card))
	a.put(invoice)
	if s == nil || Ended(s) {
		return
	}
	s["default_payment_method"], owner["delinquent"] = card, false
	if s["latest_invoice"] == invoice["id"] {
		s["status"] = "active"
	}
	a.put(owner, s)
}
