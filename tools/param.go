package tools

import (
	"regexp"
	"slices"
	"strings"

	"stripe-mcp/internal/outcome"
)

// inArguments lets an error name the argument of the tool that was called instead of Stripe's parameter.
func (t Tool) inArguments(err error) error {
	if failure := outcome.As(err); failure != nil && failure.Param != "" {
		failure.Param = t.argument(failure.Param)
	}
	return err
}

// argument returns the path of the argument that became Stripe's parameter: line_items[0].price for line_items[0][price], and
// subscription_id for the id in a request's path. It returns a parameter that is none of the tool's as it is.
func (t Tool) argument(param string) string {
	renamed := map[string]string{"customer_details[email]": "customer_email", "created[gte]": "created_after", "created[lt]": "created_before"}
	if name := renamed[param]; name != "" && t.takes(name) {
		return name
	}
	root, rest, _ := strings.Cut(param, "[")
	if rest != "" {
		rest = "[" + rest
	}
	if t.takes(root) {
		return root + inDots(rest)
	}
	for _, argument := range t.arguments() {
		object, isID := strings.CutSuffix(argument.name, "_id")
		if !isID || rest != "" {
			continue
		}
		switch root {
		case "id", object, object + "_exposed_id", "checkout_" + object:
			return argument.name
		}
	}
	return param
}

// takes reports whether the tool has an argument of that name.
func (t Tool) takes(name string) bool {
	return slices.ContainsFunc(t.arguments(), func(a argument) bool { return a.name == name })
}

// inDots turns [0][price_data][unit_amount] into [0].price_data.unit_amount, as in what is said of arguments.
func inDots(steps string) string {
	return regexp.MustCompile(`\[([A-Za-z_][A-Za-z0-9_]*)\]`).ReplaceAllString(steps, ".$1")
}
