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
	open   map[string]chan message // by id, as it stands in the message
	closed bool                    // the client says nothing any more
}

func newQuestions(out *writer) *questions {
	return &questions{out: out, open: map[string]chan message{}}
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

	put := time.Now()
	late := time.NewTimer(limits.Question)
	defer late.Stop()
	select {
	case answer := <-answered:
		var response mcp.ElicitationResult
		switch {
		case answer.code == mcp.METHOD_NOT_FOUND:
			return Impossible // though it said that it could
		case json.Unmarshal(answer.result, &response) != nil:
			return Failed
		}
		return meaning(response.Action, time.Since(put))
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

// add returns the id of a new question and where its result will come; nil when the client says nothing any more.
func (q *questions) add() (string, chan message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return "", nil
	}
	q.last++
	id := strconv.Itoa(q.last)
	answered := make(chan message, 1)
	q.open[id] = answered
	return id, answered
}

func (q *questions) remove(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.open, id)
}

// answer hands a client's response to the one who asked.
func (q *questions) answer(response message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if answered := q.open[string(response.id)]; answered != nil {
		answered <- response
		delete(q.open, string(response.id))
	}
}

// close answers all open questions with an empty message, because the client will send nothing more.
func (q *questions) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for id, answered := range q.open {
		answered <- message{}
		delete(q.open, id)
	}
}
