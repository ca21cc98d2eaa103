package simulator_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// paidShirt returns the payment intent of a T-shirt that was bought, and the path of its charge.
func (s site) paidShirt(t *testing.T) (intent, charge string) {
	t.Helper()
	path, address := s.checkout(t, "mode=payment&"+oneTime)
	s.submit(t, address, card(goodCard)...)
	intent = s.must(t, http.MethodGet, path, "").text("payment_intent")
	return intent, s.must(t, http.MethodGet, "/v1/charges", "payment_intent="+intent).ids()[0]
}

// A refund shows in its charge and in the balance, and no more goes back than was paid.
func TestRefunds(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	intent, charge := s.paidShirt(t)
	part := s.must(t, http.MethodPost, "/v1/refunds", "payment_intent="+intent+"&amount=1000&reason=duplicate&metadata[order]=7")
	part.same(t, map[string]any{"object": "refund", "status": "succeeded", "amount": 1000.0, "currency": "eur", "charge": charge, "payment_intent": intent, "reason": "duplicate"})
	s.must(t, http.MethodGet, "/v1/charges/"+charge, "").same(t, map[string]any{"amount_refunded": 1000.0, "refunded": false, "status": "succeeded"})
	tooMuch := s.do(t, http.MethodPost, "/v1/refunds", "charge="+charge+"&amount=1501")
	if tooMuch.status != http.StatusBadRequest || tooMuch.at("error", "param") != "amount" {
		t.Errorf("%d %s", tooMuch.status, tooMuch.raw)
	}
	s.must(t, http.MethodPost, "/v1/refunds", "charge="+charge).same(t, map[string]any{"amount": 1500.0})
	s.must(t, http.MethodGet, "/v1/charges/"+charge, "").same(t, map[string]any{"amount_refunded": 2500.0, "refunded": true})
	if again := s.do(t, http.MethodPost, "/v1/refunds", "charge="+charge); again.at("error", "code") != "charge_already_refunded" {
		t.Errorf("%d %s", again.status, again.raw)
	}
	if balance := s.must(t, http.MethodGet, "/v1/balance", ""); balance.at("available", 0, "amount") != 0.0 {
		t.Errorf("the balance is %s", balance.raw)
	}
	if ids := s.must(t, http.MethodGet, "/v1/refunds", "charge="+charge).ids(); len(ids) != 2 || ids[1] != part.text("id") {
		t.Errorf("refunds %v", ids)
	}
}

// A promotion code takes its coupon's discount off where a page takes one, as often as it may.
func TestPromotionCodes(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	coupon := s.must(t, http.MethodPost, "/v1/coupons", "percent_off=20.0000&duration=repeating&duration_in_months=3&name=Spring")
	code := s.must(t, http.MethodPost, "/v1/promotion_codes", "code=SPRING&max_redemptions=1&coupon="+coupon.text("id"))
	code.same(t, map[string]any{"code": "SPRING", "active": true, "times_redeemed": 0.0})
	const plan = "mode=subscription&line_items[0][price]=price_starter_monthly_eur&line_items[0][quantity]=2"
	path, address := s.checkout(t, plan+"&allow_promotion_codes=true")
	if wrong := s.submit(t, address, "promotion_code", "WINTER"); !strings.Contains(wrong.text(), "This code is not valid here.") {
		t.Errorf("the page says %s", wrong.text())
	}
	s.submit(t, address, "promotion_code", "spring")
	if shown := s.open(t, address).text(); !strings.Contains(shown, "Discount −€3.60") || !strings.Contains(shown, "€14.40") || !strings.Contains(shown, "Then €18.00 per month") {
		t.Errorf("the page says %s", shown)
	}
	s.submit(t, address, card(goodCard)...)
	paid := s.must(t, http.MethodGet, path, "expand[]=subscription.latest_invoice&expand[]=line_items")
	paid.same(t, map[string]any{"amount_subtotal": 1800.0, "amount_total": 1440.0, "payment_status": "paid"})
	if paid.at("total_details", "amount_discount") != 360.0 || paid.at("subscription", "latest_invoice", "amount_paid") != 1440.0 ||
		paid.at("subscription", "discount", "coupon", "percent_off") != 20.0 || paid.at("line_items", "data", 0, "amount_discount") != 360.0 {
		t.Errorf("the session is %s", paid.raw)
	}
	s.must(t, http.MethodGet, "/v1/promotion_codes/"+code.text("id"), "").same(t, map[string]any{"active": false, "times_redeemed": 1.0})
	id, _ := paid.at("subscription", "id").(string)
	for month, want := range []float64{1440, 1440, 1800} {
		advance(t, s.sim, "1month")
		if got := s.must(t, http.MethodGet, subscriptions+"/"+id, "expand[]=latest_invoice"); got.at("latest_invoice", "amount_paid") != want {
			t.Errorf("month %d costs %v, want %v", month+2, got.at("latest_invoice", "amount_paid"), want)
		}
	}
	_, used := s.checkout(t, plan+"&allow_promotion_codes=true")
	if shown := s.submit(t, used, "promotion_code", "SPRING").text(); !strings.Contains(shown, "not valid here") {
		t.Errorf("a code that is used up: %s", shown)
	}
	_, closed := s.checkout(t, plan)
	if shown := s.open(t, closed).text(); strings.Contains(shown, "Promotion code") {
		t.Errorf("a page that takes no code: %s", shown)
	}
}

