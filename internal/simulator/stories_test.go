package simulator_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func card(number string, more ...string) []string {
	return append([]string{"number", number, "expiry", "12/34", "cvc", "123", "name", "Ada Lovelace", "email", "ada@example.com"}, more...)
}

const goodCard = "4242 4242 4242 4242"

func (s site) checkout(t *testing.T, form string) (path, address string) {
	t.Helper()
	made := s.must(t, http.MethodPost, sessions, "success_url=https://shop.test/ok?id={CHECKOUT_SESSION_ID}&cancel_url=https://shop.test/cart&"+form)
	return sessions + "/" + made.text("id"), made.text("url")
}

func TestPayOnce(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	path, address := s.checkout(t, "mode=payment&"+oneTime)
	if shown := s.open(t, address).text(); !strings.Contains(shown, "SIMULATOR") || !strings.Contains(shown, "T-shirt") || !strings.Contains(shown, "€25.00") || !strings.Contains(shown, "Back to shop.test") {
		t.Errorf("page says %s", shown)
	}
	got := s.submit(t, address, card(goodCard)...)
	if want := "https://shop.test/ok?id=" + strings.TrimPrefix(path, sessions+"/"); got.status != http.StatusSeeOther || got.header.Get("Location") != want {
		t.Errorf("%d to %q, want %q", got.status, got.header.Get("Location"), want)
	}
	paid := s.must(t, http.MethodGet, path, "")
	paid.same(t, map[string]any{"status": "complete", "payment_status": "paid", "url": nil, "subscription": nil, "customer": nil}) // a guest stays one
	if paid.at("customer_details", "email") != "ada@example.com" || !strings.HasPrefix(paid.text("payment_intent"), "pi_3") {
		t.Errorf("session is %s", paid.raw)
	}
	if shown := s.open(t, address).text(); !strings.Contains(shown, "Payment successful") || !strings.Contains(shown, "Continue to shop.test") {
		t.Errorf("paid page says %s", shown)
	}
	if ids := s.must(t, http.MethodGet, sessions, "status=complete").ids(); len(ids) != 1 {
		t.Errorf("complete sessions: %v", ids)
	}
}

// A name that can exist nowhere leads to our own page of success.
func TestMadeUpSuccessURL(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	made := s.must(t, http.MethodPost, sessions, "mode=payment&success_url=https://shop.example/thanks&"+oneTime)
	got := s.submit(t, made.text("url"), card(goodCard)...)
	if shown := s.open(t, s.base+got.header.Get("Location")).text(); !strings.Contains(shown, "Payment successful") || !strings.Contains(shown, "Continue to shop.example") {
		t.Errorf("%d, and the page says %s", got.status, shown)
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	path, address := s.checkout(t, "mode=subscription&line_items[0][price]=price_team_monthly_usd&line_items[0][quantity]=2&line_items[1][price]=price_tshirt_usd&line_items[1][quantity]=1")
	if shown := s.open(t, address).text(); !strings.Contains(shown, "Then $98.00 per month") {
		t.Errorf("page says %s", shown)
	}
	s.submit(t, address, card(goodCard)...)
	got := s.must(t, http.MethodGet, path, "expand[]=customer&expand[]=subscription.latest_invoice")
	got.same(t, map[string]any{"status": "complete", "payment_status": "paid", "amount_total": 12500.0})
	if got.at("customer", "email") != "ada@example.com" || got.at("customer", "name") != "Ada Lovelace" || got.at("subscription", "status") != "active" ||
		got.at("subscription", "items", "data", 0, "quantity") != 2.0 || got.at("subscription", "latest_invoice", "amount_paid") != 12500.0 {
		t.Errorf("session is %s", got.raw)
	}
	advance(t, s.sim, "1month") // the card stays, and pays the next period without the T-shirt
	id, _ := got.at("subscription", "id").(string)
	next := s.must(t, http.MethodGet, subscriptions+"/"+id, "expand[]=latest_invoice")
	if next.text("status") != "active" || next.at("latest_invoice", "amount_paid") != 9800.0 {
		t.Errorf("a month later: %s", next.raw)
	}
}

func TestSubscribeKnownCustomer(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	owner := s.must(t, http.MethodPost, customers, "email=grace@example.com").text("id")
	path, address := s.checkout(t, "mode=subscription&line_items[0][price]=price_starter_monthly_eur&line_items[0][quantity]=1&customer="+owner)
	s.submit(t, address, card(goodCard)...)
	s.must(t, http.MethodGet, path, "").same(t, map[string]any{"status": "complete", "customer": owner})
	s.must(t, http.MethodGet, customers+"/"+owner, "").same(t, map[string]any{"email": "grace@example.com", "name": nil})
}

func TestWhatIsFree(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	path, address := s.checkout(t, "mode=payment&line_items[0][quantity]=1&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=0&line_items[0][price_data][product_data][name]=Leaflet")
	if strings.Contains(s.open(t, address).body, "number") {
		t.Error("a card is asked for")
	}
	s.submit(t, address, "email", "ada@example.com")
	s.must(t, http.MethodGet, path, "").same(t, map[string]any{"status": "complete", "payment_status": "no_payment_required", "payment_intent": nil})
}

// What is refused changes nothing and can be corrected, and a card's number is never shown again.
func TestRefusedPayments(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		typed []string
		says  string
	}{
		"declined":           {card("4000 0000 0000 0002"), "Your card was declined."},
		"insufficient funds": {card("4000000000009995"), "insufficient funds"},
		"no test card":       {card("5105 1051 0510 5100"), "not one of the simulator’s test cards"},
		"half a number":      {card("4242"), "card number is incomplete"},
		"expired":            {card(goodCard, "expiry", "12/24"), "has expired"},
		"no date":            {card(goodCard, "expiry", "13/34"), "Month and year"},
		"no code":            {card(goodCard, "cvc", "12"), "3 digits"},
		"no name":            {card(goodCard, "name", " "), "Please fill this in"},
		"a novel":            {card(goodCard, "name", strings.Repeat("x", 257)), "up to 256 characters"},
		"no e-mail":          {card(goodCard, "email", "ada"), "An address such as"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := overPages(t)
			path, address := s.checkout(t, "mode=subscription&line_items[0][quantity]=1&line_items[0][price]=price_starter_monthly_eur")
			before := s.must(t, http.MethodGet, path, "").raw
			got := s.submit(t, address, tt.typed...)
			if got.status != http.StatusPaymentRequired || !strings.Contains(got.text(), tt.says) || !strings.Contains(got.text(), "Nothing was charged") {
				t.Errorf("%d: %s", got.status, got.text())
			}
			if strings.Contains(got.body, `value="`+tt.typed[1]) {
				t.Error("the number is shown")
			}
			if after := s.must(t, http.MethodGet, path, "").raw; after != before || len(s.must(t, http.MethodGet, customers, "").ids()) != 0 {
				t.Errorf("the session is now %s", after)
			}
			if again := s.submit(t, address, card(goodCard)...); again.status != http.StatusSeeOther {
				t.Errorf("cannot be corrected: %d", again.status)
			}
		})
	}
}

