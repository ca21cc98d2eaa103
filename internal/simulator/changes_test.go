package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const (
	invoices     = "/v1/invoices"
	ownCard      = "email=ada@example.com&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa"
	yearlyPrice  = "price_starter_yearly_eur"
	monthlyPrice = "price_starter_monthly_eur"
)

// sums are the amounts of an invoice's lines.
func (a answer) sums(list ...any) string {
	rows, _ := a.at(append(list, "data")...).([]any)
	var all []string
	for _, row := range rows {
		all = append(all, fmt.Sprint(row.(map[string]any)["amount"]))
	}
	return strings.Join(all, " ")
}

// A subscription of 9 euros a month begins on 31 January 2025, so that half of its 28 days are over after two weeks. An update
// bills what its preview says, at once or with the next invoice.
func TestWhatAChangeCosts(t *testing.T) {
	t.Parallel()
	const more, yearly, twice, gone = "items[0][id]=ITEM&items[0][quantity]=3", "items[0][id]=ITEM&items[0][price]=" + yearlyPrice, "items[0][price]=price_free_monthly_eur&items[0][quantity]=2", "items[0][id]=ITEM&items[0][quantity]=0"
	tests := map[string]struct {
		form, preview string // the change, and the lines of its preview
		due           float64
		billed        string  // the lines of the invoice that the change makes, empty for none
		next          float64 // what the invoice after that comes to
		balance       float64
	}{
		"nothing":                        {"metadata[k]=v", "900", 900, "", 900, 0},
		"two seats more":                 {more, "-450 1350 2700", 3600, "", 3600, 0},
		"two seats more, at once":        {more + "&proration_behavior=always_invoice", "-450 1350", 900, "-450 1350", 2700, 0},
		"two seats more, for free":       {more + "&proration_behavior=none", "2700", 2700, "", 2700, 0},
		"an item more":                   {twice, "0 900 0", 900, "", 900, 0},
		"no seats, at once":              {gone + "&proration_behavior=always_invoice", "-450 0", 0, "-450 0", 0, -450},
		"by the year, which begins now":  {yearly, "-450 9000", 8550, "-450 9000", 9000, 0},
		"by the year, and nothing back":  {yearly + "&proration_behavior=none", "9000", 9000, "9000", 9000, 0},
		"a trial of a week from now on":  {"trial_end=1740096000&proration_behavior=none", "900", 900, "", 900, 0}, // 21 February
		"the same seats, billed at once": {"proration_behavior=always_invoice", "900", 900, "", 900, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, c := timed()
			owner := c.must(t, http.MethodPost, customers, ownCard).text("id")
			made := c.must(t, http.MethodPost, subscriptions, "customer="+owner+"&items[0][price]="+monthlyPrice)
			path, item := subscriptions+"/"+made.text("id"), made.at("items", "data", 0, "id").(string)
			advance(t, sim, "2weeks")
			form := strings.ReplaceAll(tt.form, "ITEM", item)
			details := []string{"subscription=" + made.text("id")}
			for pair := range strings.SplitSeq(form, "&") {
				if name, value, _ := strings.Cut(pair, "="); !strings.HasPrefix(name, "metadata") {
					first, rest, _ := strings.Cut(name, "[")
					details = append(details, strings.TrimSuffix("subscription_details["+first+"]["+rest, "[")+"="+value)
				}
			}
			preview := c.must(t, http.MethodPost, invoices+"/create_preview", strings.Join(details, "&"))
			if got := preview.sums("lines"); got != tt.preview {
				t.Errorf("the preview has %s, want %s", got, tt.preview)
			}
			preview.same(t, map[string]any{"amount_due": tt.due, "id": nil, "customer": owner})
			before := c.must(t, http.MethodGet, path, "").text("latest_invoice")
			after := c.must(t, http.MethodPost, path, "expand[]=latest_invoice&"+form)
			if bill := after.at("latest_invoice").(map[string]any); (bill["id"] != before) != (tt.billed != "") {
				t.Errorf("the latest invoice is %v", bill)
			} else if got := after.sums("latest_invoice", "lines"); tt.billed != "" && (got != tt.billed || bill["amount_due"] != tt.due || bill["status"] != "paid") {
				t.Errorf("billed %s, %v", got, bill)
			}
			c.must(t, http.MethodGet, customers+"/"+owner, "").same(t, map[string]any{"balance": tt.balance})
			next := c.must(t, http.MethodPost, invoices+"/create_preview", "customer="+owner)
			next.same(t, map[string]any{"total": tt.next})
			sum := next.body["total"]
			advance(t, sim, "1year")
			rows := c.must(t, http.MethodGet, invoices, "limit=100&subscription="+made.text("id")).body["data"].([]any)
			created := after.at("latest_invoice", "id")
			for i, row := range rows {
				if row.(map[string]any)["id"] == created {
					if got := rows[i-1].(map[string]any)["total"]; got != sum {
						t.Errorf("the next invoice came to %v, and was foretold as %v", got, sum)
					}
				}
			}
		})
	}
}

