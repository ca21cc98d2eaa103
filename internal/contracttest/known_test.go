package contracttest

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stripe/stripe-mock/spec"

	"stripe-mcp/internal/simulator"
)

var update = flag.Bool("update", false, "rewrite what the simulator knows of Stripe")

// TestSimulatorKnowsWhatStripeKnows holds the simulator's list of Stripe's calls, parameters and expandable fields. From
// it the simulator tells what Stripe refuses from what only itself does not know.
func TestSimulatorKnowsWhatStripeKnows(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "simulator", "stripe.txt")
	want := strings.Join(catalogue(), "\n") + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s is out of date, %v; run make golden", path, err)
	}
}

// catalogue returns the lines of the list.
func catalogue() (lines []string) {
	s, kinds := simulator.New(nil), map[string]bool{}
	parameter := regexp.MustCompile(`\{[^}]*\}`)
	for path, operations := range specification.Paths {
		for verb, operation := range operations {
			method, path := strings.ToUpper(string(verb)), parameter.ReplaceAllString(string(path), "{id}")
			line := []string{method, path}
			if simulated(s, method, path) {
				kinds[answered(operation)] = true
				line = append(line, parameters(operation)...)
			}
			lines = append(lines, strings.Join(line, " "))
		}
	}
	delete(kinds, "")
	for kind := range kinds {
		lines = append(lines, strings.Join(append([]string{"EXPAND", kind}, expandable(specification.Components.Schemas[kind], "")...), " "))
	}
	slices.Sort(lines)
	return lines
}

// simulated asks the simulator for something that is not there, and reports whether it is the thing that it misses.
func simulated(s http.Handler, method, path string) bool {
	r := httptest.NewRequest(method, strings.ReplaceAll(path, "{id}", "none"), http.NoBody)
	r.Header.Set("Authorization", "Bearer sk_test_MadeUpForTests")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return !strings.Contains(w.Body.String(), "The simulator does not know "+method) && !strings.Contains(w.Body.String(), "Unrecognized request URL")
}

// answered returns the type of object that a call answers with, alone or in a list.
func answered(operation *spec.Operation) string {
	schema := operation.Responses["200"].Content["application/json"].Schema
	if data := schema.Properties["data"]; data != nil {
		schema = data.Items
	}
	for _, choice := range append(slices.Clone(schema.AnyOf), schema) {
		if kind := filepath.Base(choice.Ref); !strings.HasPrefix(kind, "deleted_") && choice.Ref != "" {
			return kind
		}
	}
	return ""
}

// expandable returns the fields that can be expanded: references and lists, and those in objects that are part of this one.
func expandable(schema *spec.Schema, prefix string) (names []string) {
	for name, field := range schema.Properties {
		for _, choice := range append(slices.Clone(field.AnyOf), field) {
			part := specification.Components.Schemas[filepath.Base(choice.Ref)]
			switch {
			case field.XExpansionResources != nil, field.Items != nil && field.Items.XExpansionResources != nil, choice.Properties["data"] != nil:
				names = append(names, prefix+name)
			case part != nil && part.XExpandableFields != nil && part.Properties["object"] == nil:
				names = append(names, expandable(part, prefix+name+".")...)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// parameters returns the names of all parameters, such as line_items[][price].
func parameters(operation *spec.Operation) []string {
	names := map[string]bool{}
	collect(spec.BuildQuerySchema(operation), "", names)
	if operation.RequestBody != nil {
		for _, body := range operation.RequestBody.Content {
			collect(body.Schema, "", names)
		}
	}
	var all []string
	for name := range names {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func collect(schema *spec.Schema, prefix string, names map[string]bool) {
	for _, choice := range schema.AnyOf {
		collect(choice, prefix, names)
	}
	if schema.Items != nil {
		collect(schema.Items, prefix+"[]", names)
	}
	for name, inner := range schema.Properties {
		if prefix != "" {
			name = prefix + "[" + name + "]"
		}
		names[name] = true
		collect(inner, name, names)
	}
}
