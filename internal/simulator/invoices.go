package simulator

import (
	"fmt"
	"maps"
	"net/http"
)

const mostInvoiceLines = 250

// billingRoutes are the calls about subscriptions and invoices.
func billingRoutes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	none, ofCustomer := contract{}, equal("customer", ref("customer"))
	return []route{
		{post, "/v1/subscriptions", "subscription", newSubscriptionFields(), (*call).createSubscription},
		listing("/v1/subscriptions", "subscription", ofCustomer, subscriptionStatus(), ofPrice()),
		{get, "/v1/subscriptions/{id}", "subscription", none, (*call).get},
		{post, "/v1/subscriptions/{id}", "subscription", changedSubscriptionFields(), (*call).updateSubscription},
		{del, "/v1/subscriptions/{id}", "subscription", cancellationFields(), (*call).cancelSubscription},
		listing("/v1/invoices", "invoice", ofCustomer, equal("subscription", ref("subscription")),
			equal("status", oneOf("draft", "open", "paid", "uncollectible", "void")), created()),
		{get, "/v1/invoices/{id}", "invoice", none, (*call).get},
		{post, "/v1/invoices", "invoice", newInvoiceFields(), (*call).createInvoice},
		{post, "/v1/invoices/create_preview", "invoice", previewFields(), (*call).previewInvoice},
		{post, "/v1/invoices/{id}/add_lines", "invoice", newLineFields(), (*call).addInvoiceLines},
		{post, "/v1/invoices/{id}/finalize", "invoice", finalizingFields(), (*call).finalizeInvoice},
		{post, "/v1/invoices/{id}/send", "invoice", none, (*call).sendInvoice},
		{post, "/v1/invoices/{id}/void", "invoice", none, (*call).voidInvoice},
		{del, "/v1/invoices/{id}", "invoice", none, (*call).deleteInvoice},
	}
}

func newInvoiceFields() contract {
	return contract{
		"customer": must(ref("customer")), "currency": may(currency()), "metadata": clearable(metadata()), "description": may(text(5000)),
		"collection_method": may(oneOf("charge_automatically", "send_invoice")), "days_until_due": may(integer(0, 3650)),
		"pending_invoice_items_behavior": may(oneOf("exclude", "include")), "auto_advance": may(boolean()),
	}
}

func newLineFields() contract {
	line := contract{
		"description": may(text(5000)), "amount": may(integer(-999_999_999_999, 999_999_999_999)), "price": may(ref("price")),
		"quantity": may(integer(0, 999_999)), "metadata": clearable(metadata()),
	}
	return contract{"lines": must(list(mostInvoiceLines, fields(line))), "invoice_metadata": clearable(metadata())}
}

func finalizingFields() contract { return contract{"auto_advance": may(boolean())} }

func previewFields() contract {
	return contract{
		"customer": may(ref("customer")), "subscription": may(ref("subscription")), "currency": may(currency()),
		"subscription_details": may(fields(contract{
			"items": may(changedItems()), "proration_behavior": may(prorationBehavior()), "trial_end": may(trialEnd()),
		})),
	}
}

// createInvoice makes a draft without lines. Invoice items that wait for one are not simulated, so there are none.
func (c *call) createInvoice() (Object, error) {
	owner := c.find("customer", c.in.Text("customer"))
	sends := c.in["collection_method"] == "send_invoice"
	_, dated := c.in["days_until_due"]
	switch {
	case sends && !dated:
		return nil, invalid("days_until_due", "", "If invoice 'collection_method' is 'send_invoice', you must specify 'due_date' or 'days_until_due'.")
	case !sends && dated:
		return nil, invalid("days_until_due", "", "You can only specify 'days_until_due' if invoice 'collection_method' is 'send_invoice'.")
	}
	made := c.invoiceOf(owner, orElse(c.in["currency"], orElse(owner["currency"], "eur")))
	maps.Copy(made, Object{
		"status": "draft", "billing_reason": "manual", "auto_advance": c.in["auto_advance"] == "true", "description": orNull(c.in.Text("description")),
		"metadata": merged(c.in["metadata"], nil), "collection_method": orElse(c.in["collection_method"], "charge_automatically"),
	})
	if sends {
		made["due_date"] = c.Now + c.in.integer("days_until_due", 0)*day
	}
	c.put(made)
	return made, nil
}

func orElse(value, other any) any {
	if value == nil {
		return other
	}
	return value
}

