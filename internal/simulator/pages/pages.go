package pages

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	g "maragu.dev/gomponents"

	"stripe-mcp/internal/simulator"
)

const largestForm = 64 << 10

// Handler serves the pages and the API to this machine only. It refuses requests that name another host, and those that
// another site makes a browser send.
func Handler(s *simulator.Simulator) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/v1/", s)
	mux.Handle("/", show(s, (*visit).nothing))
	mux.Handle("GET /{$}", show(s, (*visit).index))
	for path, view := range map[string]func(*visit) reply{
		"/b/{id}": (*visit).link, "/c/pay/{id}": (*visit).checkout, "/i/{id}": (*visit).invoice, "/p/session/{id}": (*visit).portal,
	} {
		mux.Handle("GET "+path, show(s, view))
		mux.Handle("POST "+path, show(s, view))
	}
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; img-src data:; " +
		"style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'"
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Server", Name)
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", policy)
		if strings.HasPrefix(r.URL.Path, "/c/pay/") {
			// A browser applies form-action to redirects, too, and a paid Checkout session leads wherever its shop wants.
			h.Set("Content-Security-Policy", policy+" http: https:")
		}
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		if !local(r) {
			http.Error(w, "The simulator answers this machine only, under the address that it listens on.",
				http.StatusMisdirectedRequest)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// local tells whether a request names this machine and our port, and not a name that somebody else made lead here.
func local(r *http.Request) bool {
	ours, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		host, port = strings.Trim(r.Host, "[]"), "80"
	}
	ip, err := netip.ParseAddr(host)
	if ours == nil || !strings.EqualFold(host, "localhost") && (err != nil || !ip.IsLoopback()) {
		return false
	}
	_, own, err := net.SplitHostPort(ours.String())
	return err == nil && port == own
}

// visit is one request for a page.
type visit struct {
	*simulator.Account
	r        *http.Request
	home     string            // the file that holds the state
	shownBy  string            // the command that shows the pages, whose others change the state
	token    string            // of the page's forms
	form     url.Values        // nil unless a form of ours was sent
	problems map[string]string // of its fields
}

// reply is a page, or where to go instead.
type reply struct {
	status int
	page   g.Node
	to     string
}

// show answers with a view of the account. The page is written while the account stands still.
func show(s *simulator.Simulator, view func(*visit) reply) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, largestForm)
		posted := r.Method == http.MethodPost
		formErr := r.ParseForm()
		var got reply
		var body bytes.Buffer
		err := s.Update(func(a *simulator.Account) {
			v := &visit{Account: a, r: r, home: s.Path(), shownBy: s.ShownBy, token: sign(a.Secret(), r.URL.Path)}
			if posted && (formErr != nil || !hmac.Equal([]byte(r.PostForm.Get("token")), []byte(v.token))) {
				got = message(http.StatusForbidden, "This form is out of date", "Nothing was changed. Open the page again.")
			} else {
				if posted {
					v.form = r.PostForm
				}
				got = view(v)
			}
			if got.to == "" {
				_ = got.page.Render(&body) // a buffer takes everything
			}
		})
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		case got.to != "":
			http.Redirect(w, r, got.to, http.StatusSeeOther)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(got.status)
			_, _ = w.Write(body.Bytes()) // a browser that has gone away needs no answer
		}
	})
}

// sign is the token of the forms of a page. It is the same in every process, so that any of them can take the form.
func sign(secret, path string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(path))
	return hex.EncodeToString(mac.Sum(nil))
}
