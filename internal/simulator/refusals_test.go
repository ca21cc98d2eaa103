package simulator_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// refusal is a request and Stripe's answer to it. In forms, CUS is a customer, RICH one with a card,
// CARD that card, GONE a deleted customer, CS a session.
type refusal struct {
	name, method, path, form string
	status                   int
	kind, code, param        string
	says                     string
}

const (
	badRequest = "invalid_request_error"
	goodURL    = "success_url=https://example.com/ok"
	oneTime    = "line_items[0][price]=price_tshirt_eur&line_items[0][quantity]=1"
	monthly    = "items[0][price]=price_starter_monthly_eur"
	adHoc      = "mode=payment&" + goodURL + "&line_items[0][quantity]=1&line_items[0][price_data]"
	sessions   = "/v1/checkout/sessions"
)

func manyLines(n int, data string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "&line_items[%d][quantity]=1&line_items[%[1]d][price_data][currency]=eur&line_items[%[1]d][price_data][unit_amount]=50&line_items[%[1]d][price_data][product_data][name]=x%s", i, strings.ReplaceAll(data, "N", strconv.Itoa(i)))
	}
	return b.String()
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "&metadata[k%d]=v", i)
	}
	return b.String()
}

func refusals() []refusal {
	const post, get, del = http.MethodPost, http.MethodGet, http.MethodDelete
	return append(append(strangers(), sessionRefusals()...), []refusal{
		{"unknown address", get, "/v1/nonsense", "", 404, badRequest, "", "", "Unrecognized request URL (GET: /v1/nonsense)"},
		{"unknown address below a known one", get, "/v1/customers/CUS/nonsense", "", 404, badRequest, "", "", "Unrecognized request URL"},
		{"wrong method", del, "/v1/checkout/sessions", "", 404, badRequest, "", "", "Unrecognized request URL (DELETE: "},
		{"empty id", get, "/v1/customers/", "", 404, badRequest, "", "", "Unrecognized request URL"},
		{"path that climbs", get, "/v1/customers/x%2F..%2Fy", "", 404, badRequest, "resource_missing", "id", "No such customer: 'x/../y'"},
		{"broken escape", post, "/v1/customers", "email=%zz", 400, badRequest, "", "", "not form-encoded"},
		{"value and object", post, "/v1/customers", "metadata=x&metadata[a]=b", 400, badRequest, "", "metadata[a]", ""},
		{"object and value", post, "/v1/customers", "metadata[a]=b&metadata=x", 400, badRequest, "", "metadata", ""},
		{"too deep", post, "/v1/customers", "a[b][c][d][e][f][g][h][i]=1", 400, badRequest, "", "a[b][c][d][e][f][g][h][i]", ""},

		{"unknown parameter", post, "/v1/customers", "emial=a@example.com", 400, badRequest, "parameter_unknown", "emial", "Received unknown parameter: emial"},
		{"an unknown one beside one of Stripe's", post, "/v1/customers", "balance=1&emial=x", 400, badRequest, "parameter_unknown", "emial", "unknown parameter: emial"},
		{"two unknown parameters", post, "/v1/customers", "y=1&x=1", 400, badRequest, "parameter_unknown", "x", "x, y"},
		{"key for a parameter", post, "/v1/customers", "rk_test_madeup=1", 400, badRequest, "parameter_unknown", "…", "unknown parameter: …"},
		{"key for an id", get, "/v1/customers/whsec_madeup", "", 404, badRequest, "resource_missing", "id", "No such customer: '…'"},
		{"key in an address", get, "/v1/sk_live_madeup", "", 404, badRequest, "", "", "(GET: /v1/…)"},
		{"unknown in an object", post, "/v1/customers", "invoice_settings[foo]=1", 400, badRequest, "parameter_unknown", "invoice_settings[foo]", ""},
		{"unbalanced brackets", post, "/v1/customers", "metadata[a[b]]=1", 400, badRequest, "parameter_unknown", "metadata[a[b]]", ""},
		{"unknown on get", get, "/v1/customers/CUS", "foo=1", 400, badRequest, "parameter_unknown", "foo", ""},
		{"invalid e-mail", post, "/v1/customers", "email=nobody", 400, badRequest, "email_invalid", "email", ""},
		{"e-mail without a domain", post, "/v1/customers", "email=a@localhost", 400, badRequest, "email_invalid", "email", ""},
		{"long e-mail", post, "/v1/customers", "email=" + strings.Repeat("a", 501) + "@example.com", 400, badRequest, "", "email", "at most 512"},
		{"long name", post, "/v1/customers", "name=" + strings.Repeat("é", 257), 400, badRequest, "", "name", "at most 256"},
		{"long phone", post, "/v1/customers", "phone=" + strings.Repeat("1", 21), 400, badRequest, "", "phone", "at most 20"},
		{"long description", post, "/v1/customers", "description=" + strings.Repeat("x", 5001), 400, badRequest, "", "description", "at most 5000"},
		{"object for a string", post, "/v1/customers", "name[first]=a", 400, badRequest, "", "name", "Invalid string"},
		{"string for an object", post, "/v1/customers", "invoice_settings=x", 400, badRequest, "", "invoice_settings", "Invalid object"},
		{"string for metadata", post, "/v1/customers", "metadata=x", 400, badRequest, "", "metadata", "Invalid object"},
		{"metadata of many keys", post, "/v1/customers", manyKeys(51), 400, badRequest, "", "metadata", "up to 50 keys"},
		{"metadata with a long key", post, "/v1/customers", "metadata[" + strings.Repeat("k", 41) + "]=v", 400, badRequest, "", "metadata", "up to 40"},
		{"metadata with a long value", post, "/v1/customers", "metadata[k]=" + strings.Repeat("v", 501), 400, badRequest, "", "metadata[k]", "up to 500"},
		{"nested metadata", post, "/v1/customers", "metadata[k][l]=v", 400, badRequest, "", "metadata[k]", "strings"},
		{"card that is refused", post, "/v1/customers", "payment_method=pm_card_chargeDeclined", 402, "card_error", "card_declined", "", ""},
		{"card that does not exist", post, "/v1/customers", "payment_method=pm_none", 400, badRequest, "resource_missing", "payment_method", "No such PaymentMethod: 'pm_none'"},
		{"default that is not attached", post, "/v1/customers/CUS", "invoice_settings[default_payment_method]=pm_card_visa", 400, badRequest, "resource_missing", "invoice_settings[default_payment_method]", ""},
		{"attach without a customer", post, "/v1/payment_methods/pm_card_visa/attach", "", 400, badRequest, "parameter_missing", "customer", "Missing required param: customer."},
		{"attach another's card", post, "/v1/payment_methods/CARD/attach", "customer=CUS", 400, badRequest, "", "payment_method", "already been attached"},

		{"missing customer", get, "/v1/customers/cus_none", "", 404, badRequest, "resource_missing", "id", "No such customer: 'cus_none'"},
		{"change a deleted customer", post, "/v1/customers/GONE", "name=x", 404, badRequest, "resource_missing", "id", ""},
		{"delete twice", del, "/v1/customers/GONE", "", 404, badRequest, "resource_missing", "id", ""},
		{"missing subscription", get, "/v1/subscriptions/sub_none", "", 404, badRequest, "resource_missing", "id", "No such subscription: 'sub_none'"},
		{"missing session", get, sessions + "/cs_test_none", "", 404, badRequest, "resource_missing", "id", "No such checkout.session: 'cs_test_none'"},
		{"missing price", get, "/v1/prices/price_none", "", 404, badRequest, "resource_missing", "id", ""},
		{"missing invoice", get, "/v1/invoices/in_none", "", 404, badRequest, "resource_missing", "id", ""},

		{"expand what cannot be", get, "/v1/customers/CUS", "expand[]=email", 400, badRequest, "", "expand[0]", "This property cannot be expanded (email)."},
		{"expand a list without data", get, sessions, "expand[]=customer", 400, badRequest, "", "expand[0]", ""},
		{"expand not an array", get, "/v1/customers/CUS", "expand=email", 400, badRequest, "", "expand", "Invalid array"},
		{"array with names", get, "/v1/customers/CUS", "expand[first]=email", 400, badRequest, "", "expand", "Invalid array"},
		{"both cursors", get, sessions, "starting_after=CS&ending_before=CS", 400, badRequest, "parameters_exclusive", "ending_before", ""},
		{"missing cursor", get, sessions, "starting_after=cs_none", 400, badRequest, "resource_missing", "starting_after", "No such checkout.session: 'cs_none'"},
		{"missing cursor upwards", get, "/v1/subscriptions", "ending_before=sub_none", 400, badRequest, "resource_missing", "ending_before", ""},
		{"limit in words", get, sessions, "limit=ten", 400, badRequest, "parameter_invalid_integer", "limit", "Invalid integer"},
		{"limit beyond integers", get, sessions, "limit=99999999999999999999", 400, badRequest, "parameter_invalid_integer", "limit", ""},
		{"unknown session status", get, sessions, "status=closed", 400, badRequest, "", "status", "must be one of complete, expired, open"},
		{"unknown subscription status", get, "/v1/subscriptions", "status=complete", 400, badRequest, "", "status", ""},
		{"list of a missing customer", get, "/v1/subscriptions", "customer=cus_none", 400, badRequest, "resource_missing", "customer", ""},
		{"list of nobody", get, "/v1/subscriptions", "customer=", 400, badRequest, "parameter_invalid_empty", "customer", "You passed an empty string for 'customer'."},

		{"subscription of nobody", post, "/v1/subscriptions", monthly, 400, badRequest, "parameter_missing", "customer", ""},
		{"subscription of a deleted customer", post, "/v1/subscriptions", "customer=GONE&" + monthly, 400, badRequest, "resource_missing", "customer", ""},
		{"subscription to nothing", post, "/v1/subscriptions", "customer=CUS", 400, badRequest, "parameter_missing", "items", ""},
		{"subscription without a price", post, "/v1/subscriptions", "customer=CUS&items[0][quantity]=1", 400, badRequest, "parameter_missing", "items[0][price]", ""},
		{"subscription to a missing price", post, "/v1/subscriptions", "customer=CUS&" + monthly + "&items[1][price]=price_none", 400, badRequest, "resource_missing", "items[1][price]", ""},
		{"subscription to a T-shirt", post, "/v1/subscriptions", "customer=CUS&items[0][price]=price_tshirt_eur", 400, badRequest, "", "items[0][price]", "type=one_time"},
		{"one price twice", post, "/v1/subscriptions", "customer=CUS&" + monthly + "&items[1][price]=price_starter_monthly_eur", 400, badRequest, "", "items[1][price]", "same plan"},
		{"two intervals", post, "/v1/subscriptions", "customer=CUS&" + monthly + "&items[1][price]=price_starter_yearly_eur", 400, badRequest, "", "items[1][price]", "recurring.interval"},
		{"two currencies", post, "/v1/subscriptions", "customer=CUS&" + monthly + "&items[1][price]=price_team_monthly_usd", 400, badRequest, "", "items[1][price]", "expected currency: `eur`"},
		{"not the customer's currency", post, "/v1/subscriptions", "customer=RICH&items[0][price]=price_team_monthly_usd", 400, badRequest, "", "currency", "cannot combine currencies"},
		{"unknown in an item", post, "/v1/subscriptions", "customer=CUS&items[0][plan]=x", 400, badRequest, "parameter_unknown", "items[0][plan]", ""},
		{"quantity below zero", post, "/v1/subscriptions", "customer=CUS&" + monthly + "&items[0][quantity]=-1", 400, badRequest, "parameter_invalid_integer", "items[0][quantity]", "greater than or equal to 0"},
		{"product_data in a subscription", post, "/v1/subscriptions", "customer=CUS&items[0][price_data][product_data][name]=x", 400, badRequest, "parameter_unknown", "items[0][price_data][product_data]", ""},
		{"trial too long", post, "/v1/subscriptions", "customer=CUS&trial_period_days=731&" + monthly, 400, badRequest, "parameter_invalid_integer", "trial_period_days", "less than or equal to 730"},
		{"boolean in words", post, "/v1/subscriptions", "customer=CUS&cancel_at_period_end=yes&" + monthly, 400, badRequest, "", "cancel_at_period_end", "Invalid cancel_at_period_end"},
		{"pending_if_incomplete on creation", post, "/v1/subscriptions", "customer=CUS&payment_behavior=pending_if_incomplete&" + monthly, 400, badRequest, "", "payment_behavior", ""},
		{"another's card", post, "/v1/subscriptions", "customer=CUS&default_payment_method=CARD&" + monthly, 400, badRequest, "resource_missing", "default_payment_method", ""},
		{"no way to pay", post, "/v1/subscriptions", "customer=CUS&" + monthly, 400, badRequest, "resource_missing", "", "This customer has no attached payment source or default payment method."},
		{"no way to pay, error wanted", post, "/v1/subscriptions", "customer=CUS&payment_behavior=error_if_incomplete&" + monthly, 402, badRequest, "resource_missing", "", ""},
		{"cancel what is not there", del, "/v1/subscriptions/sub_none", "", 404, badRequest, "resource_missing", "id", ""},
		{"cancel_at_period_end on deletion", del, "/v1/subscriptions/sub_none", "cancel_at_period_end=true", 400, badRequest, "parameter_unknown", "cancel_at_period_end", ""},

		{"portal of nobody", post, "/v1/billing_portal/sessions", "return_url=https://example.com", 400, badRequest, "parameter_missing", "customer", ""},
		{"portal of a missing customer", post, "/v1/billing_portal/sessions", "customer=cus_none", 400, badRequest, "resource_missing", "customer", ""},
		{"portal with a bad URL", post, "/v1/billing_portal/sessions", "customer=CUS&return_url=/back", 400, badRequest, "url_invalid", "return_url", "Not a valid URL"},
	}...)
}