// invoiceOf makes an invoice of a customer without lines.
func (a *Account) invoiceOf(owner Object, currency any) Object {
	made := a.create("invoice", Object{
		"customer": owner["id"], "customer_email": owner["email"], "customer_name": owner["name"], "currency": currency,
		"period_start": a.Now, "period_end": a.Now,
	})
	showLines(made, nil)
	return made
}

// showLines gives an invoice its lines, and totals them.
func showLines(invoice Object, lines []Object) {
	sum := total(lines)
	shown := min(len(lines), shownLines)
	invoice["lines"] = listOf(lines[:shown], shown < len(lines), "/v1/invoices/"+invoice.Text("id")+"/lines")
	maps.Copy(invoice, Object{"amount_due": max(sum, 0), "amount_remaining": max(sum, 0), "subtotal": sum, "total": sum})
}

// draft refuses what can only be done with a draft.
func (c *call) draft(message string) error {
	if c.target["status"] != "draft" {
		return invalid("", "invoice_not_editable", "%s", message)
	}
	return nil
}

func (c *call) addInvoiceLines() (Object, error) {
	if err := c.draft("This invoice is no longer editable"); err != nil {
		return nil, err
	}
	lines := c.Lines(c.target.Text("id"))
	for i, element := range elements(c.in["lines"]) {
		sent, at := asObject(element), fmt.Sprintf("lines[%d]", i)
		line := c.create("line_item", Object{
			"type": "invoiceitem", "currency": c.target["currency"], "period": Object{"start": c.Now, "end": c.Now},
			"amount": sent.integer("amount", 0), "description": orNull(sent.Text("description")), "metadata": merged(sent["metadata"], nil),
		})
		price := c.find("price", sent.Text("price"))
		switch {
		case price != nil && sent["amount"] != nil:
			return nil, exclusive(at, "amount", "price")
		case price == nil && sent["amount"] == nil:
			return nil, absent(at + "[price]")
		case price.Child("recurring") != nil:
			return nil, invalid(at+"[price]", "", "The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.")
		case price != nil && price["currency"] != c.target["currency"]:
			return nil, invalid(at+"[price]", "", wrongCurrency, price["currency"], c.target["currency"])
		case price != nil:
			quantity := sent.integer("quantity", 1)
			name := c.Get("product", price.Text("product"))["name"]
			maps.Copy(line, Object{"price": price, "quantity": quantity, "amount": price.Number("unit_amount") * quantity, "description": orElse(orNull(sent.Text("description")), name)})
		}
		lines = append(lines, line)
	}
	if err := tooMuch("lines", total(lines), c.target.Text("currency")); err != nil {
		return nil, err
	}
	c.setLines(c.target.Text("id"), lines)
	showLines(c.target, lines)
	c.put(c.target)
	return c.target, nil
}

func (c *call) finalizeInvoice() (Object, error) {
	if err := c.draft("This invoice is already finalized, you can't re-finalize a non-draft invoice."); err != nil {
		return nil, err
	}
	c.finalize(c.target)
	return c.target, nil
}

// finalize ends an invoice as a draft. One that is collected automatically is charged at once, if that is possible.
func (a *Account) finalize(invoice Object) {
	owner := a.Get("customer", invoice.Text("customer"))
	number := owner.Number("next_invoice_sequence")
	owner["next_invoice_sequence"], owner["currency"] = number+1, invoice["currency"]
	invoice["number"] = fmt.Sprintf("%s-%04d", owner["invoice_prefix"], number)
	invoice["hosted_invoice_url"], invoice["status"] = a.address("/i/"+invoice.Text("id")), "open"
	invoice.Child("status_transitions")["finalized_at"] = a.Now
	card := a.CardFor(a.Get("subscription", invoice.Text("subscription")), owner)
	switch {
	case invoice.Number("amount_due") == 0:
		invoice["status"], invoice["paid"] = "paid", true
		invoice.Child("status_transitions")["paid_at"] = a.Now
	case invoice["collection_method"] == "charge_automatically" && card != nil:
		a.chargeInvoice(invoice, owner, card)
	}
	a.put(owner, invoice)
}

// sendInvoice finalizes a draft. No mail is sent.
func (c *call) sendInvoice() (Object, error) {
	switch {
	case c.target["collection_method"] != "send_invoice":
		return nil, invalid("", "", "You can only manually send an invoice if its collection method is 'send_invoice'.")
	case c.target["customer_email"] == nil:
		return nil, invalid("", "customer_email_missing", "The customer has no email address, so the invoice cannot be sent.")
	case c.target["status"] == "draft":
		c.finalize(c.target)
	case c.target["status"] != "open":
		return nil, invalid("", "", "You can only send an open invoice. This invoice is %s.", c.target["status"])
	}
	return c.target, nil
}

