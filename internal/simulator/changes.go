package simulator

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

func changedSubscriptionFields() contract {
	return contract{
		"items": may(changedItems()), "proration_behavior": may(prorationBehavior()),
		"cancel_at_period_end": may(boolean()), "cancel_at": clearable(unsimulated("a date to cancel at")), "metadata": clearable(metadata()),
		"pause_collection": clearable(fields(contract{
			"behavior": must(oneOf("keep_as_draft", "mark_uncollectible", "void")), "resumes_at": may(integer(0, math.MaxInt64)),
		})),
		"trial_end": may(trialEnd()),
	}
}

func changedItems() rule {
	return list(mostItems, fields(contract{
		"id": may(text(5000)), "price": may(ref("price")), "quantity": may(integer(0, 999_999)), "deleted": may(boolean()),
		"metadata": clearable(metadata()),
	}))
}

func prorationBehavior() rule { return oneOf("always_invoice", "create_prorations", "none") }

// unsimulated refuses what only Stripe can do.
func unsimulated(what string) rule {
	return func(_ *Account, _ any, name string) error { return notSimulated(name, "%s", what) }
}

// trialEnd is now, or a time that is to come.
func trialEnd() rule {
	return func(a *Account, sent any, name string) error {
		if at, err := strconv.ParseInt(fmt.Sprint(sent), 10, 64); sent != "now" && (err != nil || at <= a.Now) {
			return invalid(name, "", "Invalid timestamp: must be now, or an integer Unix timestamp in the future")
		}
		return nil
	}
}

// change is what an update makes of a subscription.
type change struct {
	items []Object
	lines []Object // what the change itself costs
	fresh bool     // a period begins now, and is billed
	trial bool     // it is free
}

func (c *call) updateSubscription() (Object, error) {
	s := c.target
	others := slices.DeleteFunc(slices.Collect(maps.Keys(c.in)), func(name string) bool { return name == "metadata" || name == "expand" })
	if len(others) > 0 && Ended(s) {
		return nil, invalid("", "", "A canceled subscription can only update its cancellation_details and metadata.")
	}
	made, err := c.altered(s, c.in, "")
	if err != nil {
		return nil, err
	}
	if atEnd, dated := c.in["cancel_at_period_end"], c.in["cancel_at"]; atEnd != nil || dated != nil {
		c.EndLater(s, atEnd == "true")
	}
	if sent, given := c.in["pause_collection"]; given {
		s["pause_collection"] = nil
		if pause := asObject(sent); pause != nil {
			s["pause_collection"] = Object{"behavior": pause["behavior"], "resumes_at": numberOrNull(pause["resumes_at"])}
		}
	}
	s["metadata"] = merged(c.in["metadata"], s.Child("metadata"))
	c.keep(s, made, c.in["proration_behavior"] == "always_invoice")
	return s, nil
}

func numberOrNull(sent any) any {
	n, err := strconv.ParseInt(fmt.Sprint(sent), 10, 64)
	if err != nil {
		return nil
	}
	return n
}

// keep stores a changed subscription. What the change costs is billed at once, or with the next invoice.
func (a *Account) keep(s Object, made change, atOnce bool) {
	pending := append(a.Lines(s.Text("id")), made.lines...)
	if made.fresh {
		pending = append(pending, a.billed(s, made.items, made.trial)...)
	}
	if !made.fresh && (!atOnce || len(pending) == 0) {
		a.setLines(s.Text("id"), pending)
		a.put(s)
		return
	}
	a.setLines(s.Text("id"), nil)
	owner := a.Get("customer", s.Text("customer"))
	if total(pending) > 0 && s["status"] != "trialing" && !chargeable(a.CardFor(s, owner)) {
		s["status"], owner["delinquent"] = "past_due", true
	}
	a.bill(s, owner, pending, "subscription_update", true)
}

func total(lines []Object) (sum int64) {
	for _, line := range lines {
		sum += line.Number("amount")
	}
	return sum
}

