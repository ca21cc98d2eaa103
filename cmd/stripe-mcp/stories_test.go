package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"stripe-mcp/internal/mcpclient"
)

// slowStripe makes one object for each idempotency key, as Stripe does, and takes its time with it.
type slowStripe struct {
	takes time.Duration

	mu      sync.Mutex
	answers map[string]string // by key; empty while a request is under way
	objects int
	busy    int // how often a key was in use
}

// ServeHTTP makes an object, or shows that of the key. That its client has gone keeps nothing from happening.
func (s *slowStripe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Idempotency-Key")
	body := s.begin(w, r, key)
	if body == "" {
		return
	}
	time.Sleep(s.takes)
	s.mu.Lock()
	s.answers[key] = body
	s.mu.Unlock()
	_, _ = io.WriteString(w, body)
}

// begin returns what a new key's answer is going to be. It answers everything else.
func (s *slowStripe) begin(w http.ResponseWriter, r *http.Request, key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Request-Id", "req_1")
	answer, known := s.answers[key]
	switch {
	case r.Method == http.MethodGet:
		_, _ = fmt.Fprintf(w, `{"id":%q,"object":"customer","livemode":false}`, r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:])
		return ""
	case known && answer == "":
		s.busy++
		w.WriteHeader(http.StatusConflict)
		_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","code":"idempotency_key_in_use","message":"in use"}}`)
		return ""
	case known:
		w.Header().Set("Idempotent-Replayed", "true")
		_, _ = io.WriteString(w, answer)
		return ""
	}
	if s.answers == nil {
		s.answers = map[string]string{}
	}
	s.answers[key] = ""
	s.objects++
	prefix, kind := "cus", "customer"
	switch r.URL.Path {
	case "/v1/checkout/sessions":
		prefix, kind = "cs_test", "checkout.session"
	case "/v1/subscriptions":
		prefix, kind = "sub", "subscription"
	}
	return fmt.Sprintf(`{"id":"%s_%d","object":%q,"livemode":false}`, prefix, s.objects, kind)
}

// check compares how many objects there are with how many there must be.
func (s *slowStripe) check(t *testing.T, want int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.objects != want {
		t.Errorf("Stripe has %d objects, want %d", s.objects, want)
	}
}

// made is what a model reads of a creation.
type made struct{ ID, Note string }

const earlier = "the same object as an earlier equal call's"

func read(t *testing.T, text string) made {
	t.Helper()
	var got made
	decode(t, text, &got)
	if got.ID == "" {
		t.Errorf("no object: %s", text)
	}
	return got
}

var (
	aSubscription = map[string]any{"customer": "cus_1", "items": []any{map[string]any{"price": "price_1"}}}
	another       = map[string]any{"customer": "cus_1", "items": []any{map[string]any{"price": "price_1"}}, "metadata": map[string]string{"order": "2"}}
	aSession      = map[string]any{
		"mode": "payment", "success_url": "https://shop.example/thanks", "line_items": []any{map[string]any{"price": "price_1", "quantity": 1}},
	}
)

// TestStories tells of one client that makes calls at certain times, and cancels none. Stripe takes so long for each.
func TestStories(t *testing.T) {
	t.Parallel()
	type call struct {
		at     time.Duration
		tool   string
		order  map[string]any
		shares int // the number of the call that made the object; its own for a new one
	}
	const (
		subscribe = "stripe_create_subscription"
		checkout  = "stripe_create_checkout_session"
	)
	tests := []struct {
		why     string
		takes   time.Duration
		calls   []call
		objects int
	}{
		{"repeated while it flies", 8 * time.Second, []call{{0, subscribe, aSubscription, 0}, {5 * time.Second, subscribe, aSubscription, 0}}, 1},
		{"repeated after the late answer", 8 * time.Second, []call{{0, subscribe, aSubscription, 0}, {12 * time.Second, subscribe, aSubscription, 0}}, 1},
		{"three times", 8 * time.Second, []call{
			{0, subscribe, aSubscription, 0}, {5 * time.Second, subscribe, aSubscription, 0}, {10 * time.Second, subscribe, aSubscription, 0},
		}, 1},
		{"two orders in a row, and one that differs", 6 * time.Second, []call{
			{0, subscribe, aSubscription, 0}, {6500 * time.Millisecond, subscribe, aSubscription, 0}, {7 * time.Second, subscribe, another, 2},
		}, 2},
		{"side by side", 6 * time.Second, []call{{0, subscribe, aSubscription, 0}, {time.Second, subscribe, aSubscription, 1}}, 2},
		{"a page", 8 * time.Second, []call{{0, checkout, aSession, 0}, {5 * time.Second, checkout, aSession, 1}}, 2},
		{"a key that is in use for long", 25 * time.Second, []call{{0, subscribe, aSubscription, 0}, {5 * time.Second, subscribe, aSubscription, 0}}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			stripe := &slowStripe{takes: tt.takes}
			client := start(t, []string{testKey, "STRIPE_MCP_API_BASE=" + serve(t, stripe.ServeHTTP)})
			answers := make([]made, len(tt.calls))
			var calls sync.WaitGroup
			for i, c := range tt.calls {
				calls.Go(func() {
					time.Sleep(c.at)
					got, err := client.Call(t.Context(), c.tool, c.order)
					if err != nil || got.IsError {
						t.Errorf("call %d: %v %s", i, err, got.Text())
						return
					}
					answers[i] = read(t, got.Text())
				})
			}
			calls.Wait()
			stripe.check(t, tt.objects)
			for i, c := range tt.calls {
				if got, want := answers[i], answers[c.shares]; got.ID != want.ID || strings.Contains(got.Note, earlier) != (c.shares != i) {
					t.Errorf("call %d, which shares with %d, is told %+v; that one %+v", i, c.shares, got, want)
				}
			}
		})
	}
}

