package simulator

import "strings"

func customerFields() contract {
	return contract{
		"email": clearable(email()), "name": clearable(text(256)), "phone": clearable(text(20)),
		"description": clearable(text(5000)), "metadata": clearable(metadata()),
		"invoice_settings": may(fields(contract{"default_payment_method": clearable(text(5000))})),
	}
}

func newCustomerFields() contract {
	return customerFields().with(contract{"payment_method": may(ref("payment_method"))})
}

func (a *Account) newCustomer() Object {
	return a.create("customer", Object{"invoice_prefix": strings.ToUpper(newID("", 8))})
}

func (c *call) createCustomer() (Object, error) {
	made := c.newCustomer()
	card := c.find("payment_method", c.in.Text("payment_method"))
	if err := acceptable(card, made); err != nil {
		return nil, err
	}
	if err := c.change(made, card); err != nil {
		return nil, err
	}
	c.attach(card, made)
	return made, nil
}

func (c *call) updateCustomer() (Object, error) { return c.target, c.change(c.target, nil) }

// change applies the parameters that creating and updating a customer share, and stores it. The card is one that the
// same request attaches. It may be made the default by the test id that it was made from.
func (c *call) change(to, card Object) error {
	if settings := c.in.Child("invoice_settings"); settings["default_payment_method"] != nil {
		id := settings.Text("default_payment_method")
		if card != nil && id == c.in.Text("payment_method") {
			id = card.Text("id")
		} else if err := c.ownCard(to, id, "invoice_settings[default_payment_method]"); err != nil {
			return err
		}
		to.Child("invoice_settings")["default_payment_method"] = orNull(id)
	}
	for _, name := range []string{"email", "name", "phone", "description"} {
		if sent := c.in[name]; sent != nil {
			to[name] = orNull(sent)
		}
	}
	to["metadata"] = merged(c.in["metadata"], to.Child("metadata"))
	c.put(to)
	return nil
}

// deleteCustomer leaves the fact that there was one. Its subscriptions end and its cards go.
func (c *call) deleteCustomer() (Object, error) {
	id := c.target.Text("id")
	for _, s := range c.Of(id, "subscription") {
		c.End(s)
	}
	for _, card := range c.Of(id, "payment_method") {
		c.remove("payment_method", card.Text("id"))
	}
	gone := Object{"id": id, "object": "customer", "deleted": true}
	c.put(gone)
	return gone, nil
}

func portalFields() contract {
	return contract{"customer": must(ref("customer")), "return_url": may(webAddress())}
}

func (c *call) createPortalSession() (Object, error) {
	made := c.create("billing_portal.session", Object{
		"customer": c.in.Text("customer"), "return_url": orNull(c.in["return_url"]),
		"url": c.address("/p/session/" + newID("test_", 56)),
	})
	c.put(made)
	return made, nil
}

// account is who the simulator says it is.
func (c *call) account() (Object, error) { return c.create("account", nil), nil }
