package mcpserver

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// shapes are ways in which clients say what they can do, and whether that means that a person can be asked.
var shapes = map[string]bool{
	`{}`:                                  false,
	`[]`:                                  false,
	`null`:                                false,
	`"all"`:                               false,
	`7`:                                   false,
	`{"experimental":[]}`:                 false,
	`{"extensions":[],"tasks":[]}`:        false,
	`{"roots":true,"sampling":true}`:      false,
	`{"roots":{"listChanged":"yes"}}`:     false,
	`{"elicitation":null}`:                false,
	`{"elicitation":true}`:                false,
	`{"elicitation":[]}`:                  false,
	`{"elicitation":"form"}`:              false,
	`{"elicitation":{"form":true}}`:       false,
	`{"elicitation":{"form":[]}}`:         false,
	`{"elicitation":{"url":{}}}`:          false,
	`{"elicitation":{"url":true}}`:        false,
	`{"Elicitation":{}}`:                  false,
	`{"elicitation":{}}`:                  true,
	`{"elicitation":{"form":{}}}`:         true,
	`{"elicitation":{"form":null}}`:       true,
	`{"elicitation":{"form":{"a":1}}}`:    true,
	`{"elicitation":{"other":1}}`:         true,
	`{"elicitation":{"form":{},"url":1}}`: true,
	`{"elicitation":{"applyDefaults":1}}`: true,
	`{"elicitation":{},"roots":true,"sampling":[],"experimental":[],"tasks":1}`: true,
}

// newShapeServer returns a server whose tool answers whether a person can be asked, and with the client's name.
func newShapeServer() *Server {
	return New(Options{
		Version: "v1.2.3", Instructions: "Test mode & <nothing> else.",
		Tools: []Tool{{Name: "ask", Schemas: schemas([]byte(`{"type":"object"}`), nil)}},
		Call: func(_ context.Context, call *Call) Result {
			return Result{JSON: fmt.Appendf(nil, `{"asks":%t,"client":%q}`, call.CanAsk(), call.Client)}
		},
	})
}

