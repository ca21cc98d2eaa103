package simulator

import (
	"net/http"
	"strings"
)

// route is one call of Stripe's API.
type route struct {
	method, path string // {id} stands for one segment
	kind         string // the type of object it answers with
	accepts      contract
	run          func(*call) (object, error)
}

// routes are the calls that the simulator knows.
func routes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	none, filters := contract{}, contract{"customer": may(ref("customer"))}
	statuses := oneOf("active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid")
	all := []route{
		{post, "/v1/checkout/sessions", "checkout.session", sessionFields(), (*call).createSession},
		listing("/v1/checkout/sessions", "checkout.session", filters.with(contract{"status": may(oneOf("complete", "expired", "open")), "subscription": may(ref("subscription"))})),
		{get, "/v1/checkout/sessions/{id}", "checkout.session", none, (*call).get},
		{post, "/v1/customers", "customer", customerFields().with(contract{"payment_method": may(ref("payment_method"))}), (*call).createCustomer},
		listing("/v1/customers", "customer", contract{"email": may(text(512))}),
		{get, "/v1/customers/{id}", "customer", none, (*call).get},
		{post, "/v1/customers/{id}", "customer", customerFields(), (*call).updateCustomer},
		{del, "/v1/customers/{id}", "customer", none, (*call).deleteCustomer},
		{post, "/v1/subscriptions", "subscription", subscriptionFields(), (*call).createSubscription},
		listing("/v1/subscriptions", "subscription", filters.with(contract{"status": may(statuses)})),
		{get, "/v1/subscriptions/{id}", "subscription", none, (*call).get},
		{post, "/v1/subscriptions/{id}", "subscription", contract{"cancel_at_period_end": may(boolean()), "metadata": clearable(metadata())}, (*call).updateSubscription},
		{del, "/v1/subscriptions/{id}", "subscription", contract{"invoice_now": may(boolean()), "prorate": may(boolean())}, (*call).cancelSubscription},
		{post, "/v1/billing_portal/sessions", "billing_portal.session", contract{"customer": must(ref("customer")), "return_url": may(webAddress())}, (*call).createPortalSession},
		{get, "/v1/invoices/{id}", "invoice", none, (*call).get},
		{get, "/v1/payment_methods/{id}", "payment_method", none, (*call).get},
		{post, "/v1/payment_methods/{id}/attach", "payment_method", contract{"customer": must(ref("customer"))}, (*call).attachCard},
		listing("/v1/prices", "price", contract{"product": may(ref("product"))}),
		{get, "/v1/prices/{id}", "price", none, (*call).get},
		listing("/v1/products", "product", none),
		{get, "/v1/products/{id}", "product", none, (*call).get},
		{get, "/v1/account", "account", none, (*call).account},
	}
	for i, r := range all {
		_, listed := r.accepts["limit"]
		all[i].accepts = r.accepts.with(contract{"expand": may(list(20, expansion(r.kind, listed)))})
	}
	return all
}

// route finds the call that a request means, and the id in its path.
func (s *Simulator) route(r *http.Request) (found route, id string, err error) {
	for _, found := range s.routes() {
		before, after, open := strings.Cut(found.path, "{id}")
		rest, begins := strings.CutPrefix(r.URL.Path, before)
		id, ends := strings.CutSuffix(rest, after)
		if found.method == r.Method && begins && ends && open == (id != "") && !strings.Contains(id, "/") {
			return found, id, nil
		}
	}
	return route{}, "", &fault{status: http.StatusNotFound, Type: invalidRequest, Message: "Unrecognized request URL (" + r.Method + ": " + r.URL.Path + "). Please see https://stripe.com/docs or we can help at https://support.stripe.com/."}
}
