package simulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const subscriptions = "/v1/subscriptions"

// A customer's card, the price and payment_behavior decide how a subscription starts.
func TestHowSubscriptionsStart(t *testing.T) {
	t.Parallel()
	const good, broke = "pm_card_visa", "pm_card_chargeCustomerFail"
	tests := []struct {
		name, card, form  string
		code              int
		status, invoice   string
		due, paid, remain float64
	}{
		{"with a card", good, monthly, 200, "active", "paid", 900, 900, 0},
		{"with a card, three seats", good, monthly + "&items[0][quantity]=3", 200, "active", "paid", 2700, 2700, 0},
		{"without a card", "", monthly, 400, "", "", 0, 0, 0},
		{"without a card, payable later", "", monthly + "&payment_behavior=default_incomplete", 200, "incomplete", "open", 900, 0, 900},
		{"with a card, payable later", good, monthly + "&payment_behavior=default_incomplete", 200, "incomplete", "open", 900, 0, 900},
		{"with a card that declines", broke, monthly, 200, "incomplete", "open", 900, 0, 900},
		{"with a card that declines, allowed", broke, monthly + "&payment_behavior=allow_incomplete", 200, "incomplete", "open", 900, 0, 900},
		{"with a card that declines, error wanted", broke, monthly + "&payment_behavior=error_if_incomplete", 402, "", "", 0, 0, 0},
		{"with a card, error wanted", good, monthly + "&payment_behavior=error_if_incomplete", 200, "active", "paid", 900, 900, 0},
		{"trial without a card", "", monthly + "&trial_period_days=14", 200, "trialing", "paid", 0, 0, 0},
		{"free without a card", "", "items[0][price]=price_free_monthly_eur", 200, "active", "paid", 0, 0, 0},
		{"quantity zero without a card", "", monthly + "&items[0][quantity]=0", 200, "active", "paid", 0, 0, 0},
		{"price of its own", good, "items[0][price_data][currency]=eur&items[0][price_data][unit_amount]=5&items[0][price_data][product]=prod_club&items[0][price_data][recurring][interval]=week", 200, "active", "paid", 5, 5, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := overHTTP(t)
			form := ""
			if tt.card != "" {
				form = "payment_method=" + tt.card + "&invoice_settings[default_payment_method]=" + tt.card
			}
			owner := c.must(t, http.MethodPost, customers, form).text("id")
			made := c.do(t, http.MethodPost, subscriptions, "expand[]=latest_invoice&customer="+owner+"&"+tt.form)
			if made.status != tt.code {
				t.Fatalf("status %d, want %d: %s", made.status, tt.code, made.raw)
			}
			if tt.code != http.StatusOK {
				if ids := c.must(t, http.MethodGet, subscriptions, "status=all").ids(); len(ids) != 0 {
					t.Errorf("refused, and yet there is %v", ids)
				}
				return
			}
			made.same(t, map[string]any{"status": tt.status, "customer": owner, "currency": "eur", "collection_method": "charge_automatically", "livemode": false})
			bill := answer{body: made.at("latest_invoice").(map[string]any)}
			bill.same(t, map[string]any{"status": tt.invoice, "amount_due": tt.due, "amount_paid": tt.paid, "amount_remaining": tt.remain, "paid": tt.invoice == "paid", "customer": owner, "subscription": made.text("id")})
			if !strings.HasPrefix(bill.text("hosted_invoice_url"), "http://127.0.0.1:4343/i/in_1") {
				t.Errorf("hosted_invoice_url is %q", bill.text("hosted_invoice_url"))
			}
		})
	}
}

func TestSubscriptionPeriods(t *testing.T) {
	t.Parallel()
	price := func(interval, count string) string {
		return "items[0][price_data][currency]=eur&items[0][price_data][unit_amount]=0&items[0][price_data][product]=prod_club&items[0][price_data][recurring][interval]=" + interval + "&items[0][price_data][recurring][interval_count]=" + count
	}
	for form, want := range map[string]string{ // from 31 January 2025
		price("day", "3"):                "2025-02-03",
		price("week", "2"):               "2025-02-14",
		price("month", "1"):              "2025-02-28",
		price("month", "2"):              "2025-03-31",
		price("year", "1"):               "2026-01-31",
		monthly + "&trial_period_days=7": "2025-02-07",
	} {
		clock := newClock()
		c := inProcess(clock.now)
		made := c.must(t, http.MethodPost, subscriptions, "customer="+c.must(t, http.MethodPost, customers, "").text("id")+"&"+form)
		end, _ := made.body["current_period_end"].(float64)
		if got := time.Unix(int64(end), 0).UTC().Format(time.DateOnly); got != want || made.body["current_period_start"] != clock.in(0) {
			t.Errorf("%s: period ends %s, want %s", form, got, want)
		}
		if strings.Contains(form, "trial") {
			made.same(t, map[string]any{"trial_start": clock.in(0), "trial_end": end})
		} else {
			made.same(t, map[string]any{"trial_start": nil, "trial_end": nil})
		}
	}
}

