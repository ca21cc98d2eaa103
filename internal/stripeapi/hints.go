package stripeapi

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"stripe-mcp/internal/outcome"
)

// hint says what to do next about a failure.
func (c *call) hint(e *outcome.Error, last attempt) string {
	switch {
	case e.Outcome == outcome.Unknown && last.savedError():
		return "It may have happened. Stripe keeps an internal error as its answer to this request, so repeating it tells nothing: " +
			"look whether the object exists (list, get or the Dashboard). If it does not, call again: that is a new operation"
	case e.Outcome == outcome.Unknown && last.trouble == misshapen:
		return "It has most likely happened: look" + at(fit(last.object.ID)) + " in the Dashboard. " + c.again()
	case e.Outcome == outcome.Unknown:
		return "It may have happened. " + c.again()
	case e.Outcome == outcome.PendingApproval:
		return "Nothing has happened yet: a person has to approve this in the Stripe Dashboard" + at(e.ApprovalURL)
	case last.trouble == noTurn:
		return "Make fewer calls at once, or raise rate_limit in the configuration if Stripe allows this account more"
	case last.refusal == nil && !last.sent:
		return "Nothing was sent. Check the network, and proxy, ca_file and api_base in the configuration"
	case last.trouble == misshapen:
		return "Nothing was changed. Look at it in the Dashboard; a newer version of stripe-mcp may understand it"
	case last.refusal == nil && last.trouble == noAnswer:
		return "Nothing was changed. Stripe or the network is slow: call again"
	case last.refusal == nil:
		return "Nothing was changed. Check proxy and api_base in the configuration, then call again"
	}
	if advice := c.adviceFor(e, last); advice != "" {
		return advice
	}
	if c.effect != Reads {
		return "Nothing was changed"
	}
	return ""
}

// again says what calling again does after an unknown outcome.
func (c *call) again() string {
	if c.intent == nil {
		return "Call again with the same arguments: repeating it does no harm"
	}
	until := "until " + c.intent.Expires().UTC().Format(time.RFC3339)
	if !c.intent.Durable() {
		until = "as long as this server runs, and " + until + " at the longest,"
	}
	same := "Call again with exactly the same arguments: " + until + " that carries the same idempotency key, so Stripe "
	if c.changes() {
		return same + "does it once" + c.another()
	}
	return same + "answers with the one object instead of making another" + c.another()
}

// ReplaceKey is the advice about a key that Stripe does not know any more.
const ReplaceKey = "Stripe does not accept the configured key. Put a current secret or restricted key (" + keysPage + ") into the configuration"

const keysPage = "Dashboard > Developers > API keys"

// adviceFor returns advice for those of Stripe's refusals that cost people the most time, or "".
func (c *call) adviceFor(e *outcome.Error, last attempt) string {
	message := strings.ToLower(e.Message)
	says := func(text string) bool { return strings.Contains(message, text) }
	switch {
	case last.status == http.StatusUnauthorized || last.status == http.StatusForbidden:
		return c.keyAdvice(e, last.status, says)
	case last.status == http.StatusTooManyRequests:
		return "Too many requests or a busy object, and nothing was changed. Wait a few seconds, then call again"
	case otherMode(e, says):
		return otherModeAdvice
	case says("no configuration provided"):
		return "The customer portal was never set up. Save its settings once in the Dashboard under Settings > Billing > Customer portal (test and live mode each), then call again"
	case says("no attached payment source"), says("no default payment method"):
		return "Use payment_behavior default_incomplete and have the customer pay at the subscription's hosted_invoice_url, " +
			"or create a Checkout session in subscription mode instead"
	case metered(e.Message):
		return "Nothing was changed. The price is metered: leave quantity out for it"
	case e.Code == "resource_missing" && e.Param == "starting_after":
		return "The object that starting_after names is gone. Start again without starting_after"
	case otherKind(message) != "":
		return otherKind(message)
	case e.Code == "resource_missing" && last.status == http.StatusNotFound:
		return "Check the id, and that it belongs to this account and mode; list tools and the Dashboard show what exists"
	case e.Code == "resource_missing":
		return "Nothing was changed. The object named in param does not exist in this account and mode; create it or use another id"
	case e.Type == "card_error":
		return "Nothing was changed. " + cardAdvice(e)
	}
	return ""
}

// cardAdvice says who can do something about a card that was not charged (https://docs.stripe.com/error-codes,
// https://docs.stripe.com/declines/codes).
func cardAdvice(e *outcome.Error) string {
	for _, code := range []string{e.Code, e.DeclineCode} {
		switch code {
		case "authentication_required", "subscription_payment_intent_requires_action", "payment_intent_action_required", "payment_intent_authentication_failure":
			return "The customer has to confirm the payment. Use payment_behavior default_incomplete and have them pay at the subscription's hosted_invoice_url, " +
				"or create a Checkout session in subscription mode instead"
		case "expired_card", "incorrect_number", "invalid_number", "incorrect_cvc", "invalid_cvc", "incorrect_zip", "incorrect_address",
			"invalid_expiry_month", "invalid_expiry_year", "card_not_supported", "currency_not_supported":
			return "The card's data are wrong or out of date, or the card is not meant for this: the customer has to store another one, as in the billing portal"
		}
	}
	if passes(e) {
		return "The card could not be charged just now. Call again in a few minutes"
	}
	return "The bank refused the card; the customer has to use another payment method or talk to the bank"
}

