package policy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/tools"
)

// To add a rule, write it here and put it into one of the two lists. Then add its rows to the table in rules_test.go.

// toolRules decide whether a tool is offered at all.
func toolRules() []func(Policy, tools.Tool) *outcome.Error {
	return []func(Policy, tools.Tool) *outcome.Error{readOnly, allowedTools}
}

// callRules decide whether a call that changes something is sent. The cheapest come first.
func callRules() []func(context.Context, Policy, Call) *outcome.Error {
	return []func(context.Context, Policy, Call) *outcome.Error{liveWrites, redirectHosts, maxAmount}
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

func liveWrites(_ context.Context, p Policy, call Call) *outcome.Error {
	if !call.Live || p.AllowLiveWrites {
		return nil
	}
	return outcome.Refuse("live_writes_not_allowed", "nothing was sent: the key is a live one, and the owner has not allowed changes in live mode",
		"The owner can allow them with allow_live_writes: true in the configuration, or use a test key")
}

// redirectHosts lets Stripe send people only to pages on the owner's hosts.
func redirectHosts(_ context.Context, p Policy, call Call) *outcome.Error {
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

// maxAmount adds up what a call costs, for a subscription in one period. A cost that cannot be counted is refused.
func maxAmount(ctx context.Context, p Policy, call Call) *outcome.Error {
	if len(p.MaxAmount) == 0 {
		return nil
	}
	refuse := func(message string, values ...any) *outcome.Error {
		return outcome.Refuse("max_amount", "nothing was sent: "+fmt.Sprintf(message, values...),
			"The owner can change max_amount in the configuration")
	}
	total := map[string]int64{}
	for _, purchase := range call.Purchases {
		cost, currency, err := costOf(ctx, call.Prices, purchase)
		if err != nil {
			return refuse("what %s costs cannot be counted (%v), and max_amount is set", purchase.Argument, err)
		}
		limit, capped := p.MaxAmount[currency]
		if !capped {
			return refuse("max_amount is set, and it has no cap for %s", strings.ToUpper(currency))
		}
		if total[currency] > math.MaxInt64-cost {
			return refuse("the sum is larger than any amount")
		}
		total[currency] += cost
		if total[currency] > limit {
			return refuse("it costs more than the cap of %s", tools.Display(limit, currency))
		}
	}
	return nil
}

// costOf returns what a purchase costs in minor units.
func costOf(ctx context.Context, prices Prices, purchase tools.Purchase) (cost int64, currency string, err error) {
	amount, currency := purchase.UnitAmount, purchase.Currency
	if purchase.Price != "" {
		price, err := prices.UnitPrice(ctx, purchase.Price)
		switch {
		case err != nil:
			return 0, "", fmt.Errorf("its price could not be read: %w", err)
		case !price.Countable:
			return 0, "", errors.New("its price depends on use or on the customer")
		case currency != "" && currency != price.Currency:
			return 0, "", errors.New("its price is in another currency than the session")
		}
		amount, currency = price.Amount, price.Currency
	}
	quantity := max(purchase.Quantity, 1)
	if amount > math.MaxInt64/quantity {
		return 0, "", errors.New("the sum is larger than any amount")
	}
	return amount * quantity, currency, nil
}
