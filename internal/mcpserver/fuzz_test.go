package mcpserver

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzServe checks what must hold for any input. Every line out is one JSON-RPC message with a result or an error. It has
// the id of a message that came in. Only an error may have no id, and no id is null.
func FuzzServe(f *testing.F) {
	f.Add([]byte(ping("1") + "\n" + call(`"x"`, "read", `{"a":"&"}`) + "\n" + cancelled(`"x"`)))
	f.Add([]byte(request("null", "initialize", "{}") + "\n[]\n{}\n\xff\n" + `{"id":1,"result":null}`))
	f.Add([]byte(request("1", "server/discover", "{"+meta+"}") + "\n" + request("2", "tools/call", "{"+meta+`,"name":"buy"}`)))
	f.Add([]byte(request("1", "subscriptions/listen", "{"+meta+`,"notifications":{"toolsListChanged":true}}`)))
	for _, method := range []string{"initialize", "tools/list", "logging/setLevel", "resources/read", "prompts/get", "tasks/get", "completion/complete"} {
		f.Add([]byte(request("1", method, `{"cursor":1,"name":[],"_meta":[]}`)))
	}
	for _, shape := range []string{`[]`, `null`, `"x"`, `1`, `{"elicitation":[]}`, `{"elicitation":{"form":[],"url":1}}`, `{"experimental":[],"roots":true}`} {
		f.Add([]byte(request("1e2", "initialize", `{"protocolVersion":1,"capabilities":`+shape+`,"clientInfo":`+shape+`}`) + "\r\n\ufeff" +
			request("22.0", "tools/call", `{"name":"read","arguments":`+shape+`,"_meta":`+strings.ReplaceAll("{"+meta[len(`"_meta":{`):], "{}", shape)+`}`)))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var out bytes.Buffer
		if err := newServer(echo).Serve(t.Context(), bytes.NewReader(input), &out); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			var message struct {
				JSONRPC       string
				ID            *json.RawMessage
				Result, Error map[string]any
			}
			decoder := json.NewDecoder(strings.NewReader(line))
			if err := decoder.Decode(&message); err != nil || !strings.HasSuffix(line, "}\n") {
				t.Fatalf("%q: %v", line, err)
			}
			if message.JSONRPC != "2.0" || (message.Result == nil) == (message.Error == nil) {
				t.Errorf("not a JSON-RPC answer: %s", line)
			}
			if message.ID == nil && (message.Result != nil || strings.HasPrefix(line, `{"jsonrpc":"2.0","id"`)) {
				t.Errorf("no id, or a null one: %s", line)
			}
			if message.ID != nil && !bytes.Contains(input, *message.ID) {
				t.Errorf("an id that nobody sent: %s", line)
			}
		}
	})
}
