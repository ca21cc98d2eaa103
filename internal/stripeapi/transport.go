package stripeapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"stripe-mcp/internal/journal"
)

const (
	maxRetries = 4
	firstWait  = 500 * time.Millisecond
	longestGap = 8 * time.Second
	// maxBody bounds an answer in memory. The largest, a list of 100 sessions, is about 400 KB.
	maxBody = 16 << 20
)

// transport carries stripe-go's requests: it completes their headers, retries them inside the caller's time and records
// every attempt in the call that it finds in the context.
type transport struct {
	retry   *retryablehttp.Client
	account string
	journal *journal.Journal
	logger  *slog.Logger
}

func newTransport(cfg Config) *transport {
	return &transport{
		account: cfg.Account,
		journal: cfg.Journal,
		logger:  cfg.Logger,
		retry: &retryablehttp.Client{
			HTTPClient: &http.Client{
				Transport:     &attempts{network: cfg.Network, logger: cfg.Logger},
				CheckRedirect: refuseRedirect,
			},
			RetryWaitMin: firstWait,
			RetryWaitMax: longestGap,
			RetryMax:     maxRetries,
			CheckRetry:   shouldRetry,
			Backoff:      backoff,
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
		},
	}
}

// RoundTrip sends one request of stripe-go's until it is answered, refused or out of time.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	call := callFrom(ctx)
	if call.effect != reads {
		var cancel context.CancelFunc
		ctx, cancel = call.untilSent(ctx)
		defer cancel()
	}
	req = req.Clone(ctx)
	t.complete(req)
	retryable, err := retryablehttp.FromRequest(req)
	if err != nil {
		return nil, err
	}
	if call.effect == creates {
		if err := t.begin(ctx, call, retryable); err != nil {
			return nil, err
		}
		defer t.settle(ctx, call)
	}
	return t.retry.Do(retryable)
}

// complete sets the headers that stripe-go sets otherwise than we want.
func (t *transport) complete(req *http.Request) {
	// stripe-go's own value carries the output of uname, and so the host's name.
	req.Header.Set("X-Stripe-Client-User-Agent", `{"lang":"go","publisher":"stripe-mcp"}`)
	if t.account != "" {
		req.Header.Set("Stripe-Account", t.account)
	}
	// One key for all attempts makes repeating them safe; the journal has its own for what creates something. Stripe ignores
	// it on DELETE, where it would only make net/http resend behind our back.
	req.Header.Del("Idempotency-Key")
	if req.Method == http.MethodPost {
		req.Header.Set("Idempotency-Key", rand.Text())
	}
}

// attempts sends a request once, reads the whole answer and records what happened.
type attempts struct {
	network http.RoundTripper
	logger  *slog.Logger
}

// RoundTrip returns an error unless the answer is complete and Stripe's.
func (t *attempts) RoundTrip(req *http.Request) (*http.Response, error) {
	call := callFrom(req.Context())
	if call.intent != nil && call.intent.Expired() {
		return nil, errTooLate
	}
	record := attempt{}
	start := time.Now()
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		// With a connection in hand, the request may get through whatever happens next.
		GotConn: func(httptrace.GotConnInfo) {
			record.sent = true
			call.markSent()
		},
	})
	once := req.WithContext(ctx)
	once.GetBody = nil // so that net/http cannot resend on its own and leave us with a wrong count
	resp, err := t.network.RoundTrip(once)
	if err == nil {
		err = record.read(resp)
	} else {
		record.trouble, record.cause = noAnswer, err
	}
	call.add(record)
	t.logger.DebugContext(ctx, "stripe request", "method", req.Method, "path", req.URL.Path, "status", record.status,
		"request_id", record.requestID, "took", time.Since(start))
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// read takes in the answer, leaving a response whose body is in memory. It fails when the answer is not a complete one
// from Stripe.
func (a *attempt) read(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	closeErr := resp.Body.Close()
	a.sent = true
	if err = errors.Join(err, closeErr); err != nil {
		a.trouble, a.cause = cutOff, err
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	a.status = resp.StatusCode
	a.requestID = resp.Header.Get("Request-Id")
	a.retryAfter = retryAfter(resp)
	a.replayed = isReplay(resp)
	a.refusal = parseRefusal(resp.StatusCode, body)
	switch {
	case a.refusal != nil:
	case resp.StatusCode >= http.StatusMultipleChoices && resp.StatusCode < http.StatusBadRequest:
		a.trouble = redirected
		return errRedirected
	case resp.StatusCode >= http.StatusBadRequest:
		a.trouble = foreign
	case json.Unmarshal(body, &a.object) != nil || a.object.Object == "": // all of Stripe's objects name their type
		a.trouble = foreign
		return errForeign
	}
	return nil
}

// shouldRetry is the policy: faults of the network, damaged answers, 409, 429 and 5xx are tried again, unless Stripe
// says otherwise or the wait would outlast the caller's time.
func shouldRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, nil //nolint:nilerr // an answer that came at the last moment counts all the same
	}
	if err != nil {
		if errors.Is(err, errRedirected) || errors.Is(err, errTooLate) {
			return false, nil
		}
		again, _ := retryablehttp.DefaultRetryPolicy(ctx, nil, err) // knows which faults, such as a bad certificate, stay
		return again, nil
	}
	if deadline, ok := ctx.Deadline(); ok && retryAfter(resp) > time.Until(deadline) {
		return false, nil
	}
	if resp.StatusCode >= http.StatusInternalServerError && isReplay(resp) {
		return false, nil // saved for this key, it will not change
	}
	switch resp.Header.Get("Stripe-Should-Retry") {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return resp.StatusCode == http.StatusConflict || resp.StatusCode == http.StatusTooManyRequests ||
		resp.StatusCode >= http.StatusInternalServerError, nil
}

// backoff waits as long as Stripe asks, or else twice as long each time, less a random part so that many clients do not
// come back at once.
func backoff(shortest, longest time.Duration, retries int, resp *http.Response) time.Duration {
	if wait := retryAfter(resp); wait > 0 {
		return wait
	}
	wait := min(longest, shortest*time.Duration(math.Exp2(float64(retries))))
	return wait/2 + mathrand.N(wait/2) //nolint:gosec // spreads load, guards nothing
}

// retryAfter returns the pause that an answer asks for, 0 when it asks for none.
func retryAfter(resp *http.Response) time.Duration {
	if resp == nil {
		return 0
	}
	value := resp.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// isReplay reports whether Stripe repeated what it answered to an earlier request with the same idempotency key
// (https://docs.stripe.com/api/idempotent_requests).
func isReplay(resp *http.Response) bool { return resp.Header.Get("Idempotent-Replayed") == "true" }

// refuseRedirect keeps the key and the request from following an address that an answer names.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
