package contracttest

// moneyContract is the contract of the tools that pay back, that make what is sold, and that answer disputes.
var moneyContract = []struct {
	tool, with, arguments string
	request               string
}{
	{"stripe_create_refund", "a charge", `{"charge": "ch_123"}`, `
GET /v1/charges/ch_123

POST /v1/refunds
charge=ch_123
`},
	{"stripe_create_refund", "everything", `{"payment_intent": "pi_123", "amount": 50, "reason": "requested_by_customer", "metadata": {"order": "7"}}`, `
GET /v1/charges
limit=1
payment_intent=pi_123

POST /v1/refunds
amount=50
metadata[order]=7
payment_intent=pi_123
reason=requested_by_customer
`},
	{"stripe_create_product", "a name", `{"name": "Team plan"}`, `
POST /v1/products
name=Team plan
`},
	{"stripe_create_product", "everything", `{"name": "Team plan", "description": "For 3 & more", "metadata": {"sku": "7"}}`, `
POST /v1/products
description=For 3 & more
metadata[sku]=7
name=Team plan
`},
	{"stripe_create_price", "what it must have", `{"product": "prod_123", "currency": "EUR", "unit_amount": 0}`, `
POST /v1/prices
currency=eur
product=prod_123
unit_amount=0
`},
	{"stripe_create_price", "a new product", `{"product_data": {"name": "Team plan"}, "currency": "usd", "unit_amount": 2900,
		"recurring": {"interval": "month", "interval_count": 3}, "lookup_key": "team_quarterly"}`, `
POST /v1/prices
currency=usd
lookup_key=team_quarterly
product_data[name]=Team plan
recurring[interval]=month
recurring[interval_count]=3
unit_amount=2900
`},
	{"stripe_create_payment_link", "a price", `{"line_items": [{"price": "price_123"}]}`, `
POST /v1/payment_links
line_items[0][price]=price_123
line_items[0][quantity]=1
`},
	{"stripe_create_payment_link", "everything", `{"line_items": [{"price": "price_123", "quantity": 2}, {"price": "price_456"}],
		"after_completion_url": "https://example.com/thanks?s=%7BCHECKOUT_SESSION_ID%7D", "allow_promotion_codes": true, "metadata": {"campaign": "spring"}}`, `
POST /v1/payment_links
after_completion[redirect][url]=https://example.com/thanks?s={CHECKOUT_SESSION_ID}
after_completion[type]=redirect
allow_promotion_codes=true
line_items[0][price]=price_123
line_items[0][quantity]=2
line_items[1][price]=price_456
line_items[1][quantity]=1
metadata[campaign]=spring
`},
	{"stripe_create_coupon", "a percentage", `{"percent_off": 12.5, "duration": "once"}`, `
POST /v1/coupons
duration=once
percent_off=12.5000
`},
	{"stripe_create_coupon", "everything", `{"amount_off": 500, "currency": "EUR", "duration": "repeating", "duration_in_months": 3, "name": "Spring",
		"max_redemptions": 20, "redeem_by": "2030-01-01T12:00:00Z"}`, `
POST /v1/coupons
amount_off=500
currency=eur
duration=repeating
duration_in_months=3
max_redemptions=20
name=Spring
redeem_by=1893499200
`},
	{"stripe_list_coupons", "nothing", `{}`, `
GET /v1/coupons
limit=10
`},
	{"stripe_list_coupons", "everything", `{"limit": 1, "starting_after": "SPRING"}`, `
GET /v1/coupons
limit=1
starting_after=SPRING
`},
	{"stripe_create_promotion_code", "a coupon", `{"coupon": "co_123"}`, `
POST /v1/promotion_codes
coupon=co_123
`},
	{"stripe_create_promotion_code", "everything", `{"coupon": "co_123", "code": "SPRING", "customer": "cus_123", "max_redemptions": 5, "expires_at": "2030-01-01"}`, `
POST /v1/promotion_codes
code=SPRING
coupon=co_123
customer=cus_123
expires_at=1893456000
max_redemptions=5
`},
	{"stripe_update_dispute", "evidence to keep", `{"dispute_id": "dp_123", "evidence": {"uncategorized_text": "Signed by Ann & Bob", "shipping_tracking_number": "00340"}}`, `
POST /v1/disputes/dp_123
evidence[shipping_tracking_number]=00340
evidence[uncategorized_text]=Signed by Ann & Bob
submit=false
`},
	{"stripe_update_dispute", "what is kept", `{"dispute_id": "dp_123", "submit": true}`, `
POST /v1/disputes/dp_123
submit=true
`},
}
