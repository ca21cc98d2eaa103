package simulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// What is paid on a page is a charge of the payer, and the account has the money.
func TestPaymentIsACharge(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	path, address := s.checkout(t, "mode=payment&"+oneTime)
	s.submit(t, address, card(goodCard)...)
	paid := s.must(t, http.MethodGet, path, "")
	intent := paid.text("payment_intent")
	list := s.must(t, http.MethodGet, "/v1/charges", "payment_intent="+intent)
	charge := s.must(t, http.MethodGet, "/v1/charges/"+list.ids()[0], "")
	charge.same(t, map[string]any{
		"status": "succeeded", "paid": true, "amount": paid.body["amount_total"], "amount_captured": paid.body["amount_total"],
		"amount_refunded": 0.0, "currency": paid.body["currency"], "payment_intent": intent, "customer": nil, "invoice": nil,
	})
	if charge.at("billing_details", "email") != "ada@example.com" {
		t.Errorf("the charge is %s", charge.raw)
	}
	balance := s.must(t, http.MethodGet, "/v1/balance", "")
	if balance.at("available", 0, "amount") != paid.body["amount_total"] || balance.at("available", 0, "currency") != paid.body["currency"] {
		t.Errorf("the balance is %s", balance.raw)
	}
}

// An invoice knows its lines and its charge. A card that declines leaves a failed charge that says why, and no money.
func TestInvoicesAreCharged(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	for name, tt := range map[string]struct {
		card   string
		status string // of the invoice
		charge map[string]any
		left   float64 // to pay
	}{
		"a card that pays":     {"pm_card_visa", "paid", map[string]any{"status": "succeeded", "paid": true, "failure_code": nil, "amount_captured": 900.0}, 0},
		"a card that declines": {"pm_card_chargeCustomerFail", "open", map[string]any{"status": "failed", "paid": false, "failure_code": "card_declined", "amount_captured": 0.0}, 900},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			owner := c.must(t, http.MethodPost, customers, fmt.Sprintf("payment_method=%s&invoice_settings[default_payment_method]=%[1]s", tt.card)).text("id")
			sub := c.must(t, http.MethodPost, subscriptions, "items[0][price]=price_starter_monthly_eur&customer="+owner)
			ids := c.must(t, http.MethodGet, "/v1/invoices", "customer="+owner+"&status="+tt.status).ids()
			if !slices.Equal(ids, []string{sub.text("latest_invoice")}) {
				t.Fatalf("invoices %v", ids)
			}
			invoice := c.must(t, http.MethodGet, "/v1/invoices/"+ids[0], "expand[]=charge")
			invoice.same(t, map[string]any{"attempted": true, "attempt_count": 1.0, "amount_due": 900.0, "amount_remaining": tt.left})
			for field, want := range tt.charge {
				if got := invoice.at("charge", field); got != want {
					t.Errorf("the charge's %s is %v, want %v", field, got, want)
				}
			}
			if line := invoice.at("lines", "data", 0, "description"); line != "1 × Starter plan" {
				t.Errorf("the line is %v", line)
			}
		})
	}
}

// A payment intent of which there is no charge does not exist.
func TestUnknownIntent(t *testing.T) {
	t.Parallel()
	got := overHTTP(t).do(t, http.MethodGet, "/v1/refunds", "payment_intent=pi_none")
	if got.status != http.StatusBadRequest || got.at("error", "code") != "resource_missing" || got.at("error", "param") != "payment_intent" {
		t.Errorf("%d %s", got.status, got.raw)
	}
}

// The seed has something of each kind.
func TestSeedHasSomethingOfEach(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	if err := s.sim.Seed(); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"/v1/charges?", "/v1/disputes?", "/v1/invoices?status=paid", "/v1/invoices?status=open", "/v1/products?active=true", "/v1/prices?"} {
		path, form, _ := strings.Cut(query, "?")
		if len(s.must(t, http.MethodGet, path, form).ids()) == 0 {
			t.Errorf("there is nothing in %s", query)
		}
	}
	dispute := s.must(t, http.MethodGet, "/v1/disputes", "")
	charge, _ := dispute.at("data", 0, "charge").(string)
	s.must(t, http.MethodGet, "/v1/charges/"+charge, "").same(t, map[string]any{"disputed": true})
}
