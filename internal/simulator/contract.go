package simulator

import (
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// contract names every parameter that an object may have. Any other one is unknown.
type contract map[string]field

type field struct {
	rule      rule
	required  bool
	clearable bool // an empty value unsets it
}

// rule checks a parameter that is there and not empty. Its name is spelt as Stripe spells it: items[0][price].
type rule func(a *Account, sent any, name string) error

func must(r rule) field      { return field{rule: r, required: true} }
func may(r rule) field       { return field{rule: r} }
func clearable(r rule) field { return field{rule: r, clearable: true} }

// with returns the contract extended by another.
func (all contract) with(other contract) contract {
	both := maps.Clone(all)
	maps.Copy(both, other)
	return both
}

func (all contract) check(a *Account, sent Object, prefix string) error {
	var strange []string
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if _, ok := all[name]; !ok {
			strange = append(strange, nested(prefix, name))
		}
	}
	if len(strange) > 0 {
		return unknown(strange)
	}
	// What was sent comes first: a mode that is not simulated, for one, need not have what the others must have.
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if err := all[name].check(a, sent[name], nested(prefix, name)); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if sent[name] == nil && all[name].required {
			return absent(nested(prefix, name))
		}
	}
	return nil
}

func (f field) check(a *Account, sent any, name string) error {
	switch {
	case sent == nil && f.required:
		return absent(name)
	case sent == nil, sent == "" && f.clearable:
		return nil
	case sent == "":
		return invalid(name, "parameter_invalid_empty", emptyString, name)
	}
	return f.rule(a, sent, name)
}

func nested(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "[" + name + "]"
}

func text(longest int) rule {
	return func(_ *Account, sent any, name string) error {
		s, isText := sent.(string)
		switch {
		case !isText:
			return invalid(name, "", "Invalid string: an object was given")
		case utf8.RuneCountInString(s) > longest:
			return invalid(name, "", "Invalid string: must be at most %d characters", longest)
		}
		return nil
	}
}

// ref is the id of an object that is there.
func ref(kind string) rule {
	return func(a *Account, sent any, name string) error {
		id, _ := sent.(string)
		if a.find(kind, id) == nil {
			return missing(kind, id, name)
		}
		return nil
	}
}

// matching is text that also passes a test.
func matching(longest int, code, message string, passes func(string) bool) rule {
	length := text(longest)
	return func(a *Account, sent any, name string) error {
		if err := length(a, sent, name); err != nil {
			return err
		}
		if s, _ := sent.(string); !passes(s) {
			return invalid(name, code, "%s", message)
		}
		return nil
	}
}

func webAddress() rule {
	return matching(5000, "url_invalid", "Not a valid URL", func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
	})
}

func email() rule { return matching(512, "email_invalid", "Invalid email address", ValidEmail) }

// ValidEmail tells whether Stripe takes a text for an e-mail address.
func ValidEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.Contains(s[strings.LastIndex(s, "@"):], ".")
}

func oneOf(values ...string) rule {
	return func(_ *Account, sent any, name string) error {
		if s, _ := sent.(string); !slices.Contains(values, s) {
			return invalid(name, "", "Invalid %s: must be one of %s", name, strings.Join(values, ", "))
		}
		return nil
	}
}

func boolean() rule { return oneOf("true", "false") }

func integer(lowest, highest int64) rule {
	return func(_ *Account, sent any, name string) error {
		s, _ := sent.(string)
		n, err := strconv.ParseInt(s, 10, 64)
		switch {
		case err != nil:
			return invalid(name, "parameter_invalid_integer", "Invalid integer")
		case n < lowest:
			return invalid(name, "parameter_invalid_integer", "This value must be greater than or equal to %d.", lowest)
		case n > highest:
			return invalid(name, "parameter_invalid_integer", "This value must be less than or equal to %d.", highest)
		}
		return nil
	}
}

func fields(all contract) rule {
	return func(a *Account, sent any, name string) error {
		if asObject(sent) == nil {
			return invalid(name, "", "Invalid object")
		}
		return all.check(a, asObject(sent), name)
	}
}

func list(most int, element rule) rule {
	return func(a *Account, sent any, name string) error {
		elements := elements(sent)
		switch {
		case len(elements) == 0 || len(elements) < len(asObject(sent)):
			return invalid(name, "", "Invalid array")
		case len(elements) > most:
			return invalid(name, "", "Too many elements: %s can have up to %d", name, most)
		}
		for i, e := range elements {
			if err := must(element).check(a, e, fmt.Sprintf("%s[%d]", name, i)); err != nil {
				return err
			}
		}
		return nil
	}
}

// metadata has Stripe's limits: 50 keys of 40 characters, with values of 500. A bracket in a key never gets this far.
func metadata() rule {
	return func(a *Account, sent any, name string) error {
		values := asObject(sent)
		switch {
		case values == nil:
			return invalid(name, "", "Invalid object")
		case len(values) > 50:
			return invalid(name, "", "Metadata can have up to 50 keys, but you passed in %d.", len(values))
		}
		for _, key := range slices.Sorted(maps.Keys(values)) {
			if utf8.RuneCountInString(key) > 40 {
				return invalid(name, "", "Metadata keys can have up to 40 characters.")
			}
			if text(500)(a, values[key], key) != nil {
				return invalid(nested(name, key), "", "Metadata values are strings of up to 500 characters.")
			}
		}
		return nil
	}
}
