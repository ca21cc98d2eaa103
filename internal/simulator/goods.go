package simulator

import "maps"

func productFields() contract {
	return contract{
		"name": must(text(5000)), "description": clearable(text(40000)), "images": may(list(8, webAddress())),
		"active": may(boolean()), "metadata": clearable(metadata()),
	}
}

func (c *call) createProduct() (Object, error) {
	made := c.product(c.in)
	made["active"] = c.in["active"] != "false"
	c.put(made)
	return made, nil
}

// product makes a product of what was sent about it.
func (a *Account) product(sent Object) Object {
	return a.create("product", Object{
		"name": sent.Text("name"), "description": orNull(sent["description"]), "images": append([]any{}, elements(sent["images"])...),
		"metadata": merged(sent["metadata"], nil), "updated": a.Now,
	})
}

func priceFields() contract {
	product := contract{"name": must(text(5000)), "metadata": may(metadata())}
	return pricing(contract{"product": may(ref("product")), "product_data": may(fields(product))}).with(contract{
		"active": may(boolean()), "lookup_key": may(text(200)), "nickname": may(text(5000)), "metadata": clearable(metadata()),
	})
}

// createPrice makes one that is there to stay.
func (c *call) createPrice() (Object, error) {
	made, fresh, err := c.inlinePrice(c.in, "")
	if err != nil {
		return nil, err
	}
	if other := c.first("price", "lookup_key", c.in.Text("lookup_key")); other != nil {
		return nil, invalid("lookup_key", "", "A price (`%s`) already uses that lookup key.", other["id"])
	}
	maps.Copy(made, Object{
		"active": c.in["active"] != "false", "lookup_key": orNull(c.in["lookup_key"]), "nickname": orNull(c.in["nickname"]),
		"metadata": merged(c.in["metadata"], nil),
	})
	c.put(fresh...)
	return made, nil
}
