package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

const (
	invalidRequest   = "invalid_request_error"
	codeNotSimulated = "not_simulated"
)

// Stripe's longer sentences.
const (
	noKey            = "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
	publishableKey   = "This API call cannot be made with a publishable API key. Please use a secret API key."
	liveKey          = "Invalid API Key provided: this is the simulator, which accepts test keys only. Nothing was sent to Stripe."
	seeDocs          = "Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
	noForm           = "Invalid request (check that your POST content type is application/x-www-form-urlencoded)."
	crossed          = "Invalid request: a parameter is nested too deeply or given both as a value and as an object"
	emptyString      = "You passed an empty string for '%[1]s'. We assume empty values are an attempt to unset a parameter; however '%[1]s' cannot be unset. You should remove '%[1]s' from your request or supply a non-empty value."
	keyInUse         = "There is currently another in-progress request using this idempotency key. Try again later."
	otherRequest     = "Keys for idempotent requests can only be used with the same endpoint and parameters they were first used with. Try using another key if you meant to execute a different request."
	noCurrency       = "Invalid currency: must be a three-letter ISO code in lower case that Stripe supports"
	wrongCurrency    = "The price specified only supports `%s`. This doesn't match the expected currency: `%s`."
	mixedCurrencies  = "You cannot combine currencies on a single customer. This customer has had a subscription, coupon, or invoice item with currency %s"
	oneTimePrice     = "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`."
	recurringPrice   = "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices."
	nothingRecurring = "You must provide at least one recurring price in `subscription` mode when using prices."
	manyLines        = "There can be up to %[1]d recurring and %[1]d one-time line items in `subscription` mode"
	mixedIntervals   = "All prices on a subscription must have the same `recurring.interval` and `recurring.interval_count`."
	notTheirCard     = "The customer does not have a payment method with the ID %s. The payment method must be attached to the customer."
	noCard           = "This customer has no attached payment source or default payment method. Please consider adding a default payment method."
)

// fault is Stripe's error object.
type fault struct {
	status  int
	unknown []string // parameters that are not known, all of them

	Type        string `json:"type"`
	Code        string `json:"code,omitempty"`
	DeclineCode string `json:"decline_code,omitempty"`
	DocURL      string `json:"doc_url,omitempty"`
	Message     string `json:"message"`
	Param       string `json:"param,omitempty"`
}

func (f *fault) Error() string { return f.Message }

// saved tells whether an idempotency key gets this answer again. Stripe keeps what it found in the course of the work.
// It forgets a request that was never valid, which can be corrected under the same key.
func (f *fault) saved() bool {
	return f.status != http.StatusBadRequest || f.Code == "resource_missing"
}

func failure(err error, requestID string) answer {
	f := refusal(http.StatusInternalServerError, "api_error", "", "An unknown error occurred")
	errors.As(err, &f)
	if f.Code != "" && f.Code != codeNotSimulated {
		f.DocURL = "https://stripe.com/docs/error-codes/" + strings.ReplaceAll(f.Code, "_", "-")
	}
	secrets := regexp.MustCompile(`([sr]k_(live|test)|whsec)_\w*`) // put where something else belongs, and not repeated
	f.Message, f.Param = secrets.ReplaceAllString(f.Message, "…"), secrets.ReplaceAllString(f.Param, "…")
	body, _ := json.Marshal(map[string]*fault{"error": f}) //nolint:errchkjson // strings always encode
	return answer{Status: f.status, Body: body, RequestID: requestID, unsaved: !f.saved()}
}

func refusal(status int, kind, code, message string) *fault {
	return &fault{status: status, Type: kind, Code: code, Message: message}
}

// invalid is the answer to a parameter that breaks a rule.
func invalid(param, code, format string, args ...any) *fault {
	f := refusal(http.StatusBadRequest, invalidRequest, code, fmt.Sprintf(format, args...))
	f.Param = param
	return f
}

func absent(param string) error {
	return invalid(param, "parameter_missing", "Missing required param: %s.", param)
}

func exclusive(param string, names ...string) error {
	return invalid(param, "parameters_exclusive", "You may only specify one of these parameters: %s.",
		strings.Join(names, ", "))
}

// missing is the answer to an id that leads nowhere: 404 for the one in the path, 400 for one in a parameter.
func missing(kind, id, param string) error {
	if kind == "payment_method" {
		kind = "PaymentMethod"
	}
	f := invalid(param, "resource_missing", "No such %s: '%s'", kind, id)
	if strings.HasPrefix(id, "pm_card_") {
		f = notSimulated(param, "the test card %s", id)
	}
	if param == "id" {
		f.status = http.StatusNotFound
	}
	return f
}
