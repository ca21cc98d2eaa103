package stripeapi

import (
	"bytes"
	"cmp"
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
	"stripe-mcp/internal/secret"
)

// The keys of the configuration that name the account to act for.
const (
	actingAccount = "stripe_account"
	actingContext = "stripe_context"
)

// maxRetries is how often a request may be sent again.
const maxRetries = 4

// transport carries stripe-go's requests. It sends a request until it is answered, refused or out of time. It records every
// attempt in the call that the context holds.
type transport struct {
	network http.RoundTripper
	base    string
	account string
	context string
	journal *journal.Journal
	limiter *rate.Limiter
	logger  *slog.Logger
	key     secret.Scrubber // takes the key out of answers that repeat it
}

func newTransport(cfg Config) *transport {
	t := &transport{network: cfg.Network, base: cfg.BaseURL, account: cfg.Account, context: cfg.Context, journal: cfg.Journal, limiter: newLimiter(cfg.Rate), logger: cfg.Logger}
	t.key.Learn(cfg.Key)
	return t
}

// RoundTrip sends one of stripe-go's requests, with all its attempts.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	form, err := readForm(req)
	if err != nil {
		return nil, err
	}
	call := callFrom(req.Context())
	switch {
	case t.account != "":
		call.acting = actingAccount
	case t.context != "":
		call.acting = actingContext
	}
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
		wait := pause(retries, resp)
		if call.keyInUse() { // by the earlier call, which is still under way: its end is worth waiting for
			retries, wait = 0, min(wait, limits.InUse)
		}
		if retries == maxRetries || !call.worthRetrying(ctx, resp, err) || !limits.Sleep(ctx, wait) {
			return resp, err
		}
	}
}

// readForm returns the body, so that every attempt can send all of it.
func readForm(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	form, err := io.ReadAll(req.Body)
	return form, errors.Join(err, req.Body.Close())
}

// complete sets the headers for which stripe-go's own values are wrong for us.
func (t *transport) complete(req *http.Request) {
	// stripe-go's own value contains the output of uname, and with it the host's name.
	req.Header.Set("X-Stripe-Client-User-Agent", `{"lang":"go","publisher":"stripe-mcp"}`)
	if t.account != "" {
		req.Header.Set("Stripe-Account", t.account)
	}
	if t.context != "" {
		req.Header.Set("Stripe-Context", t.context)
	}
	// With one key for all attempts, repeating them is safe. For what the journal records, begin sets the journal's key. A
	// DELETE gets no key: Stripe ignores it, and with a key net/http would resend the request without telling us.
	req.Header.Del("Idempotency-Key")
	if req.Method == http.MethodPost {
		req.Header.Set("Idempotency-Key", rand.Text())
	}
}

// begin records a request before it is sent and sets its idempotency key. After an error the request must not be sent.
func (t *transport) begin(ctx context.Context, call *call, req *http.Request, form []byte) error {
	if !call.join() {
		intent, err := t.journal.Begin(ctx, call.receipt, journal.Request{
			Method: req.Method, Path: req.URL.Path, Body: call.body(form), Base: t.base, Account: cmp.Or(t.account, t.context), Authorization: req.Header.Get("Authorization"),
			Page: call.asked.page,
		})
		if err := call.begin(intent, err); err != nil {
			return err
		}
	}
	req.Header.Set("Idempotency-Key", call.key())
	return nil
}

// settle records how the request ended. An operation does that itself, after its last request.
func (t *transport) settle(ctx context.Context, call *call) {
	if call.operation == nil {
		recordOutcome(ctx, t.logger, call.intent, call.result())
	}
}

// recordOutcome records how what an intent stands for ended.
func recordOutcome(ctx context.Context, logger *slog.Logger, intent *journal.Intent, result journal.Result) {
	if err := intent.Settle(ctx, result); err != nil {
		logger.ErrorContext(ctx, "the outcome of a request could not be recorded; an equal one will find what it made", "error", err)
	}
}

// attempt sends the request once, reads the whole answer and records what happened. It fails if the answer is not complete
// or not Stripe's.
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
		// Once there is a connection, the request may arrive, even if sending it fails.
		GotConn: func(httptrace.GotConnInfo) {
			record.sent = true
			call.markSent()
		},
	})
	once := req.WithContext(ctx)
	// Without a length net/http would send chunks, which simple servers do not read. With GetBody it could resend on its own,
	// and our count of attempts would be wrong.
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
	if date, err := http.ParseTime(record.date); err == nil {
		t.journal.Observe(date)
	}
	t.logger.DebugContext(ctx, "stripe request", "method", req.Method, "path", call.route(req.URL), "status", record.status,
		"request_id", record.requestID, "took", time.Since(start))
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// route returns a path for the log. It leaves the id out, because an id is an argument and may be a customer's name.
func (c *call) route(address *url.URL) string {
	path, id := address.EscapedPath(), "/"+url.PathEscape(c.asked.id)
	at := strings.LastIndex(path, id) // behind the collection, which may have the same name
	if c.asked.id == "" || at < 0 {
		return path
	}
	return path[:at] + "/{id}" + path[at+len(id):]
}

// keyInUse reports whether Stripe is still at work on an earlier request with the key that this call took over.
func (c *call) keyInUse() bool {
	last, _ := c.last()
	return c.intent != nil && c.intent.Inherited() && last.refusal != nil && last.refusal.Code == "idempotency_key_in_use"
}

// worthRetrying reports whether another attempt may bring what this one did not: after faults of the network, damaged
// answers, 409, 429 and 5xx, unless Stripe says otherwise or the wait would outlast the caller's time.
func (c *call) worthRetrying(ctx context.Context, resp *http.Response, err error) bool {
	if ctx.Err() != nil {
		return false // the time is over; an answer that came in the last moment still counts
	}
	if err != nil {
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
		last, _ := c.last()
		return !untrusted && last.trouble != misshapen && !errors.Is(err, errRedirected) && !errors.Is(err, errTooLate) && !errors.Is(err, errNoTurn)
	}
	switch deadline, ok := ctx.Deadline(); {
	case resp.StatusCode < http.StatusBadRequest:
		return false
	case ok && retryAfter(resp) > time.Until(deadline):
		return false
	case resp.StatusCode >= http.StatusInternalServerError && isReplay(resp):
		return false // Stripe keeps this answer for this key, so it will not change
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

// pause returns how long to wait before the next attempt. Stripe's own wish comes first. Otherwise the wait doubles each
// time, less a random part, so that many clients do not return at the same moment.
func pause(retries int, resp *http.Response) time.Duration {
	if wait := retryAfter(resp); wait > 0 {
		return wait
	}
	wait := min(limits.LongestWait, limits.FirstWait<<retries)
	return wait/2 + mathrand.N(wait/2) //nolint:gosec // spreads load, guards nothing
}

// retryAfter returns the pause that an answer asks for, or 0.
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

// isReplay reports whether Stripe repeated its answer to an earlier request with the same idempotency key
// (https://docs.stripe.com/api/idempotent_requests).
func isReplay(resp *http.Response) bool { return resp.Header.Get("Idempotent-Replayed") == "true" }

// newLimiter returns a limiter that lets at most perSecond requests through in any second. A fifth of them may go at once.
func newLimiter(perSecond float64) *rate.Limiter {
	if perSecond == 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	const atOnce = 0.2
	burst := max(1, math.Floor(perSecond*atOnce))
	return rate.NewLimiter(rate.Limit(max(perSecond-burst, perSecond/2)), int(burst))
}
