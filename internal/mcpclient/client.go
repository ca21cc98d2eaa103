// Package mcpclient is a small MCP client over a child process's stdin and stdout: what the demonstration, the self-test
// and the tests see is what any client sees.
package mcpclient

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// protocolVersion is the last revision with an initialize handshake.
const protocolVersion = "2025-11-25"

// Client talks to one server process. It is safe for concurrent use.
type Client struct {
	command *exec.Cmd
	stdin   io.WriteCloser
	stdout  io.ReadCloser
	unasked func(line []byte)

	writing sync.Mutex
	mu      sync.Mutex
	nextID  int
	waiting map[string]func(Response)
	done    chan struct{} // closed when the server's stdout has ended
	ended   error         // why no more answers come; to be read when done is closed
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

// Object returns the JSON object of the answer: all of the text, or the last line of an error's.
func (r ToolResult) Object() string {
	text := r.Text()
	return text[strings.LastIndexByte(text, '\n')+1:]
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

// Response answers a request, with one of the two.
type Response struct {
	Result json.RawMessage `json:"result"`
	Error  *ProtocolError  `json:"error"`
}

// Start starts command, whose Stdin and Stdout must be unset, and listens to it.
func Start(command *exec.Cmd) (*Client, error) {
	return StartWatched(command, func([]byte) {})
}

// StartWatched does the same. It calls unasked with each line that answers no request: a request of the server's own, a
// notification, or what should not be there. The last line has no newline if the server was cut off in the middle of it.
func StartWatched(command *exec.Cmd, unasked func(line []byte)) (*Client, error) {
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
	c := &Client{
		command: command, stdin: stdin, stdout: stdout, unasked: unasked,
		waiting: map[string]func(Response){}, done: make(chan struct{}),
	}
	go c.listen()
	return c, nil
}

// Greet starts a server, shakes hands with it and ends it.
func Greet(ctx context.Context, command *exec.Cmd) (ServerInfo, error) {
	server, err := Start(command)
	if err != nil {
		return ServerInfo{}, err
	}
	info, err := server.Initialize(ctx)
	return info, errors.Join(err, server.Close())
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

// waited says that the time for an answer is over, if it is.
func waited(ctx context.Context, method string) error {
	if ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("wait for the answer to %s: %w", method, ctx.Err())
}

// Request sends a request and waits for its result. A JSON-RPC error is a *ProtocolError.
func (c *Client) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	answer := make(chan Response, 1)
	id := c.Expect(func(got Response) {
		select {
		case answer <- got:
		default: // a second answer
		}
	})
	defer c.forget(id)
	if err := c.Send(id, method, params); err != nil {
		return nil, err
	}
	select {
	case <-c.done:
		select { // the last line may have been the answer
		case got := <-answer:
			return got.unpack()
		default:
			return nil, cmp.Or(waited(ctx, method), c.ended) // it ends when the time is over, too
		}
	case got := <-answer:
		return got.unpack()
	case <-ctx.Done():
		return nil, waited(ctx, method)
	}
}

func (r Response) unpack() (json.RawMessage, error) {
	if r.Error != nil {
		return nil, r.Error
	}
	return r.Result, nil
}

// Expect returns the id for a request that is sent later. It has answered called with every answer, of which a sound server
// gives one. Nothing else is read from the server until answered returns.
func (c *Client) Expect(answered func(Response)) json.RawMessage {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nextID++
	id := strconv.Itoa(c.nextID)
	c.waiting[id] = answered
	return json.RawMessage(id)
}

func (c *Client) forget(id json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, string(id))
}

// Send sends the request with an id from Expect.
func (c *Client) Send(id json.RawMessage, method string, params any) error {
	line, err := json.Marshal(message{JSONRPC: "2.0", ID: id, Method: method, Params: params})
	if err != nil {
		return fmt.Errorf("encode %s: %w", method, err)
	}
	return c.WriteLine(line)
}

// Notify sends a notification.
func (c *Client) Notify(method string, params any) error {
	return c.Send(nil, method, params)
}

type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method"`
	Params  any             `json:"params,omitempty"`
}

// WriteLine sends a line as it is.
func (c *Client) WriteLine(line []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if _, err := c.stdin.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write to the server: %w", err)
	}
	return nil
}

// CloseInput ends the server's stdin. A sound server answers what it has read, and ends.
func (c *Client) CloseInput() error { return c.stdin.Close() }

// CloseOutput closes the server's stdout on our side. Clients that crash do that.
func (c *Client) CloseOutput() error { return c.stdout.Close() }

// Close closes the server's stdin and waits for it to end. Its error tells of an exit code other than 0.
func (c *Client) Close() error {
	if err := c.CloseInput(); err != nil {
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

// listen hands out what the server writes, until its stdout ends.
func (c *Client) listen() {
	defer close(c.done)
	c.ended = errors.New("the server ended without an answer")
	for lines := bufio.NewReader(c.stdout); ; {
		line, err := readLine(lines)
		if errors.Is(err, bufio.ErrBufferFull) {
			c.ended = errors.New("the server wrote a line that does not end")
			_ = c.CloseOutput()
			return
		}
		if len(line) > 0 {
			c.take(line)
		}
		if err != nil {
			return
		}
	}
}

// readLine reads a line. One that is longer than any answer is a bufio.ErrBufferFull.
func readLine(in *bufio.Reader) (line []byte, err error) {
	const longest = 16 << 20
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) || len(line) > longest {
			return line, err
		}
	}
}

// take reads one line.
func (c *Client) take(line []byte) {
	var got struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Method  string          `json:"method"`
		Response
	}
	if json.Unmarshal(line, &got) != nil || got.JSONRPC != "2.0" {
		c.ended = errors.New("the server wrote something that is not JSON-RPC to stdout")
		c.unasked(line)
		return
	}
	c.mu.Lock()
	answered := c.waiting[string(got.ID)]
	c.mu.Unlock()
	if answered == nil || got.Method != "" {
		c.unasked(line)
		return
	}
	answered(got.Response)
}
