package simulator

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
)

const (
	longestKey = 255
	keptFor    = 24 * 60 * 60 // seconds an answer can be replayed; Stripe promises at least a day
)

// answer is what a request gets, and what its idempotency key gets again.
type answer struct {
	Status    int             `json:"status"`
	Body      json.RawMessage `json:"body"`
	RequestID string          `json:"request_id"`
	Digest    string          `json:"digest"`
	At        int64           `json:"at"`

	replayed bool
	unsaved  bool
}

// idempotencyKey is empty for reads and deletions, where Stripe ignores the header.
func idempotencyKey(r *http.Request) string {
	if r.Method != http.MethodPost {
		return ""
	}
	return r.Header.Get("Idempotency-Key")
}

// claim holds a key while its request is being answered, from before its body is read.
func (s *Simulator) claim(key string) (release func(), err error) {
	if len(key) > longestKey {
		return nil, misused("Idempotency keys can have up to 255 characters")
	}
	if _, busy := s.inFlight.LoadOrStore(key, true); busy {
		return nil, refusal(http.StatusConflict, invalidRequest, "idempotency_key_in_use", keyInUse)
	}
	return func() { s.inFlight.Delete(key) }, nil
}

// once runs a request, or repeats the answer that its key got before.
func (c *call) once(key string, run func() answer) (answer, error) {
	if key == "" {
		return run(), nil
	}
	sent, err := json.Marshal([]any{c.method, c.url, c.in})
	if err != nil {
		return answer{}, err
	}
	digest := fmt.Sprintf("%x", sha256.Sum256(sent))
	old := c.wall() - keptFor
	given, replayed := c.answered(key, old)
	switch {
	case replayed && given.Digest != digest:
		return answer{}, misused(otherRequest)
	case replayed:
		given.replayed = true
		return given, nil
	}
	if given = run(); !given.unsaved {
		given.Digest, given.At = digest, c.wall()
		c.remember(key, given, old)
	}
	return given, nil
}

func misused(message string) error {
	return refusal(http.StatusBadRequest, "idempotency_error", "", message)
}
