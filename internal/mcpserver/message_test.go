package mcpserver

import (
	"slices"
	"strings"
	"testing"
)

// An error that belongs to no request has no id, because clients refuse a null one.
const (
	notAnObject = `{"jsonrpc":"2.0","error":{"code":-32600,"message":"not a JSON object; MCP has no batches: send one message a line"}}`
	badID       = `{"jsonrpc":"2.0","error":{"code":-32600,"message":"id must be a string or a number"}}`
	noMethod    = `{"jsonrpc":"2.0","error":{"code":-32600,"message":"method must be a string"}}`
	tooLong     = `{"jsonrpc":"2.0","error":{"code":-32600,"message":"message longer than 4 MiB: it was not read, and nothing was done"}}`
)

// notJSON is the error for a line that stops to be JSON at that byte.
func notJSON(at string) string {
	return `{"jsonrpc":"2.0","error":{"code":-32700,"message":"not a JSON message` + at + `"}}`
}

func errorFor(id, rest string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"error":` + rest + `}`
}

func TestFraming(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("x", maxLine)
	tests := map[string]struct {
		input string
		want  []string
	}{
		"nothing":                             {"", nil},
		"last line without end":               {ping("1"), []string{pong("1")}},
		"CRLF":                                {ping("1") + "\r\n" + ping("2") + "\r\n", []string{pong("1"), pong("2")}},
		"blank lines":                         {"\n \t\n\r\n" + ping("1") + "\n\n", []string{pong("1")}},
		"byte-order mark":                     {"\ufeff" + ping("1") + "\n" + ping("2"), []string{pong("1"), pong("2")}},
		"only a byte-order mark":              {"\ufeff\n", nil},
		"too long a line, then a good one":    {filler + "x\n" + ping("1"), []string{tooLong, pong("1")}},
		"too long a line that never ends":     {ping("1") + "\n" + filler + "x", []string{pong("1"), tooLong}},
		"a line of just the greatest length":  {ping("1") + strings.Repeat(" ", maxLine-len(ping("1"))) + "\n", []string{pong("1")}},
		"the same, one longer, without an id": {ping("1") + strings.Repeat(" ", maxLine-len(ping("1"))+1) + "\n", []string{tooLong}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := converse(t, newServer(echo), test.input); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		line string
		want string // nothing for silence
	}{
		"not JSON":                  {`{"jsonrpc":"2.0","id":1,`, notJSON(": malformed at byte 24")},
		"not UTF-8":                 {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":\"\xff\"}}", notJSON(" in UTF-8: other bytes at byte 56")},
		"two messages in a line":    {ping("1") + ping("2"), notJSON(": malformed at byte 53")},
		"batch":                     {"[" + ping("1") + "," + ping("2") + "]", notAnObject},
		"empty batch":               {"[]", notAnObject},
		"null":                      {"null", notAnObject},
		"string":                    {`"ping"`, notAnObject},
		"empty object":              {"{}", noMethod},
		"id alone":                  {`{"jsonrpc":"2.0","id":1}`, errorFor("1", `{"code":-32600,"message":"method must be a string"}`)},
		"method of the wrong type":  {`{"jsonrpc":"2.0","id":1,"method":1}`, errorFor("1", `{"code":-32600,"message":"method must be a string"}`)},
		"method null, no id":        {`{"jsonrpc":"2.0","method":null}`, noMethod},
		"wrong version of JSON-RPC": {`{"jsonrpc":"1.0","id":1,"method":"ping"}`, errorFor("1", `{"code":-32600,"message":"jsonrpc must be \"2.0\""}`)},
		"no version of JSON-RPC":    {`{"id":1,"method":"ping"}`, errorFor("1", `{"code":-32600,"message":"jsonrpc must be \"2.0\""}`)},
		"params an empty list":      {request("1", "ping", "[ ]"), pong("1")},
		"params text":               {request("1", "ping", `"{}"`), errorFor("1", `{"code":-32602,"message":"params must be an object"}`)},
		"params a list":             {request("1", "ping", "[1]"), errorFor("1", `{"code":-32602,"message":"params must be an object"}`)},
		"params null":               {request("1", "ping", "null"), pong("1")},
		"params absent":             {`{"jsonrpc":"2.0","id":1,"method":"ping"}`, pong("1")},
		"unknown members":           {`{"jsonrpc":"2.0","id":1,"method":"ping","extra":[1],"result":{}}`, pong("1")},
		"names in the wrong case":   {`{"jsonrpc":"2.0","id":1,"method":"ping","ID":null,"Method":"tools/list"}`, pong("1")},
		"unknown method":            {request("1", "shout", "{}"), errorFor("1", `{"code":-32601,"message":"Method shout not found"}`)},
		"id null":                   {ping("null"), badID},
		"id an object":              {ping(`{"a":1}`), badID},
		"id a list":                 {ping(`[1]`), badID},
		"id a boolean":              {ping("true"), badID},

		"initialized":                     {`{"jsonrpc":"2.0","method":"notifications/initialized"}`, ""},
		"unknown notification":            {`{"jsonrpc":"2.0","method":"notifications/nothing"}`, ""},
		"notification without a version":  {`{"method":"notifications/initialized","params":[]}`, ""},
		"a request's method without id":   {`{"jsonrpc":"2.0","method":"tools/call","params":{"name":"buy"}}`, ""},
		"cancellation of nothing":         {cancelled("77"), ""},
		"cancellation without requestId":  {`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}`, ""},
		"cancellation without params":     {`{"jsonrpc":"2.0","method":"notifications/cancelled"}`, ""},
		"cancellation with a params list": {`{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}`, ""},
		"response":                        {`{"jsonrpc":"2.0","id":1,"result":{}}`, ""},
		"error response":                  {`{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"no"}}`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := []string{pong(`"after"`)}
			if test.want != "" {
				want = []string{test.want, pong(`"after"`)}
			}
			got := converse(t, newServer(echo), test.line+"\n"+ping(`"after"`))
			if !slices.Equal(got, want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestIDsAreEchoedExactly(t *testing.T) {
	t.Parallel()
	ids := []string{
		`22.0`, `1e2`, `-1.5E-7`, `0`, `-0`, `-1`, `1`, `9007199254740993`, `18446744073709551617`, `-9223372036854775809`, strings.Repeat("9", 400),
		`""`, `"1"`, `"null"`, `"a b"`, `"\u0061"`, `"\u0026 & <>"`, `"\"\\\/\n\u2028"`, "\"\u2028\"", `"\ud800"`, `"🙂"`,
	}
	for _, id := range ids {
		t.Run(id[:min(len(id), 20)], func(t *testing.T) {
			t.Parallel()
			input := ping(id) + "\n" + request(id, "shout", "{}") + "\n" + call(id, "read", "{}")
			want := []string{
				pong(id),
				errorFor(id, `{"code":-32601,"message":"Method shout not found"}`),
				success(id, `{"args":{},"name":"read"}`),
			}
			if got := converse(t, newServer(echo), input); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestUnescapeHTML(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		``:                              ``,
		`"plain"`:                       `"plain"`,
		`"\u003ca\u003e \u0026 b"`:      `"<a> & b"`,
		`"\\u0026"`:                     `"\\u0026"`,
		`"\\\u0026"`:                    `"\\&"`,
		`"\\\\u0026 \\\\\u0026"`:        `"\\\\u0026 \\\\&"`,
		`"\u2028 \u0000 \n \" \u00e9"`:  `"\u2028 \u0000 \n \" \u00e9"`,
		`{"\u0026":"\"\u0026\"","a":1}`: `{"&":"\"&\"","a":1}`,
	}
	for in, want := range tests {
		if got := string(unescapeHTML([]byte(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
