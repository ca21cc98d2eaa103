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
type rule func(a *Account, p *params, name string) error

func must(r rule) field      { return field{rule: r, required: true} }
func may(r rule) field       { return field{rule: r} }
func clearable(r rule) field { return field{rule: r, clearable: true} }

// with returns the contract extended by another.
func (all contract) with(other contract) contract {
	both := maps.Clone(all)
	maps.Copy(both, other)
	return both
}

func (all contract) check(a *Account, p *params, prefix string) error {
	var unknown []string
	for _, name := range p.names() {
		if _, ok := all[name]; !ok {
			unknown = append(unknown, nested(prefix, name))
		}
	}
	if len(unknown) > 0 {
		return invalid(unknown[0], "parameter_unknown", "Received unknown parameter: %s", strings.Join(unknown, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := all[name].check(a, p.at(name), nested(prefix, name)); err != nil {
			return err
		}
	}
	return nil
}

func (f field) check(a *Account, p *params, name string) error {
	switch {
	case p == nil && f.required:
		return absent(name)
	case p == nil:
		return nil
	case p.children == nil && p.value == "" && f.clearable:
		return nil
	case p.children == nil && p.value == "":
		return invalid(name, "parameter_invalid_empty", emptyString, name)
	}
	return f.rule(a, p, name)
}

func nested(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "[" + name + "]"
}

func text(longest int) rule {
	return func(_ *Account, p *params, name string) error {
		switch {
		case p.children != nil:
			return invalid(name, "", "Invalid string: an object was given")
		case utf8.RuneCountInString(p.value) > longest:
			return invalid(name, "", "Invalid string: must be at most %d characters", longest)
		}
		return nil
	}
}

// ref is the id of an object that is there.
func ref(kind string) rule {
	return func(a *Account, p *params, name string) error {
		if a.find(kind, p.value) == nil {
			return missing(kind, p.value, name)
		}
		return nil
	}
}

// matching is text that also passes a test.
func matching(longest int, code, message string, passes func(string) bool) rule {
	length := text(longest)
	return func(a *Account, p *params, name string) error {
		if err := length(a, p, name); err != nil {
			return err
		}
		if !passes(p.value) {
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
	return err == nil && a.Address == s && utf8.RuneCountInString(s) <= 512 && strings.Contains(s[strings.LastIndex(s, "@"):], ".")
}

func oneOf(values ...string) rule {
	return func(_ *Account, p *params, name string) error {
		if p.children != nil || !slices.Contains(values, p.value) {
			return invalid(name, "", "Invalid %s: must be one of %s", name, strings.Join(values, ", "))
		}
		return nil
	}
}

func boolean() rule { return oneOf("true", "false") }

func integer(lowest, highest int64) rule {
	return func(_ *Account, p *params, name string) error {
		n, err := strconv.ParseInt(p.value, 10, 64)
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
	return func(a *Account, p *params, name string) error {
		if p.children == nil {
			return invalid(name, "", "Invalid object")
		}
		return all.check(a, p, name)
	}
}

func list(most int, element rule) rule {
	return func(a *Account, p *params, name string) error {
		elements := p.elements()
		switch {
		case len(elements) == 0 || len(elements) < len(p.children):
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
	return func(a *Account, p *params, name string) error {
		switch {
		case p.children == nil:
			return invalid(name, "", "Invalid object")
		case len(p.children) > 50:
			return invalid(name, "", "Metadata can have up to 50 keys, but you passed in %d.", len(p.children))
		}
		for _, key := range p.names() {
			if utf8.RuneCountInString(key) > 40 {
				return invalid(name, "", "Metadata keys can have up to 40 characters.")
			}
			if text(500)(a, p.at(key), key) != nil {
				return invalid(nested(name, key), "", "Metadata values are strings of up to 500 characters.")
			}
		}
		return nil
	}
}
