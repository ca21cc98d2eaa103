package lab

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"stripe-mcp/internal/mcpclient"
)

// program is one run of the real program, seen by a client that also does what no client should.
type program struct {
	name   string
	cmd    *exec.Cmd
	client *mcpclient.Client
	stderr bytes.Buffer
	ended  chan struct{}
	run    *run

	mu        sync.Mutex
	up        bool          // it answered initialize, so it is past the start of a process, where any signal ends it
	greeted   chan struct{} // closed then
	successor bool          // of one whose client died, and that may still be at work
	frozen    time.Duration // how long it was, in all
	struck    time.Time
	killed    bool // with SIGKILL
	signalled bool // with another signal
	deaf      bool // we closed its stdout
	orphan    bool // its client died with both pipes
}

// start starts the program and shakes hands with it.
func (r *run) start(name string, cmd *exec.Cmd) (*program, error) {
	p := &program{name: name, cmd: cmd, ended: make(chan struct{}), greeted: make(chan struct{}), run: r}
	p.cmd.Stderr = &p.stderr
	client, err := mcpclient.StartWatched(p.cmd, p.unasked)
	if err != nil {
		return nil, err
	}
	p.client = client
	r.logf("%s: starts as process %d", name, p.cmd.Process.Pid)
	go p.wait()
	p.request(client.Expect(func(mcpclient.Response) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.up = true
		close(p.greeted)
	}), "initialize", map[string]any{
		"protocolVersion": "2025-11-25", "capabilities": struct{}{}, "clientInfo": map[string]string{"name": "lab", "version": "1"},
	})
	return p, nil
}

func (p *program) request(id json.RawMessage, method string, params any) {
	_ = p.client.Send(id, method, params) // a program that has ended shows as that
}

// wait waits until the program has ended.
func (p *program) wait() {
	defer close(p.ended)
	err := p.client.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	took := time.Since(p.struck) - p.frozen
	switch {
	case p.killed:
	case err != nil:
		p.complain(other, "%v: %s", err, p.stderr.Bytes())
	case !p.struck.IsZero() && took > patience+busy:
		p.complain(other, "it took %v to end", took)
	}
	p.run.logf("%s: ended, %v", p.name, err)
}

// unasked notes a line that answers no request.
func (p *program) unasked(line []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case (p.killed || p.deaf) && !bytes.HasSuffix(line, []byte("\n")): // that can cut a line
	case json.Valid(line):
		p.complain(other, "it answered what nobody asked: %s", line)
	default:
		p.complain(stray, "%q", line)
	}
}

func (p *program) complain(kind, format string, values ...any) {
	p.run.complain(kind, p.name+": "+format, values...)
}

const (
	// patience is how long a program may live after it was asked to end.
	patience = 10 * time.Second
	// busy is what a machine that runs a dozen programs at once may add to that.
	busy = 10 * time.Second
)

// strike does to the program what can be done to it from outside.
func (p *program) strike(blow Blow) {
	p.mu.Lock()
	if p.struck.IsZero() {
		p.struck = time.Now()
	}
	signal := blow == Terminate || blow == Interrupt || blow == HangUp
	p.killed = p.killed || blow == Kill || blow == KillUnread || signal && (p.signalled || !p.up) // a second signal ends it at once
	p.signalled = p.signalled || signal
	p.deaf = p.deaf || blow == CloseOutput || blow == Die
	p.orphan = p.orphan || blow == Die
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
		_ = p.client.CloseInput()
	case CloseOutput:
		p.closeOutput()
	case Die:
		_ = p.client.CloseInput()
		p.closeOutput()
	case CancelCall, Freeze: // are not done here
	}
}

// closeOutput closes the program's stdout, and returns when nobody can read it any more: a process that is just being started
// has all that is open here, until it becomes another program.
func (p *program) closeOutput() {
	_ = p.client.CloseOutput()
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
}

// clog keeps the program from writing the answer to anything that it is sent from now on, until release is called. Its
// stdout is not read, and answers that have to be written first fill it.
func (p *program) clog() (release func()) {
	const more = 16 // of some 20 KB each than a pipe holds
	released := make(chan struct{})
	for range more {
		p.request(p.client.Expect(func(mcpclient.Response) { <-released }), "tools/list", nil)
	}
	return func() { close(released) }
}

// awaitHandshake waits until the program has answered initialize, as clients do.
func (p *program) awaitHandshake() {
	select {
	case <-p.greeted:
	case <-p.ended:
	}
}

// abandoned reports whether the program's client has died, so that its successor waits for nothing.
func (p *program) abandoned() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.orphan
}

// gone reports whether the program has ended, or is about to.
func (p *program) gone() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.struck.IsZero()
}
