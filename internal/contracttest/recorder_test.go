package contracttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// request is what arrived at Stripe, and how it was answered.
type request struct {
	method, path string
	form         url.Values // of the query and the body
	header       http.Header
	status       int
	answer       string
}

// String returns the request as the contract writes it: method and path, then one parameter a line, sorted and decoded.
func (r request) String() string {
	var lines []string
	for key, values := range r.form {
		for _, value := range values {
			lines = append(lines, key+"="+value)
		}
	}
	slices.Sort(lines)
	return strings.Join(append([]string{r.method + " " + r.path}, lines...), "\n")
}

// recorder stands in front of stripe-mock and keeps every request.
type recorder struct {
	// amend overwrites fields in stripe-mock's fixtures, by type of object.
	amend map[string]map[string]any

	mu       sync.Mutex
	requests []request
}

// start listens on loopback until the test ends and returns its address.
func (rec *recorder) start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(rec)
	t.Cleanup(server.Close)
	return server.URL
}

// ServeHTTP passes a request on to stripe-mock.
func (rec *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	got, err := read(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := httptest.NewRecorder()
	stripeMock(answer, r)
	got.status, got.answer = answer.Code, rec.amended(answer.Body.Bytes())

	rec.mu.Lock()
	rec.requests = append(rec.requests, got)
	rec.mu.Unlock()

	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(got.status)
	_, _ = io.WriteString(w, got.answer) // a client that has gone away fails its own test
}

func read(r *http.Request) (request, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return request{}, fmt.Errorf("read the body: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, err := url.ParseQuery(r.URL.RawQuery + "&" + string(body))
	if err != nil {
		return request{}, fmt.Errorf("decode the form: %w", err)
	}
	return request{method: r.Method, path: r.URL.Path, form: form, header: r.Header.Clone()}, nil
}

func (rec *recorder) amended(answer []byte) string {
	var object map[string]any
	if json.Unmarshal(answer, &object) != nil {
		return string(answer)
	}
	kind, _ := object["object"].(string)
	maps.Copy(object, rec.amend[kind])
	encoded, err := json.Marshal(object)
	if err != nil {
		return string(answer)
	}
	return string(encoded)
}

// recorded returns the requests so far, in the order of their arrival.
func (rec *recorder) recorded() []request {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return slices.Clone(rec.requests)
}
