package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"stripe-mcp/internal/limits"
)

// loop carries the messages of one client.
type loop struct {
	server  *Server
	client  *session
	out     *writer
	written chan struct{} // closed when nothing more will be written
	calls   *pendingCalls
	asking  *questions
	running sync.WaitGroup // the goroutines of calls
}

// Serve reads messages from in, one a line, and writes the answers to out, until one of three things happens:
//
//   - in ends. Everything received is finished and answered. Serve sets no limit here, because calls bound their own duration.
//   - ctx ends. Reading stops at once, and the contexts of running calls end. Their answers are still written if they come
//     within 9 s.
//   - out can no longer be written. The same happens, but the answers are lost.
//
// Calls run concurrently. Other requests are answered in order, and never wait for a call.
//
// Serve returns an error only if reading from in fails. The end of in is not an error, and a client that stopped reading is
// not one either. Serve can return while a Read of in, a Write to out or a call is still blocked. A read deadline interrupts
// the Read. Pipes and terminals from a parent process have no such deadline: their goroutine ends with the process.
func (s *Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	client := newSession()
	if err := s.protocol.RegisterSession(ctx, client); err != nil {
		return fmt.Errorf("start a session: %w", err)
	}
	defer s.protocol.UnregisterSession(ctx, client.SessionID())

	l := &loop{server: s, client: client, out: newWriter(), written: make(chan struct{}), calls: newPendingCalls()}
	l.asking = newQuestions(l.out)
	go func() {
		defer close(l.written)
		if err := l.out.run(out); err != nil {
			s.log.WarnContext(ctx, "stopping: the client cannot be reached", slog.Any("error", err))
			stop()
		}
	}()
	if timed, ok := in.(interface{ SetReadDeadline(time.Time) error }); ok {
		defer context.AfterFunc(ctx, func() { _ = timed.SetReadDeadline(time.Now()) })()
	}
	err := l.read(s.protocol.WithContext(ctx, client), in)
	l.asking.close()
	l.drain(ctx)
	return err
}

// read dispatches what the client sends until in or ctx ends.
func (l *loop) read(ctx context.Context, in io.Reader) error {
	lines := receive(ctx, in)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case got, open := <-lines:
			switch {
			case !open:
				return nil
			case got.err == nil:
				l.dispatch(ctx, got.line)
			case errors.Is(got.err, errLineTooLong):
				l.out.send(outgoing{line: refusal(nil, fault(mcp.INVALID_REQUEST, got.err.Error()))})
			default:
				return fmt.Errorf("read from the client: %w", got.err)
			}
		}
	}
	return nil
}

func (l *loop) dispatch(ctx context.Context, line []byte) {
	m, wrong := parse(line)
	switch {
	case wrong != nil:
		l.out.send(outgoing{line: refusal(m.id, wrong)})
	case m.response:
		l.asking.answer(m.id, m.result)
	case m.method == methodCancelled:
		l.cancel(m.params)
	case !m.isRequest():
		// Other notifications change nothing here.
	case m.method == methodCallTool:
		l.start(ctx, m)
	default:
		line, _ := l.server.answer(ctx, m)
		l.out.send(outgoing{line: line})
	}
}

// start runs a call on its own goroutine. The call waits there for a slot, so that reading never waits. A call that is
// cancelled stops waiting. Its context tells it why.
func (l *loop) start(ctx context.Context, request message) {
	ctx, stop := context.WithCancel(ctx)
	call := l.calls.add(request.id, stop)
	l.running.Go(func() {
		select {
		case l.server.slots <- struct{}{}:
			defer func() { <-l.server.slots }()
		case <-ctx.Done():
		}
		x := &exchange{ctx: ctx, client: l.client, questions: l.asking, seals: l.server.seals}
		line, answered := l.server.answer(withExchange(ctx, x), request)
		l.out.send(outgoing{
			line:  line,
			claim: func() bool { return l.calls.claim(call) },
			done: func(written bool) {
				x.tell(l.calls.finish(call, written, func() { x.tell(false) }) && answered)
				stop() // not earlier: up to now the end of ctx means that the client has left
			},
		})
	})
}

func (l *loop) cancel(params json.RawMessage) {
	var cancelled struct {
		RequestID json.RawMessage `json:"requestId"`
	}
	if json.Unmarshal(params, &cancelled) == nil {
		l.calls.cancel(cancelled.RequestID)
	}
}

// drain waits until all calls are answered and all answers are written. Once ctx has ended, it waits at most limits.Drain.
func (l *loop) drain(ctx context.Context) {
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		l.running.Wait()
		l.out.close()
		<-l.written
	}()
	select {
	case <-finished:
		return
	case <-ctx.Done():
	}
	select {
	case <-finished:
	case <-time.After(limits.Drain):
		l.out.discard()
		l.server.log.WarnContext(ctx, "stopping with calls unfinished or answers unwritten")
	}
}
