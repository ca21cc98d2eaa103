// Package mcpclient is a small MCP client over a child process's stdin and stdout: what the demonstration, the self-test
// and the tests see is what any client sees.
package mcpclient

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"sync"
)

// protocolVersion is the last revision with an initialize handshake.
const protocolVersion = "2025-11-25"

// Client talks to one server process. It is safe for concurrent use.
type Client struct {
	command *exec.Cmd
	stdin   io.WriteCloser

	writing sync.Mutex
	mu      sync.Mutex
	nextID  int
	waiting map[string]chan response
	ended   error         // why no more answers come
	done    chan struct{} // closed when the server's stdout has ended
}

// ToolResult is the answer of a tool.
type ToolResult struct {
	Content []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	} `json:"content"`
	StructuredContent json.RawMessage `json:"structuredContent"`
	IsError           bool            `json:"isError"`
}

// Text returns the first text block.
func (r ToolResult) Text() string {
	if len(r.Content) == 0 {
		return ""
	}
	return r.Content[0].Text
}

// ServerInfo is what initialize answers.
type ServerInfo struct {
	ProtocolVersion string `json:"protocolVersion"`
	ServerInfo      struct {
		Name    string `json:"name"`
		Title   string `json:"title"`
		Version string `json:"version"`
	} `json:"serverInfo"`
	Instructions string `json:"instructions"`
}

// ProtocolError is a JSON-RPC error.
type ProtocolError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Error returns the message with its code.
func (e *ProtocolError) Error() string {
	return fmt.Sprintf("protocol error %d: %s", e.Code, e.Message)
}

type response struct {
	ID     json.RawMessage `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *ProtocolError  `json:"error"`
}

// Start starts command, whose Stdin and Stdout must be unset, and listens to it.
func Start(command *exec.Cmd) (*Client, error) {
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("connect to the server: %w", err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("connect to the server: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	c := &Client{command: command, stdin: stdin, waiting: map[string]chan response{}, done: make(chan struct{})}
	go c.listen(stdout)
	return c, nil
}

// Initialize performs the handshake.
func (c *Client) Initialize(ctx context.Context) (ServerInfo, error) {
	var info ServerInfo
	result, err := c.Request(ctx, "initialize", map[string]any{
		"protocolVersion": protocolVersion,
		"capabilities":    struct{}{},
		"clientInfo":      map[string]string{"name": "stripe-mcp-client", "version": "1"},
	})
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(result, &info); err != nil {
		return info, fmt.Errorf("read the answer to initialize: %w", err)
	}
	return info, c.Notify("notifications/initialized", nil)
}

// Call calls a tool. A tool's own error is a result with IsError.
func (c *Client) Call(ctx context.Context, tool string, arguments any) (ToolResult, error) {
	var result ToolResult
	raw, err := c.Request(ctx, "tools/call", map[string]any{"name": tool, "arguments": arguments})
	if err != nil {
		return result, err
	}
	if err := json.Unmarshal(raw, &result); err != nil {
		return result, fmt.Errorf("read the answer of %s: %w", tool, err)
	}
	return result, nil
}

// Request sends a request and waits for its result. A JSON-RPC error is a *ProtocolError.
func (c *Client) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	answer := make(chan response, 1)
	c.mu.Lock()
	if c.ended != nil {
		defer c.mu.Unlock()
		return nil, c.ended
	}
	c.nextID++
	id := strconv.Itoa(c.nextID)
	c.waiting[id] = answer
	c.mu.Unlock()

	if err := c.write(message{JSONRPC: "2.0", ID: json.RawMessage(id), Method: method, Params: params}); err != nil {
		return nil, err
	}
	select {
	case got, ok := <-answer:
		switch {
		case !ok:
			return nil, c.ended
		case got.Error != nil:
			return nil, got.Error
		}
		return got.Result, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the answer to %s: %w", method, ctx.Err())
	}
}

// Notify sends a notification.
func (c *Client) Notify(method string, params any) error {
	return c.write(message{JSONRPC: "2.0", Method: method, Params: params})
}

// Close closes the server's stdin and waits for it to end. Its error tells of an exit code other than 0.
func (c *Client) Close() error {
	if err := c.stdin.Close(); err != nil {
		return fmt.Errorf("close the server's input: %w", err)
	}
	return c.Wait()
}

// Wait waits for the server to end by itself. Its error tells of an exit code other than 0.
func (c *Client) Wait() error {
	<-c.done
	if err := c.command.Wait(); err != nil {
		return fmt.Errorf("the server ended badly: %w", err)
	}
	return nil
}

type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method"`
	Params  any             `json:"params,omitempty"`
}

func (c *Client) write(m message) error {
	line, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode %s: %w", m.Method, err)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	if _, err := c.stdin.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("send %s: %w", m.Method, err)
	}
	return nil
}

// listen hands every answer to whoever waits for it, until the server's stdout ends.
func (c *Client) listen(stdout io.Reader) {
	defer close(c.done)
	ended := errors.New("the server ended without an answer")
	for lines := bufio.NewReader(stdout); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		var got response
		if json.Unmarshal(line, &got) != nil {
			ended = errors.New("the server wrote something that is not JSON to stdout")
			continue
		}
		c.mu.Lock()
		if answer, ok := c.waiting[string(got.ID)]; ok {
			delete(c.waiting, string(got.ID))
			answer <- got
		}
		c.mu.Unlock()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = ended
	for _, answer := range c.waiting {
		close(answer)
	}
}
