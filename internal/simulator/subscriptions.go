package simulator

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
)

const (
	payWithin = 23 * 60 * 60 // seconds in which the first invoice must be paid
	mostItems = 20
)

func newSubscriptionFields() contract {
	item := contract{
		"price": may(ref("price")), "price_data": may(inline(contract{"product": must(ref("product"))})),
		"quantity": may(integer(0, 999_999)), "metadata": clearable(metadata()),
	}
	return contract{
		"cancel_at_period_end": may(boolean()), "metadata": clearable(metadata()),
		"customer": must(ref("customer")), "items": must(list(mostItems, fields(item))), "currency": may(currency()),
		"default_payment_method": may(text(5000)), "trial_period_days": may(integer(1, 730)),
		// Stripe's pending_if_incomplete is for updates.
		"payment_behavior": may(oneOf("allow_incomplete", "default_incomplete", "error_if_incomplete")),
	}
}

func cancellationFields() contract {
	return contract{"invoice_now": may(boolean()), "prorate": may(boolean())}
}

func (c *call) createSubscription() (Object, error) {
	owner := c.find("customer", c.in.Text("customer"))
	card := c.in.Text("default_payment_method")
	if err := c.ownCard(owner, card, "default_payment_method"); err != nil {
		return nil, err
	}
	items, b, err := c.items(owner)
	if err != nil {
		return nil, err
	}
	made := c.subscription(owner, b.currency, items)
	made["default_payment_method"], made["metadata"] = orNull(card), merged(c.in["metadata"], nil)
	due := b.total
	if days := c.in.integer("trial_period_days", 0); days > 0 {
		end := c.Now + days*day
		made["trial_start"], made["trial_end"], made["current_period_end"] = c.Now, end, end
		due, made["billing_cycle_anchor"] = 0, end
	}
	if made["status"], err = c.firstStatus(made, due, c.CardFor(made, owner)); err != nil {
		return nil, err
	}
	c.EndLater(made, c.in.Text("cancel_at_period_end") == "true")
	c.put(b.fresh...)
	c.bill(made, owner, c.billed(made, items, made["trial_end"] != nil), "subscription_create", c.in.Text("payment_behavior") != "default_incomplete")
	return made, nil
}

// subscription makes one of items of the same interval.
func (a *Account) subscription(owner Object, currency string, items []Object) Object {
	made := a.create("subscription", Object{
		"customer": owner["id"], "currency": currency,
		"start_date": a.Now, "billing_cycle_anchor": a.Now, "current_period_start": a.Now,
		"current_period_end": periodAfter(a.Now, a.Now, items[0].Child("price").Child("recurring")),
	})
	for _, item := range items {
		item["subscription"] = made["id"]
	}
	made["items"] = listOf(items, false, "/v1/subscription_items?subscription="+made.Text("id"))
	return made
}

func (a *Account) item(price Object, quantity int64, metadata Object) Object {
	return a.create("subscription_item", Object{"metadata": metadata, "price": price, "quantity": quantity})
}

// items reads the items of a subscription that is being made: one interval, each price once.
func (c *call) items(owner Object) (items []Object, b basket, err error) {
	seen, sameInterval := map[string]bool{}, sameInterval()
	b, err = c.basket("items", func(price Object, at string) error {
		id := price.Text("id")
		switch {
		case price.Child("recurring") == nil:
			return invalid(at+"[price]", "", oneTimePrice)
		case seen[id]:
			return invalid(at+"[price]", "", "Cannot add multiple subscription items with the same plan: %s", id)
		}
		seen[id] = true
		return sameInterval(price, at)
	})
	if err == nil {
		err = oneCurrency(owner, b.currency)
	}
	for _, g := range b.goods {
		items = append(items, c.item(g.price, g.quantity, merged(g.sent["metadata"], nil)))
	}
	return items, b, err
}

// sameInterval refuses a price that renews otherwise than those before it.
func sameInterval() func(price Object, at string) error {
	var first Object
	return func(price Object, at string) error {
		recurring := price.Child("recurring")
		if first == nil {
			first = recurring
		}
		if recurring != nil && fmt.Sprint(recurring) != fmt.Sprint(first) {
			return invalid(at+"[price]", "", mixedIntervals)
		}
		return nil
	}
}

func oneCurrency(owner Object, currency string) error {
	if owner["currency"] != nil && owner["currency"] != currency {
		return invalid("currency", "", mixedCurrencies, owner["currency"])
	}
	return nil
}

// CardFor is what a subscription is charged to, nil if there is nothing.
func (a *Account) CardFor(s, owner Object) Object {
	byDefault := owner.Child("invoice_settings").Text("default_payment_method")
	return a.Get("payment_method", cmp.Or(s.Text("default_payment_method"), byDefault))
}

