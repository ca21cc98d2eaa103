package simulator

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// currencies are those that Stripe charges in.
const currencies = `aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad
cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr
ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mro mur mvr mwk
mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sll
sos srd std svc szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw`

func currency() rule {
	return matching(3, "", noCurrency, func(s string) bool { return slices.Contains(strings.Fields(currencies), s) })
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
	if step := smallestStep(currency); amount%step != 0 {
		return invalid(param, "", "Invalid amount: amounts in %s must be a multiple of %d", currency, step)
	}
	return nil
}

// smallestStep is what amounts in a currency are multiples of: the last digit of a three-decimal currency is 0, and the two
// decimals of a currency without coins are 00 (https://docs.stripe.com/currencies#special-cases).
func smallestStep(currency string) int64 {
	switch currency {
	case "bhd", "jod", "kwd", "omr", "tnd":
		return 10
	case "isk", "ugx":
		return 100
	}
	return 1
}

// tooLittle refuses a payment that costs more than it brings (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
// A currency that is not here has a minimum that depends on its rate.
func tooLittle(param string, amount int64, currency string) error {
	least := map[string]int64{
		"aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50,
		"jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
	}[currency]
	if amount > 0 && amount < least {
		return invalid(param, "amount_too_small", "The Checkout Session's total amount due must add up to at least %d in %s", least, currency)
	}
	return nil
}

// price is inactive, as those are that are made for one purpose.
func (a *Account) price(product, currency string, amount int64, interval string, every int64) Object {
	made := a.create("price", Object{
		"currency": currency, "product": product,
		"unit_amount": amount, "unit_amount_decimal": strconv.FormatInt(amount, 10),
	})
	if interval != "" {
		made["type"], made["recurring"] = "recurring", Object{
			"interval": interval, "interval_count": every, "usage_type": "licensed", "trial_period_days": nil,
		}
	}
	return made
}

// inline are the parameters of a price_data, with those that say what it is the price of.
func inline(goods contract) rule { return fields(pricing(goods)) }

// pricing are the parameters of a price, with those that say what it is the price of.
func pricing(goods contract) contract {
	recurring := contract{
		"interval": must(oneOf("day", "week", "month", "year")), "interval_count": may(integer(1, 1095)),
	}
	return goods.with(contract{
		"currency": must(currency()), "unit_amount": must(integer(0, 999_999_999_999)), "recurring": may(fields(recurring)),
	})
}

// basket is what the items of a request come to.
type basket struct {
	currency string
	total    int64
	goods    []goods
	fresh    []Object // prices and products to store
}

// goods are one item of a request.
type goods struct {
	sent, price Object
	quantity    int64
}

// basket reads items of one currency whose prices suit.
func (c *call) basket(param string, suits func(price Object, at string) error) (b basket, err error) {
	b.currency = c.in.Text("currency")
	for i, element := range elements(c.in[param]) {
		item, at := asObject(element), fmt.Sprintf("%s[%d]", param, i)
		price, made, err := c.priceOf(item, at)
		if err == nil {
			err = suits(price, at)
		}
		if err != nil {
			return b, err
		}
		b.currency = cmp.Or(b.currency, price.Text("currency"))
		if price["currency"] != b.currency {
			return b, invalid(at+"[price]", "", wrongCurrency, price["currency"], b.currency)
		}
		quantity := item.integer("quantity", 1)
		b.total += price.Number("unit_amount") * quantity
		if err := tooMuch(param, b.total, b.currency); err != nil {
			return b, err
		}
		b.goods, b.fresh = append(b.goods, goods{item, price, quantity}), append(b.fresh, made...)
	}
	return b, nil
}

// priceOf finds the price of an item, or makes one, which is then among the objects to store. At is the item's name.
func (c *call) priceOf(item Object, at string) (price Object, made []Object, err error) {
	data := item.Child("price_data")
	switch {
	case data != nil && item["price"] != nil:
		return nil, nil, exclusive(at, "price", "price_data")
	case data != nil:
		return c.inlinePrice(data, at+"[price_data]")
	case item["price"] == nil:
		return nil, nil, absent(at + "[price]")
	}
	if price = c.find("price", item.Text("price")); price["active"] == false {
		err = invalid(at+"[price]", "", "The price specified is inactive. This field only accepts active prices.")
	}
	return price, nil, err
}

func (c *call) inlinePrice(data Object, at string) (price Object, made []Object, err error) {
	product, details, period := data.Text("product"), data.Child("product_data"), data.Child("recurring")
	every, interval := period.integer("interval_count", 1), period.Text("interval")
	switch {
	case product != "" && details != nil:
		err = exclusive(at, "product", "product_data")
	case product == "" && details == nil:
		err = absent(nested(at, "product"))
	case every > map[string]int64{"": 1, "day": 1095, "week": 156, "month": 36, "year": 3}[interval]:
		err = invalid(nested(at, "recurring")+"[interval_count]", "", "The longest interval is three years")
	default:
		err = tooMuch(nested(at, "unit_amount"), data.integer("unit_amount", 0), data.Text("currency"))
	}
	if err != nil {
		return nil, nil, err
	}
	if details != nil {
		p := c.product(details)
		product, made = p.Text("id"), append(made, p)
	}
	price = c.price(product, data.Text("currency"), data.integer("unit_amount", 0), interval, every)
	return price, append(made, price), nil
}
