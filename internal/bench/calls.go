package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/customer"
)

const (
	benchKey   = "sk_test_MadeUpForBenchmarks"
	sideBySide = 16
	// A round of each side, interleaved, so many times.
	rounds   = 15
	perRound = 300
)

// customerJSON is a customer as Stripe sends it.
const customerJSON = `{"id":"cus_NffrFeUfNV2Hib","object":"customer","address":null,"balance":0,"created":1680893993,"currency":null,"default_source":null,` +
	`"delinquent":false,"description":"My first customer","discount":null,"email":"jennyrosen@example.com","invoice_prefix":"0759376C","invoice_settings":` +
	`{"custom_fields":null,"default_payment_method":null,"footer":null,"rendering_options":null},"livemode":false,"metadata":{"order":"6735"},"name":"Jenny Rosen",` +
	`"next_invoice_sequence":1,"phone":null,"preferred_locales":[],"shipping":null,"tax_exempt":"none","test_clock":null}`

// stripeAfter is a Stripe on loopback that takes so long for each answer.
func stripeAfter(delay time.Duration) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if delay > 0 {
			time.Sleep(delay)
		}
		_, _ = io.WriteString(w, customerJSON)
	}))
}

// session is a conversation with stripe-mcp that several callers share.
type session struct {
	running *process
	writing sync.Mutex
	mu      sync.Mutex
	last    int
	waiting map[string]chan []byte
	done    chan struct{}
}

func converse(ctx context.Context, binary string, environment ...string) (*session, error) {
	running, err := start(ctx, binary, append([]string{"STRIPE_MCP_STRIPE_SECRET_KEY=" + benchKey}, environment...)...)
	if err != nil {
		return nil, err
	}
	if _, err := running.ask(initialize); err != nil {
		return nil, err
	}
	s := &session{running: running, waiting: map[string]chan []byte{}, done: make(chan struct{})}
	go s.listen()
	return s, nil
}

func (s *session) listen() {
	defer close(s.done)
	for {
		line, err := s.running.out.ReadBytes('\n')
		if err != nil {
			return
		}
		var answer struct {
			ID json.RawMessage `json:"id"`
		}
		if json.Unmarshal(line, &answer) != nil {
			continue
		}
		s.mu.Lock()
		waiting := s.waiting[string(answer.ID)]
		delete(s.waiting, string(answer.ID))
		s.mu.Unlock()
		if waiting != nil {
			waiting <- line
		}
	}
}

// call calls a tool and waits for the answer, which must be no error.
func (s *session) call(tool, arguments string) ([]byte, error) {
	answer := make(chan []byte, 1)
	s.mu.Lock()
	s.last++
	id := strconv.Itoa(s.last)
	s.waiting[id] = answer
	s.mu.Unlock()
	s.writing.Lock()
	_, err := fmt.Fprintf(s.running.in, `{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q,"arguments":%s}}`+"\n", id, tool, arguments)
	s.writing.Unlock()
	if err != nil {
		return nil, err
	}
	line := <-answer
	if isError(line) {
		return nil, fmt.Errorf("%s answered %s", tool, line)
	}
	return line, nil
}

func isError(line []byte) bool {
	var answer struct {
		Result struct {
			IsError bool `json:"isError"`
		} `json:"result"`
	}
	return json.Unmarshal(line, &answer) != nil || answer.Result.IsError
}

func (s *session) end() error {
	if err := s.running.in.Close(); err != nil {
		return err
	}
	<-s.done
	return s.running.cmd.Wait()
}

