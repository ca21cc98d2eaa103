package journal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

const secretLength = 32

// secretID says which secret made a digest.
func secretID(secret []byte) string {
	sum := sha256.Sum256(secret)
	return hex.EncodeToString(sum[:4])
}

// digestKey returns what keys the digests of this installation. A missing or damaged one is made again, unless an intent is
// open that only the old one can tell.
func (s *step) digestKey() ([]byte, error) {
	found, err := s.tx.secret()
	if err != nil {
		return nil, err
	}
	if s.secret != nil && bytes.Equal(found, s.secret) {
		return s.secret, nil
	}
	for _, candidate := range [][]byte{found, s.secret} {
		if len(candidate) == secretLength && s.strangers(secretID(candidate)) == 0 {
			return s.use(candidate, found)
		}
	}
	if n := s.strangers(""); n > 0 {
		return nil, &SecretError{Place: "its file digest.key", Missing: len(found) == 0, Open: n, Until: s.lastExpiry()}
	}
	fresh := make([]byte, secretLength)
	_, _ = rand.Read(fresh) // never fails (crypto/rand)
	return s.use(fresh, found)
}

func (s *step) use(secret, found []byte) ([]byte, error) {
	if !bytes.Equal(secret, found) {
		if err := s.tx.keep(secret); err != nil {
			return nil, err
		}
	}
	s.secret = secret
	return secret, nil
}

// strangers counts the open intents that another secret than that one made. Earlier versions did not say which it was: a
// secret that is there counts as theirs.
func (b *book) strangers(id string) int {
	n := 0
	for _, e := range b.all {
		if !e.ended && !e.expired && e.MadeWith != id && (e.MadeWith != "" || id == "") {
			n++
		}
	}
	return n
}

func (b *book) lastExpiry() time.Time {
	last := time.Time{}
	for _, e := range b.all {
		if at := e.KeyTime.Add(KeyLifetime); !e.ended && !e.expired && at.After(last) {
			last = at
		}
	}
	return last
}

// SecretError says that the file digest.key was lost, damaged or replaced while intents are open that it has to tell apart
// from new orders.
type SecretError struct {
	Place   string    // what holds it
	Missing bool      // else it is not the one that made them
	Open    int       // how many intents
	Until   time.Time // when the last of them expires
}

// Error says what is wrong with the file.
func (e *SecretError) Error() string {
	wrong := "was damaged or replaced"
	if e.Missing {
		wrong = "is missing or empty"
	}
	return fmt.Sprintf("%s %s, and %d earlier calls can be recognized with the old one only", e.Place, wrong, e.Open)
}
