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
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/time/rate"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/secret"
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
				Transport:     newAttempts(cfg),
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
	if err := setLength(retryable); err != nil {
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

// setLength declares the body's length. Without it net/http would send the body in chunks, which simple servers do not read.
func setLength(req *retryablehttp.Request) error {
	body, err := req.BodyBytes()
	if err != nil {
		return err
	}
	req.ContentLength = int64(len(body))
	return nil
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

// newLimiter returns a limiter that lets no more than perSecond requests through in any second, a fifth of them at once.
func newLimiter(perSecond float64) *rate.Limiter {
	if perSecond == 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	const atOnce = 0.2
	burst := max(1, math.Floor(perSecond*atOnce))
	return rate.NewLimiter(rate.Limit(max(perSecond-burst, perSecond/2)), int(burst))
}

// attempts sends a request once, reads the whole answer and records what happened.
type attempts struct {
	network http.RoundTripper
	limiter *rate.Limiter
	logger  *slog.Logger
	key     secret.Scrubber // the key, which an answer might repeat: no further than here
}

func newAttempts(cfg Config) *attempts {
	a := &attempts{network: cfg.Network, limiter: newLimiter(cfg.Rate), logger: cfg.Logger}
	a.key.Learn(cfg.Key)
	return a
}

// RoundTrip returns an error unless the answer is complete and Stripe's.
func (t *attempts) RoundTrip(req *http.Request) (*http.Response, error) {
	call := callFrom(req.Context())
	if call.intent != nil && call.intent.Expired() {
		return nil, errTooLate
	}
	record := attempt{}
	if err := t.limiter.Wait(req.Context()); err != nil {
		record.trouble = noTurn
		call.add(record)
		return nil, errNoTurn
	}
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
		err = record.read(resp, &t.key, call)
	} else {
		record.trouble, record.cause = noAnswer, err
	}
	call.add(record)
	t.logger.DebugContext(ctx, "stripe request", "method", req.Method, "path", route(req.URL.Path), "status", record.status,
		"request_id", record.requestID, "took", time.Since(start))
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// route returns a path without the id in it, which is an argument and may be a customer's name.
func route(path string) string {
	at := strings.LastIndexByte(path, '/')
	switch path[at+1:] {
	case "customers", "sessions", "subscriptions", "invoices", "prices", "account":
		return path
	}
	return path[:at+1] + "{id}"
}

// read takes in the answer, leaving a response whose body is in memory. It fails when the answer is not a complete one
// from Stripe.
func (a *attempt) read(resp *http.Response, key *secret.Scrubber, call *call) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
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
	case !call.answeredBy(body, &a.object):
		a.trouble = foreign
		return errForeign
	}
	return nil
}

// answeredBy reports whether body, of which it reads what the journal keeps, is an answer to the call: one of Stripe's
// objects, which name their type and, but for lists, have an id.
func (c *call) answeredBy(body []byte, read *object) bool {
	if json.Unmarshal(body, read) != nil || read.Object == "" || (read.Object == "list") != c.list || !c.list && read.ID == "" {
		return false
	}
	return c.parse == nil || c.parse(body) == nil
}

// shouldRetry is the policy: faults of the network, damaged answers, 409, 429 and 5xx are tried again, unless Stripe
// says otherwise or the wait would outlast the caller's time.
func shouldRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, nil //nolint:nilerr // an answer that came at the last moment counts all the same
	}
	if err != nil {
		if errors.Is(err, errRedirected) || errors.Is(err, errTooLate) || errors.Is(err, errNoTurn) {
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
	if resp.StatusCode < http.StatusBadRequest {
		return false, nil
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
	if value == "" {
		return 0
	}
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
