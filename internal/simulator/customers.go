package simulator

import "slices"

func customerFields() contract {
	return contract{
		"email": clearable(email()), "name": clearable(text(256)), "phone": clearable(text(20)), "description": clearable(text(500)), "metadata": clearable(metadata()),
		"invoice_settings": may(fields(contract{"default_payment_method": clearable(id())})),
	}
}

func (c *call) createCustomer() (any, error) {
	made := c.create("customer", object{
		"address": nil, "balance": int64(0), "currency": nil, "default_source": nil, "delinquent": false, "description": nil, "email": nil, "name": nil, "phone": nil,
		"invoice_prefix": newID("", 8), "invoice_settings": object{"default_payment_method": nil}, "metadata": object{}, "next_invoice_sequence": int64(1),
		"preferred_locales": []string{}, "shipping": nil, "tax_exempt": "none",
	})
	var card object
	if ref := c.in.text("payment_method"); ref != "" {
		var err error
		if card, err = c.cardFor(made, ref); err != nil {
			return nil, err
		}
	}
	if err := c.change(made, card); err != nil {
		return nil, err
	}
	c.add(made)
	if card != nil {
		c.attach(card, made)
	}
	return made, nil
}

func (c *call) updateCustomer() (any, error) {
	found, err := c.found()
	if err != nil {
		return nil, err
	}
	return found, c.change(found, nil)
}

// change applies the parameters that creating and updating a customer share. The card is one that the same request attaches;
// its default may mean it by the test id that it was made from.
func (c *call) change(to, card object) error {
	if sent := c.in.at("invoice_settings").at("default_payment_method"); sent != nil {
		ref := sent.value
		if card != nil && ref == c.in.text("payment_method") {
			ref = card.text("id")
		} else if _, err := c.cardOf(to, ref, "invoice_settings[default_payment_method]"); err != nil {
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
func (c *call) deleteCustomer() (any, error) {
	found, err := c.found()
	if err != nil {
		return nil, err
	}
	for _, s := range c.Objects["subscription"] {
		if s.text("customer") == c.id {
			c.end(s, c.now)
		}
	}
	c.Objects["payment_method"] = slices.DeleteFunc(c.Objects["payment_method"], func(m object) bool { return m.text("customer") == c.id })
	clear(found)
	found["id"], found["object"], found["deleted"] = c.id, "customer", true
	return found, nil
}

// customer is the one that the customer parameter refers to, nil if it is absent.
func (c *call) customer() (object, error) {
	ref := c.in.text("customer")
	if ref == "" {
		return nil, nil
	}
	found := c.find("customer", ref)
	if found == nil || found["deleted"] != nil {
		return nil, missing("customer", ref, "customer")
	}
	return found, nil
}

// createPortalSession opens the portal to a customer.
func (c *call) createPortalSession() (any, error) {
	owner, err := c.customer()
	if err != nil {
		return nil, err
	}
	made := c.create("billing_portal.session", object{
		"configuration": "bpc_1SimulatorPortalConfig00", "customer": owner["id"], "locale": nil, "on_behalf_of": nil, "flow": nil,
		"return_url": orNull(c.in.text("return_url")), "url": c.pages + "/p/session/" + newID("test_", 56),
	})
	c.add(made)
	return made, nil
}
