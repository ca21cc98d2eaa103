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

func subscriptionFields() contract {
	item := contract{"price": may(ref("price")), "price_data": may(inline(contract{"product": must(ref("product"))})), "quantity": may(integer(0, 999_999)), "metadata": clearable(metadata())}
	return contract{
		"customer": must(ref("customer")), "items": must(list(mostItems, fields(item))), "currency": may(currency()), "default_payment_method": may(text(5000)),
		"payment_behavior":  may(oneOf("allow_incomplete", "default_incomplete", "error_if_incomplete")), // pending_if_incomplete is for updates
		"trial_period_days": may(integer(1, 730)), "cancel_at_period_end": may(boolean()), "metadata": clearable(metadata()),
	}
}

func (c *call) createSubscription() (object, error) {
	owner := c.find("customer", c.in.text("customer"))
	if err := c.ownCard(owner, c.in.text("default_payment_method"), "default_payment_method"); err != nil {
		return nil, err
	}
	items, b, err := c.items(owner)
	if err != nil {
		return nil, err
	}
	made := c.subscription(owner, b.currency, items)
	made["default_payment_method"], made["metadata"] = orNull(c.in.text("default_payment_method")), c.in.at("metadata").merged(nil)
	due := b.total
	if days := c.in.number("trial_period_days", 0); days > 0 {
		end := c.now + days*day
		due, made["trial_start"], made["trial_end"], made["current_period_end"], made["billing_cycle_anchor"] = 0, c.now, end, end, end
	}
	if made["status"], err = c.firstStatus(made, due, c.cardFor(made, owner)); err != nil {
		return nil, err
	}
	cancelAtPeriodEnd(made, c.in.text("cancel_at_period_end") == "true", c.now)
	c.bill(made, owner, due, "subscription_create")
	c.add(append(b.fresh, made)...)
	return made, nil
}

// subscription makes one of items of the same interval.
func (c *call) subscription(owner object, currency string, items []object) object {
	made := c.create("subscription", object{
		"customer": owner["id"], "collection_method": "charge_automatically", "currency": currency, "start_date": c.now, "current_period_start": c.now, "billing_cycle_anchor": c.now,
		"default_payment_method": nil, "metadata": object{}, "description": nil, "cancellation_details": object{"comment": nil, "feedback": nil, "reason": nil}, "status": "active",
		"ended_at": nil, "trial_start": nil, "trial_end": nil, "pending_setup_intent": nil, "schedule": nil, "cancel_at_period_end": false, "cancel_at": nil, "canceled_at": nil,
		"current_period_end": periodAfter(c.now, c.now, items[0].child("price").child("recurring")),
	})
	for _, item := range items {
		item["subscription"] = made["id"]
	}
	made["items"] = listOf(items, false, "/v1/subscription_items?subscription="+made.text("id"))
	return made
}

func (c *call) item(price object, quantity int64, metadata object) object {
	return c.create("subscription_item", object{"metadata": metadata, "price": price, "quantity": quantity})
}

// items reads the items of a subscription that is being made: one interval, each price once.
func (c *call) items(owner object) (items []object, b basket, err error) {
	seen, sameInterval := map[string]bool{}, sameInterval()
	b, err = c.basket("items", func(price object, at string) error {
		id := price.text("id")
		switch {
		case price.child("recurring") == nil:
			return invalid(at+"[price]", "", "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.")
		case seen[id]:
			return invalid(at+"[price]", "", "Cannot add multiple subscription items with the same plan: %s", id)
		}
		seen[id] = true
		return sameInterval(price, at)
	})
	if err == nil {
		err = oneCurrency(owner, b.currency)
	}
	for i, item := range c.in.at("items").elements() {
		if err == nil {
			items = append(items, c.item(b.prices[i], item.number("quantity", 1), item.at("metadata").merged(nil)))
		}
	}
	return items, b, err
}

// sameInterval refuses a price that renews otherwise than those before it.
func sameInterval() func(price object, at string) error {
	var first object
	return func(price object, at string) error {
		recurring := price.child("recurring")
		if first == nil {
			first = recurring
		}
		if recurring != nil && fmt.Sprint(recurring) != fmt.Sprint(first) {
			return invalid(at+"[price]", "", "All prices on a subscription must have the same `recurring.interval` and `recurring.interval_count`.")
		}
		return nil
	}
}

