package lab

import (
	"fmt"
	"net/http"
	"strings"
)

// Anything answers with the object that a path names, with the given id where the path has none. It is enough for tests that
// look at what is sent and not at what comes back.
func Anything(w http.ResponseWriter, r *http.Request, id string) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	if len(parts) > 2 && parts[0] == "invoices" { // what is done with one
		parts = parts[:2]
	}
	if last := parts[len(parts)-1]; len(parts) > 1 && last != "sessions" {
		id, parts = last, parts[:len(parts)-1]
	}
	object := strings.TrimSuffix(strings.Join(parts, "."), "s")
	w.Header().Set("Request-Id", "req_lab")
	status := "canceled"
	if object == "invoice" {
		status = "void"
	}
	_, _ = fmt.Fprintf(w, `{"id":%q,"object":%q,"status":%q,"livemode":true}`, id, object, status) //nolint:gosec // no browser looks at it
}