// The life of a subscription: active, to be canceled, kept after all, canceled, gone for writing and still there for reading.
func TestSubscriptionLife(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := inProcess(clock.now)
	owner := c.must(t, http.MethodPost, customers, "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa").text("id")
	made := c.must(t, http.MethodPost, subscriptions, "customer="+owner+"&"+monthly+"&metadata[team]=red")
	path, end := subscriptions+"/"+made.text("id"), made.body["current_period_end"]
	made.same(t, map[string]any{"cancel_at_period_end": false, "cancel_at": nil, "canceled_at": nil, "ended_at": nil})
	c.must(t, http.MethodGet, customers+"/"+owner, "").same(t, map[string]any{"currency": "eur"})

	clock.advance(time.Hour)
	c.must(t, http.MethodPost, path, "cancel_at_period_end=true&metadata[why]=budget").same(t, map[string]any{"status": "active", "cancel_at_period_end": true, "cancel_at": end, "canceled_at": clock.in(0)})
	kept := c.must(t, http.MethodPost, path, "cancel_at_period_end=false")
	kept.same(t, map[string]any{"cancel_at_period_end": false, "cancel_at": nil, "canceled_at": nil})
	if kept.at("metadata", "team") != "red" || kept.at("metadata", "why") != "budget" {
		t.Errorf("metadata is %v", kept.at("metadata"))
	}

	clock.advance(time.Hour)
	canceled := c.must(t, http.MethodDelete, path, "")
	canceled.same(t, map[string]any{"status": "canceled", "canceled_at": clock.in(0), "ended_at": clock.in(0)})
	if again := c.do(t, http.MethodDelete, path, ""); again.status != 404 || again.at("error", "code") != "resource_missing" {
		t.Errorf("second cancellation: %d %s", again.status, again.raw)
	}
	if read := c.must(t, http.MethodGet, path, ""); read.raw != canceled.raw {
		t.Errorf("read %s, want %s", read.raw, canceled.raw)
	}
	if got := c.do(t, http.MethodPost, path, "cancel_at_period_end=true"); got.status != 400 || !strings.Contains(got.raw, "A canceled subscription") {
		t.Errorf("change after the end: %d %s", got.status, got.raw)
	}
	c.must(t, http.MethodPost, path, "metadata[note]=closed")
}

// A customer who does not pay within 23 hours loses the subscription, as does one who gives it up before.
func TestUnpaidSubscriptionsExpire(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := inProcess(clock.now)
	owner := c.must(t, http.MethodPost, customers, "").text("id")
	subscribe := func() string {
		return subscriptions + "/" + c.must(t, http.MethodPost, subscriptions, "payment_behavior=default_incomplete&customer="+owner+"&"+monthly).text("id")
	}
	left, givenUp := subscribe(), subscribe()
	c.must(t, http.MethodDelete, givenUp, "").same(t, map[string]any{"status": "incomplete_expired"})
	clock.advance(23*time.Hour - time.Second)
	c.must(t, http.MethodGet, left, "").same(t, map[string]any{"status": "incomplete"})
	clock.advance(time.Second)
	gone := c.must(t, http.MethodGet, left, "expand[]=latest_invoice")
	gone.same(t, map[string]any{"status": "incomplete_expired", "ended_at": clock.in(0)})
	if gone.at("latest_invoice", "status") != "void" {
		t.Errorf("invoice is %v", gone.at("latest_invoice"))
	}
}

func TestCards(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	owner := c.must(t, http.MethodPost, customers, "").text("id")
	card := c.must(t, http.MethodPost, "/v1/payment_methods/pm_card_visa/attach", "customer="+owner)
	card.same(t, map[string]any{"object": "payment_method", "type": "card", "customer": owner})
	if card.at("card", "last4") != "4242" {
		t.Errorf("card is %v", card.at("card"))
	}
	id := card.text("id")
	c.must(t, http.MethodPost, "/v1/payment_methods/"+id+"/attach", "customer="+owner) // again is no harm
	if read := c.must(t, http.MethodGet, "/v1/payment_methods/"+id, ""); read.raw != card.raw {
		t.Errorf("read %s, want %s", read.raw, card.raw)
	}
	c.must(t, http.MethodGet, "/v1/payment_methods/pm_card_visa", "").same(t, map[string]any{"customer": nil})

	if got := c.do(t, http.MethodPost, subscriptions, "customer="+owner+"&"+monthly); got.status != 400 {
		t.Errorf("a card that is nobody's default is charged: %s", got.raw)
	}
	c.must(t, http.MethodPost, subscriptions, "customer="+owner+"&default_payment_method="+id+"&"+monthly).same(t, map[string]any{"status": "active", "default_payment_method": id})
	c.must(t, http.MethodPost, customers+"/"+owner, "invoice_settings[default_payment_method]="+id)
	c.must(t, http.MethodPost, subscriptions, "customer="+owner+"&"+monthly).same(t, map[string]any{"status": "active", "default_payment_method": nil})
	c.must(t, http.MethodPost, customers+"/"+owner, "invoice_settings[default_payment_method]=")
	if got := c.do(t, http.MethodPost, subscriptions, "customer="+owner+"&"+monthly); got.status != 400 {
		t.Errorf("a default that was unset is charged: %s", got.raw)
	}
}