// strangers are what Stripe knows and the simulator does not. It must not be told as if Stripe had refused it.
func strangers() []refusal {
	const post, get, del = http.MethodPost, http.MethodGet, http.MethodDelete
	all := []refusal{
		{name: "a call", method: get, path: "/v1/payouts", status: 404, says: "The simulator does not know GET /v1/payouts. Stripe does"},
		{name: "a call that makes", method: post, path: "/v1/charges", form: "amount=1", status: 404, says: "POST /v1/charges"},
		{name: "a call on an object", method: post, path: sessions + "/CS/expire", status: 404, says: "does not know POST /v1/checkout/sessions/cs_"},
		{name: "another method of a call", method: post, path: "/v1/products/prod_tshirt", form: "name=x", status: 404, says: "POST /v1/products/prod_tshirt"},
		{name: "a deletion", method: del, path: "/v1/coupons/x", status: 404, says: "DELETE /v1/coupons/x"},
		{name: "a call that looks like an id", method: get, path: "/v1/customers/search", form: "query=x", status: 404, says: "GET /v1/customers/search"},
		{name: "another one", method: get, path: "/v1/invoices/upcoming", status: 404, says: "GET /v1/invoices/upcoming"},
		{name: "a parameter", method: post, path: "/v1/customers", form: "tax_exempt=exempt", param: "tax_exempt", says: "does not know the parameter tax_exempt. Stripe does"},
		{name: "two parameters", method: post, path: "/v1/customers", form: "tax_exempt=none&balance=5", param: "balance", says: "the parameter balance, tax_exempt"},
		{name: "a parameter that is an object", method: post, path: "/v1/customers", form: "address[city]=Ulm", param: "address", says: "parameter address"},
		{name: "a parameter in an object", method: post, path: "/v1/customers", form: "invoice_settings[footer]=x", param: "invoice_settings[footer]"},
		{name: "a parameter in an item", method: post, path: "/v1/subscriptions", form: "customer=CUS&" + monthly + "&items[0][tax_rates][]=txr_1", param: "items[0][tax_rates]"},
		{name: "a parameter in a price", method: post, path: sessions, form: adHoc + "[tax_behavior]=exclusive", param: "line_items[0][price_data][tax_behavior]"},
		{name: "a parameter of a session", method: post, path: sessions, form: "mode=payment&locale=de&" + goodURL + "&" + oneTime, param: "locale"},
		{name: "a filter", method: get, path: "/v1/customers", form: "test_clock=clock_1", param: "test_clock"},
		{name: "a parameter of a change", method: post, path: "/v1/subscriptions/sub_1", form: "billing_cycle_anchor=now", param: "billing_cycle_anchor"},
		{name: "a mode", method: post, path: sessions, form: "mode=setup&" + goodURL, param: "mode", says: "does not know mode=setup. Stripe does"},
		{name: "a test card", method: post, path: "/v1/customers", form: "payment_method=pm_card_mastercard", param: "payment_method", says: "the test card pm_card_mastercard"},
		{name: "a test card in the address", method: get, path: "/v1/payment_methods/pm_card_amex", param: "id", status: 404},
		{name: "an expansion", method: get, path: "/v1/customers/CUS", form: "expand[]=default_source", param: "expand[0]", says: "how to expand default_source"},
		{name: "an expansion in a list", method: get, path: "/v1/subscriptions", form: "expand[]=data.latest_invoice.payment_intent", param: "expand[0]"},
	}
	for i := range all {
		all[i].kind, all[i].code, all[i].status = badRequest, "not_simulated", max(all[i].status, 400)
	}
	return all
}

