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
func (j *Journal) digestKey() ([]byte, error) {
	found, err := j.log.secret()
	if err != nil {
		return nil, fmt.Errorf("read digest.key: %w", err)
	}
	if j.secret != nil && bytes.Equal(found, j.secret) {
		return j.secret, nil
	}
	for _, candidate := range [][]byte{found, j.secret} {
		if len(candidate) == secretLength && j.strangers(secretID(candidate)) == 0 {
			return j.use(candidate, found)
		}
	}
	if n := j.strangers(""); n > 0 {
		return nil, &SecretError{Missing: len(found) == 0, Open: n, Until: j.lastExpiry()}
	}
	fresh := make([]byte, secretLength)
	_, _ = rand.Read(fresh) // never fails (crypto/rand)
	return j.use(fresh, found)
}

func (j *Journal) use(secret, found []byte) ([]byte, error) {
	if !bytes.Equal(secret, found) {
		if err := j.log.keep(secret); err != nil {
			return nil, fmt.Errorf("write digest.key: %w", err)
		}
	}
	j.secret = secret
	return secret, nil
}

// strangers counts the open intents that another secret than that one made. Earlier versions did not say which it was: a
// secret that is there counts as theirs.
func (j *Journal) strangers(id string) int {
	n := 0
	for _, e := range j.all {
		if !e.ended && !e.expired && e.MadeWith != id && (e.MadeWith != "" || id == "") {
			n++
		}
	}
	return n
}

func (j *Journal) lastExpiry() time.Time {
	last := time.Time{}
	for _, e := range j.all {
		if at := e.KeyTime.Add(KeyLifetime); !e.ended && !e.expired && at.After(last) {
			last = at
		}
	}
	return last
}

// SecretError says that the file digest.key was lost, damaged or replaced while intents are open that it has to tell apart
// from new orders.
type SecretError struct {
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
	return fmt.Sprintf("its file digest.key %s, and %d earlier calls can be recognized with the old one only", wrong, e.Open)
}
