package pages

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"stripe-mcp/internal/simulator"
)

// money shows an amount to people: €20.00, ¥2000, 20.00 CHF.
func money(amount int64, currency string) string {
	digits := 2
	switch {
	case slices.Contains(strings.Fields("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"), currency):
		digits = 0
	case slices.Contains(strings.Fields("bhd jod kwd omr tnd"), currency):
		digits = 3
	}
	text := fmt.Sprintf("%0*d", digits+1, amount)
	if digits > 0 {
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	if sign := map[string]string{"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"}[currency]; sign != "" {
		return sign + text
	}
	return text + " " + strings.ToUpper(currency)
}

// sum shows the amount in a field.
func sum(o simulator.Object, name string) string { return money(o.Number(name), o.Text("currency")) }

// every is how often a price is paid: per month, every 3 months; empty for once.
func every(price simulator.Object) string {
	recurring := price.Child("recurring")
	switch n := recurring.Number("interval_count"); {
	case recurring == nil:
		return ""
	case n == 1:
		return "per " + recurring.Text("interval")
	default:
		return fmt.Sprintf("every %d %ss", n, recurring.Text("interval"))
	}
}

// times is how a quantity of something is shown.
func times(name string, quantity int64) string {
	if quantity == 1 {
		return name
	}
	return fmt.Sprintf("%s × %d", name, quantity)
}

// plan is what a subscription is about, and what it costs.
func (v *visit) plan(s simulator.Object) (name, cost string) {
	var price simulator.Object
	var total int64
	items := s.Items()
	names := make([]string, 0, len(items))
	for _, item := range items {
		price = item.Child("price")
		quantity := item.Number("quantity")
		names = append(names, times(v.Get("product", price.Text("product")).Text("name"), quantity))
		total += price.Number("unit_amount") * quantity
	}
	return strings.Join(names, ", "), money(total, s.Text("currency")) + " " + every(price)
}

// date shows the day in a field.
func date(o simulator.Object, name string) string {
	return time.Unix(o.Number(name), 0).UTC().Format("2 Jan 2006")
}

func clock(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2 Jan 2006, 15:04") }

// with puts words around a text, if there is any.
func with(before, text, after string) string {
	if text == "" {
		return ""
	}
	return before + text + after
}

// parsed is an address in its parts, none if it is no address.
func parsed(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil {
		return &url.URL{}
	}
	return u
}
