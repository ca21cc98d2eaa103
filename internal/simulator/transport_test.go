package simulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"stripe-mcp/internal/simulator"
)

func TestTransport(t *testing.T) {
	t.Parallel()
	rt := simulator.New(nil).Transport()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.stripe.com/v1/account", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testKey)
	resp, err := rt.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.Body.Close() != nil {
		t.Fatal(err)
	}
	if resp.Status != "200 OK" || resp.StatusCode != http.StatusOK || resp.Proto != "HTTP/1.1" || resp.Request != r || resp.ContentLength != int64(len(body)) || !strings.Contains(string(body), `"object":"account"`) {
		t.Errorf("answer is %+v: %s", resp, body)
	}
}

// closing records that a body was closed, as a RoundTripper must do in any case.
type closing struct {
	io.Reader
	closed chan struct{}
	once   sync.Once
}

func (c *closing) Close() error {
	c.once.Do(func() { close(c.closed) })
	if p, ok := c.Reader.(*io.PipeReader); ok {
		return p.Close()
	}
	return nil
}

func TestTransportEndsWithItsContext(t *testing.T) {
	t.Parallel()
	stalled, write := io.Pipe()
	t.Cleanup(func() { _ = write.Close() })
	for name, tt := range map[string]struct {
		body  io.Reader
		early bool
	}{
		"before":                   {strings.NewReader("name=a"), true},
		"while the body is coming": {stalled, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			body := &closing{Reader: tt.body, closed: make(chan struct{})}
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://stripe.invalid"+customers, body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+testKey)
			if tt.early {
				cancel()
			} else {
				go func() { _, _ = io.WriteString(write, "name="); cancel() }() // once the simulator reads
			}
			resp, err := simulator.New(nil).Transport().RoundTrip(r)
			if !errors.Is(err, context.Canceled) || resp != nil {
				t.Errorf("got %v, %v", resp, err)
			}
			<-body.closed
		})
	}
}
