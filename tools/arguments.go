package tools

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"stripe-mcp/internal/schema"
)

// Each type below carries its own constraint. So an argument means the same in every tool that takes it.

// laterEnd is whether a subscription that is cancelled ends with its period. Without it the subscription ends now.
type laterEnd bool

// Schema returns the constraint of the choice between two ends.
func (laterEnd) Schema() *schema.Node {
	return schema.Decisive(&schema.Node{Type: "boolean"}, "to end the subscription now, leave it out")
}

func (end laterEnd) disclose(_ string, r *Request) { r.AtPeriodEnd = bool(end) }

// customerID is a customer's id. Owners import ids from other systems, so it is any printable text.
type customerID string

// Schema returns the constraint of a customer id; Check completes it.
func (customerID) Schema() *schema.Node { return ownID("cus_NffrFeUfNV2Hib") }

// Check finds ids that cannot be one.
func (id customerID) Check() []schema.Problem { return checkOwnID(string(id), "cus_NffrFeUfNV2Hib") }

func (id customerID) disclose(_ string, r *Request) { r.Customer = string(id) }

// priceID is a price's id. Like a customer's id, the account's owner may choose it.
type priceID string

// Schema returns the constraint of a price id; Check completes it.
func (priceID) Schema() *schema.Node { return ownID("price_1MoBy5LkdIwHu7ixZhnattbh") }

// Check finds ids that cannot be one.
func (id priceID) Check() []schema.Problem {
	return checkOwnID(string(id), "price_1MoBy5LkdIwHu7ixZhnattbh")
}

const idRule = "must be an id: printable text"

func ownID(example string) *schema.Node {
	return &schema.Node{Type: "string", MinLength: new(1), Comment: idRule, Examples: []any{example}}
}

// checkOwnID finds what no id can hold. An id is escaped where it stands in a path, but for dots, which would change it.
func checkOwnID(id, example string) []schema.Problem {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if id == "." || id == ".." || !utf8.ValidString(id) || strings.ContainsFunc(id, unprintable) {
		return []schema.Problem{{Rule: fmt.Sprintf("%s, e.g. %q", idRule, example)}}
	}
	return nil
}

// sessionID is a Checkout session's id. Stripe always chooses it, so another prefix is another object's id.
type sessionID string

// Schema returns the constraint of a Checkout session id.
func (sessionID) Schema() *schema.Node {
	return mintedID("cs_", "cs_test_a11YYufWQzNY63zpQ6QSNRQhkUpVph4WRmzW0zWJO2znZKdVujZ0N0S22u")
}

// subscriptionID is a subscription's id. Stripe always chooses it.
type subscriptionID string

// Schema returns the constraint of a subscription id.
func (subscriptionID) Schema() *schema.Node { return mintedID("sub_", "sub_1MowQVLkdIwHu7ixeRlqHVzs") }

func (id subscriptionID) disclose(_ string, r *Request) { r.Subscription = string(id) }

func mintedID(prefix, example string) *schema.Node {
	return &schema.Node{
		Type: "string", Pattern: "^" + prefix + `[A-Za-z0-9_]+$`,
		Comment: "must be an id that starts with " + prefix, Examples: []any{example},
	}
}

// redirectURL is where Stripe sends the customer afterwards.
type redirectURL string

// Schema returns the constraint of a redirect URL; Check completes it.
func (redirectURL) Schema() *schema.Node { return webAddress() }

// Check finds URLs that only look absolute or are too long for Stripe.
func (u redirectURL) Check() []schema.Problem { return checkWebAddress(string(u)) }

func (u redirectURL) disclose(path string, r *Request) {
	r.Redirects = append(r.Redirects, Redirect{path, string(u)})
}

// withSessionID returns the URL with Stripe's placeholder for the session's id as Stripe wants it. URL libraries escape its
// braces, some its underscores too, and Stripe would then not replace it
// (https://docs.stripe.com/payments/checkout/custom-success-page).
func (u redirectURL) withSessionID() redirectURL {
	escaped := regexp.MustCompile(`(?:\{|%7[Bb])CHECKOUT(?:_|%5[Ff])SESSION(?:_|%5[Ff])ID(?:\}|%7[Dd])`)
	return redirectURL(escaped.ReplaceAllLiteralString(string(u), "{CHECKOUT_SESSION_ID}"))
}

// imageURL is a picture that Stripe shows. It does not send people anywhere, so it discloses nothing.
type imageURL string

// Schema returns the constraint of an image's URL; Check completes it.
func (imageURL) Schema() *schema.Node { return webAddress() }

// Check finds the same faults as for a redirect URL.
func (u imageURL) Check() []schema.Problem { return checkWebAddress(string(u)) }

const urlRule = "must be an absolute URL that starts with https:// or http:// and has at most 5000 characters"

func webAddress() *schema.Node {
	return &schema.Node{Type: "string", Pattern: `^[A-Za-z]+://[^ ]+$`, Comment: urlRule, Examples: []any{"https://example.com/thanks"}}
}

func checkWebAddress(address string) []schema.Problem {
	const longest = 5000 // OpenAPI specification, success_url
	parsed, err := url.Parse(address)
	scheme := ""
	if err == nil {
		scheme = strings.ToLower(parsed.Scheme)
	}
	if err != nil || utf8.RuneCountInString(address) > longest || strings.ContainsFunc(address, unicode.IsSpace) ||
		parsed.Hostname() == "" || scheme != "https" && scheme != "http" {
		return []schema.Problem{{Rule: urlRule + `, e.g. "https://example.com/thanks"`}}
	}
	return nil
}

