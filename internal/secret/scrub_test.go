package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"stripe-mcp/internal/secret"
)

func TestScrubberKnowsForms(t *testing.T) {
	t.Parallel()
	const key = "rk_live_CanaryThatMustNotSing17"
	var s secret.Scrubber
	s.Learn(secret.New(key))
	s.Learn(secret.New("short-of-a-shape"))
	s.Learn(secret.Secret{})
	for why, hidden := range map[string]string{
		"raw":               "(" + key + ")",
		"without its start": "(CanaryThatMustNotSing17)",
		"its end in hex":    hex.EncodeToString([]byte("CanaryThatMustNotSing17")),
		"inside a word":     "x" + key + "y",
		"of no known shape": "short-of-a-shape",
		"hex":               hex.EncodeToString([]byte(key)),
		"upper-case hex":    strings.ToUpper(hex.EncodeToString([]byte(key))),
		"URL":               url.QueryEscape(key),
		"URL, all escaped":  strings.ReplaceAll(key, "_", "%5F"),
		"base64":            base64.StdEncoding.EncodeToString([]byte(key)),
		"basic auth":        base64.StdEncoding.EncodeToString([]byte(key + ":")),
		"base64 at 1":       base64.StdEncoding.EncodeToString([]byte("a" + key + ":b")),
		"base64 at 2":       base64.StdEncoding.EncodeToString([]byte("ab" + key + "c")),
		"base64 at 3":       base64.URLEncoding.EncodeToString([]byte("a:b" + key + "c")),
	} {
		got := s.Scrub("before " + hidden + " after")
		if !strings.Contains(got, "[redacted]") || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") || strings.Contains(got, "Canary") {
			t.Errorf("%s: %s becomes %s", why, hidden, got)
		}
	}
}

func TestMaskGoesByKnowledgeAlone(t *testing.T) {
	t.Parallel()
	const text = `{"id":"cus_1","client_secret":"pi_1_secret_MadeUp","name":"sk_test_MadeUpOther"}`
	var s secret.Scrubber
	s.Learn(secret.New("sk_test_MadeUpKnown"))
	if got := s.Mask(text); got != text {
		t.Errorf("got %s", got)
	}
	if got := s.Mask("a sk_test_MadeUpKnown b"); got != "a sk_test_[redacted] b" {
		t.Errorf("got %s", got)
	}
	if got, want := s.Scrub(text), `{"id":"cus_1","client_secret":"pi_1_secret_[redacted]","name":"sk_test_[redacted]"}`; got != want {
		t.Errorf("got %s", got)
	}
}

func TestScrubbingWriter(t *testing.T) {
	t.Parallel()
	var s secret.Scrubber
	var out bytes.Buffer
	w := s.Writer(&out)
	line := "key hunter2hunter2 and sk_live_MadeUp1\n"
	for range 2 {
		if n, err := fmt.Fprint(w, line); n != len(line) || err != nil {
			t.Errorf("wrote %d of %d bytes: %v", n, len(line), err)
		}
		s.Learn(secret.New("hunter2hunter2")) // in force from now on
	}
	if want := "key hunter2hunter2 and sk_live_[redacted]\nkey [redacted] and sk_live_[redacted]\n"; out.String() != want {
		t.Errorf("got %q", out.String())
	}
	if _, err := s.Writer(failing{}).Write([]byte("x")); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
