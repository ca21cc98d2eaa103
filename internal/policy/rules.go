package policy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/stripeapi"
	"stripe-mcp/tools"
)

// To add a rule, write it here and put it into one of the two lists. Then add its rows to the table in rules_test.go.

// toolRules decide whether a tool is offered at all.
func toolRules() []func(Policy, tools.Tool) *outcome.Error {
	return []func(Policy, tools.Tool) *outcome.Error{toolsets, readOnly, allowedTools}
}

// callRules decide whether a call that changes something is sent. The cheapest come first.
func callRules() []func(context.Context, Policy, *Call) *outcome.Error {
	return []func(context.Context, Policy, *Call) *outcome.Error{liveWrites, redirectHosts, complete, countable, costs}
}

func toolsets(p Policy, tool tools.Tool) *outcome.Error {
	if p.hasSet(tool.Set) {
		return nil
	}
	on := append(slices.Clone(p.Toolsets), string(tool.Set)) // setup, too, replaces the list
	return outcome.Refuse("toolset_off", fmt.Sprintf("%s is switched off and nothing was sent: it belongs to the set %s", tool.Name, tool.Set),
		fmt.Sprintf("The owner can switch it on with toolsets: [%s] in the configuration, or with stripe-mcp setup --toolset %s", strings.Join(on, ", "), strings.Join(on, " --toolset ")))
}

func readOnly(p Policy, tool tools.Tool) *outcome.Error {
	if !p.ReadOnly || tool.Effect == tools.Reads {
		return nil
	}
	return outcome.Refuse("read_only", tool.Name+" is switched off and nothing was sent: this server only reads",
		"The owner can allow it with read_only: false in the configuration")
}

func allowedTools(p Policy, tool tools.Tool) *outcome.Error {
	if len(p.Tools) == 0 || slices.Contains(p.Tools, tool.Name) {
		return nil
	}
	return outcome.Refuse("tool_not_allowed", tool.Name+" is switched off and nothing was sent: it is not on the list of allowed tools",
		"The owner can allow it by adding it to tools in the configuration")
}

func liveWrites(_ context.Context, p Policy, call *Call) *outcome.Error {
	if !call.Live || p.AllowLiveWrites {
		return nil
	}
	return outcome.Refuse("live_writes_not_allowed", "nothing was sent: the key is a live one, and the owner has not allowed changes in live mode",
		"The owner can allow them with allow_live_writes: true in the configuration, or use a test key")
}

// redirectHosts lets Stripe send people only to pages on the owner's hosts.
func redirectHosts(_ context.Context, p Policy, call *Call) *outcome.Error {
	if len(p.AllowedRedirectHosts) == 0 {
		return nil
	}
	for _, redirect := range call.Redirects {
		if err := checkRedirect(redirect.URL, p.AllowedRedirectHosts); err != nil {
			return outcome.Refuse("redirect_host_not_allowed", fmt.Sprintf("nothing was sent: %s %s", redirect.Argument, err),
				"Use an address on one of the allowed hosts, or have the owner add the host to allowed_redirect_hosts in the configuration")
		}
	}
	return nil
}

