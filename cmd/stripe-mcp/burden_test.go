package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"stripe-mcp/internal/limits"
	"stripe-mcp/internal/mcpclient"
)

// checkMemory looks at the most memory that a process has had. Only Linux tells, and only of processes that have not ended.
func checkMemory(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid), "status"))
	if err != nil && runtime.GOOS == "linux" {
		t.Error(err)
	}
	_, text, found := strings.Cut(string(status), "VmHWM:")
	if !found {
		return
	}
	const most = 100 << 10
	kilobytes := 0
	if _, err := fmt.Sscan(text, &kilobytes); err != nil || kilobytes > most {
		t.Errorf("it took %d KB, %v", kilobytes, err)
	}
}

const mostTime = 10 * time.Second

const createCustomer = `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"stripe_create_customer","arguments":{"email":"a%d@example.com"}}}`

// TestAClientThatReadsNothing sends 100,000 requests, or as many as are taken, and closes its end.
func TestAClientThatReadsNothing(t *testing.T) { //nolint:paralleltest // measures memory, which tests beside it would use, too
	program := built(t) // the race detector takes a lot of memory for itself
	requests := map[string]func(i int) string{
		"ping": func(i int) string { return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"ping"}`, i) },
		"list": func(i int) string { return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/list"}`, i) },
		"call": func(i int) string { return fmt.Sprintf(createCustomer, i, i) },
	}
	for why, kinds := range map[string][]string{"pings": {"ping"}, "lists": {"list"}, "pings and calls": {"ping", "call"}} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			cmd := command(t, nil, "--simulator")
			cmd.Path = program
			cmd.Stderr = io.Discard
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = out.Close() }() // not earlier: until then somebody could still read
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			sent := make(chan struct{})
			go func() {
				defer close(sent)
				for i := range 100_000 {
					if _, err := fmt.Fprintln(in, requests[kinds[i%len(kinds)]](i)); err != nil {
						return // it takes no more
					}
				}
			}()
			for look := 0; look < 30; look++ {
				select {
				case <-sent:
					look = 30
				case <-time.After(200 * time.Millisecond):
				}
				checkMemory(t, cmd)
			}
			_ = in.Close()
			closed := time.Now()
			<-sent
			if err := waitFor(cmd); err != nil {
				t.Error(err)
			}
			if took := time.Since(closed); took > mostTime {
				t.Errorf("it ended after %v", took)
			}
		})
	}
}

// waitFor waits for the end of a process whose output is not read.
func waitFor(cmd *exec.Cmd) error {
	ended, err := cmd.Process.Wait()
	if err == nil && ended.ExitCode() != 0 {
		err = fmt.Errorf("exit code %d", ended.ExitCode())
	}
	return err
}

// TestBigMistakes: eight calls, each with as many wrong arguments as a message holds, are all told what is wrong.
func TestBigMistakes(t *testing.T) { //nolint:paralleltest // measures memory, which tests beside it would use, too
	program := built(t) // as above
	const size = 4<<20 - 300
	names := func(pattern string) string {
		var text strings.Builder
		for i := 0; text.Len() < size-100; i++ {
			_, _ = fmt.Fprintf(&text, pattern, i)
		}
		return text.String()
	}
	for why, arguments := range map[string]string{
		"names":    `{` + names(`"n%d":0,`) + `"email":"x"}`,
		"metadata": `{"metadata":{` + names(`"n%d":{},`) + `"n":0},"email":"x"}`,
		"numbers":  `{"email":[` + strings.Repeat("0,", size/2-20) + `0]}`,
		"a text":   `{"email":"` + strings.Repeat("<", size-20) + `"}`,
		"less":     `{"metadata":{"k":"` + strings.Repeat("<", 1<<20-100) + `"}}`,
		"fewer":    `{` + strings.Join(strings.SplitN(names(`"n%d":0,`), ",", 4900)[:4899], ",") + `}`,
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			cmd := command(t, nil, "--simulator")
			cmd.Path = program
			client, err := mcpclient.Start(cmd)
			if err != nil {
				t.Fatal(err)
			}
			line := []byte(`,"method":"tools/call","params":{"name":"stripe_create_customer","arguments":` + arguments + `}}`)
			told := make(chan mcpclient.Response)
			for range 8 {
				id := client.Expect(func(answer mcpclient.Response) { told <- answer })
				if err := client.WriteLine(append([]byte(`{"jsonrpc":"2.0","id":`+string(id)), line...)); err != nil {
					t.Fatal(err)
				}
			}
			for range 8 {
				if answer := <-told; !bytes.Contains(answer.Result, []byte("the arguments of stripe_create_customer are not valid")) || len(answer.Result) > 20_000 {
					t.Errorf("%v, %.300s", answer.Error, answer.Result)
				}
			}
			checkMemory(t, cmd)
			closed := time.Now()
			if err := client.Close(); err != nil {
				t.Error(err)
			}
			if took := time.Since(closed); took > mostTime {
				t.Errorf("it ended after %v", took)
			}
		})
	}
}

