package simulator_test

import (
	"net/http"
	"testing"
	"time"

	"stripe-mcp/internal/simulator"
)

// timed is a simulator whose clock stands, until it is told to advance.
func timed() (*simulator.Simulator, client) {
	s := simulator.New(newClock().now) // noon on 31 January 2025
	return s, client{&http.Client{Transport: s.Transport()}, "http://stripe.invalid"}
}

func advance(t *testing.T, s *simulator.Simulator, span string) {
	t.Helper()
	if _, err := s.Advance(span); err != nil {
		t.Fatal(err)
	}
}

func TestAdvance(t *testing.T) {
	t.Parallel()
	for span, want := range map[string]string{
		"1month": "2025-03-03T12:00:00Z", "2 months": "2025-03-31T12:00:00Z", "3days": "2025-02-03T12:00:00Z", "1day": "2025-02-01T12:00:00Z", "2weeks": "2025-02-14T12:00:00Z",
		"1year": "2026-01-31T12:00:00Z", "36h": "2025-02-02T00:00:00Z", "90m": "2025-01-31T13:30:00Z",
		"": "", "month": "", "-1month": "", "-36h": "", "0days": "", "3years": "", "99999days": "", "5 parsecs": "", "1ms": "",
	} {
		s, c := timed()
		now, err := s.Advance(span)
		if got := now.Format(time.RFC3339); err == nil && got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %s, %v; want %q", span, got, err, want)
		}
		if want != "" {
			c.must(t, http.MethodPost, customers, "").same(t, map[string]any{"created": float64(now.Unix())})
		}
	}
}

// What time brings to a subscription, from 31 January 2025.
func TestWhatTimeBrings(t *testing.T) {
	t.Parallel()
	const withCard, withBadCard = "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa", "payment_method=pm_card_chargeCustomerFail&invoice_settings[default_payment_method]=pm_card_chargeCustomerFail"
	tests := []struct {
		name, customer, form, span string
		status, start, end         string
		invoice, reason            string
		invoices                   int // how many there were, from the number of the last one
	}{
		{"a month is renewed", withCard, monthly, "1month", "active", "2025-02-28", "2025-03-31", "paid", "subscription_cycle", 2},
		{"three months are renewed one by one", withCard, monthly, "89days", "active", "2025-04-30", "2025-05-31", "paid", "subscription_cycle", 4},
		{"nothing before the end of the period", withCard, monthly, "27days", "active", "2025-01-31", "2025-02-28", "paid", "subscription_create", 1},
		{"a trial ends, and the first period is paid", withCard, monthly + "&trial_period_days=14", "2weeks", "active", "2025-02-14", "2025-03-14", "paid", "subscription_cycle", 2},
		{"a trial ends, and nothing pays", "", monthly + "&trial_period_days=14", "2weeks", "past_due", "2025-02-14", "2025-03-14", "open", "subscription_cycle", 2},
		{"a trial ends, and the card declines", withBadCard, monthly + "&trial_period_days=14", "2weeks", "past_due", "2025-02-14", "2025-03-14", "open", "subscription_cycle", 2},
		{"what is past due for a period ends", "", monthly + "&trial_period_days=14", "2months", "canceled", "2025-02-14", "2025-03-14", "open", "subscription_cycle", 2},
		{"what costs nothing goes on", "", "items[0][price]=price_free_monthly_eur", "1month", "active", "2025-02-28", "2025-03-31", "paid", "subscription_cycle", 2},
		{"what is to be canceled ends", withCard, monthly + "&cancel_at_period_end=true", "1month", "canceled", "2025-01-31", "2025-02-28", "paid", "subscription_create", 1},
		{"a trial that is to be canceled ends", "", monthly + "&trial_period_days=3&cancel_at_period_end=true", "1year", "canceled", "2025-01-31", "2025-02-03", "paid", "subscription_create", 1},
		{"what never started expires", "", monthly + "&payment_behavior=default_incomplete", "1day", "incomplete_expired", "2025-01-31", "2025-02-28", "void", "subscription_create", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, c := timed()
			owner := c.must(t, http.MethodPost, customers, tt.customer).text("id")
			id := c.must(t, http.MethodPost, subscriptions, "customer="+owner+"&"+tt.form).text("id")
			advance(t, s, tt.span)
			got := c.must(t, http.MethodGet, subscriptions+"/"+id, "expand[]=latest_invoice")
			got.same(t, map[string]any{"status": tt.status})
			for field, want := range map[string]string{"current_period_start": tt.start, "current_period_end": tt.end} {
				seconds, _ := got.body[field].(float64)
				if day := time.Unix(int64(seconds), 0).UTC().Format(time.DateOnly); day != want {
					t.Errorf("%s is %s, want %s", field, day, want)
				}
			}
			answer{body: got.at("latest_invoice").(map[string]any)}.same(t, map[string]any{"status": tt.invoice, "billing_reason": tt.reason})
			if next := c.must(t, http.MethodGet, customers+"/"+owner, "").body["next_invoice_sequence"]; next != float64(tt.invoices+1) {
				t.Errorf("the next invoice has number %v, want %d", next, tt.invoices+1)
			}
		})
	}
}

// A cancellation keeps the time at which it was asked for, and ends at the end of the period.
func TestCanceledAtPeriodEnd(t *testing.T) {
	t.Parallel()
	s, c := timed()
	owner := c.must(t, http.MethodPost, customers, "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa").text("id")
	made := c.must(t, http.MethodPost, subscriptions, "cancel_at_period_end=true&customer="+owner+"&"+monthly)
	advance(t, s, "1year")
	c.must(t, http.MethodGet, subscriptions+"/"+made.text("id"), "").same(t, map[string]any{
		"status": "canceled", "canceled_at": made.body["created"], "ended_at": made.body["current_period_end"],
	})
}

func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	s, c := timed()
	path := sessions + "/" + c.must(t, http.MethodPost, sessions, "mode=payment&"+goodURL+"&"+oneTime).text("id")
	advance(t, s, "23h")
	c.must(t, http.MethodGet, path, "").same(t, map[string]any{"status": "open"})
	advance(t, s, "1h")
	c.must(t, http.MethodGet, path, "").same(t, map[string]any{"status": "expired", "url": nil})
}

// Retries live by the machine's clock: a year on the simulator's makes nothing twice.
func TestAdvanceKeepsIdempotencyKeys(t *testing.T) {
	t.Parallel()
	s, c := timed()
	made := c.must(t, http.MethodPost, customers, "name=Ada", "Idempotency-Key", "k")
	advance(t, s, "1year")
	if again := c.must(t, http.MethodPost, customers, "name=Ada", "Idempotency-Key", "k"); again.raw != made.raw {
		t.Errorf("got %s, want %s", again.raw, made.raw)
	}
}
