package config

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/plain"
	"stripe-mcp/internal/secret"
)

// findKey is the next step after every fault of a key.
const findKey = "copy the whole key from the Stripe Dashboard, Developers > API keys"

func keyItself() rule {
	return rule{private: true, set: func(c *Config, value any) error {
		text, ok := value.(string)
		if !ok && value != nil {
			return hint.Errorf("write the key between quotes", "it is not a text")
		}
		return c.setKey(text)
	}}
}

func keyInFile() rule {
	return rule{
		want: absolute() + " of a file that holds nothing but the key", example: wholePath("stripe-key"), private: true,
		set: func(c *Config, value any) error {
			text, err := textOf(value)
			if err == nil {
				text, err = cleanPath(text)
			}
			if err != nil {
				return err
			}
			data, err := readNamed(text, maxKeyFile, local.OthersUse)
			if err != nil {
				return err
			}
			return c.setKey(string(data))
		},
	}
}

// keyByCommand takes the command only: it may ask a person, and the start must not wait for that.
func keyByCommand() rule {
	return rule{
		want: "a list of a program and its arguments", example: `["op", "read", "op://vault/stripe/key"]`, private: true,
		set: func(c *Config, value any) error {
			if text, isText := value.(string); isText { // all that an environment variable can be
				var items []any
				_ = json.Unmarshal([]byte(text), &items)
				value = items
			}
			items, _ := value.([]any)
			argv := make([]string, 0, len(items))
			for _, item := range items {
				text, isText := item.(string)
				if !isText {
					return errKind
				}
				argv = append(argv, text)
			}
			if len(argv) == 0 || argv[0] == "" {
				return errKind
			}
			if err := checkEscapes(argv[0]); err != nil {
				return err
			}
			c.fetch = func(ctx context.Context) (string, error) { return output(ctx, argv) }
			return nil
		},
	}
}

// Bare returns a key without what editors and shells put around it.
func Bare(text string) string { return strings.TrimSpace(decoded(text)) }

// decoded returns text without a byte-order mark, and as UTF-8 where that says that it is UTF-16. Windows PowerShell writes
// both into files and pipes.
func decoded(text string) string {
	without, _, err := transform.Bytes(utf.BOMOverride(transform.Nop), []byte(text))
	if err != nil {
		return text
	}
	return string(without)
}

// setKey takes text as the key, or says why it cannot be one, without showing it.
func (c *Config) setKey(text string) error {
	text = Bare(text)
	mode, err := checkKey(text)
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(text, organisationKey) && c.StripeContext == "":
		return hint.Errorf("set "+stripeContext+" in the configuration to the id of the account to act for, such as acct_1MadeUp",
			"an organisation key (%s…) needs %s, because it stands for no account by itself", organisationKey, stripeContext)
	}
	c.SecretKey, c.Mode = secret.New(text), mode
	return nil
}

// Accept returns the configuration with a key, or an error that says why that key cannot be used here, without showing it.
func (c Config) Accept(key secret.Secret) (Config, error) {
	c.fetch = nil
	err := c.setKey(key.Reveal())
	if err == nil && !c.liveHost() {
		err = fmt.Errorf("%s: %w", apiBase, errLiveHost())
	}
	return c, err
}

// The beginnings of keys that are no plain secret or restricted ones.
const (
	sandboxKey      = "rkcs_test_" // a restricted key of a sandbox without an account
	organisationKey = "sk_org_"    // a key to all accounts of an organisation, restricted or not
)

// checkKey returns the mode of a Stripe key, or an error that says why text cannot be one, without showing it.
func checkKey(text string) (Mode, error) {
	if fault := keyFault(text); fault != "" {
		return ModeUnknown, hint.Errorf(findKey, "%s", fault)
	}
	// Keys of Stripe's sandboxes start with test, too (https://docs.stripe.com/keys).
	for _, prefix := range []string{"sk_test_", "rk_test_", sandboxKey, organisationKey + "test_"} {
		if strings.HasPrefix(text, prefix) {
			return ModeTest, nil
		}
	}
	return ModeLive, nil
}

// keyFault says what is wrong with a key, going by its looks, or returns "". It runs at each start, so it does without a
// regular expression, which would take a millisecond and a megabyte to compile.
func keyFault(text string) string {
	const shortest, longest = 3, 250 // of what follows the prefix
	rest, known := text, false
	// The longer prefixes come first, so that a bare "sk_org_test_" is cut short.
	for _, prefix := range []string{"sk_test_", "sk_live_", "rk_test_", "rk_live_", sandboxKey, organisationKey + "test_", organisationKey + "live_", organisationKey} {
		if tail, found := strings.CutPrefix(text, prefix); found && !known {
			rest, known = tail, true
		}
	}
	switch {
	case strings.TrimSpace(text) == "":
		return "it is empty"
	case strings.HasPrefix(text, "pk_"):
		return "it is a publishable key, which is for browsers"
	case strings.HasPrefix(text, "mk_"), strings.HasPrefix(text, "oak_"), strings.HasPrefix(text, "ek_"):
		return "it is a key for another purpose, with which this API cannot be called"
	case strings.HasPrefix(text, "whsec_"):
		return "it is a webhook signing secret, which is no API key"
	case strings.ContainsAny(text, "${}%"):
		return "it is a variable that was not filled in"
	case strings.Contains(text, "\x00"):
		return "it has a zero byte in it, as UTF-16 without a byte-order mark has: save it as UTF-8"
	case !known:
		return "it does not start as secret keys do, with sk_test_, sk_live_, rk_test_, rk_live_, rkcs_test_ or sk_org_"
	case len(rest) < shortest, len(rest) > longest, !plain.Only(rest, "_"):
		return "it is damaged or cut short"
	}
	return ""
}

// Restricted reports whether a key may be a restricted one, which can do what its owner chose (https://docs.stripe.com/keys).
func Restricted(key secret.Secret) bool {
	text := key.Reveal()
	return strings.HasPrefix(text, "rk_") || strings.HasPrefix(text, sandboxKey) || strings.HasPrefix(text, organisationKey)
}

// ActsFor says for which account calls act, if not for the key's own.
func (c Config) ActsFor() string {
	for _, account := range []string{c.StripeAccount, c.StripeContext} {
		if account != "" {
			return " that acts for " + account
		}
	}
	return ""
}

// KindOf returns what Stripe calls a key of this kind, with its article.
func KindOf(key secret.Secret) string {
	switch {
	case strings.HasPrefix(key.Reveal(), organisationKey):
		return "an organisation key"
	case Restricted(key):
		return "a restricted key"
	}
	return "a secret key"
}
