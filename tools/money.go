package tools

import (
	"strconv"
	"strings"
)

// Display writes an amount in minor units for people: "20.00 EUR", "2000 JPY", "1.234 KWD". It returns "" without a
// currency, because the number then has no meaning.
func Display(amount int64, currency string) string {
	if currency == "" {
		return ""
	}
	digits := strconv.FormatInt(amount, 10)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if decimals := minorDigits(currency); decimals > 0 {
		if missing := decimals + 1 - len(digits); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
		point := len(digits) - decimals
		digits = digits[:point] + "." + digits[point:]
	}
	return sign + digits + " " + strings.ToUpper(currency)
}

// minorDigits returns how many decimals Stripe's amounts in a currency have
// (https://docs.stripe.com/currencies#zero-decimal). ISK and UGX have two there, although they have no fraction.
func minorDigits(currency string) int {
	switch strings.ToLower(currency) {
	case "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf":
		return 0
	case "bhd", "jod", "kwd", "omr", "tnd":
		return 3
	}
	return 2
}
