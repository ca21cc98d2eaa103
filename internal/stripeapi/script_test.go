package stripeapi_test

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/lab"
	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/stripeapi"
)

// scripted is a Stripe that answers requests with the given replies in turn. It repeats the last one.
type scripted struct {
	*httptest.Server

	mu       sync.Mutex
	replies  []reply
	requests []*http.Request
	forms    []string
}

// reply answers one request.
type reply func(http.ResponseWriter, *http.Request)

func script(t *testing.T, replies ...reply) *scripted {
	t.Helper()
	s := &scripted{replies: replies}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.requests = append(s.requests, r)
		s.forms = append(s.forms, string(form))
		next := s.replies[min(len(s.requests), len(s.replies))-1]
		s.mu.Unlock()
		next(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// client returns a client that may create objects.
func (s *scripted) client(t *testing.T, timeout time.Duration) *stripeapi.Client {
	t.Helper()
	network, err := stripeapi.NewNetwork(nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return stripeapi.New(stripeapi.Config{
		Key: secret.New(key), BaseURL: s.URL, Timeout: timeout, Network: network, Journal: journal.InMemory(), Logger: slog.New(slog.DiscardHandler),
	}).As(stripeapi.Makes)
}

func (s *scripted) keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for _, r := range s.requests {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
	}
	return keys
}

const customerJSON = `{"id":"cus_1","object":"customer","email":"jenny@example.com"}`

func success(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, customerJSON) }

func status(code int, body string, headers ...string) reply {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Request-Id", "req_1")
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func refusal(code int, kind, errorCode, message string, headers ...string) reply {
	body := fmt.Sprintf(`{"error":{"type":%q,"code":%q,"message":%q,"payment_intent":{"client_secret":"pi_1_secret_MadeUp"}}}`, kind, errorCode, message)
	return status(code, body, headers...)
}

// anything answers with the object that the path names, whatever it is.
func anything(w http.ResponseWriter, r *http.Request) { lab.Anything(w, r, "jenny_rosen") }

// reset breaks the connection without an answer.
func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// truncate announces a longer body than it sends.
func truncate(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, customerJSON[:20])
}

// hang never answers.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
