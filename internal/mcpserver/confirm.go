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
	Unshown   // refused faster than a person can read it: by the client itself
	TimedOut
	Failed // the client left, or answered what is no answer
	Stale  // the answer belongs to another question, or another answer was given before
	Asked  // the question travels as this call's result: return now, the client will call again
)

// Response is what came of a question, and when.
type Response struct {
	Answer Answer
	Since  time.Time // from when on the client waits for this call
	Order  string    // names the question, when the same yes can come more than once
}

// askByResult puts the question, or reads the answer when the call brings one. The question is a finished request, so that
// the person has more time than while a call waits, and the call's own time begins with the answer.
func (c *Call) askByResult(question string) Response {
	seals := c.exchange.seals()
	now := time.Now()
	about := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", c.Tool, c.Arguments, question))
	if c.request.Params.RequestState == "" {
		c.question = server.NewInputRequestBuilder(seals.seal(about[:], now)).Elicit(confirmationID, form(question)).ToolResult()
		return Response{Answer: Asked, Since: now}
	}
	put, ok := seals.open(c.request.Params.RequestState, about[:])
	if !ok {
		return Response{Answer: Stale, Since: now}
	}
	if now.Sub(put) > limits.Dialog {
		return Response{Answer: TimedOut, Since: now}
	}
	response := server.ElicitationResponse(c.request.Params.InputResponses, confirmationID)
	if response == nil {
		return Response{Answer: Failed, Since: now}
	}
	answer := meaning(response.Action, now.Sub(put))
	if !seals.use(c.request.Params.RequestState, answer, now) {
		answer = Stale
	}
	return Response{Answer: answer, Since: now, Order: c.request.Params.RequestState}
}

// form is a question without fields. To accept it means yes.
func form(question string) mcp.ElicitationParams {
	return mcp.ElicitationParams{
		Mode:            mcp.ElicitationModeForm,
		Message:         question,
		RequestedSchema: json.RawMessage(`{"type":"object","properties":{}}`),
	}
}

// meaning returns what an action means that came after so long.
func meaning(action mcp.ElicitationResponseAction, after time.Duration) Answer {
	answer := Failed
	switch action {
	case mcp.ElicitationResponseActionAccept:
		return Accepted
	case mcp.ElicitationResponseActionDecline:
		answer = Declined
	case mcp.ElicitationResponseActionCancel:
		answer = Dismissed
	}
	if answer != Failed && after < limits.Reaction {
		return Unshown
	}
	return answer
}

// seals makes and checks the state that travels through the client with a question. It can be neither read nor altered, and
// stands for one answer.
type seals struct {
	aead cipher.AEAD

	mu   sync.Mutex
	used map[string]use // by seal
}

// use is what a seal was used for.
type use struct {
	answer Answer
	at     time.Time
}

func newSeals() *seals {
	key := make([]byte, 32)
	_, _ = rand.Read(key)          // never fails (crypto/rand)
	block, _ := aes.NewCipher(key) // fails only for other lengths
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	return &seals{aead: aead, used: map[string]use{}}
}

// seal returns the state of a question that was asked at that time about something.
func (s *seals) seal(about []byte, at time.Time) string {
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, fmt.Appendf(nil, "%d", at.UnixNano()), about)) //nolint:gosec // the AEAD makes its own nonces
}

// open returns when the question about something was put.
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
	return time.Unix(0, nanoseconds), true
}

// use notes what a seal is used for. It returns false when that was something else before: a no stays a no. The same yes may
// come again, as the client may not have got the answer to the call.
func (s *seals) use(seal string, answer Answer, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, used := range s.used {
		if now.Sub(used.at) > limits.Dialog { // by then it is no longer accepted
			delete(s.used, old)
		}
	}
	before, again := s.used[seal]
	if !again {
		s.used[seal] = use{answer, now}
	}
	return !again || before.answer == answer
}
