package simulator

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// currencies are those that Stripe charges in.
const currencies = `aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk
djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt
lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mro mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd
rub rwf sar sbd scr sek sgd shp sle sll sos srd std svc szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw`

func currency() rule {
	return matching(3, "", "Invalid currency: must be a three-letter ISO code in lower case that Stripe supports", func(s string) bool {
		return slices.Contains(strings.Fields(currencies), s)
	})
}

// smallUnits are the currencies whose amounts may have twelve digits, where others have eight.
const smallUnits = "cop huf idr inr jpy krw lbp"

// tooMuch refuses a sum that Stripe does not charge.
func tooMuch(param string, amount int64, currency string) error {
	largest := int64(99_999_999)
	if slices.Contains(strings.Fields(smallUnits), currency) {
		largest = 999_999_999_999
	}
	if amount > largest {
		return invalid(param, "amount_too_large", "The amount must be no more than %d in %s", largest, currency)
	}
	return nil
}

// money shows an amount to people: €20.00, ¥2000, 20.00 CHF.
func money(amount int64, currency string) string {
	digits := 2
	switch {
	case slices.Contains(strings.Fields("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"), currency):
		digits = 0
	case slices.Contains(strings.Fields("bhd jod kwd omr tnd"), currency):
		digits = 3
	}
	text := fmt.Sprintf("%0*d", digits+1, amount)
	if digits > 0 {
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	if sign := map[string]string{"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"}[currency]; sign != "" {
		return sign + text
	}
	return text + " " + strings.ToUpper(currency)
}

// every is how often a price is paid: per month, every 3 months; empty for once.
func every(price object) string {
	recurring := price.child("recurring")
	switch n := recurring.number("interval_count"); {
	case recurring == nil:
		return ""
	case n == 1:
		return "per " + recurring.text("interval")
	default:
		return fmt.Sprintf("every %d %ss", n, recurring.text("interval"))
	}
}

// times is how a quantity of something is shown.
func times(name string, quantity int64) string {
	if quantity == 1 {
		return name
	}
	return fmt.Sprintf("%s × %d", name, quantity)
}

// seeded is the state of a new account. Its ids are fixed, so that they can be learnt by heart.
func seeded(now int64) *state {
	st := &state{Key: newID("", 32), Objects: map[string][]object{}, Lines: map[string][]object{}, Answers: map[string]answer{}}
	c := &call{state: st, now: now}
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
			p := c.product(seed.name)
			p["id"] = seed.product
			st.add(p)
		}
		p := c.price(seed.product, seed.currency, seed.amount, seed.interval, 1)
		p["id"], p["active"] = seed.price, true
		st.add(p)
	}
	return st
}

func (c *call) product(name string) object {
	return c.create("product", object{
		"name": name, "active": true, "description": nil, "images": []string{}, "metadata": object{}, "type": "service", "updated": c.now, "default_price": nil, "url": nil,
	})
}

// price is inactive, as those are that are made for one purpose.
func (c *call) price(product, currency string, amount int64, interval string, every int64) object {
	made := c.create("price", object{
		"active": false, "billing_scheme": "per_unit", "currency": currency, "product": product, "type": "one_time", "recurring": nil, "lookup_key": nil, "nickname": nil,
		"unit_amount": amount, "unit_amount_decimal": strconv.FormatInt(amount, 10), "metadata": object{}, "tax_behavior": "unspecified",
	})
	if interval != "" {
		made["type"] = "recurring"
		made["recurring"] = object{"interval": interval, "interval_count": every, "usage_type": "licensed", "trial_period_days": nil}
	}
	return made
}

// inline are the parameters of a price_data, with those that say what it is the price of.
func inline(goods contract) rule {
	return fields(goods.with(contract{
		"currency": must(currency()), "unit_amount": must(integer(0, 999_999_999_999)),
		"recurring": may(fields(contract{"interval": must(oneOf("day", "week", "month", "year")), "interval_count": may(integer(1, 1095))})),
	}))
}

// basket is what the items of a request come to.
type basket struct {
	currency string
	total    int64
	prices   []object // of each item
	fresh    []object // prices and products to add
}

// basket reads items of one currency whose prices suit.
func (c *call) basket(param string, suits func(price object, at string) error) (b basket, err error) {
	b.currency = c.in.text("currency")
	for i, item := range c.in.at(param).elements() {
		at := fmt.Sprintf("%s[%d]", param, i)
		price, made, err := c.priceOf(item, at)
		if err == nil {
			err = suits(price, at)
		}
		if err != nil {
			return b, err
		}
		b.currency = cmp.Or(b.currency, price.text("currency"))
		if price["currency"] != b.currency {
			return b, invalid(at+"[price]", "", "The price specified only supports `%s`. This doesn't match the expected currency: `%s`.", price["currency"], b.currency)
		}
		b.total += price.number("unit_amount") * item.number("quantity", 1)
		if err := tooMuch(param, b.total, b.currency); err != nil {
			return b, err
		}
		b.prices, b.fresh = append(b.prices, price), append(b.fresh, made...)
	}
	return b, nil
}

// priceOf finds the price of an item, or makes one, which is then among the objects to add. At is the item's own name.
func (c *call) priceOf(item *params, at string) (price object, made []object, err error) {
	data := item.at("price_data")
	switch {
	case data != nil && item.at("price") != nil:
		return nil, nil, exclusive(at, "price", "price_data")
	case data != nil:
		return c.inlinePrice(data, at+"[price_data]")
	case item.at("price") == nil:
		return nil, nil, absent(at + "[price]")
	}
	if price = c.find("price", item.text("price")); price["active"] == false {
		err = invalid(at+"[price]", "", "The price specified is inactive. This field only accepts active prices.")
	}
	return price, nil, err
}

func (c *call) inlinePrice(data *params, at string) (price object, made []object, err error) {
	product, details, period := data.text("product"), data.at("product_data"), data.at("recurring")
	every := period.number("interval_count", 1)
	switch {
	case product != "" && details != nil:
		err = exclusive(at, "product", "product_data")
	case product == "" && details == nil:
		err = absent(at + "[product]")
	case every > map[string]int64{"": 1, "day": 1095, "week": 156, "month": 36, "year": 3}[period.text("interval")]:
		err = invalid(at+"[recurring][interval_count]", "", "The longest interval is three years")
	default:
		err = tooMuch(at+"[unit_amount]", data.number("unit_amount", 0), data.text("currency"))
	}
	if err != nil {
		return nil, nil, err
	}
	if details != nil {
		p := c.product(details.text("name"))
		images := []string{}
		for _, image := range details.at("images").elements() {
			images = append(images, image.value)
		}
		p["description"], p["images"], p["metadata"] = orNull(details.text("description")), images, details.at("metadata").merged(nil)
		product, made = p.text("id"), append(made, p)
	}
	price = c.price(product, data.text("currency"), data.number("unit_amount", 0), period.text("interval"), every)
	return price, append(made, price), nil
}

// account is who the simulator says it is.
func (c *call) account() (object, error) {
	return object{
		"id": "acct_1SimulatorAcct00", "object": "account", "type": "standard", "country": "DE", "default_currency": "eur", "email": "simulator@example.com",
		"charges_enabled": true, "payouts_enabled": true, "details_submitted": true, "business_profile": object{"name": "Simulator"},
		"settings": object{"dashboard": object{"display_name": "Simulator", "timezone": "Etc/UTC"}},
	}, nil
}
