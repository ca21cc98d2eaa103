package mcpserver

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"stripe-mcp/internal/limits"
)

// TestDelivery: the function that runs a call learns whether its answer reached a client that still wanted it.
func TestDelivery(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		send []string // the calls with id 1 come first
		told []bool   // of the first call
	}{
		"answered":                               {nil, []bool{true}},
		"a cancellation crosses the answer":      {[]string{cancelled("1")}, []bool{true, false}},
		"one that comes twice":                   {[]string{cancelled("1"), cancelled("1")}, []bool{true, false}},
		"one for another call":                   {[]string{cancelled("2")}, []bool{true}},
		"one for a later call with that id":      {[]string{call("1", "buy", "{}"), cancelled("1")}, []bool{true}},
		"one after so many others were answered": {append(slices.Repeat([]string{call("2", "read", "{}")}, remembered), cancelled("1")), []bool{true}},
		"one that means nothing":                 {[]string{"20ms", cancelled("1")}, []bool{true}},
		"one that just crossed the answer":       {[]string{"10ms", cancelled("1")}, []bool{true, false}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var told []bool
				calls := 0
				s := newServer(func(ctx context.Context, tool string, _ json.RawMessage) Result {
					if tool == "read" {
						return okResult
					}
					calls++
					if calls > 1 {
						return untilCancelled(ctx, tool, nil)
					}
					return Result{JSON: okResult.JSON, Delivered: func(ok bool) { told = append(told, ok) }}
				})
				c := connect(t.Context(), t, s)
				c.send(call("1", "buy", "{}"))
				c.expect(success("1", "{}"))
				synctest.Wait()
				for _, line := range test.send {
					if wait, err := time.ParseDuration(line); err == nil {
						time.Sleep(wait)
						continue
					}
					c.send(line)
					if line == call("2", "read", "{}") {
						c.expect(success("2", "{}"))
					}
					synctest.Wait()
				}
				shut(t, c.in)
				c.expectEnd()
				if !slices.Equal(told, test.told) {
					t.Errorf("told %v, want %v", told, test.told)
				}
			})
		})
	}
}

// TestTheContextOutlivesTheCall: until the answer's delivery is known, a call's context ends only if the client has left.
func TestTheContextOutlivesTheCall(t *testing.T) {
	t.Parallel()
	var ended []error
	s := newServer(func(ctx context.Context, _ string, _ json.RawMessage) Result {
		return Result{JSON: okResult.JSON, Delivered: func(bool) { ended = append(ended, ctx.Err()) }}
	})
	converse(t, s, call("1", "buy", "{}"))
	if !slices.Equal(ended, []error{nil}) {
		t.Errorf("the context was %v", ended)
	}
}

// TestALateAnswer can be taken back for longer: a client that gave up may send its cancellation when the answer comes.
func TestALateAnswer(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration][]bool{time.Second: {true, false}, 2 * time.Second: {true}} {
		t.Run(wait.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var told []bool
				c := connect(t.Context(), t, newServer(func(context.Context, string, json.RawMessage) Result {
					time.Sleep(limits.Patience)
					return Result{JSON: okResult.JSON, Delivered: func(ok bool) { told = append(told, ok) }}
				}))
				c.send(call("1", "buy", "{}"))
				c.expect(success("1", "{}"))
				synctest.Wait()
				time.Sleep(wait)
				c.send(cancelled("1"))
				synctest.Wait()
				shut(t, c.in)
				c.expectEnd()
				if !slices.Equal(told, want) {
					t.Errorf("told %v, want %v", told, want)
				}
			})
		})
	}
}
