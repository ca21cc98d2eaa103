package lab

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"time"
)

// Key is the secret key that the laboratory's Stripe accepts.
const Key = "sk_test_MadeUpForTheLaboratory"

// otherKey is another key of the same account, which it accepts, too.
const otherKey = "sk_test_MadeUpAsItsSuccessor"

// open starts a Stripe for s at a loopback address of its own, where the system has so many: that keeps its port free
// while it refuses connections.
func open(s Schedule, address string, logf func(string, ...any)) (*fakeStripe, error) {
	stripe := &fakeStripe{
		scheme: "http", closing: make(chan struct{}), logf: logf, faults: slices.Clone(s.Faults),
		objects: map[string]*Object{}, hits: map[Kind]int{}, reached: map[Point]int{}, saved: map[string]*saved{}, invalid: map[string]bool{}, keys: map[string]bool{},
		busy: map[int]int{},
	}
	for i, g := range s.Groups {
		if g.Tool.changesGiven() {
			id := givenSubscription(i)
			stripe.objects[id] = &Object{ID: id, Kind: "subscription", Group: i, Status: "active"}
		}
	}
	stripe.server = &http.Server{Handler: stripe, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	stripe.server.SetKeepAlivesEnabled(s.KeepAlive || s.TLS)
	if s.TLS {
		lender := httptest.NewTLSServer(nil) // of a certificate, which is for 127.0.0.1 alone
		defer lender.Close()
		stripe.scheme, address = "https", "127.0.0.1"
		stripe.server.TLSConfig = &tls.Config{Certificates: lender.TLS.Certificates, MinVersion: tls.VersionTLS12, GetConfigForClient: stripe.shake}
	}
	stripe.mu.Lock()
	defer stripe.mu.Unlock()
	if err := stripe.listen(net.JoinHostPort(address, "0")); err != nil {
		if err := stripe.listen("127.0.0.1:0"); err != nil {
			return nil, err
		}
	}
	stripe.hangUp()
	return stripe, nil
}

// givenSubscription is the id of the subscription that a group of cancellations or updates is about.
func givenSubscription(group int) string { return "sub_given_" + strconv.Itoa(group) }

func (s *fakeStripe) url() string { return s.scheme + "://" + s.address }

// certificate returns what to trust, in PEM, or nothing.
func (s *fakeStripe) certificate() []byte {
	if s.scheme != "https" {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.TLSConfig.Certificates[0].Certificate[0]})
}

// listen takes connections at address from now on. s.mu is held.
func (s *fakeStripe) listen(address string) error {
	listener, err := net.Listen("tcp", address) //nolint:noctx // loopback, which is at once
	if err != nil {
		return err
	}
	s.listener, s.address = listener, listener.Addr().String()
	accepting := &acceptor{listener, s}
	if s.scheme == "https" {
		s.serving.Go(func() { _ = s.server.ServeTLS(accepting, "", "") }) // it always ends with the listener's being closed
	} else {
		s.serving.Go(func() { _ = s.server.Serve(accepting) })
	}
	return nil
}

// hangUp refuses connections for a while, if that is what the schedule says next. s.mu is held.
func (s *fakeStripe) hangUp() {
	if len(s.faults) == 0 || s.faults[0].Kind != Refuse {
		return
	}
	wait := s.faults[0].Wait
	s.faults = s.faults[1:]
	s.hits[Refuse]++
	_ = s.listener.Close() // what it has accepted goes on
	s.serving.Go(func() {
		s.pause(wait)
		s.mu.Lock()
		defer s.mu.Unlock()
		if err := s.listen(s.address); err != nil {
			s.logf("stripe: stays away: %v", err)
		}
		s.hangUp()
	})
}

// close ends everything.
func (s *fakeStripe) close() {
	close(s.closing)
	s.mu.Lock()
	_ = s.server.Close()
	s.mu.Unlock()
	s.serving.Wait()
}

// next returns the fault for the request that has just arrived.
func (s *fakeStripe) next() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.faults) > 0 && s.faults[0].Kind.ofConnections() {
		s.faults = s.faults[1:] // too late for that: there was a connection already
	}
	return s.take()
}

// take returns the first fault of the schedule. s.mu is held.
func (s *fakeStripe) take() Fault {
	if len(s.faults) == 0 {
		return Fault{}
	}
	f := s.faults[0]
	s.faults[0].Times--
	if s.faults[0].Times <= 0 {
		s.faults = s.faults[1:]
		s.hangUp()
	}
	s.hits[f.Kind]++
	return f
}

// takeIf takes the first fault of the schedule if it is of that kind.
func (s *fakeStripe) takeIf(kind Kind) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) == 0 || s.faults[0].Kind != kind {
		return false
	}
	s.take()
	return true
}

// shake makes the TLS handshake fail when it is time for that.
func (s *fakeStripe) shake(*tls.ClientHelloInfo) (*tls.Config, error) {
	if s.takeIf(TLSFailure) {
		return nil, errors.New("the laboratory does not shake hands")
	}
	return nil, nil //nolint:nilnil // means: go on with the server's own
}

// acceptor resets connections when it is time for that.
type acceptor struct {
	net.Listener
	stripe *fakeStripe
}

// Accept returns the next connection that is not reset.
func (a *acceptor) Accept() (net.Conn, error) {
	for {
		conn, err := a.Listener.Accept()
		if err != nil || !a.stripe.takeIf(ResetOnAccept) {
			return conn, err
		}
		abort(conn)
	}
}

// at sets a trap. It runs in the request's own time: Stripe goes on when strike returns.
func (s *fakeStripe) at(point Point, nth int, strike func(group int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.traps = append(s.traps, trap{point, nth, strike})
}

// reach springs the traps that are set for this moment of a request that changes something.
func (s *fakeStripe) reach(point Point, group int) {
	if group == noGroup {
		return
	}
	s.mu.Lock()
	s.reached[point]++
	var due []trap
	for _, t := range s.traps {
		if t.point == point && t.nth == s.reached[point] {
			due = append(due, t)
		}
	}
	s.mu.Unlock()
	for _, t := range due {
		t.strike(group)
	}
}