func TestSessionsThatAreOver(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	path, address := s.checkout(t, "mode=payment&"+oneTime)
	form := s.form(t, address, card(goodCard)...)
	advance(t, s.sim, "1day")
	if got := s.browse(t, form); !strings.Contains(got.text(), "This session has expired") || !strings.Contains(got.text(), "Back to shop.test") {
		t.Errorf("page says %s", got.text())
	}
	s.must(t, http.MethodGet, path, "").same(t, map[string]any{"status": "expired", "payment_status": "unpaid"})
}

func TestPayInvoice(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]string{"the first": "&payment_behavior=default_incomplete", "after a trial": "&trial_period_days=1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := overPages(t)
			owner := s.must(t, http.MethodPost, customers, "email=ada@example.com").text("id")
			path := subscriptions + "/" + s.must(t, http.MethodPost, subscriptions, "customer="+owner+"&"+monthly+form).text("id")
			if strings.Contains(form, "trial") {
				advance(t, s.sim, "1day")
				s.must(t, http.MethodGet, customers+"/"+owner, "").same(t, map[string]any{"delinquent": true})
			}
			address, _ := s.must(t, http.MethodGet, path, "expand[]=latest_invoice").at("latest_invoice", "hosted_invoice_url").(string)
			if got := s.submit(t, address, card("4000 0000 0000 0002")...); got.status != http.StatusPaymentRequired {
				t.Errorf("declined card: %d", got.status)
			}
			got := s.submit(t, address, card(goodCard)...)
			if shown := s.open(t, s.base+got.header.Get("Location")).text(); !strings.Contains(shown, "Invoice paid") {
				t.Errorf("page says %s", shown)
			}
			paid := s.must(t, http.MethodGet, path, "expand[]=latest_invoice")
			paid.same(t, map[string]any{"status": "active"})
			answer{body: paid.at("latest_invoice").(map[string]any)}.same(t, map[string]any{"status": "paid", "amount_paid": 900.0, "amount_remaining": 0.0})
			s.must(t, http.MethodGet, customers+"/"+owner, "").same(t, map[string]any{"delinquent": false})
			advance(t, s.sim, "1month")
			s.must(t, http.MethodGet, path, "").same(t, map[string]any{"status": "active"})
		})
	}
}

