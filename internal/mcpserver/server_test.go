package mcpserver

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

const (
	serverInfo = `{"name":"stripe-mcp","version":"v1.2.3","title":"Stripe"}`
	modern     = `"_meta":{"io.modelcontextprotocol/serverInfo":` + serverInfo + `},`
	listing    = `"tools":[` +
		`{"annotations":{"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":true},"description":"a < b",` +
		`"inputSchema":{"type":"object","description":"1 < 2 & 3 > 2"},"name":"read",` +
		`"outputSchema":{"type":"object","description":"1 < 2 & 3 > 2"},"title":"Read & see"},` +
		`{"annotations":{"readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true},"description":"buys",` +
		`"inputSchema":{"type":"object","description":"1 < 2 & 3 > 2"},"name":"buy","title":"Buy"}]`
)

func result(id, members string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"result":{` + members + `}}`
}

func TestInitialize(t *testing.T) {
	t.Parallel()
	versions := map[string]string{ // asked for: agreed on
		"2024-11-05": "2024-11-05", "2025-03-26": "2024-11-05", "2025-06-18": "2025-06-18", "2025-11-25": "2025-11-25",
		"2026-07-28": "2025-11-25", "2099-01-01": "2025-11-25", "1999-01-01": "2025-11-25", "": "2025-11-25",
	}
	for asked, agreed := range versions {
		t.Run(asked, func(t *testing.T) {
			t.Parallel()
			input := request("0", "initialize", `{"protocolVersion":"`+asked+`","capabilities":{},"clientInfo":{"name":"test","version":"1"}}`)
			want := result("0", `"protocolVersion":"`+agreed+`","capabilities":{"tools":{}},"serverInfo":`+serverInfo+
				`,"instructions":"Test mode & <nothing> else."`)
			if got := converse(t, newServer(echo), input); !slices.Equal(got, []string{want}) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestRequestsOfBothEras(t *testing.T) {
	t.Parallel()
	const needsVersion = `{"code":-32602,"message":"params._meta must have io.modelcontextprotocol/protocolVersion"}`
	tests := map[string]struct{ request, want string }{
		"legacy ping": {ping("1"), pong("1")},
		"legacy list": {request("1", "tools/list", "{}"), result("1", listing)},
		"legacy call": {call("1", "read", `{"a":1}`), success("1", `{"args":{"a":1},"name":"read"}`)},
		"modern discover": {
			request("1", "server/discover", `{`+meta+`}`),
			result("1", modern+`"resultType":"complete","ttlMs":0,"cacheScope":"private",`+
				`"supportedVersions":["2026-07-28","2025-11-25","2025-06-18","2024-11-05"],`+
				`"capabilities":{"tools":{}},"instructions":"Test mode & <nothing> else."`),
		},
		"modern list": {
			request("1", "tools/list", `{`+meta+`}`),
			result("1", modern+`"resultType":"complete","ttlMs":0,"cacheScope":"private",`+listing),
		},
		"modern call": {
			request("1", "tools/call", `{`+meta+`,"name":"read"}`),
			result("1", modern+`"content":[`+textBlock(`{"args":{},"name":"read"}`)+`],"resultType":"complete",`+
				`"structuredContent":{"args":{},"name":"read"}`),
		},
		"modern ping": {
			request("1", "ping", `{`+meta+`}`),
			errorFor("1", `{"code":-32601,"message":"\"ping\" was removed in protocol version 2026-07-28"}`),
		},
		"modern subscription": {
			request("1", "subscriptions/listen", `{`+meta+`,"notifications":{"toolsListChanged":true}}`),
			errorFor("1", `{"code":-32601,"message":"nothing to subscribe to: the tools never change"}`),
		},
		"discover without params":           {`{"jsonrpc":"2.0","id":1,"method":"server/discover"}`, errorFor("1", needsVersion)},
		"discover without a version":        {request("1", "server/discover", `{"_meta":{}}`), errorFor("1", needsVersion)},
		"discover with a version not text":  {request("1", "server/discover", strings.Replace("{"+meta+"}", `"2026-07-28"`, "2026", 1)), errorFor("1", needsVersion)},
		"discover with a version too early": {request("1", "server/discover", strings.Replace("{"+meta+"}", "2026-07-28", "2025-11-25", 1)), errorFor("1", `{"code":-32601,"message":"\"server/discover\" requires protocol version 2026-07-28 or later"}`)},
		"modern version of the future": {
			request("1", "tools/list", strings.Replace("{"+meta+"}", "2026-07-28", "2099-01-01", 1)),
			errorFor("1", `{"code":-32022,"message":"unsupported protocol version: \"2099-01-01\" (supported: [2026-07-28 2025-11-25 2025-06-18 2024-11-05])",`+
				`"data":{"supported":["2026-07-28","2025-11-25","2025-06-18","2024-11-05"],"requested":"2099-01-01"}}`),
		},
		"a version without capabilities": {
			request("1", "tools/list", `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}`),
			errorFor("1", `{"code":-32602,"message":"params._meta must have io.modelcontextprotocol/clientCapabilities"}`),
		},
		"unknown tool":          {call("1", "nope", "{}"), errorFor("1", `{"code":-32602,"message":"unknown tool \"nope\"; tools/list has read, buy"}`)},
		"misspelt tool":         {call("1", "raed", "{}"), errorFor("1", `{"code":-32602,"message":"unknown tool \"raed\"; did you mean read?"}`)},
		"a tool like a key":     {call("1", "sk_test_MadeUpTail", "{}"), errorFor("1", `{"code":-32602,"message":"unknown tool of that name; tools/list has read, buy"}`)},
		"a very long tool":      {call("1", strings.Repeat("x", 65), "{}"), errorFor("1", `{"code":-32602,"message":"unknown tool of that name; tools/list has read, buy"}`)},
		"no tool":               {request("1", "tools/call", "{}"), errorFor("1", `{"code":-32602,"message":"params.name must be the name of a tool; tools/list has read, buy"}`)},
		"no params for a call":  {`{"jsonrpc":"2.0","id":1,"method":"tools/call"}`, errorFor("1", `{"code":-32602,"message":"params.name must be the name of a tool; tools/list has read, buy"}`)},
		"a tool that is a list": {request("1", "tools/call", `{"name":["read"]}`), errorFor("1", `{"code":-32602,"message":"params.name must be the name of a tool; tools/list has read, buy"}`)},
		"a cursor":              {request("1", "tools/list", `{"cursor":"abc"}`), errorFor("1", `{"code":-32602,"message":"params.cursor is unknown: tools/list has one page"}`)},
		"prompts":               {request("1", "prompts/list", "{}"), errorFor("1", `{"code":-32601,"message":"prompts not supported"}`)},
		"logging":               {request("1", "logging/setLevel", `{"level":"debug"}`), errorFor("1", `{"code":-32601,"message":"logging not supported"}`)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := converse(t, newServer(echo), test.request); !slices.Equal(got, []string{test.want}) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// A hidden tool is not listed (TestRequestsOfBothEras), but a call reaches it, so that it can be refused by name.
func TestHiddenToolIsCalled(t *testing.T) {
	t.Parallel()
	want := success("1", `{"args":{},"name":"gone"}`)
	if got := converse(t, newServer(echo), call("1", "gone", "{}")); !slices.Equal(got, []string{want}) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestArgumentsArriveUntouched(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ params, want string }{
		"absent":             {`{"name":"read"}`, `{}`},
		"null":               {`{"name":"read","arguments":null}`, `{}`},
		"object":             {`{"name":"read","arguments":{ "b": "\u0061&<\u0026", "a":14.0 }}`, `{ "b": "\u0061&<\u0026", "a":14.0 }`},
		"numbers of no type": {`{"name":"read","arguments":{"a":9007199254740993,"b":1e999}}`, `{"a":9007199254740993,"b":1e999}`},
		"object in a string": {`{"name":"read","arguments":"{\"a\":1}"}`, `"{\"a\":1}"`},
		"list":               {`{"name":"read","arguments":[1]}`, `[1]`},
		"number":             {`{"name":"read","arguments":0}`, `0`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got string
			converse(t, newServer(func(_ context.Context, _ string, args json.RawMessage) Result {
				got = string(args)
				return Result{JSON: json.RawMessage(`{}`)}
			}), request("1", "tools/call", test.params))
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	const object = `{"url":"https://x.test/?a=1&b=<2>","back":"\\u0026","quote":"\"","line":"\u2028","z":1.0,"big":9007199254740993}`
	tests := map[string]struct {
		result Result
		want   string
	}{
		"a success is text and structure": {Result{JSON: json.RawMessage(object)}, success("1", object)},
		"a failure is text only":          {Result{JSON: json.RawMessage(object), IsError: true}, failure("1", object)},
		"a result that is not JSON":       {Result{JSON: json.RawMessage(`{"a"`)}, errorFor("1", `{"code":-32603,"message":"internal error; see the log"}`)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServer(func(context.Context, string, json.RawMessage) Result { return test.result })
			if got := converse(t, server, call("1", "read", "{}")); !slices.Equal(got, []string{test.want}) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
