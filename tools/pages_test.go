package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestBriefRows: one page has the subscriptions of a small shop, with ids as long as Stripe's.
func TestBriefRows(t *testing.T) {
	t.Parallel()
	const rows = 41
	row := `{"id":"sub_1MowQVLkdIwHu7ixeRlqHVzs","object":"subscription","status":"trialing","customer":"cus_NffrFeUfNV2Hib","currency":"eur","collection_method":"charge_automatically",
		"cancel_at_period_end":false,"created":1700000000,"start_date":1700000000,"current_period_start":1700000000,"current_period_end":1702592000,"trial_start":1700000000,"trial_end":1702592000,
		"default_payment_method":"pm_1MowQULkdIwHu7ixraBm864M","latest_invoice":"in_1MowQWLkdIwHu7ixuzkSPfKd","livemode":false,"items":{"object":"list","data":[{"id":"si_Na6dzxczY5fwHx","object":"subscription_item","quantity":3,
		"price":{"id":"price_1MowQULkdIwHu7ixraBm864M","object":"price","billing_scheme":"per_unit","unit_amount":1900,"unit_amount_decimal":"1900","currency":"eur","product":"prod_Na6dGcTsmU0I4R",
		"recurring":{"interval":"month","interval_count":1,"usage_type":"licensed"}}}]}}`
	got := send(t, "stripe_list_subscriptions", `{"limit":100}`, map[string]string{
		"/v1/subscriptions": `{"object":"list","has_more":false,"data":[` + strings.Repeat(row+",", rows-1) + row + `]}`,
	})
	const most = 20_000
	if shown := strings.Count(got, `"id":"sub_`); shown != rows || len(got) > most {
		t.Errorf("%d rows in %d bytes, want %d in at most %d", shown, len(got), rows, most)
	}
}

// TestLongRows: a page stays below its size whatever its rows hold, and says what it leaves out. A row is never lost.
func TestLongRows(t *testing.T) {
	t.Parallel()
	const wide = "\u4e2d" // three bytes
	list := func(n int, row string) string { return strings.TrimSuffix(strings.Repeat(row+",", n), ",") }
	discount := `{"id":"di_1MowQVLkdIwHu7ixeRlqHVzs","object":"discount","coupon":{"id":"SPRING","object":"coupon","name":"` + strings.Repeat(wide, 40) + `","percent_off":10,"duration":"forever"}}`
	item := func(discounts int) string {
		return `{"id":"si_1","object":"subscription_item","quantity":1,"discounts":[` + list(discounts, discount) + `],"price":{"id":"price_1MowQULkdIwHu7ixraBm864M","object":"price","billing_scheme":"per_unit","unit_amount":900,"currency":"eur"}}`
	}
	subscription := func(id string, items, discounts, own, metadata int) string {
		keys := make([]string, metadata)
		for i := range keys {
			keys[i] = fmt.Sprintf(`"k%d":%q`, i, strings.Repeat(wide, 500))
		}
		return fmt.Sprintf(`{"id":%q,"object":"subscription","status":"active","currency":"eur","livemode":true,"description":%q,"cancellation_details":{"reason":"cancellation_requested","comment":%q},"metadata":{%s},"discounts":[%s],"items":{"object":"list","data":[%s]}}`,
			id, strings.Repeat(wide, 500), strings.Repeat(wide, 500), strings.Join(keys, ","), list(own, discount), list(items, item(discounts)))
	}
	tests := []struct {
		why       string
		arguments string
		row       func(id string) string
		items     bool // whether items are cut
	}{
		{"many items with discounts", `{}`, func(id string) string { return subscription(id, 20, 10, 3, 0) }, true},
		{"the same on a longer page", `{"limit":100}`, func(id string) string { return subscription(id, 20, 10, 3, 0) }, true},
		{"one item with many discounts", `{}`, func(id string) string { return subscription(id, 1, 60, 60, 0) }, false},
		{"no items", `{}`, func(id string) string { return subscription(id, 0, 0, 60, 0) }, false},
		{"metadata too", `{}`, func(id string) string { return subscription(id, 20, 10, 20, 50) }, true},
		{"texts only", `{}`, func(id string) string { return subscription(id, 0, 0, 0, 3) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			most := 8_000
			if strings.Contains(tt.arguments, "100") {
				most = 20_000
			}
			rows, after := []string{"sub_1", "sub_2", "sub_3"}, 0
			for after < len(rows) {
				var sent []string
				for _, id := range rows[after:] {
					sent = append(sent, tt.row(id))
				}
				got := send(t, "stripe_list_subscriptions", tt.arguments, map[string]string{"/v1/subscriptions": `{"object":"list","has_more":false,"data":[` + strings.Join(sent, ",") + `]}`})
				var read struct {
					HasMore    bool   `json:"has_more"`
					NextCursor string `json:"next_cursor"`
					Data       []struct {
						ID, Note     string
						Items        []any
						ItemsHasMore bool `json:"items_has_more"`
					}
				}
				if err := json.Unmarshal([]byte(got), &read); err != nil || len(read.Data) == 0 || len(got) >= most {
					t.Fatalf("%v, %d rows in %d bytes, want fewer than %d", err, len(read.Data), len(got), most)
				}
				for i, row := range read.Data {
					if row.ID != rows[after+i] || row.Note == "" && tt.items || row.ItemsHasMore != tt.items || tt.items && len(row.Items) == 0 {
						t.Errorf("got %+v", row)
					}
				}
				after += len(read.Data)
				if read.HasMore != (after < len(rows)) || read.HasMore && read.NextCursor != rows[after-1] {
					t.Fatalf("has_more %v, next_cursor %s after %d rows", read.HasMore, read.NextCursor, after)
				}
			}
		})
	}
}
