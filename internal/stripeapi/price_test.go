package stripeapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/stripeapi"
)

// TestUnitPrice has what Stripe sends for a price, and what can be counted with it.
func TestUnitPrice(t *testing.T) {
	t.Parallel()
	usd := func(amount int64, countable bool) []stripeapi.UnitPrice {
		return []stripeapi.UnitPrice{{Amount: amount, Currency: "usd", Countable: countable}}
	}
	tests := map[string]struct {
		fields string
		want   stripeapi.UnitPrice
	}{
		"one currency":   {`"unit_amount":900,"unit_amount_decimal":"900"`, stripeapi.UnitPrice{Amount: 900, Currency: "eur", Countable: true}},
		"free":           {`"unit_amount":0,"unit_amount_decimal":"0"`, stripeapi.UnitPrice{Currency: "eur", Countable: true}},
		"no amount":      {`"unit_amount":null,"unit_amount_decimal":null`, stripeapi.UnitPrice{Currency: "eur"}},
		"a fraction":     {`"unit_amount":null,"unit_amount_decimal":"0.5"`, stripeapi.UnitPrice{Currency: "eur"}},
		"what they like": {`"unit_amount":null,"custom_unit_amount":{"minimum":1}`, stripeapi.UnitPrice{Currency: "eur"}},
		"packs":          {`"unit_amount":900,"unit_amount_decimal":"900","transform_quantity":{"divide_by":10}`, stripeapi.UnitPrice{Currency: "eur"}},
		"several": {
			`"unit_amount":900,"unit_amount_decimal":"900","currency_options":{"usd":{"unit_amount":1000,"unit_amount_decimal":"1000"},"eur":{"unit_amount":900,"unit_amount_decimal":"900"}}`,
			stripeapi.UnitPrice{Amount: 900, Currency: "eur", Countable: true, Others: usd(1000, true)},
		},
		"several, one of them open": {
			`"unit_amount":900,"unit_amount_decimal":"900","currency_options":{"usd":{"unit_amount":null,"custom_unit_amount":{"minimum":1}}}`,
			stripeapi.UnitPrice{Amount: 900, Currency: "eur", Countable: true, Others: usd(0, false)},
		},
		"several, by use": {
			`"unit_amount":900,"unit_amount_decimal":"900","recurring":{"usage_type":"metered"},"currency_options":{"usd":{"unit_amount":1}}`,
			stripeapi.UnitPrice{Currency: "eur", Others: usd(0, false)},
		},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			s := script(t, status(http.StatusOK, `{"id":"price_1","object":"price","currency":"eur","billing_scheme":"per_unit",`+tt.fields+`}`))
			got, err := s.client(t, time.Minute).UnitPrice(t.Context(), "price_1")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if query := s.requests[0].URL.Query(); len(query) != 1 || query.Get("expand[0]") != "currency_options" {
				t.Errorf("asked with %v", query)
			}
		})
	}
}

// TestCustomerCurrency: a customer who was never billed has none.
func TestCustomerCurrency(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"id":"cus_1","object":"customer","currency":"eur"}`: "eur",
		`{"id":"cus_1","object":"customer","currency":null}`:  "",
		`{"id":"cus_1","object":"customer","deleted":true}`:   "",
	} {
		got, err := script(t, status(http.StatusOK, body)).client(t, time.Minute).CustomerCurrency(t.Context(), "cus_1")
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", body, got, err)
		}
	}
}