// TestCommandsSideBySide: living processes that order the same have separate orders.
func TestCommandsSideBySide(t *testing.T) {
	t.Parallel()
	stripe := &slowStripe{takes: 4 * time.Second}
	environment := []string{testKey, "STRIPE_MCP_API_BASE=" + serve(t, stripe.ServeHTTP)}
	h := newHome(t)
	var commands sync.WaitGroup
	const orders = 10
	for range orders {
		commands.Go(func() {
			got := h.run(environment, "", "call", "stripe_create_customer", "email=ann@example.com")
			got.check(t, 0, `"id":"cus_`)
			if strings.Contains(got.stdout, earlier) {
				t.Errorf("merged: %s", got.stdout)
			}
		})
	}
	commands.Wait()
	stripe.check(t, orders)
}

// TestAClientThatDies closes both pipes, and no signal comes. Its successor makes the call that was under way once more.
func TestAClientThatDies(t *testing.T) {
	t.Parallel()
	stripe := &slowStripe{takes: 6 * time.Second}
	address := serve(t, stripe.ServeHTTP)
	h := newHome(t)
	program := func() *exec.Cmd {
		cmd := command(t, nil)
		cmd.Env = h.environment(testKey, "STRIPE_MCP_API_BASE="+address)
		return cmd
	}
	first, err := mcpclient.Start(program())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Initialize(t.Context()); err != nil {
		t.Fatal(err)
	}
	order := map[string]any{"name": "stripe_create_subscription", "arguments": aSubscription}
	if err := first.Send(json.RawMessage("77"), "tools/call", order); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second)
	for _, shut := range []func() error{first.CloseInput, first.CloseOutput} {
		if err := shut(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(500 * time.Millisecond) // a program takes as long to start
	second := handshake(t, program())
	got, err := second.Call(t.Context(), "stripe_create_subscription", aSubscription)
	if err != nil || got.IsError {
		t.Fatal(err, got.Text())
	}
	if answer := read(t, got.Text()); !strings.Contains(answer.Note, earlier) {
		t.Errorf("told %+v", answer)
	}
	stripe.check(t, 1)
	if err := first.Wait(); err != nil {
		t.Error(err)
	}
}

// TestAClientThatCancelsEverything: some never remove the listener that cancels, which then means nothing. On a machine that
// is so busy that the cancellation comes together with the answer, a merged order says that it is one.
func TestAClientThatCancelsEverything(t *testing.T) {
	t.Parallel()
	stripe := &slowStripe{}
	client := start(t, []string{testKey, "STRIPE_MCP_API_BASE=" + serve(t, stripe.ServeHTTP)})
	const orders = 10
	merged := 0
	for i := range orders {
		told := make(chan mcpclient.Response, 1)
		id := client.Expect(func(answer mcpclient.Response) { told <- answer })
		order := map[string]any{"name": "stripe_create_customer", "arguments": map[string]string{"email": "ann@example.com"}}
		if err := client.Send(id, "tools/call", order); err != nil {
			t.Fatal(err)
		}
		answer := <-told
		if answer.Error != nil {
			t.Fatal(answer.Error)
		}
		if strings.Contains(string(answer.Result), earlier) {
			merged++
		}
		time.Sleep(20*time.Millisecond + time.Duration(i)*3*time.Millisecond)
		if err := client.Notify("notifications/cancelled", map[string]any{"requestId": id, "reason": "AbortError"}); err != nil {
			t.Fatal(err)
		}
	}
	if merged > orders/2 {
		t.Errorf("%d of %d orders were merged", merged, orders)
	}
	stripe.check(t, orders-merged)
}
