package lab

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Updates change the subscription that a group is given. A plain one does no harm when it is repeated. One that adds an item
// does: here Stripe adds another each time.

const (
	item = "subscription_item"
	plan = "gold" // what plain updates say
)

// update changes a subscription, with s.mu held.
func (s *fakeStripe) update(id string, form url.Values, f Fault) answer {
	o := s.objects[id]
	if no, refused := refuses(o, f); refused {
		return no
	}
	switch {
	case !addsItem(form):
		o.Plan = form.Get("metadata[plan]")
	default:
		s.made++
		added := &Object{ID: fmt.Sprintf("si_%d", s.made), Kind: item, Group: o.Group}
		s.objects[added.ID] = added
		o.items = append(o.items, added.ID)
	}
	if f.Kind == Saved500Applied {
		return refusal(http.StatusInternalServerError, "api_error", "")
	}
	return o.answer()
}

func addsItem(form url.Values) bool { return form.Has("items[0][price]") }

// ofGiven returns what follows sub_given_ in the path of a request that changes a given subscription, or "".
func ofGiven(r *http.Request) string {
	rest, ok := strings.CutPrefix(r.URL.Path, "/v1/subscriptions/sub_given_")
	if !ok || r.Method == http.MethodGet {
		return ""
	}
	return rest
}

// itemList shows a subscription's items as the API does.
func itemList(ids []string) map[string]any {
	data := make([]any, 0, len(ids))
	for _, id := range ids {
		data = append(data, map[string]any{"id": id, "object": item, "quantity": 1, "price": map[string]any{"id": "price_1", "object": "price"}})
	}
	return map[string]any{"object": "list", "data": data}
}

// refuses returns what Stripe says to a change that it does not make, whatever that is about.
func refuses(o *Object, f Fault) (no answer, refused bool) {
	switch {
	case f.Kind == Declined:
		return refusal(http.StatusPaymentRequired, "card_error", "card_declined"), true
	case f.Kind == Saved500:
		return refusal(http.StatusInternalServerError, "api_error", ""), true
	case o == nil:
		return refusal(http.StatusNotFound, "invalid_request_error", "resource_missing"), true
	}
	return answer{}, false
}
