// Package secret is the only place that hides secrets from printers, loggers and encoders, and finds
// key-shaped text.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// mask is shown in place of a secret.
const mask = "[secret]"

// Secret is a text that only Reveal returns. Printers, loggers and encoders show "[secret]". For the
// zero Secret, which holds nothing, they show nothing.
//
// The text lives behind a function, because methods do not protect it everywhere. In an unexported
// field of another struct, no method of Secret is called. Reflection then prints what it finds, here
// a function's address. A function also makes == impossible, which would leak through timing.
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

// Reveal returns the text itself. Call it only where the text is used.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether s holds nothing. Encoders use it for omitempty and omitzero.
func (s Secret) IsZero() bool { return s.reveal == nil }

// String returns "[secret]", or "" for the zero Secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return mask
}

// GoString returns the same as String, for the verb %#v.
func (s Secret) GoString() string { return s.String() }

// Format writes the same as String, for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText returns the same as String. XML, gob, YAML and TOML encoders use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON returns the same as String, as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// LogValue returns the same as String, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