// altered applies the parameters that an update and its preview share. It changes s and stores nothing.
func (c *call) altered(s, in Object, at string) (made change, err error) {
	before := s.Items()
	if made.items, err = c.changedItemsOf(s, in, at); err != nil {
		return made, err
	}
	old, now := intervalOf(before), intervalOf(made.items)
	made.fresh = len(before) > 0 && fmt.Sprint(old) != fmt.Sprint(now)
	trialing := s["status"] == "trialing"
	if in["proration_behavior"] != "none" && !trialing {
		made.lines = c.prorations(s, before, made.items, made.fresh)
	}
	s["items"] = listOf(made.items, false, "/v1/subscription_items?subscription="+s.Text("id"))
	switch end := in.Text("trial_end"); {
	case end == "now":
		made.fresh = made.fresh || trialing
		s["trial_end"], s["status"] = c.Now, "active"
	case end != "":
		until, _ := strconv.ParseInt(end, 10, 64) // it was checked
		made.trial = true
		maps.Copy(s, Object{"trial_start": c.Now, "trial_end": until, "status": "trialing", "current_period_end": until, "billing_cycle_anchor": until})
		return made, nil
	case made.fresh && trialing:
		made.fresh = false // the period is the trial
	}
	if made.fresh {
		maps.Copy(s, Object{"current_period_start": c.Now, "billing_cycle_anchor": c.Now, "current_period_end": periodAfter(c.Now, c.Now, now)})
	}
	return made, nil
}

func intervalOf(items []Object) Object {
	if len(items) == 0 {
		return nil
	}
	return items[0].Child("price").Child("recurring")
}

// changedItemsOf are the items of a subscription after a change.
func (c *call) changedItemsOf(s, in Object, at string) ([]Object, error) {
	items := s.Items()
	for i, element := range elements(in["items"]) {
		sent, name := asObject(element), fmt.Sprintf("%s[%d]", nested(at, "items"), i)
		position := slices.IndexFunc(items, func(item Object) bool { return item["id"] == sent["id"] })
		price := c.find("price", sent.Text("price"))
		switch {
		case sent["id"] != nil && position < 0:
			return nil, missing("subscription_item", sent.Text("id"), name+"[id]")
		case sent["deleted"] == "true":
			items = slices.Delete(items, position, position+1)
			continue
		case position < 0 && price == nil:
			return nil, absent(name + "[price]")
		case position < 0:
			item := c.item(price, sent.integer("quantity", 1), merged(sent["metadata"], nil))
			item["subscription"] = s["id"]
			items = append(items, item)
			continue
		}
		item := items[position].plain()
		if price != nil {
			item["price"], item["quantity"] = price, int64(1)
		}
		item["quantity"] = sent.integer("quantity", item.Number("quantity"))
		item["metadata"] = merged(sent["metadata"], item.Child("metadata"))
		items[position] = item
	}
	return items, c.suitItems(s, items, nested(at, "items"))
}

// suitItems refuses items that no subscription has.
func (c *call) suitItems(s Object, items []Object, at string) error {
	if len(items) == 0 {
		return invalid(at, "", "A subscription must have at least one active plan. In order to cancel this subscription, please use the cancellation API endpoint.")
	}
	seen, same := map[string]bool{}, sameInterval()
	for i, item := range items {
		price, name := item.Child("price"), fmt.Sprintf("%s[%d]", at, i)
		switch id := price.Text("id"); {
		case price.Child("recurring") == nil:
			return invalid(name+"[price]", "", oneTimePrice)
		case seen[id]:
			return invalid(name+"[price]", "", "Cannot add multiple subscription items with the same plan: %s", id)
		case s["currency"] != nil && price["currency"] != s["currency"]:
			return invalid(name+"[price]", "", wrongCurrency, price["currency"], s["currency"])
		default:
			seen[id] = true
		}
		if err := same(price, name); err != nil {
			return err
		}
	}
	return nil
}

// prorations give the rest of the period back for what was, and bill it for what is. A period that begins anew is billed as a
// whole, by itself.
func (c *call) prorations(s Object, before, after []Object, fresh bool) (lines []Object) {
	start, end := s.Number("current_period_start"), s.Number("current_period_end")
	if end <= start {
		return nil
	}
	left := float64(end-c.Now) / float64(end-start)
	day := time.Unix(c.Now, 0).UTC().Format("2 Jan 2006")
	add := func(item Object, sign float64, what string) {
		line := c.line(item.Child("price"), item.Number("quantity"), s)
		maps.Copy(line, Object{
			"amount": int64(math.Round(sign * left * float64(line.Number("amount")))), "proration": true, "type": "invoiceitem",
			"period": Object{"start": c.Now, "end": end}, "subscription_item": item["id"],
			"description": fmt.Sprintf("%s time on %s after %s", what, line.Text("description"), day),
		})
		lines = append(lines, line)
	}
	same := func(item Object, among []Object) bool {
		return !fresh && slices.ContainsFunc(among, func(other Object) bool {
			return item["id"] == other["id"] && item.Child("price")["id"] == other.Child("price")["id"] && item.Number("quantity") == other.Number("quantity")
		})
	}
	for _, item := range before {
		if !same(item, after) {
			add(item, -1, "Unused")
		}
	}
	for _, item := range after {
		if !fresh && !same(item, before) {
			add(item, 1, "Remaining")
		}
	}
	return lines
}
