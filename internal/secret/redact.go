package secret

import (
	"iter"
	"regexp"
	"strings"
	"sync"
)

// keyShape finds API keys: secret (sk_), restricted (rk_), those of a sandbox without an account
// (rkcs_) and ephemeral (ek_). It also finds webhook signing secrets (whsec_), and keys that are
// never for this program (mk_, oak_). Its groups hold the part that is not secret. The prefixes come
// from Stripe's documentation ("API keys"). Older keys have no test or live prefix, but a long tail
// right after sk_. A masked key counts too, as Stripe's own error texts show it. A key starts a word,
// or follows an escape sequence of a URL, of JSON or of Go. So "task_test_1" is not a key. Publishable
// keys (pk_) are not secret. The expression is compiled when a text first needs it, because few do.
var keyShape = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // never changes
	return regexp.MustCompile(
		`(` + wordStart + `(?:sk|rk|ek|rkcs)_(?:[a-z]+_)?(?:test|live)_)[A-Za-z0-9*•][A-Za-z0-9_*•]*` +
			`|(` + wordStart + `(?:whsec|mk|oak|sk_org)_)[A-Za-z0-9_*•]{16,}` +
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
	if !mayHoldKey(text) && !strings.Contains(text, clientMark) {
		return text
	}
	var redacted strings.Builder
	redacted.Grow(len(text))
	for piece := range pieces(text) {
		if mayHoldKey(piece) {
			piece = keyShape().ReplaceAllString(piece, "${1}${2}${3}[redacted]")
		}
		if strings.Contains(piece, clientMark) {
			piece = clientSecret().ReplaceAllString(piece, "${1}[redacted]")
		}
		_, _ = redacted.WriteString(piece) // never fails
	}
	return redacted.String()
}

// Looks reports whether text holds something shaped like an API key or a webhook signing secret.
// These do not belong in an argument or a file name. Client secrets do not count, because browsers
// get them.
func Looks(text string) bool {
	if !mayHoldKey(text) {
		return false
	}
	for piece := range pieces(text) {
		if mayHoldKey(piece) && keyShape().MatchString(piece) {
			return true
		}
	}
	return false
}

// clientMark stands in every client secret.
const clientMark = "_secret_"

// pieces takes text apart behind characters that stand in no secret. Of a long text, most pieces
// then need no regular expression.
func pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(text) > 0 {
			end := strings.IndexAny(text, " \"\n") + 1
			if end == 0 {
				end = len(text)
			}
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
	}
}

// mayHoldKey keeps most texts away from the regular expression, which is a thousand times slower.
func mayHoldKey(text string) bool {
	return strings.Contains(text, "k_") || strings.Contains(text, "whsec_") || strings.Contains(text, "rkcs_")
}
