package mcpserver

import (
	"context"
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
)

// askTime is how long a person may think. Clients give a whole call up after 60 s.
const askTime = 45 * time.Second

// confirmationID names our one question within a result that asks for input.
const confirmationID = "confirm"

// Answer is what came of a question to the person at the client.
type Answer int

// The answers. Only Accepted allows anything.
const (
	Impossible Answer = iota // the client cannot ask
	Accepted
	Declined
	Dismissed // closed without a choice
	TimedOut
	Failed // the client left, or answered what is no answer
	Stale  // the answer belongs to another question, or was used before
	Asked  // the question travels as this call's result: return now, the client will call again
)

// CanAsk reports whether the client of a call declared that it can show a person a form (MCP, elicitation).
func CanAsk(ctx context.Context) bool { return askerFrom(ctx).can }

// Ask asks the person at the client of a call a yes-or-no question. Clients up to protocol version 2025-11-25 are asked
// while the call waits; later ones get the question as the call's result and call again with the answer. since is when the
// question was put.
func Ask(ctx context.Context, question string) (answer Answer, since time.Time) {
	a := askerFrom(ctx)
	switch {
	case !a.can:
		return Impossible, time.Now()
	case a.modern:
		return a.askByResult(question)
	}
	since = time.Now()
	return a.questions.ask(ctx, question), since
}

type askerKey struct{}

func withAsker(ctx context.Context, a *asker) context.Context {
	return context.WithValue(ctx, askerKey{}, a)
}

// askerFrom returns the asker of the call that ctx belongs to; elsewhere, one that cannot ask.
func askerFrom(ctx context.Context) *asker {
	if a, ok := ctx.Value(askerKey{}).(*asker); ok {
		return a
	}
	return &asker{}
}

// asker is what a call needs to ask.
type asker struct {
	questions *questions
	seals     func() *seals
	can       bool // the client declared that it can
	modern    bool // of protocol version 2026-07-28 or later
	call      mcp.CallToolRequest
	arguments json.RawMessage
	result    *mcp.CallToolResult // the question, once it was put as a result
}

// prepare learns of a call what asking about it takes. ctx is the one that mcp-go hands to handlers.
func (a *asker) prepare(ctx context.Context, call mcp.CallToolRequest) {
	a.call, a.arguments = call, argumentsFrom(ctx)
	var capabilities mcp.ClientCapabilities
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		a.modern, capabilities = true, *info.ClientCapabilities
	} else if client, ok := server.ClientSessionFromContext(ctx).(*session); ok {
		capabilities = client.GetClientCapabilities()
	}
	// An empty declaration means forms, as it did before there was anything else.
	a.can = capabilities.Elicitation != nil && (capabilities.Elicitation.Form != nil || capabilities.Elicitation.URL == nil)
}

// askByResult puts the question, or reads the answer when the call brings one.
func (a *asker) askByResult(question string) (Answer, time.Time) {
	about := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", a.call.Params.Name, a.arguments, question))
	if a.call.Params.RequestState == "" {
		now := time.Now()
		a.result = server.NewInputRequestBuilder(a.seals().seal(about[:], now)).Elicit(confirmationID, form(question)).ToolResult()
		return Asked, now
	}
	since, ok := a.seals().open(a.call.Params.RequestState, about[:])
	if !ok {
		return Stale, time.Now()
	}
	if time.Since(since) > askTime {
		return TimedOut, since
	}
	response := server.ElicitationResponse(a.call.Params.InputResponses, confirmationID)
	if response == nil {
		return Failed, since
	}
	return meaning(response.Action), since
}

// form is a question without fields: accepting it is the answer.
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

// seals makes and checks the state that travels through the client with a question. It can be neither read nor altered nor
// used twice.
type seals struct {
	aead cipher.AEAD

	mu   sync.Mutex
	used map[string]time.Time // by seal, with the time of its question
}

func newSeals() *seals {
	key := make([]byte, 32)
	_, _ = rand.Read(key)          // never fails (crypto/rand)
	block, _ := aes.NewCipher(key) // fails for other lengths
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	return &seals{aead: aead, used: map[string]time.Time{}}
}

// seal returns the state of a question put at that time about something.
func (s *seals) seal(about []byte, at time.Time) string {
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, fmt.Appendf(nil, "%d", at.UnixNano()), about)) //nolint:gosec // the AEAD makes its own nonces
}

// open returns when the question about something was put. It succeeds once for each seal.
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
		if time.Since(put) > 2*askTime { // too late to be accepted anyway
			delete(s.used, old)
		}
	}
	_, again := s.used[string(sealed)]
	s.used[string(sealed)] = at
	return at, !again
}
