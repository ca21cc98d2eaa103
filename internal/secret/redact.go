package secret

import (
	"regexp"
	"strings"
	"sync"
)

// keyShape finds API keys (sk_, rk_, ephemeral ek_) and webhook signing secrets (whsec_). Its groups
// hold the part that is not secret. The prefixes come from Stripe's documentation ("API keys").
// Older keys have no test or live prefix, but a long tail right after sk_. A masked key counts too,
// as Stripe's own error texts show it. A key starts a word, or follows an escape sequence of a URL,
// of JSON or of Go. So "task_test_1" is not a key. Publishable keys (pk_) are not secret. The
// expression is compiled when a text first needs it, because few do.
var keyShape = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // never changes
	return regexp.MustCompile(
		`(` + wordStart + `(?:[sre]k_(?:[a-z]+_)?(?:test|live)_|whsec_))[A-Za-z0-9*•][A-Za-z0-9_*•]*` +
			`|(` + wordStart + `[sr]k_)[A-Za-z0-9]{16,}`)
})

const wordStart = `(?:^|[^A-Za-z0-9]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[a-z])`

// clientSecret finds client secrets, such as those of payment intents and Checkout sessions. One is
// an id, "_secret_" and a random tail. Only these ids count: "stripe_secret_key" is just a name.
var clientSecret = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // never changes
	return regexp.MustCompile(`((?:pi|seti|cs|src|vs|fcsess)_(?:(?:test|live)_)?[A-Za-z0-9]+_secret_)[A-Za-z0-9_]+`)
})

// Redact returns text with everything key-shaped cut down to its prefix, such as
// "sk_test_[redacted]" or "pi_123_secret_[redacted]". It looks only at the shape. Its time is linear
// in the length of text.
func Redact(text string) string {
	if mayHoldKey(text) {
		text = keyShape().ReplaceAllString(text, "${1}${2}[redacted]")
	}
	if strings.Contains(text, "_secret_") {
		text = clientSecret().ReplaceAllString(text, "${1}[redacted]")
	}
	return text
}

// Looks reports whether text holds something shaped like an API key or a webhook signing secret.
// These do not belong in an argument or a file name. Client secrets do not count, because browsers
// get them.
func Looks(text string) bool {
	return mayHoldKey(text) && keyShape().MatchString(text)
}

// mayHoldKey keeps most texts away from the regular expression, which is a thousand times slower.
func mayHoldKey(text string) bool {
	return strings.Contains(text, "k_") || strings.Contains(text, "whsec_")
}