func oneCurrency(owner object, currency string) error {
	if owner["currency"] != nil && owner["currency"] != currency {
		return invalid("currency", "", "You cannot combine currencies on a single customer. This customer has had a subscription, coupon, or invoice item with currency %s", owner["currency"])
	}
	return nil
}

// cardFor is what a subscription is charged to.
func (c *call) cardFor(s, owner object) object {
	return c.row("payment_method", cmp.Or(s.text("default_payment_method"), owner.child("invoice_settings").text("default_payment_method")))
}

func chargeable(card object) bool {
	return card != nil && card.child("card").text("last4") != brokeCard
}

// firstStatus is how a subscription starts, or why it does not.
func (c *call) firstStatus(s object, due int64, card object) (string, error) {
	behaviour := c.in.text("payment_behavior")
	switch {
	case s["trial_end"] != nil:
		return "trialing", nil
	case due == 0:
		return "active", nil
	case behaviour == "default_incomplete": // whatever cards there are, the first invoice waits to be paid
		return "incomplete", nil
	case card == nil:
		f := &fault{status: http.StatusBadRequest, Type: invalidRequest, Code: "resource_missing", Message: "This customer has no attached payment source or default payment method. Please consider adding a default payment method."}
		if behaviour == "error_if_incomplete" {
			f.status = http.StatusPaymentRequired
		}
		return "", f
	case chargeable(card):
		return "active", nil
	case behaviour == "error_if_incomplete":
		return "", declined()
	}
	return "incomplete", nil
}

// bill writes the latest invoice of a subscription, which is paid unless the subscription says otherwise.
func (c *call) bill(s, owner object, total int64, reason string) {
	number := owner.number("next_invoice_sequence")
	owner["next_invoice_sequence"], owner["currency"] = number+1, s["currency"]
	made := c.create("invoice", object{
		"amount_due": total, "amount_paid": total, "amount_remaining": int64(0), "subtotal": total, "total": total, "status": "paid", "paid": true, "billing_reason": reason,
		"collection_method": "charge_automatically", "currency": s["currency"], "customer": owner["id"], "customer_email": owner["email"], "customer_name": owner["name"],
		"metadata": object{}, "number": fmt.Sprintf("%s-%04d", owner["invoice_prefix"], number), "period_start": c.now, "period_end": c.now, "subscription": s["id"], "payment_intent": nil,
	})
	if s["status"] == "incomplete" || s["status"] == "past_due" {
		maps.Copy(made, object{"status": "open", "paid": false, "amount_paid": int64(0), "amount_remaining": total})
	}
	made["hosted_invoice_url"], s["latest_invoice"] = c.address("/i/"+made.text("id")), made["id"]
	c.add(made)
}

func cancelAtPeriodEnd(s object, yes bool, now int64) {
	s["cancel_at_period_end"], s["cancel_at"], s["canceled_at"] = yes, nil, nil
	if yes {
		s["cancel_at"], s["canceled_at"] = s["current_period_end"], now
	}
}

// ended tells whether a subscription is over for good.
func ended(s object) bool { return s["status"] == "canceled" || s["status"] == "incomplete_expired" }

// end stops a subscription. One that never started is not canceled but expired, and its invoice is no longer due.
func (c *call) end(s object) {
	switch {
	case ended(s):
		return
	case s["status"] == "incomplete":
		s["status"] = "incomplete_expired"
		c.row("invoice", s.text("latest_invoice"))["status"] = "void"
	default:
		s["status"] = "canceled"
	}
	s["canceled_at"], s["ended_at"] = c.now, c.now
}

func (c *call) updateSubscription() (object, error) {
	if atEnd := c.in.at("cancel_at_period_end"); atEnd != nil {
		if ended(c.target) {
			return nil, invalid("", "", "A canceled subscription can only update its cancellation_details and metadata.")
		}
		cancelAtPeriodEnd(c.target, atEnd.value == "true", c.now)
	}
	if sent := c.in.at("metadata"); sent != nil {
		c.target["metadata"] = sent.merged(c.target.child("metadata"))
	}
	return c.target, nil
}

// cancelSubscription finds nothing to cancel the second time, although the subscription can still be read.
func (c *call) cancelSubscription() (object, error) {
	if ended(c.target) {
		return nil, missing(c.kind, c.target.text("id"), "id")
	}
	c.end(c.target)
	return c.target, nil
}
