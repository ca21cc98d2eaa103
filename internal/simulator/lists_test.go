package simulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

func TestPages(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	var all []string // oldest first
	for i := range 12 {
		all = append(all, c.must(t, http.MethodPost, customers, fmt.Sprintf("name=%d", i)).text("id"))
	}
	newest := slices.Clone(all)
	slices.Reverse(newest)
	tests := []struct {
		query string
		want  []string
		more  bool
	}{
		{"", newest[:10], true},
		{"limit=12", newest, false},
		{"limit=11", newest[:11], true},
		{"limit=0", newest[:1], true}, // clamped, not refused
		{"limit=-5", newest[:1], true},
		{"limit=1000", newest, false},
		{"limit=3&starting_after=" + newest[2], newest[3:6], true},
		{"limit=3&starting_after=" + newest[8], newest[9:], false},
		{"starting_after=" + newest[11], nil, false},
		{"limit=3&ending_before=" + newest[8], newest[5:8], true},
		{"limit=3&ending_before=" + newest[3], newest[:3], false},
		{"ending_before=" + newest[0], nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			t.Parallel()
			got := c.must(t, http.MethodGet, customers, tt.query)
			if ids := got.ids(); !slices.Equal(ids, tt.want) {
				t.Errorf("got %v, want %v", ids, tt.want)
			}
			got.same(t, map[string]any{"object": "list", "url": customers, "has_more": tt.more})
			if got.body["data"] == nil {
				t.Error("data is null")
			}
		})
	}
}

func TestWalkingAllPagesMeetsEachObjectOnce(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	for range 57 {
		c.must(t, http.MethodPost, sessions, "mode=payment&"+goodURL+"&"+oneTime)
	}
	seen := map[string]bool{}
	for query, more := "limit=10", true; more; {
		page := c.must(t, http.MethodGet, sessions, query)
		for _, id := range page.ids() {
			if seen[id] {
				t.Errorf("%s comes twice", id)
			}
			seen[id] = true
			query = "limit=10&starting_after=" + id
		}
		more = page.body["has_more"] == true
	}
	if len(seen) != 57 {
		t.Errorf("met %d sessions of 57", len(seen))
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := inProcess(clock.now)
	ada := c.must(t, http.MethodPost, customers, "email=ada@example.com&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa").text("id")
	bob := c.must(t, http.MethodPost, customers, "email=bob@example.com").text("id")
	gone := c.must(t, http.MethodPost, customers, "email=gone@example.com").text("id")
	c.must(t, http.MethodDelete, customers+"/"+gone, "")
	subscribe := func(form string) string {
		return c.must(t, http.MethodPost, "/v1/subscriptions", form+"&"+monthly).text("id")
	}
	active, canceled := subscribe("customer="+ada), subscribe("customer="+ada)
	c.must(t, http.MethodDelete, "/v1/subscriptions/"+canceled, "")
	trialing := subscribe("trial_period_days=7&customer=" + bob)
	incomplete, expired := subscribe("payment_behavior=default_incomplete&customer="+bob), subscribe("payment_behavior=default_incomplete&customer="+bob)
	c.must(t, http.MethodDelete, "/v1/subscriptions/"+expired, "")
	open := c.must(t, http.MethodPost, sessions, "customer="+ada+"&mode=payment&"+goodURL+"&"+oneTime).text("id")

	tests := []struct {
		path, query string
		want        []string // newest first
	}{
		{"/v1/subscriptions", "", []string{expired, incomplete, trialing, active}}, // all but the canceled
		{"/v1/subscriptions", "status=all", []string{expired, incomplete, trialing, canceled, active}},
		{"/v1/subscriptions", "status=ended", []string{expired, canceled}},
		{"/v1/subscriptions", "status=canceled", []string{canceled}},
		{"/v1/subscriptions", "status=active", []string{active}},
		{"/v1/subscriptions", "status=trialing", []string{trialing}},
		{"/v1/subscriptions", "status=incomplete", []string{incomplete}},
		{"/v1/subscriptions", "status=past_due", nil},
		{"/v1/subscriptions", "customer=" + ada, []string{active}},
		{"/v1/subscriptions", "status=all&customer=" + ada, []string{canceled, active}},
		{"/v1/subscriptions", "limit=1&starting_after=" + trialing, []string{active}}, // the canceled one between them does not count
		{sessions, "", []string{open}},
		{sessions, "status=open&customer=" + ada, []string{open}},
		{sessions, "status=expired", nil},
		{sessions, "customer=" + bob, nil},
		{sessions, "subscription=" + active, nil},
		{customers, "", []string{bob, ada}}, // not the deleted
		{customers, "email=bob@example.com", []string{bob}},
		{"/v1/prices", "product=prod_tshirt", []string{"price_tshirt_usd", "price_tshirt_eur"}},
		{"/v1/products", "limit=2", []string{"prod_ticket", "prod_tshirt"}},
	}
	for _, tt := range tests {
		if got := c.must(t, http.MethodGet, tt.path, tt.query).ids(); !slices.Equal(got, tt.want) {
			t.Errorf("%s?%s: got %v, want %v", tt.path, tt.query, got, tt.want)
		}
	}
}

// Each filter that the listing of prices accepts is applied.
func TestPriceFilters(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	made := c.must(t, http.MethodPost, sessions, adHoc+"[currency]=eur&line_items[0][price_data][unit_amount]=500&"+
		"line_items[0][price_data][product]=prod_club&expand[]=line_items")
	inactive, _ := made.at("line_items", "data", 0, "price", "id").(string) // as prices are that are made for one purpose
	for query, want := range map[string][]string{
		"active=false":                         {inactive},
		"active=false&product=prod_tshirt":     nil,
		"active=true&currency=jpy":             {"price_ticket_jpy", "price_club_monthly_jpy"},
		"currency=jpy&type=recurring":          {"price_club_monthly_jpy"},
		"currency=jpy&type=one_time":           {"price_ticket_jpy"},
		"product=prod_tshirt&currency=eur":     {"price_tshirt_eur"},
		"lookup_keys[]=gold&lookup_keys[]=new": nil, // none has one
	} {
		if got := c.must(t, http.MethodGet, "/v1/prices", query).ids(); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", query, got, want)
		}
	}
}