// passes reports whether the same card may be charged a little later.
func passes(e *outcome.Error) bool {
	again := []string{"processing_error", "try_again_later", "issuer_not_available", "reenter_transaction"}
	return e.Type == "card_error" && (slices.Contains(again, e.Code) || slices.Contains(again, e.DeclineCode))
}

// metered reports whether Stripe's message says that a metered price takes no quantity.
func metered(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "quantity") && strings.Contains(message, "metered")
}

// RefusesQuantity reports whether Stripe refused a request because a metered price takes no quantity. Nothing was made then.
func RefusesQuantity(err error) bool {
	e := outcome.As(err)
	return e != nil && e.Outcome == outcome.Failed && e.Status == http.StatusBadRequest && metered(e.Message)
}

// otherKind returns advice about "No such price: 'prod_1'" and the like, where the id shows that it is of another kind. It
// returns "" where it does not.
func otherKind(message string) string {
	_, rest, found := strings.Cut(message, "no such ")
	wanted, id, quoted := strings.Cut(rest, ": '")
	prefix, _, _ := strings.Cut(id, "_")
	kinds := map[string]string{
		"ch": "charge", "cs": "checkout session", "cus": "customer", "in": "invoice", "pi": "payment intent", "pm": "payment method", "price": "price",
		"prod": "product", "re": "refund", "si": "subscription item", "sub": "subscription",
	}
	wanted = strings.NewReplacer(".", " ", "_", " ", "plan", "price", "paymentmethod", "payment method").Replace(wanted)
	is := kinds[prefix]
	for known, kind := range kinds {
		if found && quoted && kind == wanted && is != "" && is != wanted {
			return "That is the id of a " + is + ", and the id of a " + wanted + " (" + known + "_…) is needed. Nothing was changed"
		}
	}
	return ""
}

const otherModeAdvice = "The id belongs to the other mode than the configured key. Use an id from the same mode, or the key of the other one"

func otherMode(e *outcome.Error, says func(string) bool) bool {
	return e.Code == "livemode_mismatch" || says("similar object exists in live mode") || says("similar object exists in test mode")
}

// keyAdvice returns advice about a key that Stripe refused (https://docs.stripe.com/error-codes), or "".
func (c *call) keyAdvice(e *outcome.Error, status int, says func(string) bool) string {
	switch {
	case limitedToAddresses(e):
		return "The key works only from the addresses in its list, and this machine's address is not in it. " +
			"Add the address in the Dashboard under Developers > API keys, at this key. The key itself is good"
	case e.Code == "platform_api_key_expired":
		return "The Connect platform that gave this key out has let it expire. Get a current one there, or use a key from your own " + keysPage
	case e.Code == "secret_key_required", says("publishable api key"):
		return "The configured key is a publishable one (pk_). Put a secret or restricted key (" + keysPage + ") into the configuration"
	case says("did not provide an api key"):
		return "The key did not reach Stripe. Check whether proxy or api_base in the configuration names something that removes the Authorization header"
	case e.Code == "platform_account_required", says("only stripe connect platforms"):
		return "The key's account is no Connect platform, so it cannot work for another account. " +
			"Remove " + cmp.Or(c.acting, "stripe_account") + " from the configuration, or use the platform's key"
	case e.Code == "account_invalid", says("does not have access to account"):
		return noAccess(c.acting)
	case otherMode(e, says):
		return otherModeAdvice
	case e.Code == "testmode_charges_only", says("cannot currently make live charges"):
		return "The account is not activated for live payments. Complete its profile in the Dashboard, or use a test key"
	case status == http.StatusUnauthorized:
		return ReplaceKey
	case says("permission"):
		return "The restricted key lacks this permission. Edit the key in the Dashboard under Developers > API keys and add " + permission(e.Message)
	}
	return ""
}

// noAccess is the advice about a key that has no access to the account that acting names, a key of the configuration.
func noAccess(acting string) string {
	switch acting {
	case "":
		return "The key has no access to its own account: the account may be closed, or the key withdrawn. Look at both in the Dashboard"
	case actingContext:
		return "The key has no access to the account to act for. Check stripe_context in the configuration, " +
			"and that the key is of the same mode and of the organisation or platform that has this account"
	}
	return "The key has no access to the connected account. Check stripe_account in the configuration, that the key is the platform's and of the same mode, " +
		"and that the account is still connected"
}

// limitedToAddresses reports whether a key was refused because of this machine's address.
func limitedToAddresses(e *outcome.Error) bool {
	words := strings.FieldsFunc(strings.ToLower(e.Message), func(r rune) bool { return !unicode.IsLetter(r) })
	about := slices.Contains(words, "ip") || slices.Contains(words, "ips")
	return strings.HasPrefix(e.Code, "ip_") || about && slices.ContainsFunc(words, func(word string) bool {
		return strings.HasPrefix(word, "address") || strings.HasPrefix(word, "allow") || word == "permitted"
	})
}

// at names a place, where it is known.
func at(place string) string {
	if place == "" {
		return ""
	}
	return " at " + place
}

// permission returns the name of the missing permission if Stripe's message holds it. Stripe writes "Having the 'rak_…'
// permission" or, later, "Enabling "Prices Read" ('plan_read') permissions".
func permission(message string) string {
	if _, rest, found := strings.Cut(message, `Enabling "`); found {
		if name, _, ended := strings.Cut(rest, `"`); ended {
			return name
		}
	}
	start := strings.Index(message, "rak_")
	if start < 0 {
		return "the permission that the message names"
	}
	name := message[start:]
	if end := strings.IndexFunc(name, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }); end >= 0 {
		name = name[:end]
	}
	return name
}
