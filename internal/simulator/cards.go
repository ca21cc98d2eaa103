package simulator

import "net/http"

const (
	refusedCard = "0002" // cannot even be attached
	brokeCard   = "0341" // can be attached, and declines every charge
)

func attachFields() contract { return contract{"customer": must(ref("customer"))} }

// testCard makes a card of one of Stripe's test ids, nil if it is none.
func (a *Account) testCard(id string) Object {
	last4 := map[string]string{
		"pm_card_visa": "4242", "pm_card_chargeDeclined": refusedCard, "pm_card_chargeCustomerFail": brokeCard,
	}[id]
	if last4 == "" {
		return nil
	}
	card := a.create("payment_method", nil)
	card.Child("card")["last4"] = last4
	return card
}

func (c *call) attachCard() (Object, error) {
	owner := c.find("customer", c.in.Text("customer"))
	if err := acceptable(c.target, owner); err != nil {
		return nil, err
	}
	c.attach(c.target, owner)
	return c.target, nil
}

// acceptable tells whether a customer can have a card; having none suits everyone.
func acceptable(card, owner Object) error {
	switch {
	case card.Child("card").Text("last4") == refusedCard:
		return declined()
	case card["customer"] != nil && card["customer"] != owner["id"]:
		return invalid("payment_method", "", "The payment method you provided has already been attached to a customer.")
	}
	return nil
}

func (a *Account) attach(card, owner Object) {
	if card != nil {
		card["customer"] = owner["id"]
		a.put(card)
	}
}

// ownCard refuses a card that is not the customer's.
func (a *Account) ownCard(owner Object, id, param string) error {
	if card := a.Get("payment_method", id); id != "" && (card == nil || card["customer"] != owner["id"]) {
		return invalid(param, "resource_missing", notTheirCard, id)
	}
	return nil
}

func chargeable(card Object) bool {
	return card != nil && card.Child("card").Text("last4") != brokeCard
}

func declined() error {
	f := refusal(http.StatusPaymentRequired, "card_error", "card_declined", "Your card was declined.")
	f.DeclineCode = "generic_decline"
	return f
}
