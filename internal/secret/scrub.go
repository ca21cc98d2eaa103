package secret

import (
	"encoding/base64"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"sync"
)

// Scrubber takes secrets out of texts. It removes the secrets that it was told, in every form that programs usually write,
// and everything key-shaped. The zero Scrubber knows only shapes. It is safe for concurrent use.
type Scrubber struct {
	mu    sync.RWMutex
	forms []string // the secrets, in each form that a text could hold
}

// Learn tells s one more secret. s then also knows the part after the last underscore, which is the secret part of a key.
func (s *Scrubber) Learn(secret Secret) {
	if secret.IsZero() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	text := secret.Reveal()
	known := append(encodings(text), text)
	const longEnough = 12 // shorter tails could be ordinary words
	if tail := text[strings.LastIndexByte(text, '_')+1:]; len(tail) >= longEnough {
		known = append(append(known, encodings(tail)...), tail) // after the whole, which may contain the tail
	}
	for _, f := range known {
		if !slices.Contains(s.forms, f) {
			s.forms = append(s.forms, f)
		}
	}
}

// Mask returns text without the secrets that s was told. It does not look at shapes. So all other data stays as it is.
func (s *Scrubber) Mask(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, f := range s.forms {
		if strings.Contains(text, f) {
			text = strings.ReplaceAll(text, f, shown(f))
		}
	}
	return text
}

// shown returns the text that replaces a secret. For a key it keeps the prefix, which tells the kind of key.
func shown(secret string) string {
	if Looks(secret) {
		return Redact(secret)
	}
	return redacted
}

// Scrub returns text without the secrets that s was told, and without anything key-shaped (see Redact).
func (s *Scrubber) Scrub(text string) string { return Redact(s.Mask(text)) }

// Writer returns a writer that scrubs each write on its way to out.
func (s *Scrubber) Writer(out io.Writer) io.Writer { return scrubbing{s, out} }

type scrubbing struct {
	scrubber *Scrubber
	out      io.Writer
}

// Write scrubs each text by itself, so a secret must not be split over several writes.
func (w scrubbing) Write(text []byte) (int, error) {
	if _, err := io.WriteString(w.out, w.scrubber.Scrub(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

const redacted = "[redacted]"

// encodings returns text in hex, URL-encoded, and in base64 as part of something longer.
func encodings(text string) []string {
	inHex := hex.EncodeToString([]byte(text))
	list := []string{inHex, strings.ToUpper(inHex)}
	for _, escaped := range []string{"%5F", "%5f"} {
		if strings.Contains(text, "_") {
			list = append(list, strings.ReplaceAll(text, "_", escaped))
		}
	}
	// Three bytes become four characters, so text can begin in three ways. The form leaves out the characters that also depend
	// on the bytes before or after.
	for before := range 3 {
		padded := append(make([]byte, before), text...)
		first, end := (before*8+5)/6, len(padded)*8/6
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			list = append(list, alphabet.EncodeToString(padded)[first:end])
		}
	}
	return list
}
