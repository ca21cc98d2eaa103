package mcpserver

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"stripe-mcp/internal/limits"
)

// confirmationID names our only question in a result that asks for input.
const confirmationID = "confirm"

// Answer says how a question to the person at the client ended.
type Answer int

// The answers. Only Accepted allows anything.
const (
	Impossible Answer = iota // the client cannot ask
	Accepted
	Declined
	Dismissed // closed without a choice
	TimedOut
	Failed // the client left, or sent something that is not an answer
	Stale  // the answer belongs to another question, or was used before
	Asked  // the question is this call's result: return now, and the client calls again
)

// askByResult asks the question. If the call brings the answer already, it reads that.
func (c *Call) askByResult(question string) (Answer, time.Time) {
	seals := c.exchange.seals()
	about := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", c.Tool, c.Arguments, question))
	if c.request.Params.RequestState == "" {
		now := time.Now()
		c.question = server.NewInputRequestBuilder(seals.seal(about[:], now)).Elicit(confirmationID, form(question)).ToolResult()
		return Asked, now
	}
	since, ok := seals.open(c.request.Params.RequestState, about[:])
	if !ok {
		return Stale, time.Now()
	}
	if time.Since(since) > limits.Question {
		return TimedOut, since
	}
	response := server.ElicitationResponse(c.request.Params.InputResponses, confirmationID)
	if response == nil {
		return Failed, since
	}
	return meaning(response.Action), since
}

// form is a question without fields. To accept it means yes.
func form(question string) mcp.ElicitationParams {
	return mcp.ElicitationParams{
		Mode:            mcp.ElicitationModeForm,
		Message:         question,
		RequestedSchema: json.RawMessage(`{"type":"object","properties":{}}`),
	}
}

func meaning(action mcp.ElicitationResponseAction) Answer {
	switch action {
	case mcp.ElicitationResponseActionAccept:
		return Accepted
	case mcp.ElicitationResponseActionDecline:
		return Declined
	case mcp.ElicitationResponseActionCancel:
		return Dismissed
	}
	return Failed
}

// seals makes and checks the state that travels through the client with a question. The client can neither read nor change
// the state, and cannot use it twice.
type seals struct {
	aead cipher.AEAD

	mu   sync.Mutex
	used map[string]time.Time // the time of the question, by its seal
}

func newSeals() *seals {
	key := make([]byte, 32)
	_, _ = rand.Read(key)          // never fails (crypto/rand)
	block, _ := aes.NewCipher(key) // fails only for other lengths
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	return &seals{aead: aead, used: map[string]time.Time{}}
}

// seal returns the state of a question that was asked at that time about something.
func (s *seals) seal(about []byte, at time.Time) string {
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, fmt.Appendf(nil, "%d", at.UnixNano()), about)) //nolint:gosec // the AEAD makes its own nonces
}

// open returns when the question about something was asked. It succeeds once for each seal.
func (s *seals) open(seal string, about []byte) (time.Time, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(seal)
	if err != nil {
		return time.Time{}, false
	}
	opened, err := s.aead.Open(nil, nil, sealed, about)
	if err != nil {
		return time.Time{}, false
	}
	var nanoseconds int64
	if _, err := fmt.Sscan(string(opened), &nanoseconds); err != nil {
		return time.Time{}, false
	}
	at := time.Unix(0, nanoseconds)
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, put := range s.used {
		if time.Since(put) > 2*limits.Question { // it is too late to be accepted anyway
			delete(s.used, old)
		}
	}
	_, again := s.used[string(sealed)]
	s.used[string(sealed)] = at
	return at, !again
}