// What an update can be told besides what is bought.
func TestPauseTrialAndPlannedEnd(t *testing.T) {
	t.Parallel()
	sim, c := timed()
	owner := c.must(t, http.MethodPost, customers, ownCard).text("id")
	trial := subscriptions + "/" + c.must(t, http.MethodPost, subscriptions, "customer="+owner+"&trial_period_days=90&items[0][price]="+monthlyPrice).text("id")
	c.must(t, http.MethodPost, trial, "trial_end=now").same(t, map[string]any{"status": "active"})
	c.must(t, http.MethodGet, invoices, "limit=1&subscription="+strings.TrimPrefix(trial, subscriptions+"/"))
	paid := c.must(t, http.MethodGet, trial, "expand[]=latest_invoice")
	answer{body: paid.at("latest_invoice").(map[string]any)}.same(t, map[string]any{"status": "paid", "amount_paid": 900.0})

	c.must(t, http.MethodPost, trial, "cancel_at_period_end=true").same(t, map[string]any{"cancel_at_period_end": true})
	c.must(t, http.MethodPost, trial, "cancel_at_period_end=false").same(t, map[string]any{"cancel_at_period_end": false, "cancel_at": nil})
	c.must(t, http.MethodPost, trial, "cancel_at_period_end=true")
	c.must(t, http.MethodPost, trial, "cancel_at=").same(t, map[string]any{"cancel_at_period_end": false})

	for behavior, status := range map[string]string{"void": "void", "keep_as_draft": "draft", "mark_uncollectible": "uncollectible"} {
		c.must(t, http.MethodPost, trial, "pause_collection[behavior]="+behavior)
		advance(t, sim, "1month")
		paused := c.must(t, http.MethodGet, trial, "expand[]=latest_invoice")
		paused.same(t, map[string]any{"status": "active"})
		if got := paused.at("latest_invoice", "status"); got != status || paused.at("pause_collection", "behavior") != behavior {
			t.Errorf("%s: the invoice is %v", behavior, got)
		}
	}
	c.must(t, http.MethodPost, trial, "pause_collection=").same(t, map[string]any{"pause_collection": nil})
	c.must(t, http.MethodPost, trial, "pause_collection[behavior]=void&pause_collection[resumes_at]=1748000000") // 23 May 2025
	advance(t, sim, "1month")
	resumed := c.must(t, http.MethodGet, trial, "expand[]=latest_invoice")
	resumed.same(t, map[string]any{"pause_collection": nil})
	if got := resumed.at("latest_invoice", "status"); got != "paid" {
		t.Errorf("after the pause the invoice is %v", got)
	}
}

