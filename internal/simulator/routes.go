package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one call of Stripe's API.
type route struct {
	method, path string // {id} stands for one segment
	kind         string // the type of object it answers with
	accepts      contract
	run          func(*call) (Object, error)
}

// routes are the calls that the simulator knows.
func routes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	none := contract{}
	ofCustomer, ofCharge, active := equal("customer", ref("customer")), equal("charge", ref("charge")), equal("active", boolean())
	all := slices.Concat([]route{
		{post, "/v1/checkout/sessions", "checkout.session", sessionFields(), (*call).createSession},
		listing("/v1/checkout/sessions", "checkout.session",
			ofCustomer, equal("subscription", ref("subscription")), equal("status", oneOf("complete", "expired", "open")), payer()),
		{get, "/v1/checkout/sessions/{id}", "checkout.session", none, (*call).get},

		{post, "/v1/customers", "customer", newCustomerFields(), (*call).createCustomer},
		listing("/v1/customers", "customer", equal("email", text(512)), created()),
		{get, "/v1/customers/{id}", "customer", none, (*call).get},
		{post, "/v1/customers/{id}", "customer", customerFields(), (*call).updateCustomer},
		{del, "/v1/customers/{id}", "customer", none, (*call).deleteCustomer},

		{post, "/v1/billing_portal/sessions", "billing_portal.session", portalFields(), (*call).createPortalSession},

		listing("/v1/charges", "charge", ofCustomer, ofIntent(), created()),
		{get, "/v1/charges/{id}", "charge", none, (*call).get},
		{post, "/v1/refunds", "refund", refundFields(), (*call).createRefund},
		{get, "/v1/refunds/{id}", "refund", none, (*call).get},
		listing("/v1/refunds", "refund", ofCharge, ofIntent(), created()),
		listing("/v1/disputes", "dispute", ofCharge, ofIntent(), created()),
		{get, "/v1/disputes/{id}", "dispute", none, (*call).get},
		{post, "/v1/disputes/{id}", "dispute", disputeFields(), (*call).updateDispute},
		{get, "/v1/balance", "balance", none, (*call).balance},

		{get, "/v1/payment_methods/{id}", "payment_method", none, (*call).get},
		{post, "/v1/payment_methods/{id}/attach", "payment_method", attachFields(), (*call).attachCard},

		listing("/v1/prices", "price",
			equal("product", ref("product")), active, equal("currency", currency()),
			equal("type", oneOf("one_time", "recurring")), anyOf("lookup_keys", "lookup_key", 10, text(200))),
		{post, "/v1/prices", "price", priceFields(), (*call).createPrice},
		{get, "/v1/prices/{id}", "price", none, (*call).get},
		listing("/v1/products", "product", active),
		{post, "/v1/products", "product", productFields(), (*call).createProduct},
		{get, "/v1/products/{id}", "product", none, (*call).get},

		{get, "/v1/account", "account", none, (*call).account},
	}, discountRoutes(), billingRoutes())
	for i, r := range all {
		_, listed := r.accepts["limit"]
		all[i].accepts = r.accepts.with(contract{"expand": may(list(20, expansion(r.kind, listed)))})
	}
	return all
}

// discountRoutes are those of links and discounts.
func discountRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	none := contract{}
	ofCustomer, active := equal("customer", ref("customer")), equal("active", boolean())
	return []route{
		{post, "/v1/payment_links", "payment_link", linkFields(), (*call).createLink},
		listing("/v1/payment_links", "payment_link", active),
		{get, "/v1/payment_links/{id}", "payment_link", none, (*call).get},
		{post, "/v1/coupons", "coupon", couponFields(), (*call).createCoupon},
		listing("/v1/coupons", "coupon", created()),
		{get, "/v1/coupons/{id}", "coupon", none, (*call).get},
		{post, "/v1/promotion_codes", "promotion_code", promotionFields(), (*call).createPromotionCode},
		listing("/v1/promotion_codes", "promotion_code", active, ofCustomer, equal("code", text(500)), created()),
		{get, "/v1/promotion_codes/{id}", "promotion_code", none, (*call).get},
	}
}

// get answers with the object in the path.
func (c *call) get() (Object, error) { return c.target, nil }

// route finds the call that a request means, and the id in its path.
func (s *Simulator) route(r *http.Request) (found route, id string, err error) {
	path := r.URL.EscapedPath() // in which an id's own slash is none of the path's
	for _, found := range s.routes() {
		before, after, open := strings.Cut(found.path, "{id}")
		rest, begins := strings.CutPrefix(path, before)
		escaped, ends := strings.CutSuffix(rest, after)
		id, err := url.PathUnescape(escaped)
		if found.method == r.Method && begins && ends && open == (id != "") && !strings.Contains(escaped, "/") && err == nil {
			if open && strings.Contains(stripes, "\n"+r.Method+" "+path+"\n") {
				break // such as customers/search
			}
			return found, id, nil
		}
	}
	f := invalid("", "", "Unrecognized request URL (%s: %s). "+seeDocs, r.Method, r.URL.Path)
	if _, exists := known(r.Method, path); exists {
		f = notSimulated("", "%s %s", r.Method, r.URL.Path)
	}
	f.status = http.StatusNotFound
	return route{}, "", f
}
