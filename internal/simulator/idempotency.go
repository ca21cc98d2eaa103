package simulator

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
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
		return nil, &fault{status: http.StatusBadRequest, Type: "idempotency_error", Message: "Idempotency keys can have up to 255 characters"}
	}
	if _, busy := s.inFlight.LoadOrStore(key, true); busy {
		return nil, &fault{status: http.StatusConflict, Type: invalidRequest, Code: "idempotency_key_in_use", Message: "There is currently another in-progress request using this idempotency key. Try again later."}
	}
	return func() { s.inFlight.Delete(key) }, nil
}

// once runs a request, or repeats the answer that its key got before.
func (c *call) once(key, method string, run func() answer) (answer, error) {
	if key == "" {
		return run(), nil
	}
	sent, err := json.Marshal([]any{method, c.path, c.in})
	if err != nil {
		return answer{}, err
	}
	digest := fmt.Sprintf("%x", sha256.Sum256(sent))
	a, replayed := c.Answers[key]
	switch {
	case replayed && a.Digest != digest:
		return answer{}, &fault{status: http.StatusBadRequest, Type: "idempotency_error", Message: "Keys for idempotent requests can only be used with the same endpoint and parameters they were first used with. Try using another key if you meant to execute a different request."}
	case replayed:
		a.replayed = true
		return a, nil
	}
	if a = run(); !a.unsaved {
		a.Digest, a.At = digest, c.wall()
		c.Answers[key] = a
	}
	return a, nil
}

// wall is the machine's time. Retries live by it, however far the simulator's clock is ahead.
func (c *call) wall() int64 { return c.now - c.Ahead }

func (c *call) forgetAnswers() {
	maps.DeleteFunc(c.Answers, func(_ string, a answer) bool { return a.At <= c.wall()-keptFor })
}