// checkRedirect compares hosts as browsers do: after IDNA, and ignoring case and port.
func checkRedirect(address string, allowed []string) error {
	parsed, err := url.Parse(address)
	switch {
	case err != nil:
		return errors.New("is not a URL")
	case parsed.User != nil:
		return errors.New("holds a user name, which hides the host that follows it")
	case strings.Contains(address, `\`):
		return errors.New("holds a backslash, which browsers read as a slash")
	}
	host, err := asciiHost(parsed.Hostname())
	if err != nil {
		return err
	}
	for _, entry := range allowed {
		if rule, err := parseHostRule(entry); err == nil && rule.matches(host) {
			return nil
		}
	}
	return errors.New("is not on an allowed host")
}

// hostRule allows one host, or all hosts below it.
type hostRule struct {
	host  string // in ASCII
	below bool
}

// parseHostRule reads an entry of allowed_redirect_hosts.
func parseHostRule(entry string) (hostRule, error) {
	name, below := strings.CutPrefix(entry, "*.")
	host, err := asciiHost(name)
	if err != nil || strings.ContainsAny(name, "*/:@") {
		return hostRule{}, fmt.Errorf("allowed_redirect_hosts in the configuration: %q is neither a host such as shop.example nor *.shop.example", entry)
	}
	return hostRule{host, below}, nil
}

func (r hostRule) matches(host string) bool {
	if r.below {
		return strings.HasSuffix(host, "."+r.host)
	}
	return host == r.host
}

// asciiHost returns a host name in the form that DNS uses.
func asciiHost(name string) (string, error) {
	host, err := idna.Lookup.ToASCII(name)
	if err != nil || host == "" {
		return "", errors.New("has a host that is not a valid name")
	}
	last := host[strings.LastIndex(host, ".")+1:]
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil || last == "" || last[0] >= '0' && last[0] <= '9' {
		return "", errors.New("names its host by a number, where a name is wanted") // browsers take these for IP addresses
	}
	return host, nil
}

// complete learns what a call would do where only Stripe can say, once it is certain that the call may be made at all.
func complete(ctx context.Context, _ Policy, call *Call) *outcome.Error {
	if call.Learn == nil {
		return nil
	}
	unread := outcome.As(call.Learn(ctx, &call.Request))
	const notFound = 404                            // HTTP
	if unread != nil && unread.Status != notFound { // of the change, which was not sent; an earlier equal one may have been
		unread.Outcome = outcome.Refused
		unread.Message = "nothing was sent, because what the call is about could not be read: " + unread.Message
		unread.Hint = strings.TrimSuffix(unread.Hint, ".") + ". What an earlier equal call did stays as it was"
	}
	return unread
}

// tally is what purchases cost in all, in minor units by currency.
type tally map[string]int64

// add counts a purchase of amounts and quantities that are not negative. It returns false and adds nothing when the sum is
// too large.
func (t tally) add(currency string, amount, quantity int64) bool {
	if quantity > 0 && amount > (math.MaxInt64-t[currency])/quantity {
		return false
	}
	t[currency] += amount * quantity
	return true
}

// countable refuses what would be shown to a person, or compared with a cap, as less than it is.
func countable(_ context.Context, _ Policy, call *Call) *outcome.Error {
	total := tally{}
	for _, purchase := range call.Purchases {
		if purchase.Price == "" && !total.add(purchase.Currency, purchase.UnitAmount, purchase.Quantity) {
			return tooLarge(purchase)
		}
	}
	return nil
}

func tooLarge(purchase tools.Purchase) *outcome.Error {
	return outcome.Refuse("amount_too_large", "nothing was sent: with "+purchase.Argument+" the sum is larger than can be counted",
		"Give smaller amounts or quantities. The owner has no setting for this: no sum so large can be paid")
}

// costs adds up what a call costs, for a subscription in one period, and compares it with the caps. A cost that cannot be counted
// is refused. Where Stripe will choose the currency later, the cost has to be within the cap of each that it can choose.
func costs(ctx context.Context, p Policy, call *Call) *outcome.Error {
	caps := p.caps()
	if len(caps) == 0 {
		return nil
	}
	advice := "The owner can change %s in the configuration"
	refuse := func(setting, message string, values ...any) *outcome.Error {
		return outcome.Refuse(setting, "nothing was sent: "+fmt.Sprintf(message, values...), fmt.Sprintf(advice, setting))
	}
	customers := sync.OnceValues(func() (string, error) { return call.Prices.CustomerCurrency(ctx, call.Customer) })
	total := tally{}
	for _, purchase := range call.Purchases {
		possible, err := unitPrices(ctx, call.Prices, purchase, customers)
		if err != nil {
			return refuse(caps[0].setting, "what %s costs cannot be counted (%v), and %s is set", purchase.Argument, err, caps[0].setting)
		}
		if len(possible) > 1 && !purchase.InCustomersCurrency {
			advice = "Name the currency to pay in, because the price has several, or have the owner change %s in the configuration"
		}
		for _, price := range possible {
			if !total.add(price.Currency, price.Amount, purchase.Quantity) {
				return tooLarge(purchase)
			}
			for _, c := range caps {
				limit, capped := c.limits[price.Currency]
				if !capped {
					return refuse(c.setting, "%s is set, and it has no cap for %s", c.setting, strings.ToUpper(price.Currency))
				}
				if total[price.Currency] > limit {
					return refuse(c.setting, "it costs more than the %s of %s", c.name, tools.Display(limit, price.Currency))
				}
			}
		}
	}
	call.Cost = total
	return nil
}

// limit is one of the owner's caps on costs.
type limit struct {
	setting, name string
	limits        map[string]int64
}

// caps returns the caps that are set.
func (p Policy) caps() []limit {
	all := []limit{{"max_amount", "cap", p.MaxAmount}, {"daily_limit", "daily limit", p.DailyLimit}}
	return slices.DeleteFunc(all, func(l limit) bool { return len(l.limits) == 0 })
}

// WithinDay returns why a call of that cost must not be sent when so much was spent before on a day that ends then.
func (p Policy) WithinDay(cost, spent map[string]int64, until time.Time) error {
	for _, currency := range slices.Sorted(maps.Keys(cost)) {
		left := max(0, p.DailyLimit[currency]-spent[currency])
		if cost[currency] <= left {
			continue
		}
		return outcome.Refuse("daily_limit", fmt.Sprintf("nothing was sent: it costs %s, and of the daily limit of %s only %s is left until %s",
			tools.Display(cost[currency], currency), tools.Display(p.DailyLimit[currency], currency), tools.Display(left, currency), until.UTC().Format(time.RFC3339)),
			"Call again on the next day (UTC), or have the owner change daily_limit in the configuration")
	}
	return nil
}

// unitPrices returns what one unit of a purchase can cost, in each currency that is possible. Of a price with several
// currencies, Stripe takes the session's own one. Without it, Checkout goes by where the customer is when they pay
// (https://docs.stripe.com/products-prices/manage-prices#use-multi-currency-prices). A subscription is billed in the
// customer's currency; a customer gets theirs with the first bill.
func unitPrices(ctx context.Context, prices Prices, purchase tools.Purchase, customers func() (string, error)) ([]stripeapi.UnitPrice, error) {
	if purchase.Price == "" {
		return []stripeapi.UnitPrice{{Amount: purchase.UnitAmount, Currency: purchase.Currency, Countable: true}}, nil
	}
	price, err := prices.UnitPrice(ctx, purchase.Price)
	if err != nil {
		return nil, fmt.Errorf("its price could not be read: %w", err)
	}
	possible := append([]stripeapi.UnitPrice{price}, price.Others...)
	currency := purchase.Currency
	if currency == "" && purchase.InCustomersCurrency && len(possible) > 1 {
		if currency, err = customers(); err != nil {
			return nil, fmt.Errorf("its currency is the customer's, who could not be read: %w", err)
		}
	}
	chosen := slices.IndexFunc(possible, func(price stripeapi.UnitPrice) bool { return price.Currency == currency })
	switch {
	case chosen >= 0:
		possible = possible[chosen : chosen+1]
	case purchase.Currency != "":
		return nil, errors.New("its price is in another currency than the session")
	}
	if slices.ContainsFunc(possible, func(price stripeapi.UnitPrice) bool { return !price.Countable }) {
		return nil, errors.New("its price depends on use or on the customer")
	}
	return possible, nil
}