// firstStatus is how a subscription starts, or why it does not.
func (c *call) firstStatus(s Object, due int64, card Object) (string, error) {
	behaviour := c.in.Text("payment_behavior")
	switch {
	case s["trial_end"] != nil:
		return "trialing", nil
	case due == 0:
		return "active", nil
	case behaviour == "default_incomplete": // the first invoice waits to be paid, even if there is a card
		return "incomplete", nil
	case card == nil:
		status := http.StatusBadRequest
		if behaviour == "error_if_incomplete" {
			status = http.StatusPaymentRequired
		}
		return "", refusal(status, invalidRequest, "resource_missing", noCard)
	case chargeable(card):
		return "active", nil
	case behaviour == "error_if_incomplete":
		return "", declined()
	}
	return "incomplete", nil
}

// billed are the lines of an invoice for the current period of a subscription's items, which a trial makes free.
func (a *Account) billed(s Object, items []Object, free bool) (lines []Object) {
	for _, item := range items {
		line := a.line(item.Child("price"), item.Number("quantity"), s)
		line["subscription_item"] = item["id"]
		if free {
			line["amount"] = 0
		}
		lines = append(lines, line)
	}
	return lines
}

// line is one of an invoice of a subscription.
func (a *Account) line(price Object, quantity int64, s Object) Object {
	name := a.Get("product", price.Text("product")).Text("name")
	return a.create("line_item", Object{
		"amount": price.Number("unit_amount") * quantity, "currency": price["currency"], "description": fmt.Sprintf("%d × %s", quantity, name),
		"period": Object{"start": s["current_period_start"], "end": s["current_period_end"]},
		"price":  price, "quantity": quantity, "subscription": s["id"],
	})
}

// bill writes the next invoice of a subscription, and stores all three. It charges the card, if there is one and charge says
// so. What is given back, and not needed for this invoice, is credit for the next one.
func (a *Account) bill(s, owner Object, lines []Object, reason string, charge bool) Object {
	number := owner.Number("next_invoice_sequence")
	owner["next_invoice_sequence"], owner["currency"] = number+1, s["currency"]
	made := a.invoiceOf(owner, s["currency"])
	showLines(made, lines)
	total := a.lessDiscount(s, made.Number("subtotal"))
	balance := owner.Number("balance") + total
	due := max(balance, 0)
	owner["balance"] = min(balance, 0)
	maps.Copy(made, Object{
		"subscription": s["id"], "number": fmt.Sprintf("%s-%04d", owner["invoice_prefix"], number),
		"billing_reason": reason, "total": total, "amount_due": due, "amount_remaining": due,
	})
	made["hosted_invoice_url"], s["latest_invoice"] = a.address("/i/"+made.Text("id")), made["id"]
	made.Child("status_transitions")["finalized_at"] = a.Now
	card := a.CardFor(s, owner)
	switch {
	case due == 0:
		made["status"], made["paid"] = "paid", true
		made.Child("status_transitions")["paid_at"] = a.Now
	case charge && card != nil:
		a.chargeInvoice(made, owner, card)
	}
	a.put(s, owner, made)
	return made
}

// Ended tells whether a subscription is over for good.
func Ended(s Object) bool { return s["status"] == "canceled" || s["status"] == "incomplete_expired" }

// End stops a subscription. One that never started is not canceled but expired, and its invoice is no longer due.
func (a *Account) End(s Object) {
	switch {
	case Ended(s):
		return
	case s["status"] == "incomplete":
		s["status"] = "incomplete_expired"
		invoice := a.Get("invoice", s.Text("latest_invoice"))
		invoice["status"] = "void"
		invoice.Child("status_transitions")["voided_at"] = a.Now
		a.put(invoice)
	default:
		s["status"] = "canceled"
	}
	s["canceled_at"], s["ended_at"] = a.Now, a.Now
	a.put(s)
}

// EndLater plans the end of a subscription for that of its period, or takes the plan back.
func (a *Account) EndLater(s Object, yes bool) {
	s["cancel_at_period_end"], s["cancel_at"], s["canceled_at"] = yes, nil, nil
	if yes {
		s["cancel_at"], s["canceled_at"] = s["current_period_end"], a.Now
	}
	a.put(s)
}

// cancelSubscription finds nothing to cancel the second time, although the subscription can still be read.
func (c *call) cancelSubscription() (Object, error) {
	if Ended(c.target) {
		return nil, missing(c.kind, c.target.Text("id"), "id")
	}
	c.End(c.target)
	return c.target, nil
}
