package lab

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"stripe-mcp/internal/mcpclient"
)

// call is one tool call.
type call struct {
	id      json.RawMessage
	program *program
	done    chan struct{} // closed with the answer, or when the agent cancels
	end     func()        // closes done, once

	mu        sync.Mutex
	cancelled bool
	pinged    bool // the program has read the cancellation
	crossed   bool // an answer came before that
	late      int  // answers that came after it
	more      int  // answers after the first
	told      *reply
	ambiguous bool // an answer may have been lost in a pipe that we closed
	lost      bool // the client has died
	over      bool // the agent waits no more, whatever the reason
	unsent    bool // the program's stdin was closed before

	sent    time.Time
	took    time.Duration // until the answer
	ignored bool          // the agent gave up in silence
	unheard *reply        // what it would have been told after that
	nervous bool          // the client cancels it after the answer
}

// slow reports whether the answer may have come too late for impatient clients.
func (c *call) slow() bool { return c.took >= tooLate }

// reply is what an agent reads from an answer.
type reply struct {
	Outcome    string // succeeded, or the error's
	ID         string
	Status     string
	Shared     bool // it is said to be an earlier equal call's, too
	Unresolved bool // refused, because an earlier call under another key may have made it
	SavedError bool // Stripe is said to keep an internal error as its answer
	Retryable  bool
	Text       string
}

// settled reports whether a sensible agent lets the matter rest.
func (t *reply) settled() bool {
	return t != nil && (t.Outcome == succeeded || t.Outcome == failed && !t.Retryable)
}

const (
	succeeded = "succeeded"
	failed    = "failed"
	unknown   = "unknown"
	refused   = "refused"
)

// read understands the answer to a tool call.
func read(answer mcpclient.Response) (*reply, error) {
	if answer.Error != nil {
		return nil, answer.Error
	}
	var result mcpclient.ToolResult
	if err := json.Unmarshal(answer.Result, &result); err != nil || len(result.Content) != 1 {
		return nil, fmt.Errorf("not the result of a tool: %s", answer.Result)
	}
	var text struct {
		ID     string `json:"id"`
		Status string `json:"status"`
		Note   string `json:"note"`
		Error  struct {
			Outcome   string `json:"outcome"`
			Type      string `json:"type"`
			Hint      string `json:"hint"`
			Retryable bool   `json:"retryable"`
		} `json:"error"`
	}
	if err := json.Unmarshal([]byte(result.Object()), &text); err != nil {
		return nil, fmt.Errorf("not JSON: %s", result.Object())
	}
	told := &reply{Outcome: succeeded, ID: text.ID, Status: text.Status, Text: result.Object()}
	told.Shared = strings.Contains(text.Note, "an earlier equal call")
	if result.IsError {
		told.Outcome, told.Retryable = text.Error.Outcome, text.Error.Retryable
		told.Unresolved = text.Error.Type == "earlier_call_unresolved"
		told.SavedError = strings.Contains(text.Error.Hint, "Stripe keeps an internal error")
	}
	return told, nil
}

// take takes in each answer to the call.
func (c *call) take(answer mcpclient.Response) {
	told, err := read(answer)
	if err != nil {
		told = &reply{Outcome: unknown, Text: err.Error()}
	}
	if c.receive(told) {
		c.program.run.logf("%s: call %s is answered too late: %s", c.program.name, c.id, told.Text)
	}
}

// receive takes in an answer, and reports whether the agent has given up without a word.
func (c *call) receive(told *reply) (unheard bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.pinged:
		c.late++
	case c.cancelled: // clients drop it (MCP, Cancellation)
		c.crossed = true
	case c.lost:
	case c.told != nil, c.unheard != nil:
		c.more++
	case c.ignored:
		c.unheard, c.took = told, time.Since(c.sent)
		return true
	default:
		c.told, c.took = told, time.Since(c.sent)
		c.end()
	}
	return false
}

// lose has the client die.
func (c *call) lose() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.told == nil {
		c.lost = true
		c.end()
	}
}

// ignore has the agent give up without a word, and reports whether it did.
func (c *call) ignore() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.told != nil || c.cancelled || c.lost || c.over {
		return false
	}
	c.ignored = true
	return true
}

// answer returns what the agent was told, nil without an answer.
func (c *call) answer() *reply {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.told
}

// cancel has the agent lose its patience, unless the program has been asked to end and reads nothing any more.
func (c *call) cancel() {
	gone := c.program.gone()
	c.mu.Lock()
	if gone || c.told != nil || c.cancelled || c.ignored {
		c.mu.Unlock()
		return
	}
	c.cancelled = true
	c.mu.Unlock()
	ping := c.program.client.Expect(func(mcpclient.Response) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.pinged = true
	})
	c.program.run.logf("%s: call %s is cancelled", c.program.name, c.id)
	_ = c.program.client.Notify("notifications/cancelled", map[string]any{"requestId": c.id}) // as in request
	c.program.request(ping, "ping", nil)
	c.end()
}

// bearFor has the agent give up in silence after a while. That begins with the answer to a ping, which shows that the program
// has read the call: on a busy machine it may be late.
func (c *call) bearFor(patience time.Duration) {
	c.program.request(c.program.client.Expect(func(mcpclient.Response) {
		time.AfterFunc(patience, func() {
			if c.ignore() {
				c.program.run.tick(gaveUp)
				c.end()
			}
		})
	}), "ping", nil)
}

// send sends the request. A program whose stdin was closed in the meantime gets none.
func (c *call) send(tool Tool, arguments map[string]any) {
	c.mu.Lock()
	c.sent = time.Now()
	c.mu.Unlock()
	err := c.program.client.Send(c.id, "tools/call", map[string]any{"name": tool.name(), "arguments": arguments})
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unsent = err != nil && c.told == nil; c.unsent {
		c.end()
	}
}

// cancelAnswered cancels a call that was answered, which means nothing.
func (c *call) cancelAnswered(wait time.Duration) {
	time.Sleep(wait)
	if c.program.client.Notify("notifications/cancelled", map[string]any{"requestId": c.id}) == nil {
		c.program.run.tick(cancelledAfterwards)
	}
}

// doubt notes that the answer to the call may be lost in a pipe.
func (c *call) doubt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ambiguous = c.told == nil
}
