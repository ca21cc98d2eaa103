package stripeapi

import (
	"net/http"
	"strings"
	"time"

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
	if advice := adviceFor(e, last); advice != "" {
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
	return "Call again with exactly the same arguments: " + until +
		" that carries the same idempotency key, so Stripe answers with the one object instead of making another. " +
		"To make another on purpose, " + different
}

// ReplaceKey is the advice about a key that Stripe does not know any more.
const ReplaceKey = "Stripe does not accept the configured key. Put a current secret or restricted key (" + keysPage + ") into the configuration"

const keysPage = "Dashboard > Developers > API keys"

// adviceFor returns advice for those of Stripe's refusals that cost people the most time, or "".
func adviceFor(e *outcome.Error, last attempt) string {
	message := strings.ToLower(e.Message)
	says := func(text string) bool { return strings.Contains(message, text) }
	switch {
	case last.status == http.StatusUnauthorized || last.status == http.StatusForbidden:
		return keyAdvice(e, last.status, says)
	case last.status == http.StatusTooManyRequests:
		return "Too many requests or a busy object, and nothing was changed. Wait a few seconds, then call again"
	case otherMode(e, says):
		return otherModeAdvice
	case says("no configuration provided"):
		return "The customer portal was never set up. Save its settings once in the Dashboard under Settings > Billing > Customer portal (test and live mode each), then call again"
	case says("no attached payment source"), says("no default payment method"):
		return "Use payment_behavior default_incomplete and have the customer pay at the subscription's hosted_invoice_url, " +
			"or create a Checkout session in subscription mode instead"
	case e.Code == "resource_missing" && last.status == http.StatusNotFound:
		return "Check the id, and that it belongs to this account and mode; list tools and the Dashboard show what exists"
	case e.Code == "resource_missing":
		return "Nothing was changed. The object named in param does not exist in this account and mode; create it or use another id"
	case e.Type == "card_error":
		return "Nothing was changed. The bank refused the card; the customer has to use another payment method or talk to the bank"
	}
	return ""
}

const otherModeAdvice = "The id belongs to the other mode than the configured key. Use an id from the same mode, or the key of the other one"

func otherMode(e *outcome.Error, says func(string) bool) bool {
	return e.Code == "livemode_mismatch" || says("similar object exists in live mode") || says("similar object exists in test mode")
}

// keyAdvice returns advice about a key that Stripe refused (https://docs.stripe.com/error-codes), or "".
func keyAdvice(e *outcome.Error, status int, says func(string) bool) string {
	switch {
	case says("your ip address"):
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
			"Remove stripe_account from the configuration, or use the platform's key"
	case e.Code == "account_invalid", says("does not have access to account"):
		return "The key has no access to the connected account. Check stripe_account in the configuration, that the key is the platform's and of the same mode, " +
			"and that the account is still connected"
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
