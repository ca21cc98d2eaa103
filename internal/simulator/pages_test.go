package simulator_test

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"stripe-mcp/internal/simulator"
	"stripe-mcp/internal/simulator/pages"
)

// site is a simulator with its pages, behind a real socket and a clock that stands until it is told to advance.
type site struct {
	client // of the API
	sim    *simulator.Simulator
}

func overPages(t *testing.T) site {
	t.Helper()
	s := simulator.New(newClock().now)
	server := httptest.NewServer(pages.Handler(s))
	t.Cleanup(server.Close)
	s.PagesURL = server.URL
	browser := server.Client()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return site{client{browser, server.URL}, s}
}

// page is what a browser got.
type page struct {
	status int
	header http.Header
	body   string
}

func (p page) text() string {
	return html.UnescapeString(regexp.MustCompile(`\s+`).ReplaceAllString(regexp.MustCompile(`(?s)<style>.*</style>|<[^>]*>`).ReplaceAllString(p.body, " "), " "))
}

func (s site) browse(t *testing.T, r *http.Request) page {
	t.Helper()
	response, err := s.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{response.StatusCode, response.Header, string(body)}
}

func (s site) open(t *testing.T, address string) page {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.browse(t, r)
}

// form prepares what a browser sends when the form on a page is submitted: its hidden fields and what was typed.
func (s site) form(t *testing.T, address string, typed ...string) *http.Request {
	t.Helper()
	fields := url.Values{}
	for _, hidden := range regexp.MustCompile(`<input type="hidden" name="(\w+)" value="(\w+)">`).FindAllStringSubmatch(s.open(t, address).body, -1) {
		fields.Set(hidden[1], hidden[2])
	}
	for i := 0; i < len(typed); i += 2 {
		fields.Set(typed[i], typed[i+1])
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(fields.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", s.base)
	return r
}

func (s site) submit(t *testing.T, address string, typed ...string) page {
	t.Helper()
	return s.browse(t, s.form(t, address, typed...))
}

func TestPagesAreForThisMachine(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	path, address := s.checkout(t, "mode=payment&"+oneTime)
	port := s.base[strings.LastIndex(s.base, ":"):]
	for name, tt := range map[string]struct {
		alter  func(r *http.Request)
		status int
	}{
		"another host":           {func(r *http.Request) { r.Host = "evil.test" + port }, http.StatusMisdirectedRequest},
		"a host that looks ours": {func(r *http.Request) { r.Host = "127.0.0.1.evil.test" + port }, http.StatusMisdirectedRequest},
		"another address":        {func(r *http.Request) { r.Host = "192.0.2.1" + port }, http.StatusMisdirectedRequest},
		"another port":           {func(r *http.Request) { r.Host = "127.0.0.1:1" }, http.StatusMisdirectedRequest},
		"no port":                {func(r *http.Request) { r.Host = "127.0.0.1" }, http.StatusMisdirectedRequest},
		"another site":           {func(r *http.Request) { r.Header.Set("Origin", "https://evil.test") }, http.StatusForbidden},
		"another site, modern":   {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden},
		"a sandbox":              {func(r *http.Request) { r.Header.Set("Origin", "null") }, http.StatusForbidden},
		"no token":               {func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }, http.StatusForbidden},
		"another page's token": {func(r *http.Request) {
			_, other := s.checkout(t, "mode=payment&"+oneTime)
			r.URL.Path = strings.Split(other, "#")[0][len(s.base):]
		}, http.StatusForbidden},
		"a huge form": {func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("token="+strings.Repeat("x", 1<<17))), -1
		}, http.StatusForbidden},
		"another method": {func(r *http.Request) { r.Method = http.MethodPut }, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := s.form(t, address, card(goodCard)...)
			tt.alter(r)
			if got := s.browse(t, r); got.status != tt.status {
				t.Errorf("%d, want %d: %s", got.status, tt.status, got.text())
			}
			s.must(t, http.MethodGet, path, "").same(t, map[string]any{"status": "open"})
		})
	}
	for _, host := range []string{"localhost", "LocalHost", "[::1]"} {
		r := s.form(t, address, card(goodCard)...)
		r.Host = host + port
		r.Header.Set("Origin", "http://"+r.Host)
		r.Method, r.Body, r.ContentLength = http.MethodGet, http.NoBody, 0
		if got := s.browse(t, r); got.status != http.StatusOK {
			t.Errorf("%s: %d", host, got.status)
		}
	}
}

func TestPagesHeaders(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	_, address := s.checkout(t, "mode=payment&"+oneTime)
	for path, action := range map[string]string{s.base: "form-action 'self' ", address: "form-action 'self' http: https:", s.base + "/nowhere": "form-action 'self' "} {
		got := s.open(t, path)
		for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "Server": pages.Name} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, got.header.Get(name))
			}
		}
		policy := got.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; ") || !strings.HasSuffix(policy, strings.TrimSpace(action)) {
			t.Errorf("%s: policy is %q", path, policy)
		}
		if strings.Contains(got.body, "<script") || regexp.MustCompile(`(src|href)="(//|https?://)[^"]*\.(js|css|png|woff2?)`).MatchString(got.body) {
			t.Errorf("%s has a script or something from elsewhere", path)
		}
	}
}

// The API behind the pages asks for a key as ever, and answers no other host.
func TestAPIBesideThePages(t *testing.T) {
	t.Parallel()
	s := overPages(t)
	if got := s.do(t, http.MethodGet, customers, "", "Authorization", ""); got.status != http.StatusUnauthorized {
		t.Errorf("without a key: %d", got.status)
	}
	r := s.request(t, http.MethodGet, customers, "")
	r.Host = "evil.test"
	if got := s.browse(t, r); got.status != http.StatusMisdirectedRequest {
		t.Errorf("another host: %d", got.status)
	}
}
