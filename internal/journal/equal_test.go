package journal

import (
	"testing"
	"time"
)

// TestWhatIsEqual: the same form in another order is the same request. Any other difference makes it another request.
func TestWhatIsEqual(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*Request)
		equal  bool
	}{
		"nothing":             {func(*Request) {}, true},
		"the form's order":    {func(r *Request) { r.Body = "name=Jenny&email=jenny%40example.com" }, true},
		"the form's encoding": {func(r *Request) { r.Body = "email=jenny@example.com&name=Jenny" }, true},
		"a value":             {func(r *Request) { r.Body = "email=jenny%40example.com&name=Jenni" }, false},
		"the method":          {func(r *Request) { r.Method = "PUT" }, false},
		"the path":            {func(r *Request) { r.Path = "/v1/subscriptions" }, false},
		"the account":         {func(r *Request) { r.Account = "acct_1" }, false},
		"the API's address":   {func(r *Request) { r.Base = "http://127.0.0.1:1" }, false},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			j := New(t.TempDir(), 0)
			first, err := j.Begin(t.Context(), nil, equal())
			must(t, err)
			must(t, first.Settle(t.Context(), Result{Outcome: "unknown"}))
			request := equal()
			tt.change(&request)
			second, err := j.Begin(t.Context(), nil, request)
			must(t, err)
			if second.Inherited() != tt.equal {
				t.Errorf("inherited: %v", second.Inherited())
			}
		})
	}
}

// TestExpiry: an intent knows how long it may be sent.
func TestExpiry(t *testing.T) {
	t.Parallel()
	j := InMemory()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	j.now = func() time.Time { return now }
	intent, err := j.Begin(t.Context(), nil, equal())
	must(t, err)
	if want := now.Add(23 * time.Hour); !intent.Expires().Equal(want) || intent.Expired() {
		t.Errorf("expires %v, want %v", intent.Expires(), want)
	}
	now = intent.Expires().Add(time.Second)
	if !intent.Expired() {
		t.Error("it does not expire")
	}
}
