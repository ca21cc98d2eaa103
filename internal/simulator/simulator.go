// Package simulator is an embedded, stateful Stripe, for people who have no key yet. It answers Stripe's API.
//
// It serves the calls that the tools make and what these need, in the shapes of Stripe-Version 2024-06-20. It refuses
// the unknown as Stripe does. Nothing it hands out can be taken for Stripe's: livemode is false, and addresses are on
// loopback.
package simulator

import (
	"cmp"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const version = "2024-06-20"

// Simulator is one Stripe account in test mode. It is safe for concurrent use. Set its fields before the first request.
type Simulator struct {
	// PagesURL is where checkout, portal and invoice addresses point to.
	PagesURL string
	// ShownBy is the command with which a person shows the pages.
	ShownBy string
	// Folder is where the state is kept, for all processes that name it; empty keeps it in memory.
	Folder string

	now      func() time.Time
	routes   func() []route
	inFlight sync.Map // idempotency keys of the requests being answered

	turn     chan struct{} // holds a token while a request is at the state
	progress atomic.Int64  // when one last left it, in nanoseconds
	memory   *memory       // what there is when there is no folder
}

// New returns an account with a few products and prices and nothing else. A nil now means time.Now.
func New(now func() time.Time) *Simulator {
	if now == nil {
		now = time.Now
	}
	return &Simulator{
		PagesURL: "http://127.0.0.1:4343", ShownBy: "stripe-mcp simulator", now: now, routes: sync.OnceValue(routes), turn: make(chan struct{}, 1), memory: newMemory(),
	}
}

// ServeHTTP speaks Stripe's API.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	got, header := s.respond(r)
	maps.Copy(w.Header(), header)
	w.WriteHeader(got.Status)
	_, _ = w.Write(got.Body) // a client that has gone away needs no answer
}

// respond is the answer to a request, and its headers.
func (s *Simulator) respond(r *http.Request) (answer, http.Header) {
	requestID := newID("req_", 14)
	got, err := s.answer(r, requestID)
	if err != nil {
		got = failure(err, "")
	}
	h := http.Header{
		"Content-Type": {"application/json"}, "Cache-Control": {"no-cache, no-store"},
		"Request-Id": {requestID}, "Stripe-Version": {version},
	}
	if got.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="Stripe"`)
	}
	if key := idempotencyKey(r); key != "" {
		h.Set("Idempotency-Key", key)
		h.Set("Original-Request", cmp.Or(got.RequestID, requestID))
	}
	if got.replayed {
		h.Set("Idempotent-Replayed", "true")
	}
	return got, h
}

// answer takes a request through Stripe's checks in Stripe's order: key, address, idempotency key, parameters, state.
func (s *Simulator) answer(r *http.Request, requestID string) (got answer, err error) {
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
	in, err := readParams(r)
	if err != nil {
		return answer{}, err
	}
	if unsaved := s.Update(func(a *Account) {
		c := &call{Account: a, route: target, url: r.URL.Path, in: in}
		got, err = c.once(key, func() answer {
			body, err := c.perform(id)
			if err != nil {
				return failure(err, requestID)
			}
			return answer{Status: http.StatusOK, Body: body, RequestID: requestID}
		})
	}); unsaved != nil {
		return answer{}, unsaved
	}
	return got, err
}

// call is one request of the API at work on the account.
type call struct {
	*Account
	route
	url    string // its path
	in     Object
	target Object // what the id in the path means, if it has one
}

// perform checks every parameter before the route changes anything. Of a deleted object only the fact can be read.
func (c *call) perform(id string) ([]byte, error) {
	if err := c.accepts.check(c.Account, c.in, ""); err != nil {
		return nil, c.beyond(err)
	}
	if c.target = c.find(c.kind, id); c.target == nil && c.method == http.MethodGet {
		c.target = c.Get(c.kind, id)
	}
	if c.target == nil && id != "" {
		return nil, missing(c.kind, id, "id")
	}
	result, err := c.run(c)
	if err != nil {
		return nil, err
	}
	return c.render(result)
}
