// Package simulator is an embedded, stateful Stripe: it alone answers Stripe's API without Stripe, for people who have no key yet.
//
// It serves the calls that the tools make and what these need, in the shapes of Stripe-Version 2024-06-20. Whatever it
// does not know, it refuses as Stripe refuses the unknown. Nothing it hands out can be taken for Stripe's:
// livemode is false and every address is on loopback.
package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	version      = "2024-06-20"
	defaultPages = "http://127.0.0.1:4343"
	largestBody  = 1 << 20
)

// Simulator is one Stripe account in test mode. It is safe for concurrent use. Set its fields before the first request.
type Simulator struct {
	// PagesURL is where checkout, portal and invoice addresses point to.
	PagesURL string
	// Folder is where the state is kept, for all processes that name it; empty keeps it in memory.
	Folder string

	now      func() time.Time
	routes   func() []route
	inFlight sync.Map // idempotency keys of the requests being answered

	waiting sync.Mutex // guards jobs
	jobs    []job

	mu   sync.Mutex // guards data and its file
	data *state     // nil until it is first needed, as most processes never do
}

// New returns an account with a few products and prices and nothing else. A nil now means time.Now.
func New(now func() time.Time) *Simulator {
	if now == nil {
		now = time.Now
	}
	return &Simulator{PagesURL: defaultPages, now: now, routes: sync.OnceValue(routes)}
}

// ServeHTTP speaks Stripe's API.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := newID("req_", 14)
	a, err := s.answer(w, r, requestID)
	if err != nil {
		a = failure(err, "")
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache, no-store")
	h.Set("Request-Id", requestID)
	h.Set("Stripe-Version", version)
	if a.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="Stripe"`)
	}
	if key := idempotencyKey(r); key != "" {
		h.Set("Idempotency-Key", key)
		h.Set("Original-Request", cmp.Or(a.RequestID, requestID))
	}
	if a.replayed {
		h.Set("Idempotent-Replayed", "true")
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // a client that has gone away needs no answer
}

// answer takes a request through Stripe's checks in Stripe's order: key, address, idempotency key, parameters, state.
func (s *Simulator) answer(w http.ResponseWriter, r *http.Request, requestID string) (answer, error) {
	if err := authenticate(r); err != nil {
		return answer{}, err
	}
	target, id, err := s.route(r)
	if err != nil {
		return answer{}, err
	}
	key := idempotencyKey(r)
	if key != "" {
		release, err := s.claim(key)
		if err != nil {
			return answer{}, err
		}
		defer release()
	}
	in, err := readParams(w, r)
	if err != nil {
		return answer{}, err
	}
	var a answer
	if unsaved := s.update(func(c *call) bool {
		c.kind, c.path, c.in = target.kind, r.URL.Path, in
		a, err = c.once(key, r.Method, func() answer {
			body, err := c.perform(target, id)
			if err != nil {
				return failure(err, requestID)
			}
			return answer{Status: http.StatusOK, Body: body, RequestID: requestID}
		})
		return r.Method != http.MethodGet
	}); unsaved != nil {
		return answer{}, unsaved
	}
	return a, err
}

// call is one request at work on the state, which it holds alone.
type call struct {
	*state
	now   int64  // Unix seconds
	pages string // base address of the hosted pages
	kind  string // the type of object it answers with
	path  string
	in    *params

	target object // what the id in the path means, if it has one
}

// perform checks every parameter before it lets the route change anything. Of a deleted object only the fact can be read.
func (c *call) perform(r route, id string) ([]byte, error) {
	if err := r.accepts.check(c, c.in, ""); err != nil {
		return nil, err
	}
	if c.target = c.find(r.kind, id); c.target == nil && r.method == http.MethodGet {
		c.target = c.row(r.kind, id)
	}
	if c.target == nil && id != "" {
		return nil, missing(r.kind, id, "id")
	}
	result, err := r.run(c)
	if err != nil {
		return nil, err
	}
	return c.render(result)
}

// authenticate accepts test keys and nothing else. It never repeats what it was given.
func authenticate(r *http.Request) error {
	key, _, basic := r.BasicAuth()
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); !basic && strings.EqualFold(scheme, "bearer") {
		key = strings.TrimSpace(token)
	}
	switch {
	case key == "":
		return &fault{status: http.StatusUnauthorized, Type: invalidRequest, Message: "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."}
	case strings.HasPrefix(key, "pk_"):
		return &fault{status: http.StatusUnauthorized, Type: invalidRequest, Code: "secret_key_required", Message: "This API call cannot be made with a publishable API key. Please use a secret API key."}
	case strings.HasPrefix(key, "sk_live_"), strings.HasPrefix(key, "rk_live_"):
		return &fault{status: http.StatusUnauthorized, Type: invalidRequest, Message: "Invalid API Key provided: this is the simulator, which accepts test keys only. Nothing was sent to Stripe."}
	case len(key) > len("sk_test_") && (strings.HasPrefix(key, "sk_test_") || strings.HasPrefix(key, "rk_test_")):
		return nil
	}
	return &fault{status: http.StatusUnauthorized, Type: invalidRequest, Message: "Invalid API Key provided"}
}

// readParams decodes query and body alike, as Stripe does.
func readParams(w http.ResponseWriter, r *http.Request) (*params, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &fault{status: http.StatusRequestEntityTooLarge, Type: invalidRequest, Message: fmt.Sprintf("Request body is larger than %d bytes", largestBody)}
	case err != nil:
		return nil, invalid("", "", "Request body could not be read")
	case len(body) > 0 && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		return nil, invalid("", "", "Invalid request (check that your POST content type is application/x-www-form-urlencoded).")
	}
	return parseForm(r.URL.RawQuery + "&" + string(body))
}
