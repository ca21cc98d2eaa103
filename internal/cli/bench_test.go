package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"testing"

	"stripe-mcp/internal/secret"
)

// benchStripe answers every request with one customer, at once and with hardly an allocation of its own.
func benchStripe(tb testing.TB) (address string) {
	tb.Helper()
	const customer = `{"id":"cus_NffrFeUfNV2Hib","object":"customer","created":1680893993,"email":"jennyrosen@example.com","livemode":false,"metadata":{"order":"6735"},"name":"Jenny Rosen"}`
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nRequest-Id: req_1\r\nContent-Length: %d\r\n\r\n%s", len(customer), customer)
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = listener.Close() })
	serve := func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		for requests := bufio.NewReader(conn); ; {
			for {
				line, err := requests.ReadSlice('\n')
				if err != nil {
					return
				}
				if len(line) == len("\r\n") {
					break
				}
			}
			if _, err := conn.Write(answer); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return "http://" + listener.Addr().String()
}

// serving starts a server on pipes and returns a function that sends it a line and waits for the answer.
func serving(tb testing.TB) (ask func(line string) []byte) {
	tb.Helper()
	input, in, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, output, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	p := &process{
		stdin: input, stdout: output, stderr: io.Discard, scrubber: &secret.Scrubber{},
		environment: []string{"HOME=" + tb.TempDir(), "STRIPE_MCP_STRIPE_SECRET_KEY=sk_test_MadeUp1", "STRIPE_MCP_API_BASE=" + benchStripe(tb)},
	}
	ended := make(chan ExitCode, 1)
	go func() { ended <- p.run(tb.Context(), nil) }()
	tb.Cleanup(func() {
		_ = in.Close()
		if code := <-ended; code != ExitOK {
			tb.Errorf("exit %d", code)
		}
	})
	answers := bufio.NewReader(out)
	ask = func(line string) []byte {
		if _, err := io.WriteString(in, line+"\n"); err != nil {
			tb.Fatal(err)
		}
		answer, err := answers.ReadSlice('\n')
		if err != nil {
			tb.Fatal(err)
		}
		return answer
	}
	ask(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`)
	return ask
}

// benchCalls are calls with all that happens between the two pipes and the socket.
func benchCalls() map[string]string {
	call := func(tool, arguments string) string {
		return `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"` + tool + `","arguments":` + arguments + `}}`
	}
	return map[string]string{
		"ping":    `{"jsonrpc":"2.0","id":2,"method":"ping"}`,
		"refused": call("stripe_get_customer", `{"customer_id":".."}`),
		"read":    call("stripe_get_customer", `{"customer_id":"cus_NffrFeUfNV2Hib"}`),
	}
}

// checkAnswer checks that a call went as far as its name says.
func checkAnswer(tb testing.TB, name string, answer []byte) {
	tb.Helper()
	if bytes.Contains(answer, []byte(`"isError":true`)) != (name == "refused") || bytes.Contains(answer, []byte("jennyrosen@example.com")) != (name == "read") {
		tb.Fatalf("%s", answer)
	}
}

func BenchmarkCall(b *testing.B) {
	for name, line := range benchCalls() {
		b.Run(name, func(b *testing.B) {
			ask := serving(b)
			checkAnswer(b, name, ask(line))
			b.ReportAllocs()
			for b.Loop() {
				ask(line)
			}
		})
	}
}

// TestAllocations are budgets for a call as a whole, mcp-go, stripe-go and net/http included. They leave room for the race
// detector and for what other goroutines do meanwhile.
func TestAllocations(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts what all goroutines allocate
	budgets := map[string]float64{"ping": 90, "refused": 250, "read": 470}
	for name, line := range benchCalls() { //nolint:paralleltest // AllocsPerRun counts what all goroutines allocate
		t.Run(name, func(t *testing.T) {
			ask := serving(t)
			checkAnswer(t, name, ask(line))
			const runs = 200
			if got := testing.AllocsPerRun(runs, func() { ask(line) }); got > budgets[name] {
				t.Errorf("%.0f allocations, more than %.0f", got, budgets[name])
			}
		})
	}
}
