package simulator

import (
	"slices"
	"strings"
)

func customerFields() contract {
	return contract{
		"email": clearable(email()), "name": clearable(text(256)), "phone": clearable(text(20)), "description": clearable(text(500)), "metadata": clearable(metadata()),
		"invoice_settings": may(fields(contract{"default_payment_method": clearable(text(5000))})),
	}
}

func (c *call) newCustomer() object {
	return c.create("customer", object{
		"address": nil, "balance": int64(0), "currency": nil, "default_source": nil, "delinquent": false, "description": nil, "email": nil, "name": nil, "phone": nil,
		"invoice_prefix": strings.ToUpper(newID("", 8)), "invoice_settings": object{"default_payment_method": nil}, "metadata": object{}, "next_invoice_sequence": int64(1),
		"preferred_locales": []string{}, "shipping": nil, "tax_exempt": "none",
	})
}

func (c *call) createCustomer() (object, error) {
	made := c.newCustomer()
	card := c.find("payment_method", c.in.text("payment_method"))
	if err := acceptable(card, made); err != nil {
		return nil, err
	}
	if err := c.change(made, card); err != nil {
		return nil, err
	}
	c.add(made)
	c.attach(card, made)
	return made, nil
}

func (c *call) updateCustomer() (object, error) { return c.target, c.change(c.target, nil) }

// change applies the parameters that creating and updating a customer share. The card is one that the same request attaches;
// its default may mean it by the test id that it was made from.
func (c *call) change(to, card object) error {
	if sent := c.in.at("invoice_settings").at("default_payment_method"); sent != nil {
		ref := sent.value
		if card != nil && ref == c.in.text("payment_method") {
			ref = card.text("id")
		} else if err := c.ownCard(to, ref, "invoice_settings[default_payment_method]"); err != nil {
			return err
		}
		to.child("invoice_settings")["default_payment_method"] = orNull(ref)
	}
	for _, name := range []string{"email", "name", "phone", "description"} {
		if sent := c.in.at(name); sent != nil {
			to[name] = orNull(sent.value)
		}
	}
	if sent := c.in.at("metadata"); sent != nil {
		to["metadata"] = sent.merged(to.child("metadata"))
	}
	return nil
}

// deleteCustomer leaves the fact that there was one. Its subscriptions end and its cards go.
func (c *call) deleteCustomer() (object, error) {
	id := c.target["id"]
	for _, s := range c.Objects["subscription"] {
		if s["customer"] == id {
			c.end(s)
		}
	}
	c.Objects["payment_method"] = slices.DeleteFunc(c.Objects["payment_method"], func(m object) bool { return m["customer"] == id })
	clear(c.target)
	c.target["id"], c.target["object"], c.target["deleted"] = id, "customer", true
	return c.target, nil
}

func (c *call) createPortalSession() (object, error) {
	made := c.create("billing_portal.session", object{
		"configuration": "bpc_1SimulatorPortalConfig00", "customer": c.in.text("customer"), "locale": nil, "on_behalf_of": nil, "flow": nil,
		"return_url": orNull(c.in.text("return_url")), "url": c.address("/p/session/" + newID("test_", 56)),
	})
	c.add(made)
	return made, nil
}
