package simulator_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stripe-mcp/internal/simulator"
)

const testKey = "sk_test_made_up_for_tests"

// client sends forms written as they are read: "email=a@example.com&metadata[k]=v".
type client struct {
	http *http.Client
	base string
}

// overHTTP is a simulator behind a real socket.
func overHTTP(t *testing.T) client {
	t.Helper()
	server := httptest.NewServer(simulator.New(nil))
	t.Cleanup(server.Close)
	return client{server.Client(), server.URL}
}

// inProcess is a simulator behind its own transport, with a clock that the test sets.
func inProcess(now func() time.Time) client {
	return client{&http.Client{Transport: simulator.New(now).Transport()}, "http://stripe.invalid"}
}

type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

func (c client) request(t *testing.T, method, path, form string, header ...string) *http.Request {
	t.Helper()
	target, body := c.base+path, form
	if method == http.MethodGet && form != "" {
		target, body = target+"?"+form, ""
	}
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func (c client) send(t *testing.T, r *http.Request) answer {
	t.Helper()
	resp, err := c.http.Do(r)
	if err != nil {
		t.Error(err)
		return answer{}
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	if err := errors.Join(err, json.Unmarshal(raw, &a.body)); err != nil {
		t.Errorf("%s %s: %v: %s", r.Method, r.URL.Path, err, raw)
	}
	return a
}

func (c client) do(t *testing.T, method, path, form string, header ...string) answer {
	t.Helper()
	return c.send(t, c.request(t, method, path, form, header...))
}

// must is do for requests that are expected to succeed.
func (c client) must(t *testing.T, method, path, form string, header ...string) answer {
	t.Helper()
	a := c.do(t, method, path, form, header...)
	if a.status != http.StatusOK {
		t.Fatalf("%s %s %s: %d %s", method, path, form, a.status, a.raw)
	}
	return a
}

func (a answer) text(name string) string {
	s, _ := a.body[name].(string)
	return s
}

// at follows names and indexes into the body; nil where they lead nowhere.
func (a answer) at(path ...any) any {
	var node any = a.body
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := node.(map[string]any)
			node = m[s]
		case int:
			rows, _ := node.([]any)
			if s >= len(rows) {
				return nil
			}
			node = rows[s]
		}
	}
	return node
}

// ids are those of a list, in its order.
func (a answer) ids() []string {
	rows, _ := a.body["data"].([]any)
	var ids []string
	for _, row := range rows {
		id, _ := row.(map[string]any)["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

// same reports each of the wanted fields that differs; numbers are float64.
func (a answer) same(t *testing.T, want map[string]any) {
	t.Helper()
	for name, value := range want {
		if got := a.body[name]; got != value {
			t.Errorf("%s is %v (%T), want %v (%T)", name, got, got, value, value)
		}
	}
}

// clock is a time that a test can move.
type clock struct{ at time.Time }

func newClock() *clock { return &clock{time.Date(2025, 1, 31, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time             { return c.at }
func (c *clock) advance(d time.Duration)    { c.at = c.at.Add(d) }
func (c *clock) in(d time.Duration) float64 { return float64(c.at.Add(d).Unix()) }
