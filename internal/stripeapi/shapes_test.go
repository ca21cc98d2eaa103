package stripeapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"

	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/stripeapi"
)

// odd are changes to a whole subscription after which it cannot be shown.
var odd = map[string]string{ // by what it is: the member that takes the place of the whole one
	"a time with a fraction":      `"created":1764000000.5`,
	"a time as text":              `"created":"2026-01-01"`,
	"a list for metadata":         `"metadata":[]`,
	"a list in metadata":          `"metadata":{"a":[]}`,
	"an amount as text":           `"items":{"object":"list","data":[{"id":"si_1","object":"subscription_item","price":{"id":"price_1","object":"price","unit_amount":"1000"}}]}`,
	"null for an item":            `"items":{"object":"list","data":[null]}`,
	"an item that is a list":      `"items":{"object":"list","data":[[]]}`,
	"items that are text":         `"items":"none"`,
	"a flag as text":              `"cancel_at_period_end":"true"`,
	"a status that is an object":  `"status":{"value":"active"}`,
	"a customer that is a number": `"customer":7`,
	"a customer that is a list":   `"customer":[]`,
	"an id that is an object":     `"id":{"value":"sub_1"}`,
	"an id that is a number":      `"id":7`,
	"an id that is null":          `"id":null`,
}

// fine are changes after which it can.
var fine = map[string]string{
	"a customer as an object":   `"customer":{"id":"cus_1","object":"customer"}`,
	"a deleted customer":        `"customer":{"id":"cus_1","object":"customer","deleted":true}`,
	"null for the customer":     `"customer":null`,
	"null for everything else":  `"items":null,"metadata":null,"created":null,"cancel_at":null,"status":null,"latest_invoice":null,"currency":null`,
	"null inside the items":     `"items":{"object":"list","data":[{"id":"si_1","object":"subscription_item","price":null,"quantity":null}]}`,
	"items without rows":        `"items":{"object":"list","data":null}`,
	"members that nobody knows": `"something":{"new":[1,"two"]},"created2":1.5`,
}

func subscriptionWith(id, member string) string {
	if strings.HasPrefix(member, `"id":`) {
		return `{"object":"subscription",` + member + `}`
	}
	return `{"id":"` + id + `","object":"subscription",` + member + `}`
}

func TestOddObjects(t *testing.T) {
	t.Parallel()
	for why, member := range odd {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			server := script(t, status(200, subscriptionWith("sub_1", member)))
			_, err := server.client(t, time.Minute).Subscription(t.Context(), "sub_1")
			failure := asError(t, err)
			if failure.Outcome != outcome.Failed || failure.Type != outcome.TypeUnexpected || !strings.Contains(failure.Message, "unexpected shape") || failure.Retryable {
				t.Errorf("got %+v", failure)
			}
			if n := len(server.keys()); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
	for why, member := range fine {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			if _, err := script(t, status(200, subscriptionWith("sub_1", member))).client(t, time.Minute).Subscription(t.Context(), "sub_1"); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOddWrites: an answer that cannot be understood leaves a creation unknown, and its id is named.
func TestOddWrites(t *testing.T) {
	t.Parallel()
	for why, member := range odd {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			_, err := script(t, status(200, subscriptionWith("sub_1", member))).client(t, time.Minute).CreateSubscription(t.Context(), &stripe.SubscriptionParams{})
			if failure := asError(t, err); failure.Outcome != outcome.Unknown {
				t.Errorf("got %+v", failure)
			}
		})
	}
}

func TestOddRows(t *testing.T) {
	t.Parallel()
	list := func(client *stripeapi.Client, t *testing.T) (stripeapi.Page[*stripe.Subscription], error) {
		return client.Subscriptions(t.Context(), &stripe.SubscriptionListParams{})
	}
	for why, member := range odd {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			row := subscriptionWith("sub_odd", member)
			body := fmt.Sprintf(`{"object":"list","has_more":true,"url":"/v1/subscriptions","data":[%s,%s,%s]}`,
				subscriptionWith("sub_1", `"status":"active"`), row, row)
			page, err := list(script(t, status(200, body)).client(t, time.Minute), t)
			if err != nil {
				t.Fatal(err)
			}
			last, left := "sub_odd", "[sub_odd sub_odd]"
			if strings.HasPrefix(member, `"id":`) {
				last, left = "sub_1", "[one without an id one without an id]"
			}
			if len(page.Data) != 1 || page.Data[0].ID != "sub_1" || page.Last != last || fmt.Sprint(page.LeftOut) != left || !page.HasMore {
				t.Errorf("got %+v", page)
			}
			_, err = list(script(t, status(200, `{"object":"list","has_more":false,"data":[`+row+`]}`)).client(t, time.Minute), t)
			if failure := asError(t, err); failure.Outcome != outcome.Failed || failure.Type != outcome.TypeUnexpected {
				t.Errorf("with no readable row: got %+v", failure)
			}
		})
	}
	for why, member := range fine {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			body := `{"object":"list","has_more":false,"data":[` + subscriptionWith("sub_1", member) + `]}`
			if page, err := list(script(t, status(200, body)).client(t, time.Minute), t); err != nil || len(page.Data) != 1 || len(page.LeftOut) != 0 {
				t.Errorf("got %+v, %v", page, err)
			}
		})
	}
	for why, body := range map[string]string{
		"null for a row, and no other": `{"object":"list","data":[null]}`,
		"text for rows":                `{"object":"list","data":["sub_1"]}`,
		"no rows":                      `{"object":"list","has_more":false}`,
		"rows that are an object":      `{"object":"list","data":{}}`,
		"a flag as text":               `{"object":"list","has_more":"true","data":[]}`,
		"a flag as text, beside rows":  `{"object":"list","has_more":"true","data":[` + subscriptionWith("sub_1", `"status":"active"`) + `]}`,
		"an address that is an object": `{"object":"list","url":{},"data":[]}`,
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			_, err := list(script(t, status(200, body)).client(t, time.Minute), t)
			if failure := asError(t, err); failure.Outcome != outcome.Failed || failure.Type != outcome.TypeUnexpected || failure.Retryable {
				t.Errorf("got %+v", failure)
			}
		})
	}
}
