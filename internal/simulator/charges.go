package simulator

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// charge makes the charge of an attempt to pay, with a payment intent of its own. What succeeded counts to the balance.
func (a *Account) charge(amount int64, currency any, card Object, set Object) Object {
	made := a.create("charge", Object{
		"amount": amount, "currency": currency, "payment_intent": newID("pi_3", 23), "payment_method": card["id"],
	})
	maps.Copy(made, set)
	if card != nil && !chargeable(card) {
		maps.Copy(made, Object{
			"status": "failed", "paid": false, "failure_code": "card_declined", "failure_message": "Your card was declined.",
		})
		maps.Copy(made.Child("outcome"), Object{
			"network_status": "declined_by_network", "reason": "generic_decline", "type": "issuer_declined",
			"seller_message": "The bank did not return any further details with this decline.",
		})
	} else {
		made["amount_captured"] = amount
		a.addToBalance(made.Text("currency"), amount)
	}
	a.put(made)
	return made
}

// billedTo is who a charge is billed to.
func billedTo(name, email any) Object {
	return Object{"address": nil, "email": email, "name": name, "phone": nil}
}

// chargeInvoice charges what is due of an invoice, and pays it if that succeeds. It stores neither of the two.
func (a *Account) chargeInvoice(invoice, owner, card Object) {
	due := invoice.Number("amount_remaining")
	made := a.charge(due, invoice["currency"], card, Object{
		"invoice": invoice["id"], "customer": owner["id"], "billing_details": billedTo(owner["name"], owner["email"]),
	})
	invoice["charge"], invoice["payment_intent"] = made["id"], made["payment_intent"]
	invoice["attempted"], invoice["attempt_count"] = true, invoice.Number("attempt_count")+1
	if made["paid"] == true {
		maps.Copy(invoice, Object{"status": "paid", "paid": true, "amount_paid": invoice["amount_due"], "amount_remaining": 0})
		invoice.Child("status_transitions")["paid_at"] = a.Now
	}
}

// dispute lets the bank of a charge's payer take the money back for now, as with the test card that always does so.
func (a *Account) dispute(charge Object) {
	const answerWithin = 9 * day
	made := a.create("dispute", Object{
		"amount": charge["amount"], "charge": charge["id"], "currency": charge["currency"], "payment_intent": charge["payment_intent"],
	})
	made.Child("evidence_details")["due_by"] = a.Now + answerWithin
	charge["disputed"] = true
	a.addToBalance(charge.Text("currency"), -charge.Number("amount"))
	a.put(charge, made)
}

// balance is the account's money. All of it is available at once, and there are no fees.
func (c *call) balance() (Object, error) {
	balances := c.balances()
	available, pending := make([]any, 0, len(balances)), make([]any, 0, len(balances))
	for _, currency := range slices.Sorted(maps.Keys(balances)) {
		amount := balances[currency]
		available = append(available, Object{"amount": amount, "currency": currency, "source_types": Object{"card": amount}})
		pending = append(pending, Object{"amount": 0, "currency": currency, "source_types": Object{"card": 0}})
	}
	return Object{"object": "balance", "available": available, "livemode": false, "pending": pending}, nil
}

// created keeps the rows that were made at a time, or in a range of times.
func created() filter {
	moment := integer(0, math.MaxInt64)
	span := fields(contract{"gt": may(moment), "gte": may(moment), "lt": may(moment), "lte": may(moment)})
	either := func(a *Account, sent any, name string) error {
		if asObject(sent) != nil {
			return span(a, sent, name)
		}
		return moment(a, sent, name)
	}
	return filter{"created", either, func(row Object, sent any) bool {
		at := row.Number("created")
		for bound, holds := range map[string]func(int) bool{
			"gt": func(order int) bool { return order > 0 }, "gte": func(order int) bool { return order >= 0 },
			"lt": func(order int) bool { return order < 0 }, "lte": func(order int) bool { return order <= 0 },
		} {
			if limit := asObject(sent).Text(bound); limit != "" {
				seconds, _ := strconv.ParseInt(limit, 10, 64) // it was checked
				if !holds(cmp.Compare(at, seconds)) {
					return false
				}
			}
		}
		return sent == nil || asObject(sent) != nil || has(row, "created", sent)
	}}
}

// ofIntent keeps the rows of a payment intent. It is known by its charge, because nothing else of it is kept.
func ofIntent() filter {
	exists := func(a *Account, sent any, name string) error {
		id, _ := sent.(string)
		for range a.walk("charge", "payment_intent", id, "", false) {
			return nil
		}
		return missing("payment_intent", id, name)
	}
	return equal("payment_intent", exists)
}

// addToBalance counts money that came in, or went out.
func (st *state) addToBalance(currency string, amount int64) {
	name := key("balance", currency)
	now, _ := strconv.ParseInt(string(st.rows.get(name)), 10, 64)
	st.rows.put(name, strconv.AppendInt(nil, now+amount, 10))
}

// balances are what there is in each currency.
func (st *state) balances() map[string]int64 {
	all, prefix := map[string]int64{}, key("balance", "")
	for name, value := st.rows.after(prefix); strings.HasPrefix(name, prefix); name, value = st.rows.after(name) {
		all[strings.TrimPrefix(name, prefix)], _ = strconv.ParseInt(string(value), 10, 64)
	}
	if len(all) == 0 {
		all["eur"] = 0 // Stripe shows the account's own currency even then
	}
	return all
}
