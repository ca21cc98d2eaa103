package simulator

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

const (
	day         = 24 * 60 * 60 // seconds
	longestStep = 2 * 366 * day
)

// settle does what time itself does, in its order, and tells whether that is all up to now. It does not do too much at once.
func (a *Account) settle() (all bool) {
	const most = 500
	for range most {
		o := a.due(a.Now)
		if o == nil {
			return true
		}
		at := *a
		at.Now = dueAt(o)
		at.turn(o)
	}
	return false
}

// dueAt is when time itself next changes an object.
func dueAt(o Object) int64 {
	switch o.Text("object") + " " + o.Text("status") {
	case "checkout.session open":
		return o.Number("expires_at")
	case "subscription incomplete":
		return o.Number("created") + payWithin
	case "subscription active", "subscription trialing", "subscription past_due":
		if resumes := o.Child("pause_collection").Number("resumes_at"); resumes > 0 {
			return min(resumes, o.Number("current_period_end"))
		}
		return o.Number("current_period_end")
	case "coupon ":
		if o["redeem_by"] != nil && o["valid"] == true {
			return o.Number("redeem_by")
		}
	case "promotion_code ":
		if o["expires_at"] != nil && o["active"] == true {
			return o.Number("expires_at")
		}
	}
	return math.MaxInt64
}

// turn lets happen what is due now: a session expires, and a subscription ends or begins its next period.
// One that was not paid for a whole period ends, as with Stripe's own settings.
func (a *Account) turn(o Object) {
	switch {
	case o["object"] == "checkout.session":
		o["status"], o["url"] = "expired", nil
		a.put(o)
	case o["object"] == "coupon":
		o["valid"] = false
		a.put(o)
	case o["object"] == "promotion_code":
		o["active"] = false
		a.put(o)
	case o.Number("current_period_end") > a.Now && o.Child("pause_collection") != nil:
		o["pause_collection"] = nil
		a.put(o)
	case o["cancel_at_period_end"] == true:
		asked := o["canceled_at"]
		a.End(o)
		o["canceled_at"] = asked
		a.put(o)
	case o["status"] == "incomplete", o["status"] == "past_due":
		a.End(o)
	default:
		a.renew(o)
	}
}

func (a *Account) renew(s Object) {
	due, period := total(a.Lines(s.Text("id"))), intervalOf(s.Items())
	for _, item := range s.Items() {
		due += item.Child("price").Number("unit_amount") * item.Number("quantity")
	}
	s["current_period_start"] = a.Now
	s["current_period_end"] = periodAfter(s.Number("billing_cycle_anchor"), a.Now, period)
	owner := a.Get("customer", s.Text("customer"))
	s["status"] = "active"
	if due+owner.Number("balance") > 0 && !chargeable(a.CardFor(s, owner)) {
		s["status"], owner["delinquent"] = "past_due", true
	}
	lines := append(a.Lines(s.Text("id")), a.billed(s, s.Items(), false)...)
	a.setLines(s.Text("id"), nil)
	paused := s.Child("pause_collection")
	if paused != nil {
		s["status"] = "active"
	}
	made := a.bill(s, owner, lines, "subscription_cycle", paused == nil)
	if paused != nil && made["status"] == "open" {
		made["status"] = map[string]string{"keep_as_draft": "draft", "mark_uncollectible": "uncollectible", "void": "void"}[paused.Text("behavior")]
		a.put(made)
	}
}

// periodAfter is the end of the period that a time is in. Periods are whole intervals from the anchor. Where a month is
// too short for the anchor's day, they end on its last one.
func periodAfter(anchor, after int64, recurring Object) int64 {
	t, n, interval := time.Unix(anchor, 0).UTC(), int(recurring.Number("interval_count")), recurring.Text("interval")
	for k := n; ; k += n {
		months := k * map[string]int{"month": 1, "year": 12}[interval]
		end := t.AddDate(0, months, k*map[string]int{"day": 1, "week": 7}[interval])
		if months > 0 && end.Day() != t.Day() {
			end = end.AddDate(0, 0, -end.Day())
		}
		if end.Unix() > after {
			return end.Unix()
		}
	}
}

// Advance moves the clock by a span such as 1month, 2weeks, 3days, 1year or 36h, up to two years. What is due by then
// happens. It returns the new time.
func (s *Simulator) Advance(span string) (now time.Time, err error) {
	move, err := parseSpan(span)
	if err != nil {
		return now, err
	}
	err = s.Update(func(a *Account) {
		now = move(time.Unix(a.Now, 0).UTC())
		a.moveClock(now.Unix() - a.Now)
	})
	if err == nil {
		err = s.Update(func(*Account) {}) // lets it happen
	}
	return now, err
}

func parseSpan(span string) (func(time.Time) time.Time, error) {
	var months, days, count int
	length, err := time.ParseDuration(span)
	if m := regexp.MustCompile(`^(\d{1,4}) ?(day|week|month|year)s?$`).FindStringSubmatch(span); m != nil {
		count, err = strconv.Atoi(m[1])
		months = count * map[string]int{"month": 1, "year": 12}[m[2]]
		days = count * map[string]int{"day": 1, "week": 7}[m[2]]
	}
	move := func(t time.Time) time.Time { return t.AddDate(0, months, days).Add(length) }
	if moved := move(time.Unix(0, 0)).Unix(); err != nil || moved <= 0 || moved > longestStep {
		return nil, fmt.Errorf("%q is not a time to move on by; "+
			"want for example 1month, 2weeks, 3days, 1year or 36h, up to two years at once", span)
	}
	return move, nil
}
