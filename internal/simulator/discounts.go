package simulator

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

func couponFields() contract {
	return contract{
		"id": may(text(500)), "name": may(text(40)), "percent_off": may(percentage()), "amount_off": may(integer(1, 999_999_999_999)),
		"currency": may(currency()), "duration": may(oneOf("forever", "once", "repeating")), "duration_in_months": may(integer(1, 1200)),
		"max_redemptions": may(integer(1, math.MaxInt64)), "redeem_by": may(integer(1, math.MaxInt64)), "metadata": clearable(metadata()),
	}
}

func percentage() rule {
	return matching(20, "", "Invalid decimal: must be above 0 and at most 100", func(s string) bool {
		percent, err := strconv.ParseFloat(s, 64)
		return err == nil && percent > 0 && percent <= 100
	})
}

func (c *call) createCoupon() (Object, error) {
	months, id := c.in.integer("duration_in_months", 0), c.in.Text("id")
	switch {
	case c.in["percent_off"] != nil && c.in["amount_off"] != nil:
		return nil, exclusive("percent_off", "percent_off", "amount_off")
	case c.in["percent_off"] == nil && c.in["amount_off"] == nil:
		return nil, invalid("", "parameter_missing", "Must provide percent_off or amount_off.")
	case c.in["amount_off"] != nil && c.in["currency"] == nil:
		return nil, absent("currency")
	case (c.in["duration"] == "repeating") != (months > 0):
		return nil, invalid("duration_in_months", "", "duration_in_months must be given with a duration of `repeating`, and only then.")
	case c.in["redeem_by"] != nil && c.in.integer("redeem_by", 0) <= c.Now:
		return nil, invalid("redeem_by", "", "redeem_by must be in the future.")
	case c.Get("coupon", id) != nil:
		return nil, invalid("id", "resource_already_exists", "Coupon already exists.")
	}
	made := c.create("coupon", Object{"name": orNull(c.in["name"]), "metadata": merged(c.in["metadata"], nil)})
	c.setNumbers(made, "amount_off", "duration_in_months", "max_redemptions", "redeem_by")
	if id != "" {
		made["id"] = id
	}
	if duration := c.in.Text("duration"); duration != "" {
		made["duration"] = duration
	}
	if made["amount_off"] != nil {
		made["currency"] = c.in["currency"]
	}
	if percent, err := strconv.ParseFloat(c.in.Text("percent_off"), 64); err == nil {
		made["percent_off"] = percent
	}
	c.put(made)
	return made, nil
}

// setNumbers puts into an object those of the numbers that were sent.
func (c *call) setNumbers(in Object, names ...string) {
	for _, name := range names {
		if c.in[name] != nil {
			in[name] = c.in.integer(name, 0)
		}
	}
}

func promotionFields() contract {
	letters := matching(500, "", "Promotion codes may hold letters and digits only.", func(s string) bool {
		return strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789") == ""
	})
	return contract{
		"coupon": must(ref("coupon")), "code": may(letters), "customer": may(ref("customer")), "active": may(boolean()),
		"max_redemptions": may(integer(1, math.MaxInt64)), "expires_at": may(integer(1, math.MaxInt64)), "metadata": clearable(metadata()),
	}
}

func (c *call) createPromotionCode() (Object, error) {
	coupon := c.find("coupon", c.in.Text("coupon"))
	made := c.create("promotion_code", Object{
		"coupon": coupon, "code": c.in.Text("code"), "customer": orNull(c.in["customer"]), "active": c.in["active"] != "false",
		"metadata": merged(c.in["metadata"], nil),
	})
	c.setNumbers(made, "max_redemptions", "expires_at")
	switch last := coupon.Number("redeem_by"); {
	case coupon["valid"] != true:
		return nil, invalid("coupon", "", "The coupon %s can no longer be redeemed.", coupon["id"])
	case made["expires_at"] != nil && (made.Number("expires_at") <= c.Now || last > 0 && made.Number("expires_at") > last):
		return nil, invalid("expires_at", "", "expires_at must be in the future, and not after the coupon's redeem_by.")
	case coupon["max_redemptions"] != nil && made.Number("max_redemptions") > coupon.Number("max_redemptions"):
		return nil, invalid("max_redemptions", "", "max_redemptions must not be more than the coupon's.")
	case made["code"] == "":
		made["code"] = strings.ToUpper(newID("", 8))
	}
	for other := range c.walk("promotion_code", "code", strings.ToUpper(made.Text("code")), "", false) {
		if other["active"] == true && (other["customer"] == nil || other["customer"] == made["customer"]) {
			return nil, invalid("code", "", "An active promotion code with `code: %s` already exists.", made["code"])
		}
	}
	c.put(made)
	return made, nil
}

