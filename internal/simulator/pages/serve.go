// Package pages shows a simulator to people: the pages on which they pay and look after subscriptions, and a list of
// what exists. It serves them at an address, with the simulator's API beside them.
package pages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
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
// ends it. The simulator, which may need a place on the disk, is not asked for before there is a page to show. folder is where
// its state is, or empty.
func Serve(ctx context.Context, s func() *simulator.Simulator, folder, address string, tried func(error) error) error {
	for {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // told to end
		}
		if failure := tried(err); failure != nil {
			return failure
		}
		if err == nil {
			server := &http.Server{Handler: whenNeeded(s, folder), ReadHeaderTimeout: 10 * time.Second}
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

// whenNeeded shows the pages, and says whose they are to those who ask for no page.
func whenNeeded(s func() *simulator.Simulator, folder string) http.Handler {
	handler := sync.OnceValue(func() http.Handler { return Handler(s()) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && local(r) {
			w.Header().Set("Server", Name)
			w.Header().Set(stateHeader, identity(folder))
			return
		}
		handler().ServeHTTP(w, r)
	})
}

// Holder says who serves the pages at an address.
type Holder int

// The holders.
const (
	Nobody  Holder = iota // or a program that is not this one
	Ours                  // some process that shows the same state
	Another               // some process that shows another state, such as that of another account
)

// HolderOf asks an address whose pages it serves. folder is where our state is.
func HolderOf(ctx context.Context, address, folder string) Holder {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, "http://"+address+"/", nil)
	if err != nil {
		return Nobody
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return Nobody
	}
	_ = response.Body.Close()
	switch state := response.Header.Get(stateHeader); {
	case response.Header.Get("Server") != Name:
		return Nobody
	case state == "", state == identity(folder): // earlier versions do not say whose it is
		return Ours
	}
	return Another
}

// stateHeader is where a process says whose state it shows.
const stateHeader = "Stripe-Mcp-State"

// identity tells states apart. It gives no path away. A state in memory is its process's own.
func identity(folder string) string {
	if folder == "" {
		return "memory-" + strconv.Itoa(os.Getpid())
	}
	if resolved, err := filepath.EvalSymlinks(folder); err == nil {
		folder = resolved
	}
	sum := sha256.Sum256([]byte(folder))
	return hex.EncodeToString(sum[:8])
}

// Show serves beside something else. The returned function ends that; tried is told of each attempt to get the address, and
// failed of an error before the end.
func Show(ctx context.Context, s func() *simulator.Simulator, folder, address string, tried, failed func(error)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		each := func(err error) error { tried(err); return nil }
		if err := Serve(ctx, s, folder, address, each); err != nil {
			failed(err)
		}
	}()
	return func() { cancel(); <-done }
}
