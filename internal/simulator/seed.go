package simulator

// seed makes the state that of a new account. Its ids are fixed, so that they can be learnt by heart.
func seed(st *state, now int64) {
	st.setSecret(newID("", 32))
	a := &Account{state: st, Now: now}
	for _, seed := range []struct {
		product, name, currency string
		amount                  int64
		interval, price         string
	}{
		{"prod_free", "Free plan", "eur", 0, "month", "price_free_monthly_eur"},
		{"prod_starter", "Starter plan", "eur", 900, "month", "price_starter_monthly_eur"},
		{"prod_starter", "", "eur", 9000, "year", "price_starter_yearly_eur"},
		{"prod_team", "Team plan", "usd", 4900, "month", "price_team_monthly_usd"},
		{"prod_team", "", "usd", 49000, "year", "price_team_yearly_usd"},
		{"prod_club", "Club membership", "jpy", 1500, "month", "price_club_monthly_jpy"},
		{"prod_tshirt", "T-shirt", "eur", 2500, "", "price_tshirt_eur"},
		{"prod_tshirt", "", "usd", 2700, "", "price_tshirt_usd"},
		{"prod_ticket", "Concert ticket", "jpy", 8000, "", "price_ticket_jpy"},
	} {
		if seed.name != "" {
			a.put(a.create("product", Object{"id": seed.product, "name": seed.name, "updated": now}))
		}
		p := a.price(seed.product, seed.currency, seed.amount, seed.interval, 1)
		p["id"], p["active"] = seed.price, true
		a.put(p)
	}
}

// Seed adds a small story of six weeks: customers, subscriptions in several states, sessions that were paid, left or
// are open, and a portal to look around in.
func (s *Simulator) Seed() error {
	err := s.Update(func(a *Account) {
		now := a.Now
		do := func(ago int64, act func(*call) (Object, error), form string) (made Object) {
			a.Now = now - ago
			in, err := parseForm(form)
			if err == nil {
				made, err = act(&call{Account: a, in: in})
			}
			if err != nil {
				panic(err) // the story is told with valid requests
			}
			return made
		}
		customer := func(ago int64, form string) string {
			return "customer=" + do(ago, (*call).createCustomer, form).Text("id")
		}
		subscribe := func(ago int64, form string) { do(ago, (*call).createSubscription, form) }
		session := func(ago int64, form string) Object {
			const shop = "success_url=https://shop.example/thanks?id={CHECKOUT_SESSION_ID}&cancel_url=https://shop.example/cart&"
			return do(ago, (*call).createSession, shop+form)
		}
		const card = "&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa"

		ada := customer(42*day, "name=Ada Lovelace&email=ada@example.com"+card)
		subscribe(42*day, ada+"&items[0][price]=price_starter_monthly_eur&items[0][quantity]=3")
		grace := customer(20*day, "name=Grace Hopper&email=grace@example.com"+card)
		subscribe(20*day, grace+"&items[0][price]=price_team_yearly_usd&trial_period_days=30")
		paid := session(3*day, "mode=payment&customer_email=alan@example.com"+
			"&line_items[0][price]=price_tshirt_eur&line_items[0][quantity]=2")
		a.PayCheckout(paid, Payer{Email: "alan@example.com", Name: "Alan Turing"})
		ticket := session(12*day, "mode=payment&customer_email=edsger@example.com"+
			"&line_items[0][price]=price_tshirt_usd&line_items[0][quantity]=1")
		a.PayCheckout(ticket, Payer{Email: "edsger@example.com", Name: "Edsger Dijkstra"})
		a.Now = now - 5*day
		for charge := range a.walk("charge", "payment_intent", ticket.Text("payment_intent"), "", false) {
			a.dispute(charge)
		}
		barbara := customer(4*day, "name=Barbara Liskov&email=barbara@example.com"+card)
		for _, minute := range []int64{1, 0} { // the same order twice, as when somebody pays again because the page hangs
			twice := session(4*day-60*60+60*minute, "mode=payment&"+barbara+"&line_items[0][price]=price_tshirt_eur&line_items[0][quantity]=3")
			a.PayCheckout(twice, Payer{Email: "barbara@example.com", Name: "Barbara Liskov"})
		}
		do(2*day, (*call).createRefund, "amount=2500&reason=requested_by_customer&payment_intent="+paid.Text("payment_intent"))
		coupon := do(14*day, (*call).createCoupon, "percent_off=10&duration=once&name=Welcome")
		do(14*day, (*call).createPromotionCode, "code=WELCOME10&coupon="+coupon.Text("id"))
		do(7*day, (*call).createLink, "line_items[0][price]=price_tshirt_eur&line_items[0][quantity]=1&allow_promotion_codes=true")
		alonzo := customer(5*60*60, "name=Alonzo Church&email=alonzo@example.com&payment_method=pm_card_chargeCustomerFail"+
			"&invoice_settings[default_payment_method]=pm_card_chargeCustomerFail")
		subscribe(5*60*60, alonzo+"&items[0][price]=price_starter_yearly_eur")
		session(2*day, "mode=payment&line_items[0][price]=price_ticket_jpy&line_items[0][quantity]=1")
		katherine := customer(3*60*60, "name=Katherine Johnson&email=katherine@example.com")
		subscribe(2*60*60, katherine+"&items[0][price]=price_team_monthly_usd&payment_behavior=default_incomplete")
		session(60*60, "mode=subscription&line_items[0][price]=price_starter_monthly_eur&line_items[0][quantity]=1")
		do(0, (*call).createPortalSession, ada+"&return_url=https://shop.example/account")
	})
	if err == nil {
		err = s.Update(func(*Account) {}) // lets happen what has become due
	}
	return err
}