func (c *call) voidInvoice() (Object, error) {
	if s := c.target["status"]; s != "open" && s != "uncollectible" {
		return nil, invalid("", "", "You can only pass in open or uncollectible invoices. This invoice is %s.", s)
	}
	c.target["status"], c.target["amount_remaining"] = "void", c.target["amount_due"]
	c.target.Child("status_transitions")["voided_at"] = c.Now
	c.put(c.target)
	return c.target, nil
}

// deleteInvoice leaves nothing of a draft.
func (c *call) deleteInvoice() (Object, error) {
	if err := c.draft("You can only delete draft invoices."); err != nil {
		return nil, err
	}
	id := c.target.Text("id")
	c.remove("invoice", id)
	c.setLines(id, nil)
	return Object{"id": id, "object": "invoice", "deleted": true}, nil
}

// previewInvoice shows the next invoice of a subscription, as a change would make it. Nothing is stored.
func (c *call) previewInvoice() (Object, error) {
	s, details := c.find("subscription", c.in.Text("subscription")), c.in.Child("subscription_details")
	owner := c.find("customer", c.in.Text("customer"))
	if s != nil {
		owner = c.Get("customer", s.Text("customer"))
	}
	if owner == nil {
		return nil, absent("customer")
	}
	if s == nil && details["items"] == nil {
		s = c.nextToRenew(owner)
	}
	if s == nil && details["items"] == nil || s != nil && Ended(s) {
		return nil, noUpcoming(owner)
	}
	if s == nil { // a new one
		s = Object{"customer": owner["id"], "items": listOf(nil, false, ""), "status": "active", "currency": owner["currency"]}
	}
	made, err := c.altered(s, details, "subscription_details")
	if err != nil {
		return nil, err
	}
	lines, at := c.upcoming(s, made, details["proration_behavior"] == "always_invoice")
	if len(lines) == 0 {
		return nil, noUpcoming(owner)
	}
	preview := c.invoiceOf(owner, made.items[0].Child("price")["currency"])
	showLines(preview, lines)
	preview["lines"] = listOf(lines, false, "/v1/invoices/upcoming/lines")
	discount := s["discount"]
	sum := c.lessDiscount(s, preview.Number("subtotal"))
	due := max(sum+owner.Number("balance"), 0)
	maps.Copy(preview, Object{"total": sum, "amount_due": due, "amount_remaining": due, "discount": discount})
	maps.Copy(preview, Object{"status": "draft", "billing_reason": "upcoming", "subscription": s["id"], "next_payment_attempt": at, "number": nil})
	delete(preview, "id")
	return preview, nil
}

// upcoming are the lines of the next invoice of a changed subscription, and when it is made.
func (c *call) upcoming(s Object, made change, atOnce bool) (lines []Object, at int64) {
	lines = append(c.Lines(s.Text("id")), made.lines...)
	switch {
	case s["id"] == nil:
		s["current_period_start"], s["current_period_end"] = c.Now, periodAfter(c.Now, c.Now, intervalOf(made.items))
		return c.billed(s, made.items, made.trial), c.Now
	case made.fresh:
		return append(lines, c.billed(s, made.items, made.trial)...), c.Now
	case atOnce && len(lines) > 0:
		return lines, c.Now
	}
	at = s.Number("current_period_end")
	if s["cancel_at_period_end"] != true {
		next := maps.Clone(s)
		next["current_period_start"], next["current_period_end"] = at, periodAfter(s.Number("billing_cycle_anchor"), at, intervalOf(made.items))
		lines = append(lines, c.billed(next, made.items, false)...)
	}
	return lines, at
}

// nextToRenew is the subscription of a customer that renews first, nil if none does.
func (a *Account) nextToRenew(owner Object) (first Object) {
	for _, s := range a.Of(owner.Text("id"), "subscription") {
		renews := !Ended(s) && s["cancel_at_period_end"] != true
		if renews && (first == nil || s.Number("current_period_end") < first.Number("current_period_end")) {
			first = s
		}
	}
	return first
}

func noUpcoming(owner Object) error {
	return refusal(http.StatusNotFound, invalidRequest, "invoice_upcoming_none", "No upcoming invoices for customer: "+owner.Text("id"))
}
