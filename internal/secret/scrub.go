package secret

import (
	"encoding/base64"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"sync"
)

// Scrubber takes out of texts what must not be shown: the secrets it was told, in every form in which programs usually
// write them, and everything key-shaped. The zero Scrubber knows shapes only. It is safe for concurrent use.
type Scrubber struct {
	mu    sync.RWMutex
	forms []string
}

// Learn makes s know one more secret.
func (s *Scrubber) Learn(secret Secret) {
	if secret.IsZero() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, form := range forms(secret.Reveal()) {
		if !slices.Contains(s.forms, form) {
			s.forms = append(s.forms, form)
		}
	}
}

// Mask returns text without the secrets that s was told. It takes nothing for a secret by its looks, so that data which
// has to stay what it is can pass through it.
func (s *Scrubber) Mask(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, form := range s.forms {
		if strings.Contains(text, form) {
			text = strings.ReplaceAll(text, form, "[redacted]")
		}
	}
	return text
}

// Scrub returns text without the secrets that s was told and without anything key-shaped, see Redact.
func (s *Scrubber) Scrub(text string) string { return Redact(s.Mask(text)) }

// Writer returns a writer that scrubs each write on its way to out.
func (s *Scrubber) Writer(out io.Writer) io.Writer { return scrubbing{s, out} }

type scrubbing struct {
	scrubber *Scrubber
	out      io.Writer
}

// Write scrubs text as a whole, so a secret must not be spread over several writes.
func (w scrubbing) Write(text []byte) (int, error) {
	if _, err := io.WriteString(w.out, w.scrubber.Scrub(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// forms returns text as it is, in hex, URL-encoded, and in base64 as part of something longer.
func forms(text string) []string {
	inHex := hex.EncodeToString([]byte(text))
	list := []string{
		text, inHex, strings.ToUpper(inHex),
		strings.ReplaceAll(text, "_", "%5F"), strings.ReplaceAll(text, "_", "%5f"),
	}
	// Three bytes become four characters, so there are three ways for text to begin. What its neighbours have a part in is
	// left out of the form.
	for before := range 3 {
		padded := append(make([]byte, before), text...)
		first, end := (before*8+5)/6, len(padded)*8/6
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			list = append(list, alphabet.EncodeToString(padded)[first:end])
		}
	}
	return list
}