// calls compares a read through stripe-mcp with the same read through stripe-go, on one loopback server.
func calls(ctx context.Context, p programs) ([]row, error) {
	server := stripeAfter(0)
	defer server.Close()
	ours, err := converse(ctx, p.ours, "STRIPE_MCP_API_BASE="+server.URL)
	if err != nil {
		return nil, err
	}
	direct := customer.Client{Key: benchKey, B: stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: new(server.URL), MaxNetworkRetries: new(int64(0)), EnableTelemetry: new(false), LeveledLogger: &stripe.LeveledLogger{},
		HTTPClient: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: sideBySide}},
	})}
	through := func() error {
		_, err := ours.call("stripe_get_customer", `{"customer_id":"cus_NffrFeUfNV2Hib"}`)
		return err
	}
	alone := func() error {
		_, err := direct.Get("cus_NffrFeUfNV2Hib", &stripe.CustomerParams{Params: stripe.Params{Context: ctx}})
		return err
	}
	var oneOurs, oneAlone, manyOurs, manyAlone []time.Duration
	for range rounds {
		for _, side := range []struct {
			do   func() error
			one  *[]time.Duration
			many *[]time.Duration
		}{{through, &oneOurs, &manyOurs}, {alone, &oneAlone, &manyAlone}} {
			times, err := inTurn(side.do)
			if err != nil {
				return nil, err
			}
			*side.one = append(*side.one, times...)
			took, err := atOnce(side.do)
			if err != nil {
				return nil, err
			}
			*side.many = append(*side.many, took)
		}
	}
	line, err := ours.call("stripe_get_customer", `{"customer_id":"cus_NffrFeUfNV2Hib"}`)
	if err != nil {
		return nil, err
	}
	added := median(oneOurs) - median(oneAlone)
	return []row{
		compare("a call, against stripe-go alone", median(oneOurs), median(oneAlone)),
		{what: "  what it adds", ours: milliseconds(added)},
		{
			fmt.Sprintf("%d calls at a time, each second, against stripe-go alone", sideBySide),
			perSecond(median(manyOurs)), perSecond(median(manyAlone)), ratio(float64(median(manyAlone)), float64(median(manyOurs))),
		},
		answerSize(line),
	}, ours.end()
}

func answerSize(line []byte) row {
	var answer struct {
		Result struct {
			StructuredContent json.RawMessage `json:"structuredContent"`
		} `json:"result"`
	}
	if json.Unmarshal(line, &answer) != nil {
		return row{what: "a customer, against Stripe's own object"}
	}
	size := len(answer.Result.StructuredContent)
	return row{
		"a customer, against Stripe's own object", fmt.Sprintf("%d B", size), fmt.Sprintf("%d B", len(customerJSON)),
		ratio(float64(size), float64(len(customerJSON))),
	}
}

func perSecond(took time.Duration) string {
	return fmt.Sprintf("%.0f", perRound/sideBySide*sideBySide/took.Seconds())
}

// inTurn calls one after the other and returns the time of each.
func inTurn(call func() error) ([]time.Duration, error) {
	times := make([]time.Duration, 0, perRound)
	for range perRound {
		began := time.Now()
		if err := call(); err != nil {
			return nil, err
		}
		times = append(times, time.Since(began))
	}
	return times, nil
}

// atOnce makes the same number of calls, sideBySide at a time, and returns how long all of them took.
func atOnce(call func() error) (time.Duration, error) {
	began := time.Now()
	failures := make(chan error, sideBySide)
	var wait sync.WaitGroup
	for range sideBySide {
		wait.Go(func() {
			for range perRound / sideBySide {
				if err := call(); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	wait.Wait()
	close(failures)
	var failed error
	for err := range failures {
		failed = errors.Join(failed, err)
	}
	return time.Since(began), failed
}

// many measures how long it takes to be through with 200 calls that were made at once, to a Stripe that takes its time.
func many(ctx context.Context, p programs) ([]row, error) {
	const (
		callers = 200
		delay   = 300 * time.Millisecond
	)
	server := stripeAfter(delay)
	defer server.Close()
	ours, err := converse(ctx, p.ours, "STRIPE_MCP_API_BASE="+server.URL)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	failures := make(chan error, callers)
	for range callers {
		go func() {
			_, err := ours.call("stripe_get_customer", `{"customer_id":"cus_NffrFeUfNV2Hib"}`)
			failures <- err
		}()
	}
	for range callers {
		err = errors.Join(err, <-failures)
	}
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	return []row{{"200 calls at once to a Stripe that takes 300 ms", milliseconds(took), milliseconds(delay), ratio(float64(took), float64(delay))}}, ours.end()
}

// journalShare measures what the journal adds to a creation.
func journalShare(ctx context.Context, p programs) ([]row, error) {
	server := stripeAfter(0)
	defer server.Close()
	var with, without *session
	var err error
	for journal, s := range map[string]**session{"true": &with, "false": &without} {
		if *s, err = converse(ctx, p.ours, "STRIPE_MCP_API_BASE="+server.URL, "STRIPE_MCP_JOURNAL="+journal); err != nil {
			return nil, err
		}
	}
	var withTimes, withoutTimes []time.Duration
	for range rounds {
		for s, times := range map[*session]*[]time.Duration{with: &withTimes, without: &withoutTimes} {
			took, err := inTurn(func() error {
				_, err := s.call("stripe_create_customer", `{"email":"jennyrosen@example.com"}`)
				return err
			})
			if err != nil {
				return nil, err
			}
			*times = append(*times, took...)
		}
	}
	return []row{compare("a creation with the journal, against without", median(withTimes), median(withoutTimes))}, errors.Join(with.end(), without.end())
}
