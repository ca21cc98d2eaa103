// Package pages shows a simulator to people: the pages on which they pay and look after subscriptions, and a list of
// what exists. It serves them at an address, with the simulator's API beside them.
package pages

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"stripe-mcp/internal/simulator"
)

// Name is what a process that serves the pages says in the header Server.
const Name = "stripe-mcp-simulator"

// takeOver is how often a process tries to get the address that another one serves.
const takeOver = 2 * time.Second

// Serve serves pages and API at an address until ctx ends. While another process has the address, it waits for its
// turn: so the pages stay as long as any process does. Each attempt to get the address is told to tried, whose error
// ends it. The first request asks for the simulator, which may need a place on the disk.
func Serve(ctx context.Context, s func() *simulator.Simulator, address string, tried func(error) error) error {
	for {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // told to end
		}
		if failure := tried(err); failure != nil {
			return failure
		}
		if err == nil {
			handler := sync.OnceValue(func() http.Handler { return Handler(s()) })
			server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler().ServeHTTP(w, r) }), ReadHeaderTimeout: 10 * time.Second}
			context.AfterFunc(ctx, func() { _ = server.Close() })
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(takeOver):
		}
	}
}

// Served tells whether some process serves the pages at an address.
func Served(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, "http://"+address+"/", nil)
	if err != nil {
		return false
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.Header.Get("Server") == Name
}

// Show serves beside something else. The returned function ends that; failed is told of an error before.
func Show(ctx context.Context, s func() *simulator.Simulator, address string, failed func(error)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := Serve(ctx, s, address, func(error) error { return nil }); err != nil {
			failed(err)
		}
	}()
	return func() { cancel(); <-done }
}
