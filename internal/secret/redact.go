package secret

import (
	"regexp"
	"strings"
	"sync"
)

// keyShape finds API keys (sk_, rk_, ephemeral ek_) and webhook signing secrets (whsec_); its groups
// are what comes before the part that is secret. The prefixes are those of Stripe's documentation
// ("API keys"); keys older than the test and live prefixes have a long tail right after sk_. A
// masked key, as Stripe's own error texts show it, counts too. A key starts a word or follows an
// escape sequence of a URL, of JSON or of Go, so that "task_test_1" is none. Publishable keys (pk_)
// are meant to be seen. It is compiled when a text first asks for it, as few do.
var keyShape = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // never changes
	return regexp.MustCompile(
		`(` + wordStart + `(?:[sre]k_(?:[a-z]+_)?(?:test|live)_|whsec_))[A-Za-z0-9*•][A-Za-z0-9_*•]*` +
			`|(` + wordStart + `[sr]k_)[A-Za-z0-9]{16,}`)
})

const wordStart = `(?:^|[^A-Za-z0-9]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[a-z])`

// clientSecret finds the client secrets of payment intents, Checkout sessions and their like: an
// id, "_secret_" and a random tail. Only these ids count: "stripe_secret_key" is a name.
var clientSecret = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // never changes
	return regexp.MustCompile(`((?:pi|seti|cs|src|vs|fcsess)_(?:(?:test|live)_)?[A-Za-z0-9]+_secret_)[A-Za-z0-9_]+`)
})

// Redact returns text with everything key-shaped in it cut down to its prefix, such as
// "sk_test_[redacted]" or "pi_123_secret_[redacted]". It goes by shape, in time linear in the
// length of text.
func Redact(text string) string {
	if mayHoldKey(text) {
		text = keyShape().ReplaceAllString(text, "${1}${2}[redacted]")
	}
	if strings.Contains(text, "_secret_") {
		text = clientSecret().ReplaceAllString(text, "${1}[redacted]")
	}
	return text
}

// Looks reports whether text holds something shaped like an API key or a webhook signing secret,
// which has no business in an argument or a file name. Client secrets, which browsers do get, do
// not count.
func Looks(text string) bool {
	return mayHoldKey(text) && keyShape().MatchString(text)
}

// mayHoldKey spares most texts the regular expression, which is a thousand times slower.
func mayHoldKey(text string) bool {
	return strings.Contains(text, "k_") || strings.Contains(text, "whsec_")
}
