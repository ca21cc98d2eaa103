package lab

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fakeStripe is a stand-in that keeps objects and idempotency keys as Stripe does, and breaks as a schedule says. It listens on
// loopback.
type fakeStripe struct {
	server  *http.Server
	scheme  string
	closing chan struct{}
	serving sync.WaitGroup
	logf    func(format string, arguments ...any)

	mu       sync.Mutex
	listener net.Listener
	address  string
	faults   []Fault // still to come
	hits     map[Kind]int
	reached  map[Point]int
	traps    []trap
	objects  map[string]*Object // by id
	made     int                // objects that were ever there
	saved    map[string]*saved
	keys     map[string]bool // idempotency keys that arrived; "" stands for none
	invalid  map[string]bool // keys of requests that Stripe finds invalid, whichever copy of them it looks at
	ahead    time.Duration   // of the true time
	busy     map[int]int     // requests under way, by group
}

// Object is something that exists at Stripe.
type Object struct {
	ID     string
	Kind   string // customer, checkout.session, subscription, subscription_item, invoice or refund
	Group  int    // of operations, from its metadata
	Status string // of a subscription or an invoice
	Plan   string // of a subscription that was updated
	form   url.Values
	lined  bool     // an invoice that has its lines
	amount int64    // of a refund
	items  []string // ids of what a subscription got later
}

// saved is what Stripe keeps for an idempotency key (https://docs.stripe.com/api/idempotent_requests).
type saved struct {
	request string
	answer  answer
	done    bool // else it is being processed
}

// trap runs strike when point is reached for the nth time.
type trap struct {
	point  Point
	nth    int
	strike func(group int)
}

// answer is what a request gets.
type answer struct {
	status   int
	body     string
	group    int // of the operation that asked, or noGroup
	replayed bool
	foreign  bool // not Stripe's
}

const noGroup = -1

func (a answer) head(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	if !a.foreign {
		w.Header().Set("Request-Id", "req_lab")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	w.WriteHeader(a.status)
}

func refusal(status int, kind, code string) answer {
	return answer{
		status: status, group: noGroup,
		body: fmt.Sprintf(`{"error":{"type":%q,"code":%q,"message":"the laboratory says no"}}`, kind, code),
	}
}

// ServeHTTP answers one request. That its client has gone keeps nothing from happening.
func (s *fakeStripe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client was killed in the middle of its request
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		s.write(w, refusal(http.StatusBadRequest, "invalid_request_error", "parameter_unknown"))
		return
	}
	fault := s.next()
	group := s.groupOf(r, form)
	s.logf("stripe: %s %s, group %d, key %s, fault %q", r.Method, r.URL.Path, group, r.Header.Get("Idempotency-Key"), fault.Kind)
	s.mu.Lock()
	if ofGiven(r) == "" || addsItem(form) { // the journal holds no plain updates
		s.keys[r.Header.Get("Idempotency-Key")] = true
	}
	s.busy[group]++
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.busy[group]--
	}()
	s.reach(Arrived, group)
	if s.before(fault, w, r) {
		return
	}
	answer := s.process(r, form, fault)
	answer.group = group
	if answer.status == http.StatusOK {
		s.reach(Applied, group)
	}
	s.after(fault, w, r, answer)
}

// groupOf returns the group of operations that a request belongs to, noGroup when it changes nothing.
func (s *fakeStripe) groupOf(r *http.Request, form url.Values) int {
	text := form.Get("metadata[lab]")
	if given := ofGiven(r); given != "" {
		text = given
	}
	if group, err := strconv.Atoi(text); err == nil {
		return group
	}
	return s.groupOfInvoice(r)
}

// process does what Stripe would.
func (s *fakeStripe) process(r *http.Request, form url.Values, f Fault) answer {
	kind, id := route(r.URL.Path)
	switch {
	case r.Header.Get("Authorization") != "Bearer "+Key && r.Header.Get("Authorization") != "Bearer "+otherKey:
		return refusal(http.StatusUnauthorized, "invalid_request_error", "")
	case kind == "":
		return refusal(http.StatusNotFound, "invalid_request_error", "")
	case r.Method == http.MethodGet && kind == "charge":
		return s.charge(id)
	case r.Method == http.MethodGet:
		return s.get(kind, id)
	case r.Method == http.MethodDelete && kind == "invoice":
		return s.deleteDraft(id, f)
	case r.Method == http.MethodDelete: // knows no idempotency keys
		return s.cancel(id, f)
	case r.Header.Get("Idempotency-Key") == "":
		return refusal(http.StatusBadRequest, "invalid_request_error", "the_laboratory_wants_a_key")
	}
	return s.once(r, form, f, func() answer {
		if id, verb := ofInvoice(r.URL.Path); verb != "" {
			return s.change(id, verb, f)
		}
		if id != "" {
			return s.update(id, form, f)
		}
		return s.create(kind, form, f)
	})
}

