package tools

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestDisplay(t *testing.T) {
	t.Parallel()
	tests := []struct {
		amount   int64
		currency string
		want     string
	}{
		{2000, "eur", "20.00 EUR"},
		{2000, "jpy", "2000 JPY"},
		{1230, "kwd", "1.230 KWD"},
		{50000, "ugx", "500.00 UGX"},
		{50000, "isk", "500.00 ISK"},
		{5, "usd", "0.05 USD"},
		{50, "usd", "0.50 USD"},
		{5, "bhd", "0.005 BHD"},
		{0, "eur", "0.00 EUR"},
		{0, "krw", "0 KRW"},
		{-500, "eur", "-5.00 EUR"},
		{-5, "tnd", "-0.005 TND"},
		{999999999999, "idr", "9999999999.99 IDR"},
		{math.MinInt64, "usd", "-92233720368547758.08 USD"},
		{2000, "", ""},
	}
	for _, tt := range tests {
		if got := Display(tt.amount, tt.currency); got != tt.want {
			t.Errorf("Display(%d, %q) is %q, want %q", tt.amount, tt.currency, got, tt.want)
		}
	}
}

// TestDisplayDecimal: prices can have fractions of the minor unit.
func TestDisplayDecimal(t *testing.T) {
	t.Parallel()
	for amount, want := range map[string]string{
		"0.89": "0.0089 EUR", "0.000000000001": "0.00000000000001 EUR", "12345.6": "123.456 EUR", "-0.5": "-0.005 EUR", "900": "9.00 EUR", "0": "0.00 EUR",
		"": "", "x": "", "1.": "0.01 EUR", ".5": "", "1e3": "", "1.2.3": "",
	} {
		if got := displayDecimal(amount, "eur"); got != want {
			t.Errorf("%q is %q, want %q", amount, got, want)
		}
	}
	if got := displayDecimal("0.5", "jpy"); got != "0.5 JPY" {
		t.Errorf("got %q", got)
	}
	if got := displayDecimal("0.5", ""); got != "" {
		t.Errorf("got %q", got)
	}
}

// FuzzDisplay: nothing is lost or invented between the amount and its display.
func FuzzDisplay(f *testing.F) {
	for _, amount := range []int64{0, 1, -1, 99, 100, 12345, math.MaxInt64, math.MinInt64} {
		for _, currency := range []string{"eur", "JPY", "kwd"} {
			f.Add(amount, currency)
		}
	}
	f.Fuzz(func(t *testing.T, amount int64, currency string) {
		shown := Display(amount, currency)
		if currency == "" {
			return
		}
		number, name, _ := strings.Cut(shown, " ")
		if name != strings.ToUpper(currency) {
			t.Fatalf("%q does not name %q", shown, currency)
		}
		whole, fraction, _ := strings.Cut(number, ".")
		if len(fraction) != minorDigits(currency) {
			t.Fatalf("%q has %d decimals", shown, len(fraction))
		}
		if back, err := strconv.ParseInt(whole+fraction, 10, 64); err != nil || back != amount {
			t.Fatalf("%q is %d, %v, not %d", shown, back, err, amount)
		}
	})
}