// ApplyCode takes the discount of a promotion code off an open session. It reports whether there is one for this customer and in
// this currency, and whether the session takes codes at all.
func (a *Account) ApplyCode(session Object, code string) bool {
	for promotion := range a.walk("promotion_code", "code", strings.ToUpper(strings.TrimSpace(code)), "", false) {
		coupon := a.Get("coupon", promotion.Child("coupon").Text("id"))
		fits := promotion["active"] == true && coupon["valid"] == true &&
			(promotion["customer"] == nil || promotion["customer"] == session["customer"]) &&
			(coupon["currency"] == nil || coupon["currency"] == session["currency"])
		if session["allow_promotion_codes"] != true || !fits {
			continue
		}
		a.takeOff(session, coupon, promotion)
		return true
	}
	return false
}

// takeOff puts a discount into a session and into its lines.
func (a *Account) takeOff(session, coupon, promotion Object) {
	subtotal := session.Number("amount_subtotal")
	off := discounted(coupon, subtotal)
	lines, left := a.Lines(session.Text("id")), off
	for i, line := range lines {
		part := left // the last line takes what the others leave
		if i < len(lines)-1 {
			part = int64(math.Round(float64(off) * float64(line.Number("amount_subtotal")) / float64(max(subtotal, 1))))
		}
		left -= part
		line["amount_discount"], line["amount_total"] = part, line.Number("amount_subtotal")-part
	}
	a.setLines(session.Text("id"), lines)
	session["discounts"] = []any{Object{"coupon": coupon["id"], "promotion_code": promotion["id"]}}
	session["total_details"] = Object{"amount_discount": off, "amount_shipping": 0, "amount_tax": 0}
	if session["amount_total"] = subtotal - off; subtotal == off {
		session["payment_status"] = "no_payment_required"
	}
	a.put(session)
}

// discounted is what a coupon takes off a sum.
func discounted(coupon Object, sum int64) int64 {
	if coupon["percent_off"] != nil {
		percent, _ := strconv.ParseFloat(fmt.Sprint(coupon["percent_off"]), 64) // it was checked
		return int64(math.Round(float64(sum) * percent / 100))
	}
	return min(sum, coupon.Number("amount_off"))
}

// redeem counts the use of the code that a session was paid with. It returns the discount of a subscription that the session
// begins, nil if there is none.
func (a *Account) redeem(session Object) Object {
	taken, _ := session["discounts"].([]any)
	if len(taken) == 0 {
		return nil
	}
	promotion := a.Get("promotion_code", asObject(taken[0]).Text("promotion_code"))
	coupon := a.Get("coupon", promotion.Child("coupon").Text("id"))
	for _, used := range []Object{coupon, promotion} {
		used["times_redeemed"] = used.Number("times_redeemed") + 1
	}
	spent := func(o Object) bool {
		return o["max_redemptions"] != nil && o.Number("times_redeemed") >= o.Number("max_redemptions")
	}
	coupon["valid"] = !spent(coupon)
	promotion["active"] = coupon["valid"] == true && !spent(promotion)
	promotion["coupon"] = coupon
	a.put(coupon, promotion)
	made := a.create("discount", Object{
		"coupon": coupon, "promotion_code": promotion["id"], "checkout_session": session["id"], "start": a.Now,
	})
	if coupon["duration"] == "repeating" {
		made["end"] = periodAfter(a.Now, a.Now, Object{"interval": "month", "interval_count": coupon["duration_in_months"]})
	}
	return made
}

// lessDiscount is what an invoice of a subscription comes to after its discount. One that has ended, or that is for one invoice
// only, goes.
func (a *Account) lessDiscount(s Object, subtotal int64) int64 {
	made := s.Child("discount")
	if end := made.Number("end"); made == nil || subtotal <= 0 || end > 0 && end <= a.Now {
		if subtotal > 0 {
			s["discount"], s["discounts"] = nil, []any{}
		}
		return subtotal
	}
	if made.Child("coupon")["duration"] == "once" {
		s["discount"], s["discounts"] = nil, []any{}
	}
	return subtotal - discounted(made.Child("coupon"), subtotal)
}
