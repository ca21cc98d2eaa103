package mcpclient_test

import (
	"errors"
	"os/exec"
	"slices"
	"testing"

	"stripe-mcp/internal/mcpclient"
)

// TestEveryLineIsSeen: tests find servers that say too much, so the client must not lose any of it.
func TestEveryLineIsSeen(t *testing.T) {
	t.Parallel()
	const server = `read request
		echo '{"jsonrpc":"2.0","id":1,"result":1}'
		echo '{"jsonrpc":"2.0","id":1,"result":2}'
		echo '{"jsonrpc":"2.0","id":1,"method":"ask"}'
		echo '{"jsonrpc":"2.0","id":7,"result":3}'
		echo '{"id":1,"result":4}'
		echo 'hello'
		printf '{"jsonrpc'`
	var answers, unasked []string
	client, err := mcpclient.StartWatched(exec.Command("sh", "-c", server), func(line []byte) { unasked = append(unasked, string(line)) })
	if err != nil {
		t.Fatal(err)
	}
	id := client.Expect(func(got mcpclient.Response) { answers = append(answers, string(got.Result)) })
	if err := client.Send(id, "ping", nil); err != nil {
		t.Fatal(err)
	}
	if err := client.Wait(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"1", "2"}; !slices.Equal(answers, want) {
		t.Errorf("answers are %q, want %q", answers, want)
	}
	want := []string{
		`{"jsonrpc":"2.0","id":1,"method":"ask"}` + "\n", `{"jsonrpc":"2.0","id":7,"result":3}` + "\n",
		`{"id":1,"result":4}` + "\n", "hello\n", `{"jsonrpc`,
	}
	if !slices.Equal(unasked, want) {
		t.Errorf("unasked is %q, want %q", unasked, want)
	}
}

// TestRequest: a request ends with its answer, or with the server.
func TestRequest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ says, result, fault string }{
		"a result, and the server ends at once": {`{"jsonrpc":"2.0","id":1,"result":{"a":1}}`, `{"a":1}`, ""},
		"an error":                              {`{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}`, "", "protocol error -32601: no"},
		"nothing":                               {"", "", "the server ended without an answer"},
		"nonsense":                              {"hello", "", "the server wrote something that is not JSON-RPC to stdout"},
	}
	for why, tt := range tests {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			client, err := mcpclient.Start(exec.Command("sh", "-c", `read request; test -z "$0" || echo "$0"`, tt.says))
			if err != nil {
				t.Fatal(err)
			}
			result, err := client.Request(t.Context(), "ping", nil)
			if err == nil {
				err = errors.New("")
			}
			if string(result) != tt.result || err.Error() != tt.fault {
				t.Errorf("got %s, %v", result, err)
			}
			if err := client.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
