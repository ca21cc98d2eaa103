package mcpserver

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"stripe-mcp/internal/limits"
)

// questions are our own requests that the client has not answered yet.
type questions struct {
	out *writer

	mu     sync.Mutex
	last   int
	open   map[string]chan json.RawMessage // by id, as the message holds it
	closed bool                            // the client will send nothing more
}

func newQuestions(out *writer) *questions {
	return &questions{out: out, open: map[string]chan json.RawMessage{}}
}

// ask asks the person at the client and waits for the answer.
func (q *questions) ask(ctx context.Context, question string) Answer {
	id, answered := q.add()
	if answered == nil {
		return Failed
	}
	defer q.remove(id)
	line, err := encode(mcp.JSONRPCRequest{
		JSONRPC: mcp.JSONRPC_VERSION, ID: mcp.NewRequestId(json.Number(id)), Params: form(question),
		Request: mcp.Request{Method: string(mcp.MethodElicitationCreate)},
	})
	if err != nil {
		return Failed
	}
	q.out.send(outgoing{line: append(line, '\n')})

	late := time.NewTimer(limits.Question)
	defer late.Stop()
	select {
	case result := <-answered:
		var response mcp.ElicitationResult
		if json.Unmarshal(result, &response) != nil {
			return Failed
		}
		return meaning(response.Action)
	case <-late.C:
		q.withdraw(id)
		return TimedOut
	case <-ctx.Done():
		q.withdraw(id)
		return Failed
	}
}

// withdraw tells the client that we no longer want the answer (MCP, cancellation).
func (q *questions) withdraw(id string) {
	q.out.send(outgoing{line: []byte(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + "}}\n")})
}

// add returns the id of a new question and the channel for its result. The channel is nil after close.
func (q *questions) add() (string, chan json.RawMessage) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return "", nil
	}
	q.last++
	id := strconv.Itoa(q.last)
	answered := make(chan json.RawMessage, 1)
	q.open[id] = answered
	return id, answered
}

func (q *questions) remove(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.open, id)
}

// answer passes a client's response to ask. An error is a nil result.
func (q *questions) answer(id, result json.RawMessage) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if answered := q.open[string(id)]; answered != nil {
		answered <- result
		delete(q.open, string(id))
	}
}

// close answers all open questions with nil, because the client will send nothing more.
func (q *questions) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for id, answered := range q.open {
		answered <- nil
		delete(q.open, id)
	}
}