// A payment link opens a session of its own each time, and leads where it says.
func TestPaymentLinks(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	price := s.must(t, http.MethodPost, "/v1/prices", "product_data[name]=Poster&currency=eur&unit_amount=1500&lookup_key=poster").text("id")
	if twice := s.do(t, http.MethodPost, "/v1/prices", "product_data[name]=Poster&currency=eur&unit_amount=1&lookup_key=poster"); twice.at("error", "param") != "lookup_key" {
		t.Errorf("%d %s", twice.status, twice.raw)
	}
	link := s.must(t, http.MethodPost, "/v1/payment_links", "line_items[0][quantity]=2&line_items[0][price]="+price+
		"&after_completion[type]=redirect&after_completion[redirect][url]=https://shop.test/ok?id={CHECKOUT_SESSION_ID}&metadata[campaign]=spring")
	link.same(t, map[string]any{"active": true, "currency": "eur", "allow_promotion_codes": false})
	visits := map[string]bool{}
	for range 2 {
		visits[s.base+s.open(t, link.text("url")).header.Get("Location")] = true
	}
	if len(visits) != 2 {
		t.Errorf("visits %v", visits)
	}
	for address := range visits {
		id := address[strings.LastIndex(address, "/")+1:]
		if got := s.submit(t, address, card(goodCard)...).header.Get("Location"); got != "https://shop.test/ok?id="+id {
			t.Errorf("paying leads to %s", got)
		}
		session := s.must(t, http.MethodGet, sessions+"/"+id, "")
		session.same(t, map[string]any{"status": "complete", "amount_total": 3000.0, "payment_link": link.text("id")})
		if session.at("metadata", "campaign") != "spring" {
			t.Errorf("the session is %s", session.raw)
		}
	}
	if nowhere := s.open(t, s.base+"/b/test_nothing"); nowhere.status != http.StatusNotFound {
		t.Errorf("a link that does not exist: %d", nowhere.status)
	}
	kept := s.must(t, http.MethodPost, "/v1/payment_links", "line_items[0][quantity]=1&line_items[0][price]="+price).text("url")
	address := s.base + s.open(t, kept).header.Get("Location")
	s.submit(t, address, card(goodCard)...)
	if shown := s.open(t, address).text(); !strings.Contains(shown, "Payment successful") || strings.Contains(shown, "Continue to") {
		t.Errorf("a link without a place to go to: %s", shown)
	}
}

// A dispute keeps evidence until it is sent. The bank then decides, by the texts that mean a result in Stripe's test mode.
func TestDisputes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ evidence, status string }{
		"won":  {"winning_evidence", "won"},
		"lost": {"losing_evidence", "lost"},
		"else": {"It was signed for.", "under_review"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := overPages(t)
			if err := s.sim.Seed(); err != nil {
				t.Fatal(err)
			}
			list := s.must(t, http.MethodGet, "/v1/disputes", "")
			path := "/v1/disputes/" + list.ids()[0]
			charge, _ := list.at("data", 0, "charge").(string)
			kept := s.must(t, http.MethodPost, path, "submit=false&evidence[uncategorized_text]="+tt.evidence)
			kept.same(t, map[string]any{"status": "needs_response"})
			if kept.at("evidence_details", "has_evidence") != true || kept.at("evidence_details", "submission_count") != 0.0 {
				t.Errorf("kept is %s", kept.raw)
			}
			if refund := s.do(t, http.MethodPost, "/v1/refunds", "charge="+charge); refund.at("error", "code") != "charge_disputed" {
				t.Errorf("%d %s", refund.status, refund.raw)
			}
			sent := s.must(t, http.MethodPost, path, "submit=true")
			sent.same(t, map[string]any{"status": tt.status})
			if sent.at("evidence_details", "submission_count") != 1.0 || sent.at("evidence", "uncategorized_text") != tt.evidence {
				t.Errorf("sent is %s", sent.raw)
			}
			if again := s.do(t, http.MethodPost, path, "submit=true"); again.status != http.StatusBadRequest {
				t.Errorf("%d %s", again.status, again.raw)
			}
		})
	}
}

// A coupon or code that has expired takes nothing off any more.
func TestDiscountsExpire(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	at := s.must(t, http.MethodGet, "/v1/products/prod_tshirt", "").at("created").(float64) + 3600
	coupon := s.must(t, http.MethodPost, "/v1/coupons", "amount_off=500&currency=eur&duration=once&redeem_by="+number(at)).text("id")
	code := s.must(t, http.MethodPost, "/v1/promotion_codes", "code=HOUR&coupon="+coupon+"&expires_at="+number(at-60)).text("id")
	advance(t, s.sim, "1h")
	s.must(t, http.MethodGet, "/v1/coupons/"+coupon, "").same(t, map[string]any{"valid": false})
	s.must(t, http.MethodGet, "/v1/promotion_codes/"+code, "").same(t, map[string]any{"active": false})
	if ids := s.must(t, http.MethodGet, "/v1/promotion_codes", "active=true").ids(); slices.Contains(ids, code) {
		t.Error("it is listed as active")
	}
}

func number(n float64) string { return strconv.FormatInt(int64(n), 10) }
