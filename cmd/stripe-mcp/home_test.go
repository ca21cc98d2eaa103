package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const aCustomer = `{"id":"cus_1","object":"customer","livemode":false}`

// serve starts a stand-in for Stripe and returns its address.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL
}

// fakeStripe answers reads. What stands in a key decides how: Expired, Limited (may not read customers), Late (an hour
// ago), Echo (errors that repeat the key).
func fakeStripe(t *testing.T) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		fail := func(status int, message string) {
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, `{"error":{"type":"invalid_request_error","message":%q}}`, message)
		}
		if strings.Contains(key, "Late") {
			w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		}
		switch path := r.URL.Path; {
		case r.Method != http.MethodGet:
			fail(http.StatusBadRequest, "this Stripe only reads")
		case strings.Contains(key, "Expired"):
			fail(http.StatusUnauthorized, "Expired API Key provided: "+key)
		case strings.Contains(key, "Limited") && (path == "/v1/account" || path == "/v1/customers"):
			fail(http.StatusForbidden, "the provided key does not have the required permissions")
		case path == "/v1/account":
			_, _ = io.WriteString(w, `{"id":"acct_1MadeUp","object":"account","settings":{"dashboard":{"display_name":"Ann's shop"}}}`)
		case strings.HasPrefix(path, "/v1/customers/"):
			_, _ = fmt.Fprintf(w, `{"id":%q,"object":"customer","livemode":false}`, strings.TrimPrefix(path, "/v1/customers/"))
		default:
			_, _ = io.WriteString(w, `{"object":"list","data":[],"has_more":false}`)
		}
	})
}

// home is a user's home folder.
type home struct {
	t    *testing.T
	path string
}

func newHome(t *testing.T) home {
	t.Helper()
	return home{t, t.TempDir()}
}

// file returns the path of a file in the home.
func (h home) file(name string) string { return filepath.Join(h.path, filepath.FromSlash(name)) }

func (h home) write(name, text string) {
	h.t.Helper()
	if err := os.MkdirAll(filepath.Dir(h.file(name)), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(h.file(name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h home) read(name string) string {
	h.t.Helper()
	text, err := os.ReadFile(h.file(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

// files returns the contents of all files in the home, by their path.
func (h home) files() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(h.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, h.path+"/")] = string(text)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// environment is what a desktop client gives a server. The keyring of the user who runs the tests is no part of it.
func (h home) environment(more ...string) []string {
	return append([]string{"HOME=" + h.path, "PATH=" + os.Getenv("PATH"), "DBUS_SESSION_BUS_ADDRESS=disabled:"}, more...)
}

// ended is how a command ended.
type ended struct {
	stdout, stderr string
	code           int
}

func (e ended) String() string {
	return fmt.Sprintf("exit code %d\n%s%s", e.code, e.stdout, e.stderr)
}

// run runs the program in the home, without a terminal.
func (h home) run(environment []string, stdin string, arguments ...string) ended {
	h.t.Helper()
	cmd := command(h.t, nil, arguments...)
	cmd.Env = h.environment(environment...)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		h.t.Fatal(err)
	}
	return ended{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// check compares an end with what it must be.
func (e ended) check(t *testing.T, code int, parts ...string) {
	t.Helper()
	if e.code != code {
		t.Errorf("want exit code %d; %v", code, e)
	}
	for _, part := range parts {
		if !strings.Contains(e.stdout+e.stderr, part) {
			t.Errorf("%q is missing in %v", part, e)
		}
	}
}

// mute returns the address of a Stripe that takes requests and breaks off without an answer.
func mute(t *testing.T) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = connection.Close()
	})
}
