package stripeapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

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
	AmountTotal int64  `json:"amount_total"` // of a Checkout session
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

// amount returns what an object costs in minor units: the total of a session, or one period of a subscription.
func (o object) amount() int64 {
	total := o.AmountTotal
	for _, item := range o.Items.Data {
		total += item.Quantity * item.Price.UnitAmount
	}
	return total
}

// apiError is the part of Stripe's error object that we read. The rest stays out, such as a client_secret.
type apiError struct {
	Type            string `json:"type"`
	Code            string `json:"code"`
	DeclineCode     string `json:"decline_code"`
	Param           string `json:"param"`
	Message         string `json:"message"`
	DocURL          string `json:"doc_url"`
	ApprovalRequest struct {
		DashboardURL string `json:"dashboard_url"`
	} `json:"approval_request"`
}

// savedError reports whether Stripe repeated an internal error that it keeps for this idempotency key. Another attempt cannot
// learn more.
func (a attempt) savedError() bool { return a.replayed && a.status >= http.StatusInternalServerError }

// parseRefusal reads Stripe's error object from a body, or returns nil when the body holds none.
func parseRefusal(status int, body []byte) *apiError {
	if status < http.StatusBadRequest {
		return nil
	}
	var envelope struct {
		Error *apiError `json:"error"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Error == nil || envelope.Error.Type == "" {
		return nil
	}
	return envelope.Error
}

// read reads the whole answer and leaves its body in memory. It fails when the answer is not complete or not Stripe's.
func (a *attempt) read(resp *http.Response, key *secret.Scrubber, call *call) error {
	const longest = 16 << 20 // the largest answer, a list of 100 sessions, is about 400 KB
	body, err := io.ReadAll(io.LimitReader(resp.Body, longest+1))
	closeErr := resp.Body.Close()
	a.sent = true
	if err = errors.Join(err, closeErr); err != nil {
		a.trouble, a.cause = cutOff, err
		return err
	}
	body = []byte(key.Mask(string(body)))
	resp.Body = io.NopCloser(bytes.NewReader(body))
	a.status = resp.StatusCode
	a.requestID = key.Mask(resp.Header.Get("Request-Id"))
	a.date = resp.Header.Get("Date")
	a.replayed = isReplay(resp)
	a.refusal = parseRefusal(resp.StatusCode, body)
	switch {
	case a.refusal != nil:
	case resp.StatusCode >= http.StatusMultipleChoices && resp.StatusCode < http.StatusBadRequest:
		a.trouble = redirected
		return errRedirected
	case resp.StatusCode >= http.StatusBadRequest:
		a.trouble = foreign
	case !call.answeredBy(body, &a.object):
		a.trouble = foreign
		return errForeign
	}
	return nil
}

// answeredBy reports whether body answers the call. Stripe's objects name their type, and all but lists have an id. It also
// reads the part that the journal keeps.
func (c *call) answeredBy(body []byte, read *object) bool {
	if json.Unmarshal(body, read) != nil || read.Object == "" || (read.Object == "list") != c.list || !c.list && read.ID == "" {
		return false
	}
	return c.parse == nil || c.parse(body)
}