func sessionRefusals() []refusal {
	cases := []refusal{
		{name: "without a mode", form: goodURL + "&" + oneTime, code: "parameter_missing", param: "mode"},
		{name: "without line items", form: "mode=payment&" + goodURL, code: "parameter_missing", param: "line_items"},
		{name: "without success_url", form: "mode=payment&" + oneTime, code: "parameter_missing", param: "success_url"},
		{name: "empty success_url", form: "mode=payment&success_url=&" + oneTime, code: "parameter_invalid_empty", param: "success_url"},
		{name: "relative success_url", form: "mode=payment&success_url=/ok&" + oneTime, code: "url_invalid", param: "success_url"},
		{name: "success_url of another scheme", form: "mode=payment&success_url=javascript:alert(1)&" + oneTime, code: "url_invalid", param: "success_url"},
		{name: "long cancel_url", form: "mode=payment&cancel_url=https://example.com/" + strings.Repeat("a", 5000) + "&" + goodURL + "&" + oneTime, param: "cancel_url", says: "at most 5000"},
		{name: "unknown mode", form: "mode=rent&" + goodURL + "&" + oneTime, param: "mode", says: "Invalid mode: must be one of payment, subscription"},
		{name: "customer and customer_email", form: "mode=payment&customer=CUS&customer_email=a@example.com&" + goodURL + "&" + oneTime, code: "parameters_exclusive", param: "customer", says: "You may only specify one of these parameters: customer, customer_email."},
		{name: "missing customer", form: "mode=payment&customer=cus_none&" + goodURL + "&" + oneTime, code: "resource_missing", param: "customer"},
		{name: "key for a customer", form: "mode=payment&customer=sk_live_madeup&" + goodURL + "&" + oneTime, code: "resource_missing", param: "customer", says: "No such customer: '…'"},
		{name: "no array of line items", form: "mode=payment&line_items=x&" + goodURL, param: "line_items", says: "Invalid array"},
		{name: "no object of a line item", form: "mode=payment&line_items[0]=x&" + goodURL, param: "line_items[0]", says: "Invalid object"},
		{name: "too many line items", form: "mode=payment&" + goodURL + manyLines(101, ""), param: "line_items", says: "up to 100"},
		{name: "too many recurring", form: "mode=subscription&" + goodURL + manyLines(21, "&line_items[N][price_data][recurring][interval]=month"), param: "line_items", says: "up to 20"},
		{name: "too many one-time", form: "mode=subscription&" + goodURL + manyLines(21, "") + "&line_items[21][price]=price_starter_monthly_eur&line_items[21][quantity]=1", param: "line_items", says: "up to 20"},
		{name: "unknown in a line item", form: "mode=payment&line_items[0][name]=x&" + goodURL, code: "parameter_unknown", param: "line_items[0][name]"},
		{name: "no price at all", form: "mode=payment&line_items[0][quantity]=1&" + goodURL, code: "parameter_missing", param: "line_items[0][price]"},
		{name: "no quantity", form: "mode=payment&line_items[0][price]=price_tshirt_eur&" + goodURL, code: "parameter_missing", param: "line_items[0][quantity]"},
		{name: "quantity of none", form: "mode=payment&line_items[0][price]=price_tshirt_eur&line_items[0][quantity]=0&" + goodURL, code: "parameter_invalid_integer", param: "line_items[0][quantity]"},
		{name: "missing price", form: "mode=payment&line_items[0][price]=price_none&line_items[0][quantity]=1&" + goodURL, code: "resource_missing", param: "line_items[0][price]", says: "No such price: 'price_none'"},
		{name: "recurring price in payment mode", form: "mode=payment&line_items[0][price]=price_starter_monthly_eur&line_items[0][quantity]=1&" + goodURL, param: "line_items", says: "You specified `payment` mode but passed a recurring price"},
		{name: "one-time price in subscription mode", form: "mode=subscription&" + goodURL + "&" + oneTime, param: "line_items", says: "at least one recurring price"},
		{name: "two currencies", form: "mode=payment&" + goodURL + "&" + oneTime + "&line_items[1][price]=price_ticket_jpy&line_items[1][quantity]=1", param: "line_items[1][price]", says: "only supports `jpy`"},
		{name: "not the session's currency", form: "mode=payment&currency=usd&" + goodURL + "&" + oneTime, param: "line_items[0][price]", says: "expected currency: `usd`"},
		{name: "unknown currency", form: "mode=payment&currency=abc&" + goodURL + "&" + oneTime, param: "currency", says: "Invalid currency"},
		{name: "currency in upper case", form: "mode=payment&currency=EUR&" + goodURL + "&" + oneTime, param: "currency", says: "lower case"},
		{name: "price and price_data", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=1&line_items[0][price_data][product_data][name]=x&line_items[0][price]=price_tshirt_eur", code: "parameters_exclusive", param: "line_items[0]"},
		{name: "price_data without a currency", form: adHoc + "[unit_amount]=1", code: "parameter_missing", param: "line_items[0][price_data][currency]"},
		{name: "price_data without an amount", form: adHoc + "[currency]=eur", code: "parameter_missing", param: "line_items[0][price_data][unit_amount]"},
		{name: "price_data without a product", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=1", code: "parameter_missing", param: "line_items[0][price_data][product]"},
		{name: "product without a name", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=1&line_items[0][price_data][product_data][description]=x", code: "parameter_missing", param: "line_items[0][price_data][product_data][name]"},
		{name: "product and product_data", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=1&line_items[0][price_data][product_data][name]=x&line_items[0][price_data][product]=prod_tshirt", code: "parameters_exclusive", param: "line_items[0][price_data]"},
		{name: "missing product", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=1&line_items[0][price_data][product]=prod_none", code: "resource_missing", param: "line_items[0][price_data][product]"},
		{name: "negative amount", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=-1", code: "parameter_invalid_integer", param: "line_items[0][price_data][unit_amount]"},
		{name: "three decimals that do not end in 0", form: adHoc + "[currency]=kwd&line_items[0][price_data][unit_amount]=15505&line_items[0][price_data][product_data][name]=x", param: "line_items[0][price_data][unit_amount]", says: "multiple of 10"},
		{name: "decimals of a currency without coins", form: adHoc + "[currency]=isk&line_items[0][price_data][unit_amount]=1550&line_items[0][price_data][product_data][name]=x", param: "line_items[0][price_data][unit_amount]", says: "multiple of 100"},
		{name: "less than a payment costs", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=10&line_items[0][price_data][product_data][name]=x", code: "amount_too_small", param: "line_items", says: "at least 50 in eur"},
		{name: "amount with a fraction", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=9.99", code: "parameter_invalid_integer", param: "line_items[0][price_data][unit_amount]"},
		{name: "amount of nine digits", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=100000000&line_items[0][price_data][product]=prod_tshirt", code: "amount_too_large", param: "line_items[0][price_data][unit_amount]"},
		{name: "total of nine digits", form: "mode=payment&" + goodURL + "&line_items[0][price]=price_tshirt_eur&line_items[0][quantity]=999999", code: "amount_too_large", param: "line_items"},
		{name: "unknown interval", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=1&line_items[0][price_data][recurring][interval]=decade", param: "line_items[0][price_data][recurring][interval]", says: "must be one of day, week, month, year"},
		{name: "interval of four years", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=1&line_items[0][price_data][product]=prod_club&line_items[0][price_data][recurring][interval]=year&line_items[0][price_data][recurring][interval_count]=4", param: "line_items[0][price_data][recurring][interval_count]", says: "three years"},
		{name: "unknown deep down", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=1&line_items[0][price_data][product_data][name]=x&line_items[0][price_data][product_data][colour]=red", code: "parameter_unknown", param: "line_items[0][price_data][product_data][colour]"},
		{name: "image that is no URL", form: adHoc + "[currency]=eur&line_items[0][price_data][unit_amount]=1&line_items[0][price_data][product_data][name]=x&line_items[0][price_data][product_data][images][0]=cat.png", code: "url_invalid", param: "line_items[0][price_data][product_data][images][0]"},
	}
	for i := range cases {
		c := &cases[i]
		c.name, c.method, c.path, c.status, c.kind = "session: "+c.name, http.MethodPost, sessions, http.StatusBadRequest, badRequest
	}
	return cases
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	rich := c.must(t, http.MethodPost, "/v1/customers", "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa")
	c.must(t, http.MethodPost, "/v1/subscriptions", "customer="+rich.text("id")+"&"+monthly)
	gone := c.must(t, http.MethodPost, "/v1/customers", "").text("id")
	c.must(t, http.MethodDelete, "/v1/customers/"+gone, "")
	card, _ := rich.at("invoice_settings", "default_payment_method").(string)
	names := strings.NewReplacer("CUS", c.must(t, http.MethodPost, "/v1/customers", "").text("id"), "RICH", rich.text("id"), "GONE", gone, "CARD", card,
		"CS", c.must(t, http.MethodPost, sessions, "mode=payment&"+goodURL+"&"+oneTime).text("id"))

	for _, tt := range refusals() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := c.do(t, tt.method, names.Replace(tt.path), names.Replace(tt.form))
			if got.status != tt.status {
				t.Errorf("status %d, want %d", got.status, tt.status)
			}
			wantDoc := ""
			if tt.code != "" && tt.code != "not_simulated" { // which Stripe's documentation does not have
				wantDoc = "https://stripe.com/docs/error-codes/" + strings.ReplaceAll(tt.code, "_", "-")
			}
			for field, want := range map[string]string{"type": tt.kind, "code": tt.code, "param": tt.param, "doc_url": wantDoc} {
				if have, _ := got.at("error", field).(string); have != want {
					t.Errorf("%s is %q, want %q", field, have, want)
				}
			}
			if message, _ := got.at("error", "message").(string); message == "" || !strings.Contains(message, names.Replace(tt.says)) {
				t.Errorf("message %q does not say %q", message, tt.says)
			}
		})
	}
}

// A refused request leaves nothing behind, not even the price that it brought along.
func TestRefusalsChangeNothing(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	before := c.must(t, http.MethodGet, "/v1/prices", "limit=100").raw
	for _, tt := range sessionRefusals() {
		if got := c.do(t, tt.method, tt.path, tt.form); got.status == http.StatusOK {
			t.Errorf("%s: accepted", tt.name)
		}
	}
	if after := c.must(t, http.MethodGet, "/v1/prices", "limit=100").raw; after != before {
		t.Errorf("prices changed:\n%s\n%s", before, after)
	}
	if got := c.must(t, http.MethodGet, sessions, ""); len(got.ids()) != 0 {
		t.Errorf("sessions remain: %s", got.raw)
	}
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	tests := []struct {
		name, header string
		status       int
		code, says   string
	}{
		{"secret test key", "Bearer sk_test_madeup", 200, "", ""},
		{"restricted test key", "bearer rk_test_made_up", 200, "", ""},
		{"basic", "Basic c2tfdGVzdF9tYWRldXA6", 200, "", ""},
		{"none", "", 401, "", "You did not provide an API key."},
		{"another scheme", "Digest sk_test_madeup", 401, "", "You did not provide an API key."},
		{"empty", "Bearer ", 401, "", "You did not provide an API key."},
		{"publishable", "Bearer pk_test_madeup", 401, "secret_key_required", "publishable API key"},
		{"live", "Bearer sk_live_madeup", 401, "", "accepts test keys only"},
		{"restricted live", "Bearer rk_live_madeup", 401, "", "accepts test keys only"},
		{"prefix alone", "Bearer sk_test_", 401, "", "Invalid API Key provided"},
		{"nonsense", "Bearer madeup", 401, "", "Invalid API Key provided"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := c.request(t, http.MethodGet, "/v1/account", "")
			r.Header.Set("Authorization", tt.header)
			if tt.header == "" {
				r.Header.Del("Authorization")
			}
			got := c.send(t, r)
			if got.status != tt.status || strings.Contains(got.raw, "madeup") {
				t.Errorf("status %d, want %d: %s", got.status, tt.status, got.raw)
			}
			if code, _ := got.at("error", "code").(string); code != tt.code {
				t.Errorf("code %q, want %q", code, tt.code)
			}
			if message, _ := got.at("error", "message").(string); !strings.Contains(message, tt.says) {
				t.Errorf("message %q does not say %q", message, tt.says)
			}
			if challenge := got.header.Get("WWW-Authenticate"); (challenge != "") != (tt.status == 401) {
				t.Errorf("challenge %q with status %d", challenge, got.status)
			}
		})
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	c := overHTTP(t)
	tests := []struct {
		name, kind, body string
		status           int
	}{
		{"form", "application/x-www-form-urlencoded; charset=utf-8", "email=a@example.com", 200},
		{"nothing at all", "", "", 200},
		{"JSON", "application/json", `{"email":"a@example.com"}`, 400},
		{"over a megabyte", "application/x-www-form-urlencoded", "name=" + strings.Repeat("x", 1<<20), 413},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := c.do(t, http.MethodPost, "/v1/customers", tt.body, "Content-Type", tt.kind); got.status != tt.status {
				t.Errorf("status %d, want %d: %s", got.status, tt.status, got.raw)
			}
		})
	}
}
