package simulator

import (
	_ "embed" // for what Stripe knows
	"errors"
	"regexp"
	"slices"
	"strings"
)

// stripes is what the real Stripe knows, one item a line: a call with its parameters (of the calls that are simulated),
// or EXPAND with a type of object and what can be expanded in it.
//
//go:embed stripe.txt
var stripes string

// known finds the names that Stripe has in a line. {id} stands for one segment of the path.
func known(method, path string) (names []string, found bool) {
	segments := strings.Split(path, "/")
	for line := range strings.Lines(stripes) {
		words := strings.Fields(line)
		if words[0] == method && slices.EqualFunc(strings.Split(words[1], "/"), segments, func(want, got string) bool {
			return want == got || want == "{id}" && got != ""
		}) {
			return words[2:], true
		}
	}
	return nil, false
}

// notSimulated is the answer to what Stripe knows and the simulator does not. Its code is none of Stripe's.
func notSimulated(param, format string, args ...any) *fault {
	const advice = ". Stripe does: do without it here, or use a test key. Nothing was changed."
	return invalid(param, codeNotSimulated, "The simulator does not know "+format+advice, args...)
}

// unknown is the answer to parameters that Stripe does not know.
func unknown(names []string) *fault {
	f := invalid(names[0], "parameter_unknown", "Received unknown parameter: %s", strings.Join(names, ", "))
	f.unknown = names
	return f
}

// beyond corrects a refusal of parameters that only the simulator does not know.
func (c *call) beyond(err error) error {
	var f *fault
	if !errors.As(err, &f) || f.unknown == nil {
		return err
	}
	index := regexp.MustCompile(`\[\d*\]`)
	names, _ := known(c.method, c.url)
	strange := slices.DeleteFunc(slices.Clone(f.unknown), func(name string) bool {
		return slices.Contains(names, index.ReplaceAllString(name, "[]"))
	})
	if len(strange) > 0 {
		return unknown(strange)
	}
	return notSimulated(f.unknown[0], "the parameter %s", strings.Join(f.unknown, ", "))
}

// beside says of more values that only the simulator does not know them.
func (r rule) beside(values ...string) rule {
	return func(a *Account, sent any, name string) error {
		if value, _ := sent.(string); slices.Contains(values, value) {
			return notSimulated(name, "%s=%s", name, value)
		}
		return r(a, sent, name)
	}
}
