package simulator

const mostLinkLines = 20

func linkFields() contract {
	after := contract{
		"type":     must(oneOf("redirect", "hosted_confirmation")),
		"redirect": may(fields(contract{"url": must(webAddress())})),
	}
	line := contract{"price": must(ref("price")), "quantity": must(integer(1, 999_999))}
	return contract{
		"line_items": must(list(mostLinkLines, fields(line))), "after_completion": may(fields(after)), "currency": may(currency()),
		"allow_promotion_codes": may(boolean()), "metadata": clearable(metadata()),
	}
}

// createLink makes a payment link. Its lines are checked as those of a session are, because they become one each time.
func (c *call) createLink() (Object, error) {
	after := c.in.Child("after_completion")
	if after["type"] == "redirect" && after["redirect"] == nil {
		return nil, absent("after_completion[redirect]")
	}
	session := Object{"mode": "payment"}
	for _, element := range elements(c.in["line_items"]) {
		if c.find("price", asObject(element).Text("price"))["recurring"] != nil {
			session["mode"] = "subscription"
		}
	}
	lines, _, err := c.lines(session)
	if err != nil {
		return nil, err
	}
	made := c.create("payment_link", Object{
		"allow_promotion_codes": c.in["allow_promotion_codes"] == "true", "currency": session["currency"], "metadata": merged(c.in["metadata"], nil),
	})
	if url := after.Child("redirect").Text("url"); url != "" {
		made["after_completion"] = Object{"type": "redirect", "redirect": Object{"url": url}}
	}
	made["url"] = c.address("/b/" + newID("test_", 24))
	c.put(made)
	c.name(lines)
	c.setLines(made.Text("id"), lines)
	return made, nil
}

// name gives line items the names of what they sell.
func (a *Account) name(lines []Object) {
	for _, line := range lines {
		line["description"] = a.Get("product", line.Child("price").Text("product"))["name"]
	}
}

// OpenLink makes a Checkout session of the payment link whose page has a path, nil if there is none. Each visit gets its own.
func (a *Account) OpenLink(path string) Object {
	link := a.first("payment_link", "url", path)
	if link == nil {
		return nil
	}
	session := a.create("checkout.session", Object{
		"mode": "payment", "payment_link": link["id"], "allow_promotion_codes": link["allow_promotion_codes"], "currency": link["currency"],
		"metadata": merged(link["metadata"], nil), "expires_at": a.Now + openFor, "success_url": link.Child("after_completion").Child("redirect")["url"],
	})
	session["url"] = a.address("/c/pay/" + session.Text("id"))
	var lines []Object
	var total int64
	for _, line := range a.Lines(link.Text("id")) {
		line["id"] = newID("li_1", 23)
		if total += line.Number("amount_total"); line.Child("price")["recurring"] != nil {
			session["mode"] = "subscription"
		}
		lines = append(lines, line)
	}
	if session["amount_subtotal"], session["amount_total"] = total, total; total == 0 {
		session["payment_status"] = "no_payment_required"
	}
	a.put(session)
	a.setLines(session.Text("id"), lines)
	return session
}
