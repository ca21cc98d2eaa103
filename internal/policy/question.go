package policy

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"stripe-mcp/internal/plain"
	"stripe-mcp/tools"
)

// Asks reports whether a person has to agree to a call. insists means that the call is refused if the client cannot ask.
func (p Policy) Asks(call Call) (asks, insists bool) {
	switch {
	case call.Effect() == tools.Reads, p.Confirm == ConfirmNever:
		return false, false
	case p.Confirm == ConfirmAlways:
		return true, true
	}
	return call.Live, false
}

// Question tells a person what a call is about to do. Text by customers or models stays out, because it could look like
// ours. Ids and hosts are shown in a form that cannot.
func Question(call Call) string {
	var question strings.Builder
	if call.AccountName != "" {
		fmt.Fprintf(&question, "On the account %s: ", shown(call.AccountName))
	}
	fmt.Fprintf(&question, "Stripe, %s mode", call.Mode)
	if call.Account != "" {
		fmt.Fprintf(&question, ", account %s", shown(call.Account))
	}
	fmt.Fprintf(&question, ": %s", strings.ToLower(call.Tool.Title[:1])+call.Tool.Title[1:])
	for _, id := range []string{call.Subscription, call.Invoice, call.Payment, call.Dispute} {
		if id != "" {
			question.WriteString(" " + shown(id))
		}
	}
	if what := purchases(call.Purchases); what != "" {
		question.WriteString(" for " + what)
	}
	if call.Terms != "" {
		question.WriteString(": " + call.Terms)
	}
	if call.Customer != "" {
		question.WriteString(", customer " + shown(call.Customer))
	}
	for _, detail := range call.Details {
		question.WriteString(", " + detail)
	}
	for _, redirect := range call.Redirects {
		fmt.Fprintf(&question, ", %s on %s", redirect.Argument, shownHost(redirect.URL))
	}
	if effect := call.Effect(); call.ForGood || effect == tools.Pays || effect == tools.Ends && !call.AtPeriodEnd {
		question.WriteString(", at once and for good")
	}
	question.WriteString(". Go ahead?")
	return question.String()
}

// longestShown is how many characters of an id or a host a question shows.
const longestShown = 60

// shown returns an id or a currency for a question. What holds more than an id needs could look like our own words, so it
// is quoted with all that is not ASCII escaped.
func shown(id string) string {
	if !plain.Only(id, "_.-") {
		id = strconv.QuoteToASCII(id)
	}
	if len(id) > longestShown {
		return id[:longestShown-1] + "…"
	}
	return id
}

// shownHost returns where an address leads, as it is looked up. Of a long host the end is shown, which says whose it is.
func shownHost(address string) string {
	const unreadable = "a host that cannot be read"
	parsed, err := url.Parse(address)
	if err != nil {
		return unreadable
	}
	host := parsed.Hostname()
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if !plain.Only(host, "_.:-") {
		return unreadable
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := parsed.Port(); port != "" {
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return unreadable
		}
		host += ":" + strconv.FormatUint(number, 10)
	}
	if len(host) > longestShown {
		return "…" + host[len(host)-longestShown+1:]
	}
	return host
}

// purchases adds up the amounts that the call gives, and names the prices that it gives by id.
func purchases(list []tools.Purchase) string {
	const longest = 5
	var all, prices, order []string
	sums := tally{}
	for _, purchase := range list {
		if purchase.Price != "" {
			prices = append(prices, fmt.Sprintf("%d x %s", purchase.Quantity, shown(purchase.Price)))
			continue
		}
		if _, known := sums[purchase.Currency]; !known {
			order = append(order, purchase.Currency)
		}
		if !sums.add(purchase.Currency, purchase.UnitAmount, purchase.Quantity) {
			return "more than can be counted" // which is refused before anybody is asked
		}
	}
	for _, currency := range order {
		all = append(all, tools.Display(sums[currency], shown(currency)))
	}
	if all = append(all, prices...); len(all) > longest {
		all = append(all[:longest], fmt.Sprintf("%d more prices", len(all)-longest))
	}
	return strings.Join(all, " + ")
}
