package simulator

func refundFields() contract {
	return contract{
		"charge": may(ref("charge")), "payment_intent": may(ofIntent().rule), "amount": may(integer(1, 999_999_999_999)),
		"reason": may(oneOf("duplicate", "fraudulent", "requested_by_customer")), "metadata": clearable(metadata()),
	}
}

// createRefund pays a charge back, or a part of it. The account's balance may fall below zero.
func (c *call) createRefund() (Object, error) {
	charge := c.find("charge", c.in.Text("charge"))
	if charge == nil {
		charge = c.first("charge", "payment_intent", c.in.Text("payment_intent"))
	}
	left := charge.Number("amount") - charge.Number("amount_refunded")
	amount := c.in.integer("amount", left)
	switch id := charge.Text("id"); {
	case c.in["charge"] != nil && c.in["payment_intent"] != nil:
		return nil, exclusive("charge", "charge", "payment_intent")
	case charge == nil:
		return nil, absent("charge")
	case charge["paid"] != true:
		return nil, invalid("charge", "", "Charge %s was not paid, so it cannot be refunded.", id)
	case charge["disputed"] == true:
		return nil, invalid("", "charge_disputed", "Charge %s has been charged back; cannot issue a refund.", id)
	case left == 0:
		return nil, invalid("", "charge_already_refunded", "Charge %s has already been refunded.", id)
	case amount > left:
		return nil, invalid("amount", "", "Refund amount (%d) is greater than unrefunded amount on charge (%d), in %s", amount, left, charge["currency"])
	}
	made := c.create("refund", Object{
		"amount": amount, "currency": charge["currency"], "charge": charge["id"], "payment_intent": charge["payment_intent"],
		"reason": orNull(c.in["reason"]), "metadata": merged(c.in["metadata"], nil),
	})
	charge["amount_refunded"], charge["refunded"] = charge.Number("amount_refunded")+amount, amount == left
	c.addToBalance(charge.Text("currency"), -amount)
	c.put(charge, made)
	return made, nil
}
