package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/customer"

	"stripe-mcp/internal/mcpclient"
)

const key = "sk_test_MadeUpForBenchmarks"

// programs are what is measured, and what it is measured against.
type programs struct {
	home                   string // of all of them
	ours, empty, libraries string
}

// build compiles the reference programs into home, in the way of make build.
func build(ctx context.Context, home, ours string) (programs, error) {
	p := programs{home: home, ours: ours, empty: filepath.Join(home, "empty"), libraries: filepath.Join(home, "libraries")}
	//nolint:gosec // builds our own source
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", home, "./internal/bench/reference/...")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return p, fmt.Errorf("build the reference programs: %w\n%s", err, output)
	}
	return p, nil
}

// server is a running MCP server.
type server struct {
	*mcpclient.Client
	pid int
}

// serve starts a program as an AI client does and shakes hands with it. The program ends with ctx at the latest.
func (p programs) serve(ctx context.Context, program string, environment ...string) (server, error) {
	command := exec.CommandContext(ctx, program)
	command.Env = append([]string{"HOME=" + p.home, "PATH=" + os.Getenv("PATH"), "STRIPE_MCP_STRIPE_SECRET_KEY=" + key}, environment...)
	client, err := mcpclient.Start(command)
	if err != nil {
		return server{}, err
	}
	_, err = client.Initialize(ctx)
	return server{client, command.Process.Pid}, err
}

// get returns a call that asks the server for one customer.
func (s server) get(ctx context.Context) func() error {
	return func() error {
		got, err := s.Call(ctx, "stripe_get_customer", json.RawMessage(`{"customer_id":"cus_NffrFeUfNV2Hib"}`))
		if err == nil && got.IsError {
			err = errors.New(got.Text())
		}
		return err
	}
}

// direct returns the same call with stripe-go and nothing else.
func direct(ctx context.Context, address string) func() error {
	client := customer.Client{Key: key, B: stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: new(address), MaxNetworkRetries: new(int64(0)), EnableTelemetry: new(false), LeveledLogger: &stripe.LeveledLogger{},
		HTTPClient: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: sideBySide}},
	})}
	return func() error {
		_, err := client.Get("cus_NffrFeUfNV2Hib", &stripe.CustomerParams{Params: stripe.Params{Context: ctx}})
		return err
	}
}

// beStripe is this program's first argument when it stands in for Stripe.
const beStripe = "stripe"

// startStripe starts a stand-in for Stripe that takes so long for each answer, and returns its address. It is a process of
// its own, as Stripe is, and ends with ctx.
func startStripe(ctx context.Context, delay time.Duration) (address string, err error) {
	command := exec.CommandContext(ctx, os.Args[0], beStripe, delay.String()) //nolint:gosec // it is this program
	if _, err := command.StdinPipe(); err != nil {                            // which ends when we do
		return "", err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := command.Start(); err != nil {
		return "", err
	}
	address, err = bufio.NewReader(output).ReadString('\n')
	return strings.TrimSpace(address), err
}

// aCustomer is one as Stripe sends it.
const aCustomer = `{"id":"cus_NffrFeUfNV2Hib","object":"customer","address":null,"balance":0,"created":1680893993,"currency":null,"default_source":null,` +
	`"delinquent":false,"description":"My first customer","discount":null,"email":"jennyrosen@example.com","invoice_prefix":"0759376C","invoice_settings":` +
	`{"custom_fields":null,"default_payment_method":null,"footer":null,"rendering_options":null},"livemode":false,"metadata":{"order":"6735"},"name":"Jenny Rosen",` +
	`"next_invoice_sequence":1,"phone":null,"preferred_locales":[],"shipping":null,"tax_exempt":"none","test_clock":null}`

// serveAsStripe prints its address and answers every request with one customer, after delay, until stdin ends.
func serveAsStripe(delay string) error {
	wait, err := time.ParseDuration(delay)
	if err != nil {
		return err
	}
	stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(wait)
		_, _ = io.WriteString(w, aCustomer)
	}))
	fmt.Println(stripe.URL)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