// What Stripe refuses of a change, and of an invoice. Nothing changes.
func TestRefusedChanges(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	owner := c.must(t, http.MethodPost, customers, ownCard).text("id")
	made := c.must(t, http.MethodPost, subscriptions, "customer="+owner+"&items[0][price]="+monthlyPrice)
	sub, item := subscriptions+"/"+made.text("id"), made.at("items", "data", 0, "id").(string)
	over := subscriptions + "/" + c.must(t, http.MethodPost, subscriptions, "customer="+owner+"&items[0][price]=price_free_monthly_eur").text("id")
	c.must(t, http.MethodDelete, over, "")
	draft := invoices + "/" + c.must(t, http.MethodPost, invoices, "currency=eur&customer="+owner).text("id")
	open := invoices + "/" + c.must(t, http.MethodPost, invoices, "currency=eur&customer="+owner+"&collection_method=send_invoice&days_until_due=3").text("id")
	c.must(t, http.MethodPost, open+"/add_lines", "lines[0][amount]=500&lines[0][description]=Work")
	c.must(t, http.MethodPost, open+"/finalize", "")
	for name, row := range map[string]struct{ method, path, form, code, param string }{
		"an item that is not there":    {http.MethodPost, sub, "items[0][id]=si_1&items[0][quantity]=2", "resource_missing", "items[0][id]"},
		"the last item":                {http.MethodPost, sub, "items[0][id]=" + item + "&items[0][deleted]=true", "", "items"},
		"the same price twice":         {http.MethodPost, sub, "items[0][price]=" + monthlyPrice, "", "items[1][price]"},
		"two intervals":                {http.MethodPost, sub, "items[0][price]=" + yearlyPrice, "", "items[1][price]"},
		"another currency":             {http.MethodPost, sub, "items[0][price]=price_team_monthly_usd", "", "items[1][price]"},
		"what has ended":               {http.MethodPost, over, "pause_collection[behavior]=void", "", ""},
		"a trial that is over":         {http.MethodPost, sub, "trial_end=1", "", "trial_end"},
		"an end on a date":             {http.MethodPost, sub, "cancel_at=1999999999", "not_simulated", "cancel_at"},
		"a preview of what has ended":  {http.MethodPost, invoices + "/create_preview", "subscription=" + strings.TrimPrefix(over, subscriptions+"/"), "invoice_upcoming_none", ""},
		"a preview of nobody's":        {http.MethodPost, invoices + "/create_preview", "", "parameter_missing", "customer"},
		"an invoice that never is due": {http.MethodPost, invoices, "collection_method=send_invoice&customer=" + owner, "", "days_until_due"},
		"a recurring line":             {http.MethodPost, draft + "/add_lines", "lines[0][price]=" + monthlyPrice, "", "lines[0][price]"},
		"a line in another currency":   {http.MethodPost, draft + "/add_lines", "lines[0][price]=price_tshirt_usd", "", "lines[0][price]"},
		"a line of nothing":            {http.MethodPost, draft + "/add_lines", "lines[0][description]=x", "parameter_missing", "lines[0][price]"},
		"an automatic one by mail":     {http.MethodPost, draft + "/send", "", "", ""},
		"the end of a draft":           {http.MethodPost, draft + "/void", "", "", ""},
		"a line after the end":         {http.MethodPost, open + "/add_lines", "lines[0][amount]=1", "invoice_not_editable", ""},
		"a second end as a draft":      {http.MethodPost, open + "/finalize", "", "invoice_not_editable", ""},
		"the removal of an open one":   {http.MethodDelete, open, "", "invoice_not_editable", ""},
	} {
		got := c.do(t, row.method, row.path, row.form)
		code, _ := got.at("error", "code").(string)
		param, _ := got.at("error", "param").(string)
		if got.status < 400 || code != row.code || param != row.param {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
	}
	c.must(t, http.MethodGet, sub, "").same(t, map[string]any{"status": "active", "pause_collection": nil})
	c.must(t, http.MethodGet, draft, "").same(t, map[string]any{"status": "draft", "total": 0.0})
}

// An invoice from its draft to its end.
func TestInvoiceOfItsOwn(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	owner := s.must(t, http.MethodPost, customers, "email=ada@example.com").text("id")
	begin := func() string {
		made := s.must(t, http.MethodPost, invoices, "collection_method=send_invoice&days_until_due=14&currency=eur&customer="+owner)
		made.same(t, map[string]any{"status": "draft", "number": nil, "hosted_invoice_url": nil, "total": 0.0})
		path := invoices + "/" + made.text("id")
		s.must(t, http.MethodPost, path+"/add_lines", "lines[0][amount]=27000&lines[0][description]=3 hours&lines[1][price]=price_tshirt_eur&lines[1][quantity]=2").same(t, map[string]any{"total": 32000.0})
		return path
	}
	path := begin()
	if shown := s.open(t, s.base+"/i/"+strings.TrimPrefix(path, invoices+"/")).text(); !strings.Contains(shown, "This invoice is a draft") {
		t.Errorf("the draft's page says %s", shown)
	}
	open := s.must(t, http.MethodPost, path+"/send", "")
	open.same(t, map[string]any{"status": "open", "amount_due": 32000.0})
	address := open.text("hosted_invoice_url")
	if shown := s.open(t, address).text(); !strings.Contains(shown, "3 hours") || !strings.Contains(shown, "T-shirt") || !strings.Contains(shown, "€320.00") {
		t.Errorf("the page says %s", shown)
	}
	s.submit(t, address, card(goodCard)...)
	s.must(t, http.MethodGet, path, "").same(t, map[string]any{"status": "paid", "amount_remaining": 0.0})
	if shown := s.open(t, address).text(); !strings.Contains(shown, "Invoice paid") {
		t.Errorf("the paid page says %s", shown)
	}
	if got := s.do(t, http.MethodPost, path+"/void", ""); got.status != http.StatusBadRequest {
		t.Errorf("what is paid was voided: %s", got.raw)
	}

	voided := begin()
	s.must(t, http.MethodPost, voided+"/finalize", "").same(t, map[string]any{"status": "open"})
	s.must(t, http.MethodPost, voided+"/void", "").same(t, map[string]any{"status": "void"})

	gone := begin()
	s.must(t, http.MethodDelete, gone, "").same(t, map[string]any{"deleted": true})
	if got := s.do(t, http.MethodGet, gone, ""); got.status != http.StatusNotFound {
		t.Errorf("a deleted draft is %s", got.raw)
	}
}