// TestAFrozenPeer: a process that is stopped while it holds the journal's lock stops no other one. What needs the journal is
// refused, and says why. The test holds the lock as such a process does.
func TestAFrozenPeer(t *testing.T) {
	t.Parallel()
	stripe := &slowStripe{}
	h := newHome(t)
	cmd := command(t, nil)
	cmd.Env = h.environment(testKey, "STRIPE_MCP_API_BASE="+serve(t, stripe.ServeHTTP))
	cmd.Stderr = io.Discard
	client := handshake(t, cmd)
	create := func(name string) mcpclient.ToolResult {
		got, err := client.Call(t.Context(), "stripe_create_customer", map[string]string{"email": name + "@example.com"})
		if err != nil {
			t.Error(err)
		}
		return got
	}
	if got := create("first"); got.IsError {
		t.Fatal(got.Text())
	}
	peer := flock.New(h.file(".local/state/stripe-mcp/journal/lock"))
	if err := peer.Lock(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = peer.Close() }()
	refused := make(chan mcpclient.ToolResult)
	for i := range 3 {
		go func() { refused <- create(strconv.Itoa(i)) }()
	}
	const generous = limits.Lock / 2 // far less than until the lock is given up
	for waiting := 3; waiting > 0; {
		begin := time.Now()
		if _, err := client.Request(t.Context(), "ping", nil); err != nil {
			t.Fatal(err)
		}
		got, err := client.Call(t.Context(), "stripe_get_customer", map[string]string{"customer_id": "cus_1"})
		if err != nil || got.IsError {
			t.Fatal(err, got.Text())
		}
		if took := time.Since(begin); took > generous {
			t.Errorf("a ping and a read took %v", took)
		}
		select {
		case got := <-refused:
			waiting--
			for _, part := range []string{`"outcome":"refused"`, `"type":"journal_unavailable"`, "another stripe-mcp process holds it"} {
				if !strings.Contains(got.Text(), part) {
					t.Errorf("%s is missing in %s", part, got.Text())
				}
			}
		case <-time.After(50 * time.Millisecond):
		}
	}
	stripe.check(t, 1)
}

// TestSwitchingProtocols: an answer whose body never ends holds neither the call nor the end of the process.
func TestSwitchingProtocols(t *testing.T) {
	t.Parallel()
	var asked sync.WaitGroup
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		asked.Go(func() { // and waits for what never comes
			_, _ = connection.Read(make([]byte, 1))
			_ = connection.Close()
		})
	})
	client := start(t, []string{testKey, "STRIPE_MCP_API_BASE=" + address, "STRIPE_MCP_TIMEOUT=3s"})
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			got, err := client.Call(t.Context(), "stripe_create_customer", map[string]string{"email": "ann@example.com"})
			if err != nil || !strings.Contains(got.Text(), `"outcome":"unknown"`) {
				t.Errorf("%v %s", err, got.Text())
			}
		})
		calls.Go(func() {
			got, err := client.Call(t.Context(), "stripe_get_customer", map[string]string{"customer_id": "cus_1"})
			if err != nil || !strings.Contains(got.Text(), `"outcome":"failed"`) {
				t.Errorf("%v %s", err, got.Text())
			}
		})
	}
	calls.Wait()
	asked.Wait()
}

// TestOpenQuestions: calls that wait for a person keep no other one waiting.
func TestOpenQuestions(t *testing.T) {
	t.Parallel()
	const questions = 256
	stripe := &slowStripe{}
	asked := make(chan []byte, questions)
	cmd := command(t, []string{testKey, "STRIPE_MCP_CONFIRM=always", "STRIPE_MCP_API_BASE=" + serve(t, stripe.ServeHTTP)})
	client, err := mcpclient.StartWatched(cmd, func(line []byte) { asked <- line })
	if err != nil {
		t.Fatal(err)
	}
	send(t, client, "initialize", `{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}`)
	told := make(chan mcpclient.Response, questions)
	for i := range questions {
		id := client.Expect(func(answer mcpclient.Response) { told <- answer })
		if err := client.Send(id, "tools/call", json.RawMessage(fmt.Sprintf(`{"name":"stripe_create_customer","arguments":{"email":"a%d@example.com"}}`, i))); err != nil {
			t.Fatal(err)
		}
	}
	for range questions {
		if line := <-asked; !bytes.Contains(line, []byte("elicitation/create")) {
			t.Fatalf("got %s", line)
		}
	}
	got, err := client.Call(t.Context(), "stripe_get_customer", map[string]string{"customer_id": "cus_1"})
	if err != nil || got.IsError || len(told) > 0 {
		t.Errorf("%v %s, %d calls were answered before", err, got.Text(), len(told))
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	stripe.check(t, 0)
}
