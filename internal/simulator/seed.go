package simulator

import "net/url"

// Seed adds a small story that has been going on for six weeks: customers, subscriptions in several states, sessions that were paid, left
// or are open, and a portal to look around in.
func (s *Simulator) Seed() error {
	return s.update(func(c *call) bool {
		now := c.now
		do := func(ago int64, act func(*call) (object, error), form string) object {
			c.now = now - ago
			c.in, _ = parseForm(form)
			made, err := act(c)
			if err != nil {
				panic(err) // the story is told with valid requests
			}
			return c.row(made.text("object"), made.text("id"))
		}
		customer := func(ago int64, form string) string {
			return "customer=" + do(ago, (*call).createCustomer, form).text("id")
		}
		const card = "&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa"
		const shop = "success_url=https://shop.example/thanks?id={CHECKOUT_SESSION_ID}&cancel_url=https://shop.example/cart&line_items[0][price]="

		ada := customer(42*day, "name=Ada Lovelace&email=ada@example.com"+card)
		do(42*day, (*call).createSubscription, ada+"&items[0][price]=price_starter_monthly_eur&items[0][quantity]=3")
		grace := customer(20*day, "name=Grace Hopper&email=grace@example.com"+card)
		do(20*day, (*call).createSubscription, grace+"&items[0][price]=price_team_yearly_usd&trial_period_days=30")
		paid := do(3*day, (*call).createSession, "mode=payment&line_items[0][quantity]=2&customer_email=alan@example.com&"+shop+"price_tshirt_eur")
		c.complete(paid, url.Values{"email": {"alan@example.com"}, "name": {"Alan Turing"}})
		do(2*day, (*call).createSession, "mode=payment&line_items[0][quantity]=1&"+shop+"price_ticket_jpy")
		katherine := customer(3*60*60, "name=Katherine Johnson&email=katherine@example.com")
		do(2*60*60, (*call).createSubscription, katherine+"&items[0][price]=price_team_monthly_usd&payment_behavior=default_incomplete")
		do(60*60, (*call).createSession, "mode=subscription&line_items[0][quantity]=1&"+shop+"price_starter_monthly_eur")
		do(0, (*call).createPortalSession, ada+"&return_url=https://shop.example/account")
		c.settle()
		return true
	})
}
