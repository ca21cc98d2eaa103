package simulator

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
)

// Transport answers requests in this process, without a socket, whichever host they name.
func (s *Simulator) Transport() http.RoundTripper { return transport{s} }

type transport struct{ simulator *Simulator }

// RoundTrip implements http.RoundTripper. A request whose context ends may have been carried out, as on a network.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	served := r.Clone(ctx)
	if served.Body == nil {
		served.Body = http.NoBody
	}
	defer func() { _ = served.Body.Close() }() // which ends a handler that is still reading
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{}) // as on a network: from here on the request may be carried out
	}
	done := make(chan *http.Response, 1)
	go func() {
		got, header := t.simulator.respond(served)
		done <- &http.Response{
			Status: strconv.Itoa(got.Status) + " " + http.StatusText(got.Status), StatusCode: got.Status,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: r,
			Body: io.NopCloser(bytes.NewReader(got.Body)), ContentLength: int64(len(got.Body)),
		}
	}()
	select {
	case response := <-done:
		return response, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
