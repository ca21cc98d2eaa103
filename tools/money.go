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
	return point(strconv.FormatInt(amount, 10), minorDigits(currency)) + " " + strings.ToUpper(currency)
}

// displayUnlessZero is Display for an amount that is not shown when it is zero.
func displayUnlessZero(amount int64, currency string) string {
	if amount == 0 {
		return ""
	}
	return Display(amount, currency)
}

// displayDecimal is Display for an amount with fractions of the minor unit: "0.89" is "0.0089 EUR". It returns "" for what is
// no such amount.
func displayDecimal(amount, currency string) string {
	whole, fraction, _ := strings.Cut(amount, ".")
	if currency == "" || !digits(strings.TrimPrefix(whole, "-")) || fraction != "" && !digits(fraction) {
		return ""
	}
	return point(whole+fraction, minorDigits(currency)+len(fraction)) + " " + strings.ToUpper(currency)
}

func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// point puts the decimal point into a whole number.
func point(number string, decimals int) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	if decimals > 0 {
		if missing := decimals + 1 - len(number); missing > 0 {
			number = strings.Repeat("0", missing) + number
		}
		at := len(number) - decimals
		number = number[:at] + "." + number[at:]
	}
	return sign + number
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