func route(path string) (kind, id string) {
	for prefix, kind := range map[string]string{
		"/v1/customers": "customer", "/v1/checkout/sessions": "checkout.session", "/v1/subscriptions": "subscription", "/v1/invoices": "invoice",
		"/v1/charges": "charge", "/v1/refunds": refund,
	} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			return kind, strings.TrimPrefix(rest, "/")
		}
	}
	return "", ""
}

// once runs a request, or repeats what its key got before.
func (s *fakeStripe) once(r *http.Request, form url.Values, f Fault, run func() answer) answer {
	request := r.Method + r.URL.Path + form.Encode()
	key := r.Header.Get("Authorization") + r.Header.Get("Idempotency-Key") // the worse of what Stripe may do about two Stripe keys
	s.mu.Lock()
	defer s.mu.Unlock()
	before, known := s.saved[key]
	switch {
	case known && !before.done:
		return refusal(http.StatusConflict, "invalid_request_error", "idempotency_key_in_use")
	case known && before.request != request:
		return refusal(http.StatusBadRequest, "idempotency_error", "")
	case known:
		again := before.answer
		again.replayed = true
		return again
	case f.Kind == Invalid || s.invalid[key]: // is found out before a key counts, and stays so
		s.invalid[key] = true
		return refusal(http.StatusBadRequest, "invalid_request_error", "parameter_invalid")
	}
	current := &saved{request: request}
	s.saved[key] = current
	if f.Kind == Late {
		s.mu.Unlock()
		s.pause(f.Wait)
		s.mu.Lock()
	}
	current.answer, current.done = run(), true
	return current.answer
}

// create makes an object, with s.mu held.
func (s *fakeStripe) create(kind string, form url.Values, f Fault) answer {
	switch f.Kind {
	case Declined:
		return refusal(http.StatusPaymentRequired, "card_error", "card_declined")
	case Saved500:
		return refusal(http.StatusInternalServerError, "api_error", "")
	default:
	}
	group, _ := strconv.Atoi(form.Get("metadata[lab]")) // a test that forgets it ends up in group 0
	prefix := map[string]string{"customer": "cus", "checkout.session": "cs_test", "subscription": "sub", "invoice": "in", refund: "re"}[kind]
	s.made++
	o := &Object{ID: fmt.Sprintf("%s_%d", prefix, s.made), Kind: kind, Group: group, form: form}
	o.Status = map[string]string{"subscription": "active", "invoice": draft, refund: "succeeded"}[kind]
	if kind == refund && !s.payBack(o) {
		return refusal(http.StatusBadRequest, "invalid_request_error", "charge_already_refunded")
	}
	s.objects[o.ID] = o
	if f.Kind == Saved500Applied {
		return refusal(http.StatusInternalServerError, "api_error", "")
	}
	return o.answer()
}

// look does what a person does in the Dashboard who waits until nothing of a group is under way any more. It returns an
// object of the kind that the group made and that is not among the known ones, or "".
func (s *fakeStripe) look(group int, kind string, known func(id string) bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.busy[group] > 0 {
		s.mu.Unlock()
		s.pause(10 * time.Millisecond)
		s.mu.Lock()
	}
	for id, o := range s.objects {
		if o.Group == group && o.Kind == kind && !known(id) {
			return id
		}
	}
	return ""
}

func (s *fakeStripe) get(kind, id string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.objects[id]; o != nil && o.Kind == kind {
		return o.answer()
	}
	return refusal(http.StatusNotFound, "invalid_request_error", "resource_missing")
}

// cancel ends a subscription. A second time it is not found (stripe-go issue 1887).
func (s *fakeStripe) cancel(id string, f Fault) answer {
	if f.Kind == Late {
		s.pause(f.Wait)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.objects[id]
	if f.Kind == Invalid || o == nil || o.Status == "canceled" {
		return refusal(http.StatusNotFound, "invalid_request_error", "resource_missing")
	}
	if f.Kind != Saved500 {
		o.Status = "canceled"
	}
	if f.Kind == Saved500 || f.Kind == Saved500Applied {
		return refusal(http.StatusInternalServerError, "api_error", "")
	}
	return o.answer()
}

// answer shows the object as the API does, as far as anybody here looks at it.
func (o *Object) answer() answer {
	shown := map[string]any{
		"id": o.ID, "object": o.Kind, "created": 1700000000, "livemode": false, "metadata": map[string]string{"lab": strconv.Itoa(o.Group)},
	}
	if o.Plan != "" {
		shown["metadata"] = map[string]string{"plan": o.Plan}
	}
	for _, name := range []string{"email", "customer", "mode", "success_url", "charge"} {
		if o.form.Has(name) {
			shown[name] = o.form.Get(name)
		}
	}
	if o.Status != "" {
		shown["status"] = o.Status
	}
	switch o.Kind {
	case "subscription":
		shown["items"] = itemList(o.items)
	case refund:
		shown["amount"], shown["currency"] = o.amount, "eur"
	}
	text, err := json.Marshal(shown)
	if err != nil {
		panic(err) // strings and numbers
	}
	return answer{status: http.StatusOK, body: string(text)}
}
