package simulator

import "net/http"

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

func (c *call) attachCard() (object, error) {
	owner := c.find("customer", c.in.text("customer"))
	if err := acceptable(c.target, owner); err != nil {
		return nil, err
	}
	c.attach(c.target, owner)
	return c.target, nil
}

// acceptable tells whether a customer can have a card; having none suits everyone.
func acceptable(card, owner object) error {
	switch {
	case card.child("card").text("last4") == refusedCard:
		return declined()
	case card["customer"] != nil && card["customer"] != owner["id"]:
		return invalid("payment_method", "", "The payment method you provided has already been attached to a customer.")
	}
	return nil
}

func (c *call) attach(card, owner object) {
	if card == nil {
		return
	}
	if card["customer"] = owner["id"]; c.row("payment_method", card.text("id")) == nil {
		c.add(card)
	}
}

// ownCard refuses a card that is not the customer's.
func (c *call) ownCard(owner object, id, param string) error {
	if card := c.row("payment_method", id); id != "" && (card == nil || card["customer"] != owner["id"]) {
		return invalid(param, "resource_missing", "The customer does not have a payment method with the ID %s. The payment method must be attached to the customer.", id)
	}
	return nil
}

func declined() error {
	return &fault{status: http.StatusPaymentRequired, Type: "card_error", Code: "card_declined", DeclineCode: "generic_decline", Message: "Your card was declined."}
}
