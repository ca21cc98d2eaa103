package simulator_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"stripe-mcp/internal/simulator"
)

// What cannot be written is not there for the next request either. The clock is read while the file is open: it makes the
// open file one that can only be read, as if the disk had failed.
func TestUnwritableState(t *testing.T) {
	t.Parallel()
	spoil := func() {}
	s := simulator.New(func() time.Time { spoil(); return time.Now() })
	s.Folder = t.TempDir()
	c := client{&http.Client{Transport: s.Transport()}, "http://stripe.invalid"}
	c.must(t, http.MethodPost, customers, "name=Ada")
	spoil = func() {
		spoil = func() {}
		readable, err := os.Open(s.Path())
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = readable.Close() }()
		open, _ := filepath.Glob("/proc/self/fd/*")
		for _, link := range open {
			number, err := strconv.Atoi(filepath.Base(link))
			if path, _ := os.Readlink(link); err == nil && path == s.Path() && number != int(readable.Fd()) {
				if err := syscall.Dup3(int(readable.Fd()), number, syscall.O_CLOEXEC); err != nil {
					t.Error(err)
				}
			}
		}
	}
	if got := c.do(t, http.MethodPost, customers, "name=Grace"); got.status != http.StatusBadRequest || !strings.Contains(got.raw, "cannot be written, and nothing was changed: "+s.Path()) {
		t.Errorf("got %d %s", got.status, got.raw)
	}
	if ids := c.must(t, http.MethodGet, customers, "").ids(); len(ids) != 1 {
		t.Errorf("customers are %v", ids)
	}
}
