package simulator

const (
	refusedCard = "0002" // cannot even be attached
	brokeCard   = "0341" // can be attached, and declines every charge
)

// testCard makes a card of one of Stripe's test ids, nil if it is none.
func (c *call) testCard(id string) object {
	last4 := map[string]string{"pm_card_visa": "4242", "pm_card_chargeDeclined": refusedCard, "pm_card_chargeCustomerFail": brokeCard}[id]
	if last4 == "" {
		return nil
	}
	return c.create("payment_method", object{
		"type": "card", "customer": nil, "metadata": object{}, "billing_details": object{"address": nil, "email": nil, "name": nil, "phone": nil},
		"card": object{"brand": "visa", "country": "US", "exp_month": int64(12), "exp_year": int64(2040), "funding": "credit", "last4": last4},
	})
}

func (c *call) getCard() (any, error) {
	if made := c.testCard(c.id); made != nil {
		return made, nil
	}
	return c.get()
}

func (c *call) attachCard() (any, error) {
	owner, err := c.customer()
	if err != nil {
		return nil, err
	}
	card, err := c.cardFor(owner, c.id)
	if err != nil {
		return nil, err
	}
	c.attach(card, owner)
	return card, nil
}

// cardFor finds a card that the customer may have, or makes one of a test id.
func (c *call) cardFor(owner object, id string) (object, error) {
	card := c.testCard(id)
	switch {
	case card != nil && card.child("card").text("last4") == refusedCard:
		return nil, declined()
	case card != nil:
		return card, nil
	}
	card = c.find("payment_method", id)
	switch {
	case card == nil:
		return nil, missing("payment_method", id, "payment_method")
	case card["customer"] != owner["id"]:
		return nil, invalid("payment_method", "", "The payment method you provided has already been attached to a customer.")
	}
	return card, nil
}

func (c *call) attach(card, owner object) {
	if card["customer"] = owner["id"]; c.find("payment_method", card.text("id")) == nil {
		c.add(card)
	}
}

// cardOf is a customer's own card; none for an empty id.
func (c *call) cardOf(owner object, id, param string) (object, error) {
	if id == "" {
		return nil, nil
	}
	card := c.find("payment_method", id)
	if card == nil || card["customer"] != owner["id"] {
		return nil, invalid(param, "resource_missing", "The customer does not have a payment method with the ID %s. The payment method must be attached to the customer.", harmless(id))
	}
	return card, nil
}

func declined() error {
	return &fault{status: 402, Type: "card_error", Code: "card_declined", DeclineCode: "generic_decline", Message: "Your card was declined."}
}
