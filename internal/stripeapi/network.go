package stripeapi

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/local"
)

// NewNetwork returns the transport for a real network. A nil proxy means the environment's. proxy is not used for addresses
// on this machine. caFile names a PEM file of certificate authorities to trust besides the system's, or is empty.
func NewNetwork(proxy *url.URL, caFile string) (http.RoundTripper, error) {
	const (
		dialTimeout = limits.Dial
		idleTimeout = 90 * time.Second
		idleConns   = 64 // about as many calls as run at the same time
	)
	network := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialTimeout, KeepAlive: idleTimeout / 3}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          idleConns,
		MaxIdleConnsPerHost:   idleConns,
		IdleConnTimeout:       idleTimeout,
		TLSHandshakeTimeout:   dialTimeout,
		ExpectContinueTimeout: time.Second,
	}
	if proxy != nil {
		network.Proxy = func(req *http.Request) (*url.URL, error) {
			if local.IsLoopback(req.URL.Hostname()) { // a key that is sent to this machine must not leave it
				return nil, nil
			}
			return proxy, nil
		}
	}
	if caFile == "" {
		return network, nil
	}
	pem, err := os.ReadFile(caFile) //nolint:gosec // the path is the owner's own, from the configuration
	if err != nil {
		return nil, fmt.Errorf("read ca_file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca_file %s holds no PEM certificate", caFile)
	}
	network.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return network, nil
}
