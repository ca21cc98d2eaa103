package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// TestOddClients: what real clients write on the left, and a part of each answer on the right, byte for byte.
func TestOddClients(t *testing.T) {
	t.Parallel()
	const call = `"method":"tools/call","params":{"name":"stripe_list_subscriptions"`
	cmd := command(t, nil, "--simulator", "--log-level", "debug")
	exchange := []struct{ line, answer string }{
		{"\ufeff" + `{"jsonrpc":"2.0","id":"php","method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{"experimental":[],"roots":true},"clientInfo":{"name":"php","icons":{}}}}`,
			`"id":"php","result":{"protocolVersion":"2024-11-05"`},
		{`{"jsonrpc":"2.0","method":"notifications/initialized","params":[]}`, ""},
		{"", ""},
		{`{"jsonrpc":"2.0","id":22.0,"method":"ping","params":[]}` + "\r", `"id":22.0,"result":{}`},
		{`{"jsonrpc":"2.0","id":1e2,"method":"tools/list","params":[]}`, `"id":1e2,"result":{"tools":[{`},
		{`{"jsonrpc":"2.0","id":3,` + call + `,"arguments":[],"_meta":[]}}`, `"id":3,"result":{"content":[{"type":"text","text":"{\"has_more\":false`},
		{`{"jsonrpc":"2.0","id":4,` + call + `,"arguments":{"toolCallId":"c","sessionId":"s","action":"a","chatInput":"i"}}}`, `"id":4,"result":{"content":[{"type":"text","text":"{\"has_more\":false`},
		{`{"jsonrpc":"2.0","id":5,` + call + `,"arguments":{"kwargs":{"limit":1}}}}`, `put the arguments at the top level`},
		{`{"jsonrpc":"2.0","id":6,` + call + `,"arguments":"{\"limit\": 1"}}`, `the JSON is malformed at line 1, column 11`},
		{`[{"jsonrpc":"2.0","id":7,"method":"ping"}]`, `MCP has no batches`},
		{`{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"stripe_get_costumer"}}`, `"id":8,"error":{"code":-32602,"message":"unknown tool \"stripe_get_costumer\"; did you mean stripe_get_customer?"}`},
		{`{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"stripe_create_customer","arguments":{"email":"a@shop.example","name":12345}}}`, `\"name\":\"12345\"`},
		{`{"jsonrpc":"2.0","id":10,"method":"tools/call","params":{"name":"stripe_cancel_subscription","arguments":{"subscription_id":"sub_1","cancel_at_period_end":""}}}`,
			`to end the subscription now, leave it out`},
	}
	var input, stderr strings.Builder
	want := 0
	for _, e := range exchange {
		input.WriteString(e.line + "\n")
		if e.answer != "" {
			want++
		}
	}
	cmd.Stdin, cmd.Stderr = strings.NewReader(input.String()), &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exchange {
		if !strings.Contains(string(output), e.answer) {
			t.Errorf("%s: no %s", e.line, e.answer)
		}
	}
	if got := bytes.Count(output, []byte("\n")); got != want {
		t.Errorf("%d answers, want %d", got, want)
	}
	for line := range bytes.Lines(output) {
		if !json.Valid(line) {
			t.Errorf("not JSON: %s", line)
		}
	}
	if !strings.Contains(stderr.String(), "ignored what the client added to the arguments") || strings.Contains(stderr.String(), "chatInput=i") {
		t.Errorf("logged %s", stderr.String())
	}
}

// TestCallReadsWhatWindowsPipes: PowerShell 5 writes UTF-16 into files.
func TestCallReadsWhatWindowsPipes(t *testing.T) {
	t.Parallel()
	const arguments = "{\"email\": \"a@shop.example\",\r\n \"name\": \"Jürgen\"}\r\n"
	for name, order := range map[string]unicode.Endianness{"little end first": unicode.LittleEndian, "big end first": unicode.BigEndian} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			encoded, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().String(arguments)
			if err != nil {
				t.Fatal(err)
			}
			cmd := command(t, nil, "--simulator", "call", "stripe_create_customer", "-")
			cmd.Stdin = strings.NewReader(encoded)
			if output, err := cmd.Output(); err != nil || !strings.Contains(string(output), `"name":"Jürgen"`) {
				t.Errorf("%v: %s", err, output)
			}
		})
	}
}