func TestPortal(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	owner := "customer=" + s.must(t, http.MethodPost, customers, "name=Ada&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa").text("id")
	made := s.must(t, http.MethodPost, subscriptions, owner+"&"+monthly)
	path, end := subscriptions+"/"+made.text("id"), made.body["current_period_end"]
	address := s.must(t, http.MethodPost, "/v1/billing_portal/sessions", owner+"&return_url=https://shop.test/account").text("url")
	for _, step := range []struct {
		do   string
		want map[string]any
		says string
	}{
		{"", map[string]any{"status": "active", "cancel_at_period_end": false}, "Renews on 28 Feb 2025"},
		{"cancel later", map[string]any{"status": "active", "cancel_at_period_end": true, "cancel_at": end}, "Ends on 28 Feb 2025"},
		{"keep", map[string]any{"status": "active", "cancel_at_period_end": false, "cancel_at": nil}, "Renews on"},
		{"nonsense", map[string]any{"status": "active", "cancel_at_period_end": false}, "Renews on"},
		{"cancel now", map[string]any{"status": "canceled"}, "Ended on 31 Jan 2025"},
		{"keep", map[string]any{"status": "canceled", "cancel_at_period_end": false}, "Ended on"},
	} {
		if step.do != "" {
			s.browse(t, s.form(t, address, "subscription", made.text("id"), "do", step.do))
		}
		s.must(t, http.MethodGet, path, "").same(t, step.want)
		if shown := s.open(t, address).text(); !strings.Contains(shown, step.says) || !strings.Contains(shown, "Starter plan") || !strings.Contains(shown, "Return to shop.test") {
			t.Errorf("after %q the page says %s", step.do, shown)
		}
	}
}

// A portal session is for one customer's subscriptions.
func TestPortalIsOneCustomers(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	owner, other := s.must(t, http.MethodPost, customers, "").text("id"), s.must(t, http.MethodPost, customers, "").text("id")
	s.must(t, http.MethodPost, subscriptions, "trial_period_days=3&customer="+owner+"&"+monthly)
	id := s.must(t, http.MethodPost, subscriptions, "trial_period_days=3&customer="+other+"&"+monthly).text("id")
	address := s.must(t, http.MethodPost, "/v1/billing_portal/sessions", "customer="+owner).text("url")
	s.browse(t, s.form(t, address, "subscription", id, "do", "cancel now"))
	s.must(t, http.MethodGet, subscriptions+"/"+id, "").same(t, map[string]any{"status": "trialing"})
}

func TestIndex(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	if shown := s.open(t, s.base).text(); !strings.Contains(shown, "Nothing yet") {
		t.Errorf("an empty page says %s", shown)
	}
	if err := s.sim.Seed(); err != nil {
		t.Fatal(err)
	}
	s.must(t, http.MethodPost, customers, "name=<script>alert(1)</script>&email=eve@example.com")
	got := s.open(t, s.base)
	at := 0
	for _, want := range []string{"Portal Ada Lovelace", "a guest · Starter plan", "Katherine Johnson", "alan@example.com · T-shirt × 2", "Grace Hopper · Team plan", "Ada Lovelace · Starter plan × 3"} {
		next := strings.Index(got.text()[at:], want)
		if next < 0 {
			t.Fatalf("%s is missing or out of order in %s", want, got.text())
		}
		at += next
	}
	if strings.Contains(got.body, "<script") || !strings.Contains(got.text(), "<script>alert(1)</script>") {
		t.Error("a customer's text is not escaped")
	}
	for _, status := range []string{"active", "trialing", "incomplete", "open", "complete", "expired", "paid"} {
		if !strings.Contains(got.body, `<span class="tag `+status+`">`) {
			t.Errorf("nothing is %s", status)
		}
	}
	if watched := s.open(t, s.base+"/?watch"); !strings.Contains(watched.body, `http-equiv="refresh"`) || strings.Contains(got.body, `http-equiv="refresh"`) {
		t.Error("the page reloads when it should not, or does not when it should")
	}
}

// TestIndexPagesOn: a page of the index has a hundred rows, and the pages show each object once, newest first.
func TestIndexPagesOn(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	var want []string
	for n := range 120 {
		made := s.must(t, http.MethodPost, customers, fmt.Sprintf("email=%d@example.com", n)).text("id")
		want = append(want, made)
		if n%2 == 0 {
			want = append(want, s.must(t, http.MethodPost, sessions, "mode=payment&customer="+made+"&"+goodURL+"&"+oneTime).text("id"))
		}
		if n%3 == 0 { // else several are made in one second
			advance(t, s.sim, "1m")
		}
	}
	s.must(t, http.MethodDelete, customers+"/"+s.must(t, http.MethodPost, customers, "").text("id"), "")
	var got []string
	var sizes []int
	for address := "/"; address != ""; {
		page := s.open(t, s.base+address)
		rows := regexp.MustCompile(`<small>((?:cus|cs_test)_\w+)</small>`).FindAllStringSubmatch(page.body, -1)
		for _, row := range rows {
			got = append(got, row[1])
		}
		sizes = append(sizes, len(rows))
		address = ""
		if older := regexp.MustCompile(`href="(/\?older=\w+)">Older<`).FindStringSubmatch(page.body); older != nil {
			address = older[1]
		}
	}
	if !slices.Equal(sizes, []int{100, 80}) {
		t.Errorf("pages have %d rows", sizes)
	}
	if got[0] != want[len(want)-1] || got[len(got)-1] != want[0] && got[len(got)-1] != want[1] {
		t.Errorf("from %s to %s, want from %s to %s", got[0], got[len(got)-1], want[len(want)-1], want[0])
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, place := range []string{"x", "%00", strings.Repeat("0", 33), strings.Repeat("f", 33)} {
		if page := s.open(t, s.base+"/?older="+place); page.status != http.StatusOK {
			t.Errorf("%s: %d", place, page.status)
		}
	}
}
