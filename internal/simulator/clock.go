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

// settle does what time alone does, up to now, and tells whether it did anything.
func (c *call) settle() (changed bool) {
	for _, s := range c.Objects["checkout.session"] {
		if s.text("status") == "open" && s.number("expires_at") <= c.now {
			s["status"], s["url"], changed = "expired", nil, true
		}
	}
	for _, s := range c.Objects["subscription"] {
		for due(s) <= c.now {
			at := *c
			at.now, changed = due(s), true
			at.turn(s)
		}
	}
	c.forgetAnswers()
	return changed
}

// due is when time alone next changes a subscription.
func due(s object) int64 {
	switch s.text("status") {
	case "incomplete":
		return s.number("created") + payWithin
	case "active", "trialing", "past_due":
		return s.number("current_period_end")
	}
	return math.MaxInt64
}

// turn ends a subscription or begins its next period. One that was not paid for a whole period ends, as with Stripe's own settings.
func (c *call) turn(s object) {
	asked := s["canceled_at"]
	switch {
	case s["cancel_at_period_end"] == true:
		c.end(s)
		s["canceled_at"] = asked
		return
	case s["status"] == "incomplete", s["status"] == "past_due":
		c.end(s)
		return
	}
	var total int64
	items, _ := s.child("items")["data"].([]any)
	var period object
	for _, item := range items {
		row, _ := item.(map[string]any)
		price := object(row).child("price")
		total, period = total+price.number("unit_amount")*object(row).number("quantity"), price.child("recurring")
	}
	s["current_period_start"], s["current_period_end"] = c.now, periodAfter(s.number("billing_cycle_anchor"), c.now, period)
	owner := c.row("customer", s.text("customer"))
	s["status"] = "active"
	if total > 0 && !chargeable(c.cardFor(s, owner)) {
		s["status"], owner["delinquent"] = "past_due", true
	}
	c.bill(s, owner, total, "subscription_cycle")
}

// periodAfter is the end of the period that a time is in: whole intervals from the anchor; where a month is too short, its last day.
func periodAfter(anchor, after int64, recurring object) int64 {
	t, n, interval := time.Unix(anchor, 0).UTC(), int(recurring.number("interval_count")), recurring.text("interval")
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

// Advance moves the clock by a span such as 1month, 2weeks, 3days, 1year or 36h, up to two years, and lets happen what time brings. It
// returns the new time.
func (s *Simulator) Advance(span string) (now time.Time, err error) {
	move, err := parseSpan(span)
	if err != nil {
		return now, err
	}
	err = s.update(func(c *call) bool {
		now = move(time.Unix(c.now, 0).UTC())
		c.Ahead += now.Unix() - c.now
		c.now = now.Unix()
		c.settle()
		return true
	})
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
		return nil, fmt.Errorf("%q is not a time to move on by; want for example 1month, 2weeks, 3days, 1year or 36h, up to two years at once", span)
	}
	return move, nil
}
