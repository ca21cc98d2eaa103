package simulator

const (
	openFor     = 24 * 60 * 60 // seconds until a session expires
	shownLines  = 10           // what an expanded line_items holds
	mostLines   = 100
	mostOfAKind = 20 // recurring and one-time lines in subscription mode, each
)

func sessionFields() contract {
	goods := contract{"name": must(text(5000)), "description": may(text(40000)), "images": may(list(8, webAddress())), "metadata": may(metadata())}
	line := contract{
		"price": may(ref("price")), "price_data": may(inline(contract{"product": may(ref("product")), "product_data": may(fields(goods))})), "quantity": must(integer(1, 999_999)),
	}
	return contract{
		"mode": must(oneOf("payment", "subscription")), "success_url": must(webAddress()), "cancel_url": may(webAddress()), "line_items": must(list(mostLines, fields(line))),
		"customer": may(ref("customer")), "customer_email": may(email()), "currency": may(currency()), "metadata": clearable(metadata()),
	}
}

func (c *call) createSession() (object, error) {
	if c.in.at("customer") != nil && c.in.at("customer_email") != nil {
		return nil, exclusive("customer", "customer", "customer_email")
	}
	made := c.create("checkout.session", object{
		"mode": c.in.text("mode"), "status": "open", "payment_status": "unpaid", "ui_mode": "hosted", "payment_method_types": []string{"card"}, "expires_at": c.now + openFor,
		"success_url": c.in.text("success_url"), "cancel_url": orNull(c.in.text("cancel_url")), "customer_email": orNull(c.in.text("customer_email")), "customer": orNull(c.in.text("customer")),
		"metadata": c.in.at("metadata").merged(nil), "client_reference_id": nil, "customer_details": nil, "invoice": nil, "payment_intent": nil, "subscription": nil,
	})
	made["url"] = c.address("/c/pay/" + made.text("id"))
	lines, b, err := c.lines(made)
	if err != nil {
		return nil, err
	}
	c.add(append(b.fresh, made)...)
	for _, line := range lines {
		line["description"] = c.row("product", line.child("price").text("product"))["name"]
		c.Lines[made.text("id")] = append(c.Lines[made.text("id")], line.plain())
	}
	return made, nil
}

// lines reads the line items of a session that is being made, and totals them in it.
func (c *call) lines(of object) (lines []object, b basket, err error) {
	count, sameInterval := map[string]int{}, sameInterval()
	subscribes := of["mode"] == "subscription"
	b, err = c.basket("line_items", func(price object, at string) error {
		if count[price.text("type")]++; !subscribes && price["recurring"] != nil {
			return invalid("line_items", "", "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.")
		}
		return sameInterval(price, at)
	})
	if err == nil && subscribes {
		err = oneCurrency(c.row("customer", c.in.text("customer")), b.currency)
	}
	switch {
	case err != nil:
	case subscribes && count["recurring"] == 0:
		err = invalid("line_items", "", "You must provide at least one recurring price in `subscription` mode when using prices.")
	case subscribes && max(count["recurring"], count["one_time"]) > mostOfAKind:
		err = invalid("line_items", "", "There can be up to %[1]d recurring and %[1]d one-time line items in `subscription` mode", mostOfAKind)
	case b.total == 0:
		of["payment_status"] = "no_payment_required"
	}
	if err != nil {
		return nil, b, err
	}
	of["currency"], of["amount_subtotal"], of["amount_total"] = b.currency, b.total, b.total
	for i, item := range c.in.at("line_items").elements() {
		quantity := item.number("quantity", 1)
		amount := quantity * b.prices[i].number("unit_amount")
		lines = append(lines, c.create("item", object{
			"price": b.prices[i], "currency": b.currency, "quantity": quantity, "amount_discount": int64(0), "amount_subtotal": amount, "amount_tax": int64(0), "amount_total": amount,
		}))
	}
	return lines, b, nil
}

// lineItems is what an expanded line_items holds.
func (c *call) lineItems(session string) object {
	lines := c.Lines[session]
	n := min(len(lines), shownLines)
	return listOf(lines[:n], n < len(lines), "/v1/checkout/sessions/"+session+"/line_items")
}
