package config

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode"

	"stripe-mcp/internal/secret"
)

// findKey ends every message about a key that cannot be used.
const findKey = "the Stripe Dashboard shows secret keys (sk_…) and restricted keys (rk_…) under Developers → API keys"

func keyItself() rule {
	return rule{private: true, set: func(c *Config, value any) error {
		if value == nil {
			value = ""
		}
		text, ok := value.(string)
		if !ok {
			return errors.New("it is not a text; write the key between quotes; " + findKey)
		}
		return c.setKey(text)
	}}
}

func keyInFile() rule {
	return rule{private: true, set: func(c *Config, value any) error {
		text, err := textOf(value)
		if err == nil {
			text, err = cleanPath(text)
		}
		if err != nil {
			// The value stays unseen: people put the key itself here.
			return errors.New("want " + absolute + " of a file that holds nothing but the key")
		}
		data, mode, err := readRegular(text, maxKeyFile)
		if err != nil {
			return err
		}
		if err := checkPrivate(text, mode, 0o077); err != nil {
			return err
		}
		return c.setKey(strings.TrimRight(string(data), "\r\n"))
	}}
}

// keyByCommand takes the command only: it may ask a person, and the start must not wait for that.
func keyByCommand() rule {
	return rule{
		want: "a list of a program and its arguments", example: []string{"op", "read", "op://vault/stripe/key"}, private: true,
		set: func(c *Config, value any) error {
			if text, isText := value.(string); isText { // all that an environment variable can be
				var items []any
				if json.Unmarshal([]byte(text), &items) != nil {
					return errors.New("it is not a list in JSON")
				}
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
	if fault := keyFault(text); fault != "" {
		return errors.New(fault + "; " + findKey)
	}
	c.SecretKey, c.Mode = secret.New(text), modeOf(text)
	return nil
}

func modeOf(key string) Mode {
	if strings.HasPrefix(key, "sk_test_") || strings.HasPrefix(key, "rk_test_") {
		return ModeTest
	}
	return ModeLive
}

// CheckKey returns an error that says why text cannot be a Stripe key, without showing it, or its mode.
func CheckKey(text string) (Mode, error) {
	if fault := keyFault(text); fault != "" {
		return ModeUnknown, errors.New(fault + "; " + findKey)
	}
	return modeOf(text), nil
}

// longestKey is far above any key of Stripe's.
const longestKey = 258

// keyTail returns what follows the beginning of a key that can call the API; Stripe's own sandboxes use the test prefixes
// too (https://docs.stripe.com/keys).
func keyTail(text string) (tail string, isKey bool) {
	for _, prefix := range []string{"sk_test_", "sk_live_", "rk_test_", "rk_live_"} {
		if tail, isKey = strings.CutPrefix(text, prefix); isKey {
			return tail, true
		}
	}
	return text, false
}

// whole says whether text can be the tail of a key. Underscores may occur in it.
func whole(tail string) bool {
	const shortest = 3
	strange := func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}
	return len(tail) >= shortest && !strings.ContainsFunc(tail, strange)
}

// isPlaceholder says whether text is what documentation and examples have where the key's tail goes.
func isPlaceholder(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{"your", "replace", "insert", "changeme", "change_me", "placeholder"} {
		if strings.HasPrefix(text, word) {
			return true
		}
	}
	for _, filler := range []string{".", "x", "*"} {
		if text != "" && strings.Trim(text, filler) == "" {
			return true
		}
	}
	return text == "…" || strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">") || strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]")
}

// keyFault says what is wrong with a key, going by its looks, or returns "".
func keyFault(text string) string {
	tail, isKey := keyTail(text)
	switch {
	case strings.TrimSpace(text) == "":
		return "it is empty"
	case strings.ContainsAny(text[:1]+text[len(text)-1:], "\"'`"):
		return "it has quotes around it that are not part of the key; remove them"
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return "it has a blank or line break in it; copy the key again, in one piece"
	case strings.HasPrefix(text, "pk_"):
		return "it is a publishable key, which is for browsers and cannot do this work"
	case strings.HasPrefix(text, "whsec_"):
		return "it is a webhook signing secret, which cannot call the API"
	case strings.ContainsAny(text, "${}%"):
		return "it is a variable that nothing filled in; write the key itself"
	case isPlaceholder(tail):
		return "it is the placeholder of an example; put your own key in its place"
	case strings.Contains(text, "...") || strings.ContainsAny(text, "…*•"):
		return "it is shortened, as the Dashboard shows keys; reveal the whole key there and copy that"
	case !isKey:
		return "it is not a secret key, which starts with sk_test_, sk_live_, rk_test_ or rk_live_"
	case len(text) > longestKey || !whole(tail):
		return "it starts like a key but is damaged after that; copy the key again, in one piece"
	}
	return ""
}
