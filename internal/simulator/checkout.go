package simulator

const (
	openFor     = 24 * 60 * 60 // seconds until a session expires
	shownLines  = 10           // what an expanded line_items holds
	mostLines   = 100
	mostOfAKind = 20 // recurring and one-time lines in subscription mode, each
)

func sessionFields() contract {
	goods := contract{
		"name": must(text(5000)), "description": may(text(40000)), "images": may(list(8, webAddress())),
		"metadata": may(metadata()),
	}
	data := contract{"product": may(ref("product")), "product_data": may(fields(goods))}
	line := contract{
		"price": may(ref("price")), "price_data": may(inline(data)), "quantity": must(integer(1, 999_999)),
	}
	return contract{
		"mode": must(oneOf("payment", "subscription").beside("setup")), "line_items": must(list(mostLines, fields(line))),
		"success_url": must(webAddress()), "cancel_url": may(webAddress()), "currency": may(currency()),
		"customer": may(ref("customer")), "customer_email": may(email()), "metadata": clearable(metadata()),
		"allow_promotion_codes": may(boolean()),
	}
}

func (c *call) createSession() (Object, error) {
	if c.in["customer"] != nil && c.in["customer_email"] != nil {
		return nil, exclusive("customer", "customer", "customer_email")
	}
	made := c.create("checkout.session", Object{"expires_at": c.Now + openFor, "metadata": merged(c.in["metadata"], nil)})
	for _, name := range []string{"mode", "success_url", "cancel_url", "customer", "customer_email"} {
		made[name] = orNull(c.in[name])
	}
	if sent := c.in["allow_promotion_codes"]; sent != nil {
		made["allow_promotion_codes"] = sent == "true"
	}
	made["url"] = c.address("/c/pay/" + made.Text("id"))
	lines, fresh, err := c.lines(made)
	if err != nil {
		return nil, err
	}
	c.put(append(fresh, made)...)
	c.name(lines)
	c.setLines(made.Text("id"), lines)
	return made, nil
}

// lines reads the line items of a session that is being made, and totals them in it.
func (c *call) lines(of Object) (lines, fresh []Object, err error) {
	count, sameInterval := map[string]int{}, sameInterval()
	subscribes := of["mode"] == "subscription"
	b, err := c.basket("line_items", func(price Object, at string) error {
		if count[price.Text("type")]++; !subscribes && price["recurring"] != nil {
			return invalid("line_items", "", recurringPrice)
		}
		return sameInterval(price, at)
	})
	if err == nil && !subscribes {
		err = tooLittle("line_items", b.total, b.currency)
	}
	if err == nil && subscribes {
		err = oneCurrency(c.Get("customer", c.in.Text("customer")), b.currency)
	}
	switch {
	case err != nil:
	case subscribes && count["recurring"] == 0:
		err = invalid("line_items", "", nothingRecurring)
	case subscribes && max(count["recurring"], count["one_time"]) > mostOfAKind:
		err = invalid("line_items", "", manyLines, mostOfAKind)
	case b.total == 0:
		of["payment_status"] = "no_payment_required"
	}
	if err != nil {
		return nil, nil, err
	}
	of["currency"], of["amount_subtotal"], of["amount_total"] = b.currency, b.total, b.total
	for _, g := range b.goods {
		amount := g.quantity * g.price.Number("unit_amount")
		lines = append(lines, c.create("item", Object{
			"price": g.price, "currency": b.currency, "quantity": g.quantity,
			"amount_subtotal": amount, "amount_total": amount,
		}))
	}
	return lines, b.fresh, nil
}

// lineItems is what an expanded line_items holds.
func (a *Account) lineItems(session string) Object {
	lines := a.Lines(session)
	n := min(len(lines), shownLines)
	return listOf(lines[:n], n < len(lines), "/v1/checkout/sessions/"+session+"/line_items")
}
