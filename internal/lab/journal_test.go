package lab_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"stripe-mcp/internal/lab"
	"stripe-mcp/internal/mcpclient"
)

// TestWithoutAJournal: where nothing can be recorded nothing is created, the refusal says why, and reading goes on.
func TestWithoutAJournal(t *testing.T) {
	t.Parallel()
	journal := func(state string) string { return filepath.Join(state, "journal", "journal.jsonl") }
	tests := []struct {
		why     string
		prepare func(t *testing.T, state string) // after a first customer was created
		reason  string                           // empty when creating goes on
	}{
		{"all is well", func(*testing.T, string) {}, ""},
		{"a torn last line was never acted upon, and goes", func(t *testing.T, state string) {
			rewrite(t, journal(state), func(s string) string { return s + `{"ti` })
		}, ""},
		{"a damaged line", func(t *testing.T, state string) {
			rewrite(t, journal(state), func(s string) string { return "?\n" + s })
		}, "is damaged at byte 0"},
		{"a folder below a file", func(t *testing.T, state string) {
			must(t, os.RemoveAll(state))
			must(t, os.WriteFile(state, nil, 0o600))
		}, "not a directory"},
		{"a full disk", func(t *testing.T, state string) {
			must(t, os.RemoveAll(state))
			tinyDisk(t, state)
		}, "no space left on device"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			var created atomic.Int32
			stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					created.Add(1)
				}
				_, _ = io.WriteString(w, `{"id":"cus_1","object":"customer","livemode":false}`)
			}))
			t.Cleanup(stripe.Close)
			home := t.TempDir()
			state := filepath.Join(home, "state")
			call := func(arguments ...string) (string, error) {
				cmd := exec.Command(program(t), append([]string{"call"}, arguments...)...)
				cmd.Env = []string{"HOME=" + home, "STRIPE_MCP_STATE_DIR=" + state, "STRIPE_MCP_STRIPE_SECRET_KEY=" + lab.Key, "STRIPE_MCP_API_BASE=" + stripe.URL}
				text, err := cmd.Output()
				return string(text), err
			}
			create := []string{"stripe_create_customer", "email=" + lab.Email}
			if text, err := call(create...); err != nil {
				t.Fatal(err, text)
			}
			tt.prepare(t, state)
			text, err := call(create...)
			if tt.reason == "" {
				if err != nil || created.Load() != 2 {
					t.Errorf("%v, %d requests: %s", err, created.Load(), text)
				}
				return
			}
			const refused = 6
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != refused {
				t.Errorf("got %v", err)
			}
			for _, want := range []string{`"outcome":"refused"`, tt.reason, "Nothing was sent", `"hint":"`} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in %s", want, text)
				}
			}
			if created.Load() != 1 {
				t.Errorf("%d requests were sent", created.Load())
			}
			if text, err := call("stripe_get_customer", "customer_id=cus_1"); err != nil || !strings.Contains(text, "cus_1") {
				t.Errorf("reading does not go on: %v %s", err, text)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func rewrite(t *testing.T, path string, change func(string) string) {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, []byte(change(string(text))), 0o600))
}

// tinyDisk mounts a disk at folder and fills it, where the system lets the tests do that.
func tinyDisk(t *testing.T, folder string) {
	t.Helper()
	must(t, os.MkdirAll(folder, 0o700))
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", folder).Run(); err != nil {
		t.Skip("no disk can be mounted here")
	}
	t.Cleanup(func() { must(t, exec.Command("umount", folder).Run()) })
	err := os.WriteFile(filepath.Join(folder, "everything"), make([]byte, 1<<20), 0o600)
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal("the disk is not full:", err)
	}
}

// TestASecondSignal ends the program at once, in the middle of a write.
func TestASecondSignal(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 1)
	stripe := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(stripe.Close)
	cmd := exec.Command(program(t))
	cmd.Env = []string{"HOME=" + t.TempDir(), "STRIPE_MCP_STRIPE_SECRET_KEY=" + lab.Key, "STRIPE_MCP_API_BASE=" + stripe.URL, "STRIPE_MCP_TIMEOUT=10m"}
	client, err := mcpclient.Start(cmd)
	must(t, err)
	_, err = client.Initialize(t.Context())
	must(t, err)
	called := make(chan error, 1)
	go func() {
		_, err := client.Call(context.WithoutCancel(t.Context()), "stripe_create_customer", map[string]string{"email": lab.Email})
		called <- err
	}()
	<-arrived
	ended := make(chan error, 1)
	go func() { ended <- client.Wait() }()
	must(t, cmd.Process.Signal(syscall.SIGTERM))
	// The first one asks for patience. How long the program takes to notice is not ours to say, so the second one is repeated.
	for again := time.NewTicker(50 * time.Millisecond); ; {
		select {
		case <-again.C:
			_ = cmd.Process.Signal(syscall.SIGTERM) // that it has ended is fine
			continue
		case err = <-ended:
		}
		again.Stop()
		break
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != -1 { // ended by a signal
		t.Errorf("ended with %v", err)
	}
	if <-called == nil {
		t.Error("the call was answered")
	}
}
