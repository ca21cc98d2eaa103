package simulator

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// typed checks what a person typed: the problems by field, none if it can be charged.
func (c *call) typed(form url.Values, card, mail bool) (problems map[string]string) {
	problems = map[string]string{}
	if mail && email()(c, &params{value: form.Get("email")}, "email") != nil {
		problems["email"] = "An address such as you@example.com."
	}
	if !card {
		return problems
	}
	number := strings.NewReplacer(" ", "", "-", "").Replace(form.Get("number"))
	refusals := map[string]string{
		"4242424242424242": "",
		"4000000000000002": "Your card was declined. Try another one.",
		"4000000000009995": "Your card has insufficient funds. Try another one.",
	}
	refusal, known := refusals[number]
	switch {
	case len(number) < 13:
		problems["number"] = "Your card number is incomplete."
	case !known:
		problems["number"] = "This is not one of the simulator’s test cards. Never type in a real one."
	}
	if month, year := expiry(form); month == 0 {
		problems["expiry"] = "Month and year, such as 12 / 34."
	} else if time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, time.UTC).Unix() <= c.now {
		problems["expiry"] = "Your card has expired."
	}
	if !regexp.MustCompile(`^\d{3,4}$`).MatchString(form.Get("cvc")) {
		problems["cvc"] = "3 digits."
	}
	if name := form.Get("name"); strings.TrimSpace(name) == "" || text(256)(c, &params{value: name}, "name") != nil {
		problems["name"] = "Please fill this in, in up to 256 characters."
	}
	if len(problems) == 0 && refusal != "" {
		problems["number"] = refusal
	}
	return problems
}

// expiry reads MM/YY; month 0 if it is none.
func expiry(form url.Values) (month, year int) {
	if m := regexp.MustCompile(`^(0[1-9]|1[0-2]) ?/? ?(?:20)?(\d\d)$`).FindStringSubmatch(strings.TrimSpace(form.Get("expiry"))); m != nil {
		month, _ = strconv.Atoi(m[1])
		year, _ = strconv.Atoi(m[2])
	}
	return month, 2000 + year
}

// keepCard attaches the card that was typed in to a customer, and returns its id.
func (c *call) keepCard(owner object, form url.Values) string {
	card := c.testCard("pm_card_visa")
	month, year := expiry(form)
	card.child("card")["exp_month"], card.child("card")["exp_year"] = int64(month), int64(year)
	card.child("billing_details")["name"], card.child("billing_details")["email"] = orNull(form.Get("name")), owner["email"]
	c.attach(card, owner)
	return card.text("id")
}

// complete does what paying a session does. As at Stripe, a one-time payment makes no customer of a guest.
func (c *call) complete(session object, form url.Values) {
	owner := c.find("customer", session.text("customer"))
	session["customer_details"] = object{
		"email": orNull(form.Get("email")), "name": orNull(form.Get("name")), "phone": nil, "address": nil, "tax_exempt": "none", "tax_ids": []any{},
	}
	total := session.number("amount_total")
	switch {
	case session["mode"] == "subscription":
		if owner == nil {
			owner = c.newCustomer()
			owner["email"], owner["name"] = form.Get("email"), orNull(form.Get("name"))
			c.add(owner)
			owner = c.row("customer", owner.text("id"))
		}
		c.subscribe(session, owner, c.keepCard(owner, form))
	case total > 0:
		session["payment_intent"] = newID("pi_3", 23)
	}
	if total > 0 {
		session["payment_status"] = "paid"
	}
	session["status"], session["url"] = "complete", nil
	if owner != nil {
		session["customer"] = owner["id"]
	}
}

// subscribe begins the subscription that a session is about. Its first invoice holds the one-time lines, too.
func (c *call) subscribe(session, owner object, card string) {
	var items []object
	for _, line := range c.Lines[session.text("id")] {
		if price := line.child("price"); price.child("recurring") != nil {
			items = append(items, c.item(price, line.number("quantity"), object{}))
		}
	}
	made := c.subscription(owner, session.text("currency"), items)
	made["default_payment_method"] = card
	c.bill(made, owner, session.number("amount_total"), "subscription_create")
	c.add(made)
	session["subscription"], session["invoice"] = made["id"], made["latest_invoice"]
}

// settleInvoice does what paying an open invoice does: its subscription runs, and keeps the card.
func (c *call) settleInvoice(invoice object, form url.Values) {
	owner, s := c.row("customer", invoice.text("customer")), c.row("subscription", invoice.text("subscription"))
	invoice["status"], invoice["paid"], invoice["payment_intent"] = "paid", true, newID("pi_3", 23)
	invoice["amount_paid"], invoice["amount_remaining"] = invoice["amount_due"], int64(0)
	if ended(s) {
		return
	}
	s["default_payment_method"], owner["delinquent"] = c.keepCard(owner, form), false
	if s["latest_invoice"] == invoice["id"] {
		s["status"] = "active"
	}
}
