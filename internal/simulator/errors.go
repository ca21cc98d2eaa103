package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

const invalidRequest = "invalid_request_error"

// fault is Stripe's error object.
type fault struct {
	status int

	Type        string `json:"type"`
	Code        string `json:"code,omitempty"`
	DeclineCode string `json:"decline_code,omitempty"`
	DocURL      string `json:"doc_url,omitempty"`
	Message     string `json:"message"`
	Param       string `json:"param,omitempty"`
}

func (f *fault) Error() string { return f.Message }

// saved tells whether an idempotency key gets this answer again. Stripe keeps what it found in the course of the work and
// forgets a request that was never valid, so that it can be corrected under the same key.
func (f *fault) saved() bool {
	return f.status != http.StatusBadRequest || f.Code == "resource_missing"
}

func failure(err error, requestID string) answer {
	f := &fault{status: http.StatusInternalServerError, Type: "api_error", Message: "An unknown error occurred"}
	errors.As(err, &f)
	if f.Code != "" {
		f.DocURL = "https://stripe.com/docs/error-codes/" + strings.ReplaceAll(f.Code, "_", "-")
	}
	secrets := regexp.MustCompile(`([sr]k_(live|test)|whsec)_\w*`) // put where something else belongs, and not repeated
	f.Message, f.Param = secrets.ReplaceAllString(f.Message, "…"), secrets.ReplaceAllString(f.Param, "…")
	body, _ := json.Marshal(map[string]*fault{"error": f}) //nolint:errchkjson // strings always encode
	return answer{Status: f.status, Body: body, RequestID: requestID, unsaved: !f.saved()}
}

// invalid is the answer to a parameter that breaks a rule.
func invalid(param, code, format string, args ...any) error {
	return &fault{status: http.StatusBadRequest, Type: invalidRequest, Code: code, Param: param, Message: fmt.Sprintf(format, args...)}
}

func absent(param string) error {
	return invalid(param, "parameter_missing", "Missing required param: %s.", param)
}

func exclusive(param string, names ...string) error {
	return invalid(param, "parameters_exclusive", "You may only specify one of these parameters: %s.", strings.Join(names, ", "))
}

// missing is the answer to an id that leads nowhere: 404 for the one in the path, 400 for one in a parameter.
func missing(kind, id, param string) error {
	if kind == "payment_method" {
		kind = "PaymentMethod"
	}
	f := &fault{status: http.StatusBadRequest, Type: invalidRequest, Code: "resource_missing", Param: param, Message: fmt.Sprintf("No such %s: '%s'", kind, id)}
	if param == "id" {
		f.status = http.StatusNotFound
	}
	return f
}
