package stripeapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"stripe-mcp/internal/secret"
)

// attempt is one try at sending a request.
type attempt struct {
	sent      bool // there was a connection, so the request may have arrived
	object    object
	status    int // HTTP status, 0 when no complete answer came
	requestID string
	date      string      // Stripe's clock, as its answers show it
	replayed  bool        // Stripe repeated a saved answer (Idempotent-Replayed)
	refusal   *apiError   // Stripe's own error object
	trouble   troubleKind // why there is no usable answer
	cause     error       // the network error behind trouble; never show its text, which may quote a URL
}

// object is the part of an answer that the journal keeps.
type object struct {
	Object      string `json:"object"`
	ID          string `json:"id"`
	Amount      int64  `json:"amount"`       // of a refund
	AmountTotal int64  `json:"amount_total"` // of a Checkout session
	AmountDue   int64  `json:"amount_due"`   // of an invoice
	Currency    string `json:"currency"`
	Items       struct {
		Data []struct {
			Quantity int64 `json:"quantity"`
			Price    struct {
				UnitAmount int64 `json:"unit_amount"`
			} `json:"price"`
		} `json:"data"`
	} `json:"items"` // of a subscription
}

// amount returns what an object costs in minor units: all of a refund, the total of a session, what is due of an invoice, or
// one period of a subscription.
func (o object) amount() int64 {
	total := o.Amount + o.AmountTotal + o.AmountDue
	for _, item := range o.Items.Data {
		total += item.Quantity * item.Price.UnitAmount
	}
	return total
}

// describe names an object, where it is known.
func (o object) describe() string {
	if o.ID == "" {
		return ""
	}
	return "It is about " + fit(o.ID)
}

// apiError is what we read of Stripe's error object; anything else in it, such as a client_secret, stays out. Only the type
// must have the shape that we know: it decides what happened, and the rest only describes that.
type apiError struct {
	Type            string   `json:"type"`
	Code            loose    `json:"code"`
	DeclineCode     loose    `json:"decline_code"`
	Param           loose    `json:"param"`
	Message         loose    `json:"message"`
	DocURL          loose    `json:"doc_url"`
	RequestLogURL   loose    `json:"request_log_url"`
	ApprovalRequest approval `json:"approval_request"`
}

type approval struct {
	DashboardURL loose `json:"dashboard_url"`
}

// UnmarshalJSON takes anything.
func (a *approval) UnmarshalJSON(text []byte) error {
	type plain approval // without this method
	_ = json.Unmarshal(text, (*plain)(a))
	return nil
}

// loose is text of an error. A number or boolean in its place is what JSON writes, and anything else is empty.
type loose string

// UnmarshalJSON takes anything.
func (l *loose) UnmarshalJSON(text []byte) error {
	var value string
	if json.Unmarshal(text, &value) == nil {
		*l = loose(value)
	} else if text[0] != '{' && text[0] != '[' {
		*l = loose(text)
	}
	return nil
}

// savedError reports whether Stripe repeated an internal error that it keeps for this idempotency key. Another attempt cannot
// learn more.
func (a attempt) savedError() bool { return a.replayed && a.status >= http.StatusInternalServerError }

// parseRefusal reads Stripe's error object from a body, or returns nil when the body holds none. A gateway may answer in
// Stripe's place with an object that looks alike: only Stripe's own types count (https://docs.stripe.com/api/errors).
func parseRefusal(status int, body []byte) *apiError {
	var envelope struct {
		Error *apiError `json:"error"`
	}
	if status < http.StatusBadRequest || json.Unmarshal(body, &envelope) != nil || envelope.Error == nil {
		return nil
	}
	switch envelope.Error.Type {
	case "api_error", "card_error", typeIdempotency, "invalid_request_error":
		return envelope.Error
	}
	return nil
}

const typeIdempotency = "idempotency_error"

// loggedID returns the id of a request from the address of its log entry, empty when there is none.
func loggedID(address string) string {
	_, id, found := strings.Cut(address, "/req_")
	if !found {
		return ""
	}
	if end := strings.IndexAny(id, "/?#"); end >= 0 {
		id = id[:end]
	}
	return "req_" + id
}

// read reads the whole answer and leaves its body in memory. It fails when the answer is not complete or not Stripe's.
func (a *attempt) read(resp *http.Response, key *secret.Scrubber, call *call) error {
	const longest = 16 << 20 // the largest answer, a list of 100 sessions, is about 400 KB
	a.sent = true
	a.status = resp.StatusCode
	if resp.StatusCode < http.StatusOK { // such as 101, whose body never ends
		a.trouble = foreign
		_ = resp.Body.Close()
		return errForeign
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, longest+1))
	closeErr := resp.Body.Close()
	if err = errors.Join(err, closeErr); err != nil {
		a.status, a.trouble, a.cause = 0, cutOff, err
		return err
	}
	body = []byte(key.Mask(string(body)))
	a.requestID = key.Mask(resp.Header.Get("Request-Id"))
	a.date = resp.Header.Get("Date")
	a.replayed = isReplay(resp)
	a.refusal = parseRefusal(resp.StatusCode, body)
	switch {
	case a.refusal != nil:
		a.requestID = cmp.Or(a.requestID, loggedID(string(a.refusal.RequestLogURL)))
	case resp.StatusCode >= http.StatusMultipleChoices && resp.StatusCode < http.StatusBadRequest:
		a.trouble = redirected
		return errRedirected
	case resp.StatusCode >= http.StatusBadRequest:
		a.trouble = foreign
	default:
		if a.trouble = call.check(body, &a.object); a.trouble != noTrouble {
			return errForeign
		}
		if call.answer != nil { // it has the objects, so stripe-go need not read them once more
			body = []byte("{}")
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}
