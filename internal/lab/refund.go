package lab

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// A refund is asked for after the payment was read. Stripe pays no more back than was paid.

// paid is what each payment was.
const paid int64 = 100_000

// givenCharge is the id of the payment that a group of refunds is about.
func givenCharge(group int) string { return "ch_given_" + strconv.Itoa(group) }

// payBack takes a refund out of what is left of its payment, with s.mu held. It reports false where nothing is left.
func (s *fakeStripe) payBack(refund *Object) bool {
	left := s.left(refund.form.Get("charge"))
	refund.amount = left
	if amount, err := strconv.ParseInt(refund.form.Get("amount"), 10, 64); err == nil {
		refund.amount = amount
	}
	return left > 0 && refund.amount <= left
}

// left returns what is left of a payment, with s.mu held.
func (s *fakeStripe) left(charge string) int64 {
	left := paid
	for _, o := range s.objects {
		if o.Kind == refund && o.form.Get("charge") == charge {
			left -= o.amount
		}
	}
	return left
}

const refund = "refund"

// charge shows a payment.
func (s *fakeStripe) charge(id string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, err := json.Marshal(map[string]any{
		"id": id, "object": "charge", "amount": paid, "amount_refunded": paid - s.left(id), "currency": "eur", "created": 1700000000, "livemode": false,
	})
	if err != nil {
		panic(err) // strings and numbers
	}
	return answer{status: http.StatusOK, body: string(text)}
}

// refundForm is what an agent wants paid back: an amount, or all that is left.
func refundForm(group int, all bool) map[string]any {
	form := map[string]any{"charge": givenCharge(group), "metadata": map[string]string{"lab": strconv.Itoa(group)}}
	if !all {
		form["amount"] = 500
	}
	return form
}
