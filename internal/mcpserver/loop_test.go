package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
)

var okResult = Result{JSON: json.RawMessage(`{}`)}

func TestEverythingPipedInIsAnsweredEveryTime(t *testing.T) {
	t.Parallel()
	input := []string{request(`"i"`, "initialize", `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}`),
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`}
	want := []string{}
	for i := range 8 {
		id := strconv.Itoa(i)
		input = append(input, call(id, "read", "{}"))
		want = append(want, success(id, `{"args":{},"name":"read"}`))
	}
	for range 50 {
		got := converse(t, newServer(echo), strings.Join(input, "\n"))
		if len(got) != 9 || !strings.HasPrefix(got[0], `{"jsonrpc":"2.0","id":"i","result":{"protocolVersion"`) {
			t.Fatalf("got %d lines: %s", len(got), got)
		}
		calls := got[1:]
		slices.Sort(calls)
		if !slices.Equal(calls, want) {
			t.Fatalf("got  %s\nwant %s", calls, want)
		}
	}
}

func TestSlowCallsHoldUpNothing(t *testing.T) {
	t.Parallel()
	for _, slots := range []int{1, 200} {
		t.Run(fmt.Sprintf("%d at once", slots), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var running atomic.Int32
				release := make(chan struct{})
				server := newLimitedServer(slots, func(context.Context, string, json.RawMessage) Result {
					if now := running.Add(1); int(now) > slots {
						t.Errorf("%d calls at once", now)
					}
					defer running.Add(-1)
					<-release
					return okResult
				})
				c := connect(t.Context(), t, server)
				var want []string
				for i := range 200 {
					id := strconv.Itoa(i)
					c.send(call(id, "read", "{}"))
					want = append(want, success(id, "{}"))
				}
				synctest.Wait()
				if int(running.Load()) != slots {
					t.Errorf("%d calls are running, want %d", running.Load(), slots)
				}
				c.send(ping(`"still there?"`))
				c.expect(pong(`"still there?"`))
				close(release)
				shut(t, c.in)
				c.expectEnd(want...)
			})
		})
	}
}

func TestOneIDUsedTwiceIsAnsweredTwice(t *testing.T) {
	t.Parallel()
	want := success("1", `{"args":{},"name":"read"}`)
	got := converse(t, newServer(echo), call("1", "read", "{}")+"\n"+call("1", "read", "{}"))
	if !slices.Equal(got, []string{want, want}) {
		t.Errorf("got %s", got)
	}
}

// A client may send everything before it reads anything. It still gets all answers.
func TestClientMaySendEverythingBeforeItReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := connect(t.Context(), t, newServer(echo))
		var want []string
		for i := range 1000 {
			id := strconv.Itoa(i)
			c.send(request(id, "tools/list", "{}"))
			want = append(want, result(id, listing))
		}
		shut(t, c.in)
		c.expectEnd(want...)
	})
}

// untilCancelled is a call that waits to be cancelled and then answers.
func untilCancelled(ctx context.Context, _ string, _ json.RawMessage) Result {
	<-ctx.Done()
	return okResult
}

func TestCancelledCallsAreSilent(t *testing.T) {
	t.Parallel()
	start := []string{call("1", "read", "{}"), call(`"1"`, "read", "{}")}
	one, text := success("1", "{}"), success(`"1"`, "{}")
	tests := map[string]struct {
		send []string // after the two calls
		want []string // once ctx is cancelled, which ends all calls
	}{
		"none":                    {nil, []string{one, text}},
		"a number":                {[]string{cancelled("1")}, []string{text}},
		"a string":                {[]string{cancelled(`"1"`)}, []string{one}},
		"an unknown id":           {[]string{cancelled("2"), cancelled("null"), cancelled("{}")}, []string{one, text}},
		"one twice":               {[]string{cancelled("1"), cancelled("1")}, []string{text}},
		"an id in use twice":      {[]string{call("1", "read", "{}"), cancelled("1")}, []string{text}},
		"an id that is used anew": {[]string{cancelled("1"), call("1", "read", "{}")}, []string{one, text}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var waiting atomic.Int32
				ctx, stop := context.WithCancel(t.Context())
				c := connect(ctx, t, newServer(func(ctx context.Context, name string, args json.RawMessage) Result {
					waiting.Add(1)
					defer waiting.Add(-1)
					return untilCancelled(ctx, name, args)
				}))
				c.send(start...)
				c.send(test.send...)
				synctest.Wait()
				if int(waiting.Load()) != len(test.want) {
					t.Errorf("%d calls go on, want %d", waiting.Load(), len(test.want))
				}
				stop()
				c.expectEnd(test.want...)
				shut(t, c.in)
			})
		})
	}
}

// A call that waits for its turn, and an answer that waits to be written, can be cancelled too.
func TestCancellingWhatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		server := newLimitedServer(1, func(ctx context.Context, _ string, _ json.RawMessage) Result {
			select {
			case <-ctx.Done():
			case <-release:
			}
			return okResult
		})
		c := connect(t.Context(), t, server)
		c.send(call("1", "read", "{}"), ping(`"unread"`))
		synctest.Wait()
		c.send(call("2", "read", "{}"), cancelled("2"))
		synctest.Wait()
		close(release)
		synctest.Wait() // the answer to 1 is behind the ping's, which the client has not read yet
		c.send(cancelled("1"))
		synctest.Wait()
		shut(t, c.in)
		c.expectEnd(pong(`"unread"`))
	})
}

func TestInitializeCannotBeCancelled(t *testing.T) {
	t.Parallel()
	input := request("1", "initialize", `{"protocolVersion":"2025-11-25"}`) + "\n" + cancelled("1")
	if got := converse(t, newServer(echo), input); len(got) != 1 || !strings.Contains(got[0], `"protocolVersion"`) {
		t.Errorf("got %s", got)
	}
}

func TestReadErrorIsReturnedAfterTheAnswers(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var out strings.Builder
	in := io.MultiReader(strings.NewReader(call("1", "read", "{}")+"\n"), iotest.ErrReader(broken))
	if err := newServer(echo).Serve(t.Context(), in, &out); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if want := success("1", `{"args":{},"name":"read"}`) + "\n"; out.String() != want {
		t.Errorf("got  %s\nwant %s", out.String(), want)
	}
}
