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

	mu      sync.Mutex
	commits int
	due     map[int]Cut // by the number of the commit
	reached func(Cut)
}

// Proxy starts one. Before each cut it calls reached, which may be nil.
func (s *Server) Proxy(reached func(Cut)) (*Proxy, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a proxy: %w", err)
	}
	p := &Proxy{server: s, listener: listener, reached: reached, due: map[int]Cut{}}
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

// Arm has the nth commit from now on cut. A Cut that is none of the above cuts nothing, and is only reached.
func (p *Proxy) Arm(where Cut, nth int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.due[p.commits+nth] = where
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
		where := p.look(buffer[:n])
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

// look reports where to cut what a client sends now, empty for nowhere.
func (p *Proxy) look(text []byte) Cut {
	if !bytes.Contains(text, []byte("commit\x00")) {
		return ""
	}
	p.mu.Lock()
	p.commits++
	where := p.due[p.commits]
	p.mu.Unlock()
	if where != "" && p.reached != nil {
		p.reached(where)
	}
	return where
}