// email is an e-mail address. The constraint is about as strict as Stripe's.
type email string

const emailRule = "must be an e-mail address of at most 512 characters"

// Schema returns the constraint of an e-mail address (512: OpenAPI specification); Check completes it.
func (email) Schema() *schema.Node {
	return &schema.Node{
		Type: "string", Pattern: `^[^@ ]+@[^@ ]+$`, MaxLength: new(512),
		Comment: emailRule, Examples: []any{"jenny.rosen@example.com"},
	}
}

// Check finds white space of other kinds.
func (e email) Check() []schema.Problem {
	if strings.ContainsFunc(string(e), unicode.IsSpace) {
		return []schema.Problem{{Rule: emailRule + `, e.g. "jenny.rosen@example.com"`}}
	}
	return nil
}

// currency is an ISO 4217 code in any case (https://docs.stripe.com/currencies).
type currency string

// Schema returns the constraint of a currency code.
func (currency) Schema() *schema.Node {
	return &schema.Node{
		Type: "string", Pattern: `^[A-Za-z]{3}$`,
		Comment: "must be a three-letter currency code", Examples: []any{"eur"},
	}
}

// lower returns the code in lower case, as Stripe wants it.
func (c currency) lower() string { return strings.ToLower(string(c)) }

// ownCurrency is the currency of a whole session. It holds for the prices in it that name none.
type ownCurrency currency

// Schema returns the constraint of a currency code.
func (ownCurrency) Schema() *schema.Node { return currency("").Schema() }

func (c ownCurrency) disclose(_ string, r *Request) { r.Currency = currency(c).lower() }

// minorUnits is an amount of money in the currency's minor unit.
type minorUnits int64

// Schema returns the constraint of an amount. Its maximum is what Stripe takes in the currencies that are worth least.
func (minorUnits) Schema() *schema.Node {
	return &schema.Node{
		Type: "integer", Minimum: new(0.0), Maximum: new(999999999999.0),
		Comment: "must be a whole number in the currency's minor unit, not negative and without separators or symbols", Examples: []any{2000},
	}
}

// orderedQuantity is how many units of a price are sold in Checkout: one or more
// (https://docs.stripe.com/api/checkout/sessions/create, line_items.quantity).
type orderedQuantity int64

// Schema returns the constraint of a quantity.
func (orderedQuantity) Schema() *schema.Node { return &schema.Node{Type: "integer", Minimum: new(1.0)} }

// subscribedQuantity is how many units of a price a subscription has. With 0 it costs nothing for now, and Stripe allows that.
type subscribedQuantity int64

// Schema returns the constraint of a quantity.
func (subscribedQuantity) Schema() *schema.Node {
	return &schema.Node{Type: "integer", Minimum: new(0.0)}
}

// pageSize is how many rows a list returns. Stripe would change a wrong number without a word.
type pageSize int64

// defaultPageSize is also Stripe's (https://docs.stripe.com/api/pagination).
const defaultPageSize pageSize = 10

// Schema returns the constraint of a page size.
func (pageSize) Schema() *schema.Node {
	return &schema.Node{Type: "integer", Minimum: new(1.0), Maximum: new(100.0), Default: strconv.AppendInt(nil, int64(defaultPageSize), 10)}
}

// metadata is data that the owner attaches to an object (https://docs.stripe.com/api/metadata).
type metadata map[string]string

const (
	metadataKeys  = 50
	metadataKey   = 40
	metadataValue = 500
)

// Schema returns the part of the constraint that clients understand; Check completes it.
func (metadata) Schema() *schema.Node {
	return &schema.Node{
		Type: "object", AdditionalProperties: &schema.Node{Type: "string"},
		Comment: "must be an object of strings", Examples: []any{map[string]string{"order_id": "6735"}},
	}
}

// Check applies Stripe's limits. The problems do not repeat the keys, because these are the caller's text.
func (m metadata) Check() []schema.Problem {
	var problems []schema.Problem
	add := func(format string, limit int) {
		problems = append(problems, schema.Problem{Rule: fmt.Sprintf(format, limit)})
	}
	if len(m) > metadataKeys {
		add("must have at most %d keys", metadataKeys)
	}
	for key, value := range m {
		if key == "" || utf8.RuneCountInString(key) > metadataKey || strings.ContainsAny(key, "[]") {
			add("each key must be 1 to %d characters without square brackets", metadataKey)
		}
		if utf8.RuneCountInString(value) > metadataValue {
			add("each value must be at most %d characters", metadataValue)
		}
	}
	slices.SortFunc(problems, func(a, b schema.Problem) int { return strings.Compare(a.Rule, b.Rule) })
	return slices.Compact(problems)
}

// choice returns the constraint of a string that is one of values.
func choice(values ...string) *schema.Node {
	enum := make([]any, len(values))
	for i, value := range values {
		enum[i] = value
	}
	return &schema.Node{Type: "string", Enum: enum}
}

// text returns the constraint of free text. A length of 2000 or more goes into Check instead (checkLength): a local engine
// writes the length out as a repetition, and then refuses all tools.
func text(longest int) *schema.Node {
	return &schema.Node{Type: "string", MaxLength: &longest}
}

// checkLength finds text that is too long for Stripe.
func checkLength[T ~string](text T, longest int) []schema.Problem {
	if utf8.RuneCountInString(string(text)) > longest {
		return []schema.Problem{{Rule: fmt.Sprintf("must be at most %d characters", longest)}}
	}
	return nil
}
