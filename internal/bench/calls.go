package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/customer"
)

const (
	sideBySide = 16
	// A round of each side, interleaved, so many times.
	rounds   = 15
	perRound = 304

	getCustomer    = "stripe_get_customer"
	customerID     = "cus_NffrFeUfNV2Hib"
	whichCustomer  = `{"customer_id":"` + customerID + `"}`
	callCustomer   = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"stripe_get_customer","arguments":` + whichCustomer + `}}`
	refuseCustomer = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"stripe_get_customer","arguments":{"customer_id":"../x"}}}`
)

// side is one of two ways to do the same.
type side struct {
	do    func() error
	times []time.Duration
}

// direct returns stripe-go and nothing else, on a pool that fits.
func direct(address string) customer.Client {
	return customer.Client{Key: key, B: stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: new(address), MaxNetworkRetries: new(int64(0)), EnableTelemetry: new(false), LeveledLogger: &stripe.LeveledLogger{},
		HTTPClient: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: sideBySide}},
	})}
}

// alone returns a call with it.
func alone(ctx context.Context, address string) func() error {
	client := direct(address)
	return func() error {
		_, err := client.Get(customerID, &stripe.CustomerParams{Params: stripe.Params{Context: ctx}})
		return err
	}
}

// interleave measures rounds of all sides in turn.
func interleave(measure func(do func() error) ([]time.Duration, error), sides ...*side) error {
	for range rounds {
		for _, s := range sides {
			times, err := measure(s.do)
			if err != nil {
				return err
			}
			s.times = append(s.times, times...)
		}
	}
	return nil
}

// stages measures what a call costs by how far it gets, one at a time.
func stages(ctx context.Context, p programs) (rows []row, err error) {
	server, address, err := p.stripeAfter(ctx, 0)
	if err != nil {
		return nil, err
	}
	ours, err := serve(ctx, p.ours, "STRIPE_MCP_API_BASE="+address)
	if err != nil {
		return nil, err
	}
	libraries, err := serve(ctx, p.libraries, "STRIPE_MCP_API_BASE="+address)
	if err != nil {
		return nil, err
	}
	bare, err := serve(ctx, p.bare)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, running := range []*process{ours, libraries, bare, server} {
			_, endErr := running.end()
			err = errors.Join(err, endErr)
		}
	}()
	asks := func(running *process, line string, check func([]byte) error) *side {
		return &side{do: func() error {
			answer, err := running.ask(line)
			if err != nil {
				return err
			}
			return check(answer)
		}}
	}
	whatever := func([]byte) error { return nil }
	plain := &side{do: alone(ctx, address)}
	call, simple := asks(ours, callCustomer, succeeded), asks(libraries, callCustomer, succeeded)
	echo, pong, refused := asks(bare, ping, whatever), asks(ours, ping, whatever), asks(ours, refuseCustomer, whatever)
	if err := interleave(inTurn, plain, call, simple, echo, pong, refused); err != nil {
		return nil, err
	}
	added := func(s *side) time.Duration { return median(s.times) - median(plain.times) }
	return []row{
		compare("a call, against stripe-go alone", median(call.times), median(plain.times)),
		compare("… what it adds, against mcp-go, stripe-go and viper with one tool", added(call), added(simple)),
		compare("… of it a ping: pipes and JSON-RPC, against a Go program that only answers lines", median(pong.times), median(echo.times)),
		{what: "… of it up to a refusal: mcp-go, checking the arguments", ours: milliseconds(median(refused.times) - median(pong.times))},
	}, nil
}

// calls measures how many calls are through in a second at a Stripe that answers at once, and slow at one that takes 20 ms,
// which is still faster than the real one.
func calls(ctx context.Context, p programs) ([]row, error) { return throughput(ctx, p, "at once", 0) }

func slow(ctx context.Context, p programs) ([]row, error) {
	const delay = 20 * time.Millisecond
	return throughput(ctx, p, "after "+delay.String(), delay)
}

func throughput(ctx context.Context, p programs, when string, delay time.Duration) ([]row, error) {
	server, address, err := p.stripeAfter(ctx, delay)
	if err != nil {
		return nil, err
	}
	ours, err := converse(ctx, p.ours, "STRIPE_MCP_API_BASE="+address)
	if err != nil {
		return nil, err
	}
	through := &side{do: func() error { return ours.call(getCustomer, whichCustomer) }}
	plain := &side{do: alone(ctx, address)}
	if err := interleave(atOnce, through, plain); err != nil {
		return nil, err
	}
	perSecond := func(s *side) float64 { return perRound / median(s.times).Seconds() }
	_, err = server.end()
	return []row{{
		fmt.Sprintf("%d calls at a time, a second, with a Stripe that answers %s, against stripe-go alone", sideBySide, when),
		fmt.Sprintf("%.0f", perSecond(through)), fmt.Sprintf("%.0f", perSecond(plain)), ratio(perSecond(through), perSecond(plain)),
	}}, errors.Join(err, ours.end())
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
func atOnce(call func() error) ([]time.Duration, error) {
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
	return []time.Duration{time.Since(began)}, failed
}

// many measures how long it takes to be through with 200 calls that were made at once, to a Stripe that takes its time.
func many(ctx context.Context, p programs) ([]row, error) {
	const (
		callers = 200
		delay   = 300 * time.Millisecond
	)
	server, address, err := p.stripeAfter(ctx, delay)
	if err != nil {
		return nil, err
	}
	var times []time.Duration
	for range rounds {
		ours, err := converse(ctx, p.ours, "STRIPE_MCP_API_BASE="+address) // with no connection yet
		if err != nil {
			return nil, err
		}
		began := time.Now()
		failures := make(chan error, callers)
		for range callers {
			go func() { failures <- ours.call(getCustomer, whichCustomer) }()
		}
		for range callers {
			err = errors.Join(err, <-failures)
		}
		times = append(times, time.Since(began))
		if err = errors.Join(err, ours.end()); err != nil {
			return nil, err
		}
	}
	_, err = server.end()
	return []row{compare("200 calls at once, with a Stripe that takes 300 ms", median(times), delay)}, err
}

// journalShare measures what the journal adds to a creation.
func journalShare(ctx context.Context, p programs) ([]row, error) {
	server, address, err := p.stripeAfter(ctx, 0)
	if err != nil {
		return nil, err
	}
	creates := func(journal string) (*side, *session, error) {
		s, err := converse(ctx, p.ours, "STRIPE_MCP_API_BASE="+address, "STRIPE_MCP_JOURNAL="+journal)
		return &side{do: func() error { return s.call("stripe_create_customer", `{"email":"jennyrosen@example.com"}`) }}, s, err
	}
	with, one, err := creates("true")
	if err != nil {
		return nil, err
	}
	without, other, err := creates("false")
	if err != nil {
		return nil, err
	}
	if err := interleave(inTurn, with, without); err != nil {
		return nil, err
	}
	_, err = server.end()
	return []row{compare("a creation with the journal, against without", median(with.times), median(without.times))}, errors.Join(err, one.end(), other.end())
}
