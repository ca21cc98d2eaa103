package lab

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// program is one run of the real program, seen from its client's side: finer than an MCP client, because it also does what
// no client should.
type program struct {
	name    string
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	stdout  *os.File
	stderr  bytes.Buffer
	reading sync.Mutex // held by who wants nobody to read
	ended   chan struct{}
	logf    func(format string, arguments ...any)

	mu        sync.Mutex
	nextID    int
	waiting   map[string]func(line)
	wrong     []string // what it did that it must never do
	up        bool     // it answered initialize, so it is past the start of a process, where any signal ends it
	struck    time.Time
	killed    bool // with SIGKILL
	signalled bool // with another signal
	deaf      bool // we closed its stdout
}

// line is a message from the program.
type line struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   json.RawMessage `json:"error"`
}

// start starts the program and shakes hands with it.
func start(name string, cmd *exec.Cmd, logf func(string, ...any)) (*program, error) {
	p := &program{name: name, cmd: cmd, ended: make(chan struct{}), logf: logf, waiting: map[string]func(line){}}
	cmd.Stderr = &p.stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.stdin, p.stdout, cmd.Stdout = stdin, stdout, theirs
	err = cmd.Start()
	_ = theirs.Close() // the child has its own
	if err != nil {
		return nil, errors.Join(err, stdout.Close())
	}
	p.logf("%s: starts as process %d", name, cmd.Process.Pid)
	go p.listen()
	p.request(p.expect(func(line) { p.up = true }), "initialize", map[string]any{
		"protocolVersion": "2025-11-25", "capabilities": struct{}{}, "clientInfo": map[string]string{"name": "lab", "version": "1"},
	})
	return p, nil
}

// expect returns the id for a request, and has answered called with every answer to it.
func (p *program) expect(answered func(line)) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nextID++
	id := strconv.Itoa(p.nextID)
	p.waiting[id] = answered
	return id
}

func (p *program) request(id, method string, params any) {
	p.send(map[string]any{"jsonrpc": "2.0", "id": json.RawMessage(id), "method": method, "params": params})
}

// cancel tells the program that nobody wants the answer to that request any more.
func (p *program) cancel(id string) {
	p.send(map[string]any{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": map[string]any{"requestId": json.RawMessage(id)}})
}

func (p *program) send(message map[string]any) {
	text, err := json.Marshal(message)
	if err != nil {
		panic(err) // all of it is from this package
	}
	_, _ = p.stdin.Write(append(text, '\n')) // one that has ended shows as that
}

// Read has the program's stdout read, unless somebody wants it to stay unread.
func (p *program) Read(into []byte) (int, error) {
	p.reading.Lock()
	p.reading.Unlock() //nolint:staticcheck // waits for its turn, and then lets others stop the next one
	return p.stdout.Read(into)
}

// listen takes in what the program writes until it ends.
func (p *program) listen() {
	defer close(p.ended)
	for lines := bufio.NewReaderSize(p, 4<<10); ; {
		text, err := lines.ReadBytes('\n')
		if len(text) > 0 {
			p.take(text, err == nil)
		}
		if err != nil {
			break
		}
	}
	err := p.cmd.Wait()
	_ = p.stdout.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	took := time.Since(p.struck)
	switch {
	case p.killed:
	case err != nil:
		p.wrong = append(p.wrong, fmt.Sprintf("it ended with %v: %s", err, p.stderr.Bytes()))
	case !p.struck.IsZero() && took > patience+busy:
		p.wrong = append(p.wrong, fmt.Sprintf("it took %v to end", took))
	}
	p.logf("%s: ended, %v", p.name, err)
}

// take reads one line of the program's stdout.
func (p *program) take(text []byte, whole bool) {
	var got line
	p.mu.Lock()
	defer p.mu.Unlock()
	if json.Unmarshal(text, &got) != nil || got.JSONRPC != "2.0" {
		if whole || !p.killed { // a kill can cut a line
			p.wrong = append(p.wrong, fmt.Sprintf("%s%q", stray, text))
		}
		return
	}
	answered := p.waiting[string(got.ID)]
	if answered == nil {
		p.wrong = append(p.wrong, fmt.Sprintf("it answered what nobody asked: %s", text))
		return
	}
	answered(got)
}

// stray begins the complaint about bytes on stdout that are none of the protocol's.
const stray = "it wrote to stdout: "

const (
	// patience is how long a program may live after it was asked to end.
	patience = 10 * time.Second
	// busy is what a machine that runs a dozen programs at once may add to that.
	busy = 10 * time.Second
)

// strike does to the program what befalls it from the outside.
func (p *program) strike(blow Blow) {
	p.mu.Lock()
	if p.struck.IsZero() {
		p.struck = time.Now()
	}
	signal := blow == Terminate || blow == Interrupt || blow == HangUp
	p.killed = p.killed || blow == Kill || blow == KillUnread || signal && (p.signalled || !p.up) // a second signal ends it at once
	p.signalled = p.signalled || signal
	p.deaf = p.deaf || blow == CloseOutput
	p.mu.Unlock()
	switch blow {
	case Kill, KillUnread:
		_ = p.cmd.Process.Kill() // here and below: that it has ended already is fine
	case Terminate:
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
	case Interrupt:
		_ = p.cmd.Process.Signal(os.Interrupt)
	case HangUp:
		_ = p.cmd.Process.Signal(syscall.SIGHUP)
	case CloseInput:
		_ = p.stdin.Close()
	case CloseOutput:
		_ = p.stdout.Close()
	case CancelCall: // is for the agent to do
	}
}

// clog keeps the program from writing the answer to anything that it is sent from now on: nobody reads its stdout, and
// answers that have to be written first fill it.
func (p *program) clog() {
	const more = 16 // of some 20 KB each than a pipe holds
	p.reading.Lock()
	for range more {
		p.request(p.expect(func(line) {}), "tools/list", struct{}{})
	}
}

func (p *program) unclog() { p.reading.Unlock() }

// gone reports whether the program has ended, or is about to.
func (p *program) gone() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.struck.IsZero()
}
