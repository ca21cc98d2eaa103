package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"stripe-mcp/internal/limits"
)

// loop carries the messages of one client.
type loop struct {
	server  *Server
	client  *session
	out     *writer
	written chan struct{} // closed when nothing more will be written
	unread  chan struct{} // closed when the client has stopped reading
	stop    context.CancelFunc
	calls   *pendingCalls
	asking  *questions
	running sync.WaitGroup // the goroutines of calls
}

// Serve reads messages from in, one a line, and writes the answers to out, until one of three things happens:
//
//   - in ends. Everything received is finished and answered, however long that takes: calls bound their own duration. If
//     out has no reader any more either, the client has died: as if ctx had ended.
//   - ctx ends. Reading stops at once and the contexts of running calls end. Their answers are still written, if they come
//     within 9 s.
//   - out can no longer be written, or the client has stopped reading it. The same happens, but the answers are lost.
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

	l := &loop{
		server: s, client: client, out: newWriter(s.scrub), written: make(chan struct{}), unread: make(chan struct{}), stop: stop,
		calls: newPendingCalls(),
	}
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
	err := l.read(server.WithSupportedProtocolVersions(s.protocol.WithContext(ctx, client), versions()), in)
	l.asking.close()
	if file, ok := out.(*os.File); ok {
		go watchReader(ctx, file, stop)
	}
	l.drain(ctx)
	return err
}

// read dispatches what the client sends until in or ctx ends.
func (l *loop) read(ctx context.Context, in io.Reader) error {
	lines := receive(ctx, in)
	for ctx.Err() == nil {
		if !l.makeRoom(ctx) {
			return nil
		}
		select {
		case <-ctx.Done():
		case got, open := <-lines:
			switch {
			case !open:
				return nil
			case got.err == nil:
				l.dispatch(ctx, got)
			case errors.Is(got.err, errLineTooLong):
				l.out.send(outgoing{line: refusal(nil, fault(mcp.INVALID_REQUEST, got.err.Error()))})
			default:
				return fmt.Errorf("read from the client: %w", got.err)
			}
		}
	}
	return nil
}

// makeRoom waits while too much is under way or unread, so that memory is bounded whatever a client sends or does not read.
// It returns false when the client has stopped reading.
func (l *loop) makeRoom(ctx context.Context) bool {
	for ctx.Err() == nil && (l.out.full() || l.calls.full()) {
		if l.out.stalled() {
			l.giveUp(ctx)
			return false
		}
		time.Sleep(limits.Look)
	}
	return true
}

// giveUp drops what the client does not read, and ends the calls.
func (l *loop) giveUp(ctx context.Context) {
	l.out.discard()
	close(l.unread)
	l.stop()
	l.server.log.WarnContext(ctx, "stopping: the client does not read its answers")
}

func (l *loop) dispatch(ctx context.Context, got received) {
	m, wrong := parse(got.line)
	switch {
	case wrong != nil:
		l.out.send(outgoing{line: refusal(m.id, wrong)})
	case m.response:
		l.asking.answer(m)
	case m.method == methodCancelled:
		l.cancel(m.params)
	case !m.isRequest():
		// Other notifications change nothing here.
	case m.method == methodCallTool:
		l.start(ctx, m, got.at)
	default:
		line, _ := l.server.answer(ctx, m)
		l.out.send(outgoing{line: line})
	}
}

// start runs a call on a goroutine of its own, which waits for a slot there, so that the reading never does.
func (l *loop) start(ctx context.Context, request message, read time.Time) {
	ctx, stop := context.WithCancel(ctx)
	call := l.calls.add(request, read, stop)
	x := &exchange{ctx: ctx, client: l.client, questions: l.asking, seals: l.server.seals, slots: l.server.slots, read: read}
	l.running.Go(func() {
		x.takeSlot()
		defer x.leaveSlot()
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
	if id := members(params)["requestId"]; id != nil {
		l.calls.cancel(id)
	}
}

// drain waits until all calls are answered and all answers are written. Once ctx has ended, it waits at most limits.Drain.
func (l *loop) drain(ctx context.Context) {
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		l.running.Wait()
		l.out.close()
		select {
		case <-l.written:
		case <-l.unread:
		}
	}()
	for waiting := true; waiting; {
		select {
		case <-finished:
			return
		case <-ctx.Done():
			waiting = false
		case <-time.After(limits.Look):
			if l.out.stalled() {
				l.giveUp(ctx)
			}
		}
	}
	left := limits.Drain
	select {
	case <-l.unread:
		left -= limits.Unread // the calls had that time already
	default:
	}
	select {
	case <-finished:
	case <-time.After(left):
		l.out.discard()
		l.server.log.WarnContext(ctx, "stopping with calls unfinished or answers unwritten")
	}
}
