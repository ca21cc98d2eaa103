package stripeapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"math"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"stripe-mcp/internal/journal"
	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/outcome"
	"stripe-mcp/internal/secret"
)

// maxRetries is how often a request is sent again.
const maxRetries = 4

// transport carries stripe-go's requests. It sends each of them until it is answered, refused or out of time, and records
// every attempt in the call that it finds in the context.
type transport struct {
	network http.RoundTripper
	account string
	journal *journal.Journal
	limiter *rate.Limiter
	logger  *slog.Logger
	key     secret.Scrubber // takes the key out of answers that repeat it
}

func newTransport(cfg Config) *transport {
	t := &transport{network: cfg.Network, account: cfg.Account, journal: cfg.Journal, limiter: newLimiter(cfg.Rate), logger: cfg.Logger}
	t.key.Learn(cfg.Key)
	return t
}

// RoundTrip sends one request of stripe-go's with all its attempts.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	form, err := readForm(req)
	if err != nil {
		return nil, err
	}
	call := callFrom(req.Context())
	ctx, cancel := call.lifetime(req.Context())
	defer cancel()
	req = req.Clone(ctx)
	t.complete(req)
	if call.effect.Journalled() {
		if err := t.begin(ctx, call, req, form); err != nil {
			return nil, err
		}
		defer t.settle(ctx, call)
	}
	for retries := 0; ; retries++ {
		resp, err := t.attempt(call, req, form)
		if retries == maxRetries || !worthRetrying(ctx, resp, err) || !sleep(ctx, pause(retries, resp)) {
			return resp, err
		}
	}
}

// readForm returns the body, so that every attempt can have it from its beginning.
func readForm(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	form, err := io.ReadAll(req.Body)
	return form, errors.Join(err, req.Body.Close())
}

// complete sets the headers that stripe-go sets otherwise than we want.
func (t *transport) complete(req *http.Request) {
	// stripe-go's own value carries the output of uname, and so the host's name.
	req.Header.Set("X-Stripe-Client-User-Agent", `{"lang":"go","publisher":"stripe-mcp"}`)
	if t.account != "" {
		req.Header.Set("Stripe-Account", t.account)
	}
	// One key for all attempts makes repeating them safe. The journal sets its own for what it records. Stripe ignores the
	// key of a DELETE, and net/http would resend such a request behind our back.
	req.Header.Del("Idempotency-Key")
	if req.Method == http.MethodPost {
		req.Header.Set("Idempotency-Key", rand.Text())
	}
}

// begin records a request before it is sent, and gives it its idempotency key. After an error it must not be sent.
func (t *transport) begin(ctx context.Context, call *call, req *http.Request, form []byte) error {
	intent, err := t.journal.Begin(ctx, call.receipt, journal.Request{
		Method: req.Method, Path: req.URL.Path, Body: string(form), Account: t.account, Authorization: req.Header.Get("Authorization"),
	})
	call.mu.Lock()
	defer call.mu.Unlock()
	call.intent, call.began = intent, time.Now()
	if err != nil {
		if ctx.Err() == nil { // else time is up, and failure says so
			call.blocked = err
		}
		return err
	}
	req.Header.Set("Idempotency-Key", intent.Key())
	return nil
}

// settle records how the request ended.
func (t *transport) settle(ctx context.Context, call *call) {
	verdict := call.outcome()
	last, _ := call.last()
	err := call.intent.Settle(ctx, journal.Result{
		Outcome:    string(verdict),
		Object:     last.object.ID,
		Amount:     last.object.amount(),
		Currency:   last.object.Currency,
		RequestID:  last.requestID,
		Attempts:   len(call.attempts),
		DurationMS: time.Since(call.began).Milliseconds(),
		Settled:    verdict != outcome.Unknown || last.savedError(), // which is settled when the caller knows of it
		Final:      verdict == outcome.Failed,
	})
	if err != nil {
		t.logger.ErrorContext(ctx, "the outcome of a request could not be recorded; an equal one will find what it made", "error", err)
	}
}

// attempt sends the request once, reads the whole answer and records what happened. It fails unless the answer is complete
// and Stripe's.
func (t *transport) attempt(call *call, req *http.Request, form []byte) (*http.Response, error) {
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
	once := req.Clone(ctx)
	// Without a length net/http would send chunks, which simple servers do not read. Without GetBody it cannot resend on its
	// own and leave us with a wrong count.
	once.Body, once.ContentLength, once.GetBody = io.NopCloser(bytes.NewReader(form)), int64(len(form)), nil
	if len(form) == 0 {
		once.Body = http.NoBody
	}
	resp, err := t.network.RoundTrip(once)
	if err == nil {
		err = record.read(resp, &t.key, call)
	} else {
		record.trouble, record.cause = noAnswer, err
	}
	call.add(record)
	t.logger.DebugContext(ctx, "stripe request", "method", req.Method, "path", call.route(req.URL), "status", record.status,
		"request_id", record.requestID, "took", time.Since(start))
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// route returns a path for the log, without the id in it, which is an argument and may be a customer's name.
func (c *call) route(address *url.URL) string {
	path, id := address.EscapedPath(), "/"+url.PathEscape(c.id)
	at := strings.LastIndex(path, id) // behind the collection, which may have the same name
	if c.id == "" || at < 0 {
		return path
	}
	return path[:at] + "/{id}" + path[at+len(id):]
}

// worthRetrying reports whether another attempt may bring what this one did not: after faults of the network, damaged
// answers, 409, 429 and 5xx, unless Stripe says otherwise or the wait would outlast the caller's time.
func worthRetrying(ctx context.Context, resp *http.Response, err error) bool {
	if ctx.Err() != nil {
		return false // an answer that came at the last moment counts all the same
	}
	if err != nil {
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
		return !untrusted && !errors.Is(err, errRedirected) && !errors.Is(err, errTooLate) && !errors.Is(err, errNoTurn)
	}
	switch deadline, ok := ctx.Deadline(); {
	case resp.StatusCode < http.StatusBadRequest:
		return false
	case ok && retryAfter(resp) > time.Until(deadline):
		return false
	case resp.StatusCode >= http.StatusInternalServerError && isReplay(resp):
		return false // saved for this key, it will not change
	}
	switch resp.Header.Get("Stripe-Should-Retry") {
	case "true":
		return true
	case "false":
		return false
	}
	return resp.StatusCode == http.StatusConflict || resp.StatusCode == http.StatusTooManyRequests ||
		resp.StatusCode >= http.StatusInternalServerError
}

// pause returns how long to wait before the next attempt: as long as Stripe asks, or else twice as long each time, less a
// random part so that many clients do not come back at once.
func pause(retries int, resp *http.Response) time.Duration {
	if wait := retryAfter(resp); wait > 0 {
		return wait
	}
	wait := min(limits.LongestWait, limits.FirstWait<<retries)
	return wait/2 + mathrand.N(wait/2) //nolint:gosec // spreads load, guards nothing
}

// sleep waits, and reports whether ctx let it.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
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

// newLimiter returns a limiter that lets no more than perSecond requests through in any second, a fifth of them at once.
func newLimiter(perSecond float64) *rate.Limiter {
	if perSecond == 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	const atOnce = 0.2
	burst := max(1, math.Floor(perSecond*atOnce))
	return rate.NewLimiter(rate.Limit(max(perSecond-burst, perSecond/2)), int(burst))
}
