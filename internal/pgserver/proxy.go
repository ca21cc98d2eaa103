package pgserver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
)

// Cut is where a connection is cut.
type Cut string

// The places, all of them in the middle of a transaction.
const (
	BeforeCommit Cut = "the connection to the database breaks before a commit"
	AfterCommit  Cut = "the connection to the database breaks after a commit, before its answer"
)

// Proxy stands between programs and a server, and cuts connections.
type Proxy struct {
	server   *Server
	listener net.Listener
	serving  sync.WaitGroup

	mu    sync.Mutex
	where Cut
	left  int // commits until the cut; 0 for none
	cut   func(Cut)
}

// Proxy starts one. It calls cut, which may be nil, after each cut.
func (s *Server) Proxy(cut func(Cut)) (*Proxy, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a proxy: %w", err)
	}
	p := &Proxy{server: s, listener: listener, cut: cut}
	p.serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // it was closed
			}
			p.serving.Go(func() { p.serve(client) })
		}
	})
	return p, nil
}

// Arm has the nth commit from now on cut.
func (p *Proxy) Arm(where Cut, nth int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.where, p.left = where, nth
}

// URL returns the address of a database behind the proxy.
func (p *Proxy) URL(database string) string {
	address, err := url.Parse(p.server.URL(database))
	if err != nil {
		return "" // cannot be: we made it
	}
	address.Host = p.listener.Addr().String()
	return address.String()
}

// Close ends the proxy. Connections through it end when one of their ends closes.
func (p *Proxy) Close() { _ = p.listener.Close() }

// serve carries one connection.
func (p *Proxy) serve(client net.Conn) {
	defer client.Close() //nolint:errcheck // nobody is left to tell
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.server.Address())
	if err != nil {
		return
	}
	defer server.Close() //nolint:errcheck // as above
	var mu sync.Mutex
	deaf := false // the client hears no more
	p.serving.Go(func() {
		defer client.Close() //nolint:errcheck // as above
		defer server.Close() //nolint:errcheck // as above
		buffer := make([]byte, 32<<10)
		for {
			n, err := server.Read(buffer)
			mu.Lock()
			stop := deaf
			mu.Unlock()
			if err != nil || stop {
				return
			}
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	})
	buffer := make([]byte, 32<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		where := p.due(buffer[:n])
		if where == BeforeCommit {
			return
		}
		mu.Lock()
		deaf = deaf || where == AfterCommit
		mu.Unlock()
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
		if where == AfterCommit {
			_, _ = io.Copy(io.Discard, client) // until the server has answered, which closes both
			return
		}
	}
}

// due reports where to cut, empty for not at all, what a client sends now.
func (p *Proxy) due(text []byte) Cut {
	if !bytes.Contains(text, []byte("commit\x00")) {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == 0 {
		return ""
	}
	if p.left--; p.left > 0 {
		return ""
	}
	if p.cut != nil {
		p.cut(p.where)
	}
	return p.where
}
