package config

import (
	"context"
	"encoding/json"
	"strings"

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
		want: absolute + " of a file that holds nothing but the key", example: "/home/you/stripe-key", private: true,
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
			return c.setKey(strings.TrimRight(string(data), "\r\n"))
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
			c.fetch = func(ctx context.Context) (string, error) { return output(ctx, argv) }
			return nil
		},
	}
}

// setKey takes text as the key, or says why it cannot be one, without showing it.
func (c *Config) setKey(text string) error {
	mode, err := CheckKey(text)
	if err != nil {
		return err
	}
	c.SecretKey, c.Mode = secret.New(text), mode
	return nil
}

// CheckKey returns the mode of a Stripe key, or an error that says why text cannot be one, without showing it.
func CheckKey(text string) (Mode, error) {
	if fault := keyFault(text); fault != "" {
		return ModeUnknown, hint.Errorf(findKey, "%s", fault)
	}
	if strings.HasPrefix(text, "sk_test_") || strings.HasPrefix(text, "rk_test_") || strings.HasPrefix(text, sandboxKey) {
		return ModeTest, nil
	}
	return ModeLive, nil
}

// keyFault says what is wrong with a key, going by its looks, or returns "". It runs at each start, so it does without a
// regular expression, which would take a millisecond and a megabyte to compile.
func keyFault(text string) string {
	const shortest, longest = 3, 250 // of what follows the prefix
	rest, known := text, false
	// Keys of Stripe's sandboxes start with test, too (https://docs.stripe.com/keys).
	for _, prefix := range []string{"sk_test_", "sk_live_", "rk_test_", "rk_live_", sandboxKey} {
		if tail, found := strings.CutPrefix(text, prefix); found {
			rest, known = tail, true
		}
	}
	switch {
	case strings.TrimSpace(text) == "":
		return "it is empty"
	case strings.HasPrefix(text, "pk_"):
		return "it is a publishable key, which is for browsers"
	case strings.ContainsAny(text, "${}%"):
		return "it is a variable that was not filled in"
	case !known:
		return "it does not start as secret keys do, with sk_test_, sk_live_, rk_test_, rk_live_ or rkcs_test_"
	case len(rest) < shortest, len(rest) > longest, !plain.Only(rest, "_"):
		return "it is damaged or cut short"
	}
	return ""
}

// Restricted reports whether a key is a restricted one, which can do what its owner chose (https://docs.stripe.com/keys).
func Restricted(key secret.Secret) bool {
	return strings.HasPrefix(key.Reveal(), "rk_") || strings.HasPrefix(key.Reveal(), sandboxKey)
}

// sandboxKey begins the restricted keys that Stripe gives out for a sandbox without an account.
const sandboxKey = "rkcs_test_"

// KindOf returns what Stripe calls a key of this kind.
func KindOf(key secret.Secret) string {
	if Restricted(key) {
		return "restricted key"
	}
	return "secret key"
}