func TestCapabilitiesOfAnyShape(t *testing.T) {
	t.Parallel()
	for shape, asks := range shapes {
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			object := fmt.Sprintf(`{"asks":%t,"client":"c"}`, asks)
			legacy := request("0", "initialize", `{"protocolVersion":"2025-11-25","capabilities":`+shape+`,"clientInfo":{"name":"c"}}`) + "\n" + call("1", "ask", "[]")
			want := []string{
				result("0", `"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":`+serverInfo+`,"instructions":"Test mode & <nothing> else."`),
				success("1", object),
			}
			if got := converse(t, newShapeServer(), legacy); !slices.Equal(got, want) {
				t.Errorf("at initialize: got  %s\nwant %s", got, want)
			}
			modernCall := request("1", "tools/call", `{"name":"ask","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",`+
				`"io.modelcontextprotocol/clientInfo":{"name":"c"},"io.modelcontextprotocol/clientCapabilities":`+shape+`}}`)
			want = []string{result("1", modern+`"content":[`+textBlock(object)+`],"resultType":"complete","structuredContent":`+object)}
			if got := converse(t, newShapeServer(), modernCall); !slices.Equal(got, want) {
				t.Errorf("in _meta: got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestClientInfoOfAnyShape(t *testing.T) {
	t.Parallel()
	infos := map[string]string{ // by shape: the name
		`{"name":"c","version":"1"}`: "c",
		`{"name":"c"}`:               "c",
		`{"name":"c","version":1.2,"title":[],"icons":{"a":1}}`:   "c",
		`{"name":"c","version":"1","icons":[{"src":1}]}`:          "c",
		`{"name":"c","version":"1","icons":[],"websiteUrl":null}`: "c",
		`{"name":7}`: "",
		`{}`:         "",
		`[]`:         "",
		`null`:       "",
		`"c"`:        "",
		`12`:         "",
	}
	for info, name := range infos {
		t.Run(info, func(t *testing.T) {
			t.Parallel()
			object := `{"asks":false,"client":"` + name + `"}`
			legacy := request("0", "initialize", `{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":`+info+`}`) + "\n" + call("1", "ask", "{}")
			got := converse(t, newShapeServer(), legacy)
			if len(got) != 2 || !strings.Contains(got[0], `"protocolVersion":"2025-06-18"`) || got[1] != success("1", object) {
				t.Errorf("at initialize: got %s", got)
			}
			modernCall := request("1", "tools/call", `{"name":"ask","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",`+
				`"io.modelcontextprotocol/clientInfo":`+info+`,"io.modelcontextprotocol/clientCapabilities":[]}}`)
			if got := converse(t, newShapeServer(), modernCall); len(got) != 1 || !strings.Contains(got[0], textBlock(object)) {
				t.Errorf("in _meta: got %s", got)
			}
		})
	}
}

// TestParamsOfAnyShape: what nobody reads here may have any shape, in every request.
func TestParamsOfAnyShape(t *testing.T) {
	t.Parallel()
	const hello = `"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":` + serverInfo + `,"instructions":"Test mode & <nothing> else."`
	tests := map[string]struct{ method, params, want string }{
		"tools/list []":                   {"tools/list", `[]`, result("1", listing)},
		"tools/list null":                 {"tools/list", `null`, result("1", listing)},
		"tools/list _meta []":             {"tools/list", `{"_meta":[]}`, result("1", listing)},
		"tools/list _meta text":           {"tools/list", `{"_meta":"x"}`, result("1", listing)},
		"tools/list cursor null":          {"tools/list", `{"cursor":null}`, result("1", listing)},
		"tools/list cursor empty":         {"tools/list", `{"cursor":""}`, result("1", listing)},
		"tools/list cursor []":            {"tools/list", `{"cursor":[]}`, result("1", listing)},
		"tools/list unknown members":      {"tools/list", `{"a":[],"b":{}}`, result("1", listing)},
		"ping []":                         {"ping", `[]`, pong("1")},
		"ping _meta []":                   {"ping", `{"_meta":[]}`, pong("1")},
		"ping progress token":             {"ping", `{"_meta":{"progressToken":{"a":[]}}}`, pong("1")},
		"initialize []":                   {"initialize", `[]`, result("1", hello)},
		"initialize {}":                   {"initialize", `{}`, result("1", hello)},
		"initialize version a number":     {"initialize", `{"protocolVersion":20251125}`, result("1", hello)},
		"initialize _meta []":             {"initialize", `{"protocolVersion":"2025-11-25","_meta":[]}`, result("1", hello)},
		"tools/call _meta []":             {"tools/call", `{"name":"read","_meta":[]}`, success("1", `{"args":{},"name":"read"}`)},
		"tools/call task []":              {"tools/call", `{"name":"read","task":[]}`, success("1", `{"args":{},"name":"read"}`)},
		"tools/call inputResponses []":    {"tools/call", `{"name":"read","inputResponses":[],"requestState":null}`, success("1", `{"args":{},"name":"read"}`)},
		"tools/call requestState number":  {"tools/call", `{"name":"read","requestState":1}`, success("1", `{"args":{},"name":"read"}`)},
		"tools/call progress token":       {"tools/call", `{"name":"read","_meta":{"progressToken":1.5}}`, success("1", `{"args":{},"name":"read"}`)},
		"prompts/list []":                 {"prompts/list", `[]`, errorFor("1", `{"code":-32601,"message":"prompts not supported"}`)},
		"resources/read with odd members": {"resources/read", `{"uri":[]}`, errorFor("1", `{"code":-32601,"message":"resources not supported"}`)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := converse(t, newServer(echo), request("1", test.method, test.params))
			if !slices.Equal(got, []string{test.want}) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestBatchesAreNotOffered: a client that asks for the version that has them gets the one before, and a batch is refused.
func TestBatchesAreNotOffered(t *testing.T) {
	t.Parallel()
	got := converse(t, newServer(echo), request("0", "initialize", `{"protocolVersion":"2025-03-26","capabilities":{}}`)+"\n["+ping("1")+"]\n"+ping("2"))
	if len(got) != 3 || !strings.Contains(got[0], `"protocolVersion":"2024-11-05"`) || got[1] != notAnObject || got[2] != pong("2") {
		t.Errorf("got %s", got)
	}
}
