package lab

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Fault is what goes wrong with a request.
type Fault struct {
	Kind  Kind
	Wait  time.Duration // of those that take time
	Times int           // for how many requests in a row
}

// Kind is what a Fault does.
type Kind string

// The kinds of faults. Those that say so hit a request that Stripe has carried out.
const (
	Refuse          Kind = "connection refused"
	ResetOnAccept   Kind = "reset on accept"
	TLSFailure      Kind = "TLS handshake fails"
	ResetBefore     Kind = "reset before processing"
	HangBefore      Kind = "no answer, not processed"
	Lag             Kind = "arrives late"
	Late            Kind = "processed late"
	Limit           Kind = "429"
	LimitWait       Kind = "429 with Retry-After"
	Locked          Kind = "409"
	Unauthorized    Kind = "401"
	Invalid         Kind = "400"
	Declined        Kind = "402, saved"
	Redirect        Kind = "307"
	Error500        Kind = "500 once"
	Error500ForEver Kind = "500 for ever"
	Saved500        Kind = "500, saved"
	Saved500Applied Kind = "500, saved, though applied"
	GatewayBefore   Kind = "HTML 502, not processed"
	GatewayAfter    Kind = "HTML 502, though applied"
	Page200         Kind = "HTML 200, though applied"
	ResetAfter      Kind = "reset after processing"
	HangAfter       Kind = "no answer, though applied"
	Truncate        Kind = "half an answer, though applied"
	Slow            Kind = "slow body"
	BlockedBefore   Kind = "a gateway's 400 with an error object, not processed"
	BlockedAfter    Kind = "a gateway's 400 with an error object, though applied"
	ForbiddenBefore Kind = "a gateway's HTML 403, not processed"
	ForbiddenAfter  Kind = "a gateway's HTML 403, though applied"
	StrangerBefore  Kind = "200 with another object, not processed"
	StrangerAfter   Kind = "200 with another object, though applied"
	Jump            Kind = "Stripe's clock jumps by hours"
)

func kinds() []Kind {
	return []Kind{
		Refuse, ResetOnAccept, TLSFailure, ResetBefore, HangBefore, Lag, Late, Limit, LimitWait, Locked, Unauthorized, Invalid, Declined,
		Redirect, Error500, Error500ForEver, Saved500, Saved500Applied, GatewayBefore, GatewayAfter, Page200, ResetAfter, HangAfter, Truncate, Slow,
		BlockedBefore, BlockedAfter, ForbiddenBefore, ForbiddenAfter, StrangerBefore, StrangerAfter, Jump,
	}
}

// ofConnections says whether a fault hits before there is a request.
func (k Kind) ofConnections() bool { return k == Refuse || k == ResetOnAccept || k == TLSFailure }

// before does what hits a request that Stripe has not looked at, and reports whether that answered it.
func (s *fakeStripe) before(f Fault, w http.ResponseWriter, r *http.Request) bool {
	switch f.Kind {
	case ResetBefore:
		reset(w)
	case HangBefore:
		<-r.Context().Done()
	case Limit, LimitWait:
		if f.Kind == LimitWait {
			w.Header().Set("Retry-After", "1")
		}
		s.write(w, refusal(http.StatusTooManyRequests, "invalid_request_error", "rate_limit"))
	case Locked:
		s.write(w, refusal(http.StatusConflict, "invalid_request_error", "lock_timeout"))
	case Unauthorized:
		s.write(w, refusal(http.StatusUnauthorized, "invalid_request_error", "api_key_expired"))
	case Redirect:
		w.Header().Set("Location", "/elsewhere")
		s.write(w, answer{status: http.StatusTemporaryRedirect, group: noGroup})
	case Error500, Error500ForEver:
		s.write(w, refusal(http.StatusInternalServerError, "api_error", ""))
	case GatewayBefore, BlockedBefore, ForbiddenBefore, StrangerBefore:
		s.write(w, gateway(f.Kind, r, noGroup))
	case Lag:
		s.pause(f.Wait)
		return false
	case Jump:
		s.mu.Lock()
		s.ahead += f.Wait
		s.mu.Unlock()
		return false
	default:
		return false
	}
	return true
}

// gateway is what something between the program and Stripe answers in Stripe's place. It has no request id.
func gateway(kind Kind, r *http.Request, group int) answer {
	a := answer{group: group, foreign: true, status: http.StatusOK, body: page}
	switch kind {
	case GatewayBefore, GatewayAfter:
		a.status = http.StatusBadGateway
	case ForbiddenBefore, ForbiddenAfter:
		a.status = http.StatusForbidden
	case BlockedBefore, BlockedAfter:
		a.status, a.body = http.StatusBadRequest, `{"error":{"type":"blocked","code":"policy","message":"this is not allowed here"}}`
	case StrangerBefore, StrangerAfter:
		a.body = `{"id":"ch_other","object":"charge","livemode":false}`
		if kind, id := route(r.URL.Path); id != "" { // else any id will do
			a.body = fmt.Sprintf(`{"id":"other_1","object":%q,"status":"canceled","livemode":false}`, kind)
		}
	default: // the page as a success
	}
	return a
}

const page = "<html><body><h1>Something is between you and Stripe</h1></body></html>"

// after does what hits the answer to a request that Stripe has seen, or sends it unharmed.
func (s *fakeStripe) after(f Fault, w http.ResponseWriter, r *http.Request, a answer) {
	switch f.Kind {
	case GatewayAfter, Page200, BlockedAfter, ForbiddenAfter, StrangerAfter:
		s.write(w, gateway(f.Kind, r, a.group))
	case ResetAfter:
		reset(w)
	case HangAfter:
		<-r.Context().Done()
	case Truncate:
		s.begin(w, a)
		panic(http.ErrAbortHandler) // the server's way to break off
	case Slow:
		s.dribble(w, a)
	default:
		s.write(w, a)
	}
}

// write sends an answer in two halves, so that something can happen between them.
func (s *fakeStripe) write(w http.ResponseWriter, a answer) {
	rest := s.begin(w, a)
	_, _ = io.WriteString(w, rest)
	_ = http.NewResponseController(w).Flush()
	s.reach(Answered, a.group)
}

// begin sends the head and half of the body, and returns the other half.
func (s *fakeStripe) begin(w http.ResponseWriter, a answer) string {
	s.mu.Lock()
	ahead := s.ahead
	s.mu.Unlock()
	w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
	a.head(w)
	half := len(a.body) / 2
	_, _ = io.WriteString(w, a.body[:half])
	_ = http.NewResponseController(w).Flush()
	s.reach(Half, a.group)
	return a.body[half:]
}

// dribble sends the body a little at a time.
func (s *fakeStripe) dribble(w http.ResponseWriter, a answer) {
	const piece = 20
	rest := s.begin(w, a)
	for rest != "" {
		n := min(piece, len(rest))
		_, _ = io.WriteString(w, rest[:n]) //nolint:gosec // no browser looks at it; a client that has gone is none of Stripe's business
		_ = http.NewResponseController(w).Flush()
		rest = rest[n:]
		s.pause(20 * time.Millisecond)
	}
	s.reach(Answered, a.group)
}

// pause waits, but not longer than the laboratory is open.
func (s *fakeStripe) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.closing:
	}
}

// reset breaks the connection as a crashed machine would, where the protocol allows it.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2: this resets the stream
	}
	abort(conn)
}

func abort(conn net.Conn) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // makes Close send a reset
	}
	_ = conn.Close()
}
