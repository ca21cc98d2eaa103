package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"stripe-mcp/internal/limits"
)

// These tests use the bubble's clock. It is exact and does not depend on the machine's speed.
func TestStopping(t *testing.T) {
	t.Parallel()
	lasting := func(d time.Duration) toolFunc {
		return func(context.Context, string, json.RawMessage) Result {
			time.Sleep(d)
			return okResult
		}
	}
	tests := map[string]struct {
		call       toolFunc
		end, stop  bool // of the input; by a signal
		answeredIn time.Duration
	}{
		"input ends: a call finishes, however long it takes": {lasting(time.Hour), true, false, time.Hour},
		"signal: a call that can stop answers at once":       {untilCancelled, false, true, 0},
		"signal: a call that must finish does":               {lasting(8 * time.Second), false, true, 8 * time.Second},
		"signal after the end of the input":                  {untilCancelled, true, true, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				c := connect(ctx, t, newServer(test.call))
				begin := time.Now()
				c.send(call("1", "buy", "{}"))
				if test.end {
					shut(t, c.in)
				}
				synctest.Wait()
				if test.stop {
					stop()
				}
				c.expectEnd(success("1", "{}"))
				if took := time.Since(begin); took != test.answeredIn {
					t.Errorf("took %v, want %v", took, test.answeredIn)
				}
				shut(t, c.in)
			})
		})
	}
}

// When the process is asked to stop, a call that waits for its turn does not wait for the calls before it.
func TestStoppingReachesCallsThatWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		server := newLimitedServer(1, func(ctx context.Context, _ string, _ json.RawMessage) Result {
			if ctx.Err() == nil {
				time.Sleep(5 * time.Second)
			}
			return okResult
		})
		c := connect(ctx, t, server)
		c.send(call("1", "read", "{}"))
		synctest.Wait()
		c.send(call("2", "read", "{}"))
		synctest.Wait()
		stop()
		c.expect(success("2", "{}"))
		c.expectEnd(success("1", "{}"))
		shut(t, c.in)
	})
}

func TestStoppingTakesNineSecondsAtMost(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"with a call that goes on":            call("1", "buy", "{}"),
		"with a client that reads no answers": ping("1"),
	}
	for name, message := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				out := &slowWriter{takes: time.Hour}
				ended := make(chan error)
				in, inWrite := io.Pipe()
				go func() {
					ended <- newServer(func(context.Context, string, json.RawMessage) Result {
						time.Sleep(time.Hour)
						return okResult
					}).Serve(ctx, in, out)
				}()
				if _, err := io.WriteString(inWrite, message+"\n"+message+"\n"); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				begin := time.Now()
				stop()
				if err := <-ended; err != nil {
					t.Errorf("Serve: %v", err)
				}
				if took := time.Since(begin); took != limits.Drain {
					t.Errorf("took %v", took)
				}
				begun := out.writes.Load()
				shut(t, inWrite)
				time.Sleep(24 * time.Hour)
				if writes := out.writes.Load(); writes != begun {
					t.Errorf("wrote %d times after the end", writes-begun)
				}
			})
		})
	}
}

// A client that reads nothing is given up, so that neither memory nor the end of the process depends on it.
func TestAClientThatReadsNothing(t *testing.T) {
	t.Parallel()
	const tick = limits.Look
	tests := map[string]struct {
		pings, end bool
		takes      time.Duration // a call
		endsIn     time.Duration
	}{
		"pings, and the input ends":              {pings: true, end: true, endsIn: limits.Unread},
		"calls that are answered":                {endsIn: limits.Unread},
		"calls that are answered, then the end":  {end: true, endsIn: limits.Unread},
		"calls that take too long, then the end": {pings: true, end: true, takes: time.Hour, endsIn: limits.Drain},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				in, inWrite := io.Pipe()
				ended := make(chan error, 1)
				go func() {
					ended <- newServer(func(context.Context, string, json.RawMessage) Result {
						time.Sleep(test.takes)
						return okResult
					}).Serve(t.Context(), in, &slowWriter{takes: 24 * time.Hour})
				}()
				go func() {
					for i := range mostCalls + 10 {
						message := call(strconv.Itoa(i), "buy", "{}")
						if test.pings && i > 0 {
							message = ping(strconv.Itoa(i))
						}
						_, _ = io.WriteString(inWrite, message+"\n")
					}
					if test.end {
						_ = inWrite.Close()
					}
				}()
				begin := time.Now()
				if err := <-ended; err != nil {
					t.Errorf("Serve: %v", err)
				}
				if took := time.Since(begin); took < test.endsIn || took > test.endsIn+2*tick {
					t.Errorf("took %v, want %v", took, test.endsIn)
				}
				_ = in.Close()
				time.Sleep(48 * time.Hour)
			})
		})
	}
}

// slowWriter is a client that reads slowly.
type slowWriter struct {
	takes  time.Duration
	writes atomic.Int32
}

func (w *slowWriter) Write(p []byte) (int, error) {
	w.writes.Add(1)
	time.Sleep(w.takes)
	return len(p), nil
}

// A client that stops reading is like a signal: running calls are told, and finish.
func TestClosedOutput(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		finished := false
		c := connect(t.Context(), t, newServer(func(ctx context.Context, _ string, _ json.RawMessage) Result {
			<-ctx.Done()
			time.Sleep(8 * time.Second)
			finished = true
			return okResult
		}))
		c.send(call("1", "buy", "{}"))
		shut(t, c.outPipe)
		c.send(ping("2"))
		if err := <-c.ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if !finished {
			t.Error("the call was abandoned")
		}
		shut(t, c.in)
	})
}

// watchedPipe is a real pipe that reports how its reads fail.
type watchedPipe struct {
	*os.File
	failed chan error
}

func (w *watchedPipe) Read(p []byte) (int, error) {
	n, err := w.File.Read(p)
	if err != nil {
		w.failed <- err
	}
	return n, err
}

func TestSignalInterruptsReading(t *testing.T) {
	t.Parallel()
	file, inWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in := &watchedPipe{file, make(chan error, 1)}
	defer shut(t, in, inWrite)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	out, outWrite := io.Pipe()
	go func() { ended <- newServer(echo).Serve(ctx, in, outWrite) }()
	if _, err := io.WriteString(inWrite, ping("1")+"\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len(pong("1")+"\n"))); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := <-in.failed; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("reading ended with %v", err)
	}
}
