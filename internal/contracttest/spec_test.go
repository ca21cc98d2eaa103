package contracttest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stripe/stripe-mock/spec"
)

// undocumented returns the parameters of a request that Stripe's specification does not have. stripe-mock itself looks at
// the outermost names only.
func undocumented(sent request) []string {
	schema := requestSchema(sent)
	var unknown []string
	for key := range sent.form {
		// line_items[0][price] becomes line_items, 0, price.
		path := strings.Split(strings.ReplaceAll(key, "]", ""), "[")
		if schema == nil || !hasParameter(schema, path) {
			unknown = append(unknown, key)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// requestSchema returns the specification of a request's parameters, nil when it has no such request.
func requestSchema(sent request) *spec.Schema {
	paths := slices.Sorted(maps.Keys(specification.Paths)) // a name comes before the braces that stand for any
	for _, path := range paths {
		operation := specification.Paths[path][spec.HTTPVerb(strings.ToLower(sent.method))]
		if operation == nil || !matches(string(path), sent.path) {
			continue
		}
		if sent.method == http.MethodGet {
			return spec.BuildQuerySchema(operation)
		}
		return operation.RequestBody.Content["application/x-www-form-urlencoded"].Schema
	}
	return nil
}

// matches says whether a path is one of a template such as /v1/customers/{customer}.
func matches(template, path string) bool {
	return slices.EqualFunc(strings.Split(template, "/"), strings.Split(path, "/"), func(want, got string) bool {
		return want == got || strings.HasPrefix(want, "{") && got != ""
	})
}

// hasParameter follows a parameter's path into a schema.
func hasParameter(schema *spec.Schema, path []string) bool {
	if len(path) == 0 {
		return true
	}
	for _, choice := range schema.AnyOf {
		if hasParameter(choice, path) {
			return true
		}
	}
	if property := schema.Properties[path[0]]; property != nil {
		return hasParameter(property, path[1:])
	}
	if _, err := strconv.Atoi(path[0]); err == nil && schema.Items != nil {
		return hasParameter(schema.Items, path[1:])
	}
	return schema.AdditionalProperties != nil && hasParameter(schema.AdditionalProperties, path[1:])
}

// TestRefusals shows that the judges of the contract do refuse.
func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, key, form string
		status          int      // stripe-mock's
		undocumented    []string // our reading of the specification
	}{
		{"nothing wrong", madeUpKey, "email=jenny@example.com&metadata[a]=b", http.StatusOK, nil},
		{"an unknown parameter", madeUpKey, "emial=jenny@example.com", http.StatusBadRequest, []string{"emial"}},
		{"an unknown nested parameter", madeUpKey, "address[town]=Berlin", http.StatusOK, []string{"address[town]"}},
		{"a value of the wrong type", madeUpKey, "metadata=b", http.StatusBadRequest, nil},
		{"no key", "", "email=jenny@example.com", http.StatusUnauthorized, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stripe := &recorder{}
			address := stripe.start(t) + "/v1/customers"
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(tt.form))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Authorization", "Bearer "+tt.key)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if err := resp.Body.Close(); err != nil {
				t.Error(err)
			}
			if resp.StatusCode != tt.status {
				t.Errorf("stripe-mock answered %d, want %d: %s", resp.StatusCode, tt.status, stripe.recorded()[0].answer)
			}
			if got := undocumented(stripe.recorded()[0]); !slices.Equal(got, tt.undocumented) {
				t.Errorf("undocumented: got %q, want %q", got, tt.undocumented)
			}
		})
	}
}
