package policy

import (
	"fmt"
	"net/url"
	"strings"

	"stripe-mcp/tools"
)

// Asks reports whether a person has to agree to a call. insists means that the call is refused if the client cannot ask.
func (p Policy) Asks(call Call) (asks, insists bool) {
	switch {
	case call.Tool.Effect == tools.Reads, p.Confirm == ConfirmNever:
		return false, false
	case p.Confirm == ConfirmAlways:
		return true, true
	}
	return call.Live, false
}

// Question tells a person what a call is about to do. It contains only checked values. Text by customers or models stays
// out, because it could look like ours.
func Question(call Call) string {
	var question strings.Builder
	fmt.Fprintf(&question, "Stripe, %s mode", call.Mode)
	if call.Account != "" {
		fmt.Fprintf(&question, ", account %s", call.Account)
	}
	fmt.Fprintf(&question, ": %s", strings.ToLower(call.Tool.Title[:1])+call.Tool.Title[1:])
	if what := purchases(call.Purchases); what != "" {
		question.WriteString(" for " + what)
	}
	if call.Subscription != "" {
		question.WriteString(" " + call.Subscription)
	}
	if call.Customer != "" {
		question.WriteString(", customer " + call.Customer)
	}
	for _, redirect := range call.Redirects {
		if parsed, err := url.Parse(redirect.URL); err == nil {
			fmt.Fprintf(&question, ", %s on %s", redirect.Argument, parsed.Host)
		}
	}
	if call.Tool.Effect == tools.Ends && !call.AtPeriodEnd {
		question.WriteString(", at once and for good")
	}
	question.WriteString(". Go ahead?")
	return question.String()
}

// purchases adds up the amounts that the call gives, and names the prices that it gives by id.
func purchases(list []tools.Purchase) string {
	const shown = 5
	var parts []string
	sums := map[string]int64{}
	var order []string
	for _, purchase := range list {
		quantity := max(purchase.Quantity, 1)
		if purchase.Price != "" {
			parts = append(parts, fmt.Sprintf("%d x %s", quantity, purchase.Price))
			continue
		}
		if _, known := sums[purchase.Currency]; !known {
			order = append(order, purchase.Currency)
		}
		sums[purchase.Currency] += purchase.UnitAmount * quantity
	}
	all := make([]string, 0, len(order)+len(parts))
	for _, currency := range order {
		all = append(all, tools.Display(sums[currency], currency))
	}
	all = append(all, parts...)
	if len(all) > shown {
		all = append(all[:shown], fmt.Sprintf("%d more prices", len(all)-shown))
	}
	return strings.Join(all, " + ")
}
