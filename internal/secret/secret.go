// Package secret is the only place that knows what must not be shown. It holds secrets out of reach
// of printers, loggers and encoders, and finds key-shaped text.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// mask stands in for a secret wherever one would have been shown.
const mask = "[secret]"

// Secret is a text that only Reveal gives back. Printers, loggers and encoders show "[secret]", or
// nothing for the zero Secret, which holds nothing.
//
// The text lives behind a function because methods are not enough to protect it: in an unexported field
// of another struct no method of Secret is called, and reflection then prints what it finds, here a
// function's address. It also makes Secrets incomparable with ==, which would leak through timing.
type Secret struct {
	reveal func() string
}

// New returns a Secret that holds text. An empty text gives the zero Secret.
func New(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{reveal: func() string { return text }}
}

// Reveal returns the text itself. Call it where the text is used and nowhere earlier.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether s holds nothing; encoders use it for omitempty and omitzero.
func (s Secret) IsZero() bool { return s.reveal == nil }

// String returns "[secret]", or "" for the zero Secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return mask
}

// GoString returns what String does, for the verb %#v.
func (s Secret) GoString() string { return s.String() }

// Format writes what String returns, for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText returns what String does; XML, gob, YAML and TOML encoders use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON returns what String does, as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// LogValue returns what String does, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
