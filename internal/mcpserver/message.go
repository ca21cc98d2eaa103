package mcpserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
)

// message is one JSON-RPC message from the client.
type message struct {
	id       json.RawMessage // as received, byte for byte; nil without a valid id
	method   string
	quoted   json.RawMessage // method as received
	params   json.RawMessage // a JSON object, or nil
	response bool            // an answer to a request of ours, with its
	result   json.RawMessage // result, nil when it is an error
	code     int             // of the error
}

// isRequest reports whether the client waits for an answer.
func (m message) isRequest() bool { return m.id != nil }

// parse reads one message. With a fault the message still has its id, if there is one, so that it can be answered.
//
// Names are compared exactly, as JSON requires. Only this function takes a message apart. So "ID" or "Method" mean nothing
// to any later reader.
func parse(line []byte) (message, *mcp.JSONRPCErrorDetails) {
	var fields map[string]json.RawMessage
	err := json.Unmarshal(line, &fields)
	if malformed, ok := errors.AsType[*json.SyntaxError](err); ok {
		return message{}, fault(mcp.PARSE_ERROR, fmt.Sprintf("not a JSON message: malformed at byte %d", malformed.Offset))
	}
	if !utf8.Valid(line) {
		return message{}, fault(mcp.PARSE_ERROR, fmt.Sprintf("not a JSON message in UTF-8: other bytes at byte %d", validUTF8(line)+1))
	}
	if fields == nil {
		return message{}, fault(mcp.INVALID_REQUEST, "not a JSON object; MCP has no batches: send one message a line")
	}
	method, named := fields["method"]
	if !named && (fields["result"] != nil || fields["error"] != nil) {
		var failure struct{ Code int }
		_ = json.Unmarshal(fields["error"], &failure) // of another shape it is an error all the same
		return message{response: true, id: fields["id"], result: fields["result"], code: failure.Code}, nil
	}
	id, identified := fields["id"]
	if identified && !isRequestID(id) {
		return message{}, fault(mcp.INVALID_REQUEST, "id must be a string or a number")
	}
	m := message{id: id, quoted: method}
	if !isString(method) || json.Unmarshal(method, &m.method) != nil {
		return m, fault(mcp.INVALID_REQUEST, "method must be a string")
	}
	if params := fields["params"]; string(params) != "null" && !isEmptyList(params) {
		m.params = params
	}
	if !m.isRequest() {
		return m, nil // a notification gets no answer, so its other faults do not matter
	}
	if string(fields["jsonrpc"]) != `"2.0"` {
		return m, fault(mcp.INVALID_REQUEST, `jsonrpc must be "2.0"`)
	}
	if m.params != nil && m.params[0] != '{' {
		return m, fault(mcp.INVALID_PARAMS, "params must be an object")
	}
	return m, nil
}

func isString(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '"' }

// isEmptyList reports whether raw is [], which PHP clients write for {}.
func isEmptyList(raw json.RawMessage) bool {
	return len(raw) > 1 && raw[0] == '[' && len(bytes.TrimSpace(raw[1:len(raw)-1])) == 0
}

// isRequestID reports whether raw can be an id: a string or a number, but not null. MCP wants integers; JSON-RPC allows any
// number, and some languages write 22 as 22.0.
func isRequestID(raw json.RawMessage) bool {
	return isString(raw) || raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9'
}

// validUTF8 returns how many bytes at the start of text are UTF-8.
func validUTF8(text []byte) int {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return len(text)
}

func fault(code int, text string) *mcp.JSONRPCErrorDetails {
	return &mcp.JSONRPCErrorDetails{Code: code, Message: text}
}

// reply returns the line that answers the request of that id with a result or an error. The id goes out as it came in. An
// error that belongs to no request has no id.
func reply(id json.RawMessage, member string, body any) ([]byte, error) {
	encoded, err := encode(body)
	if err != nil {
		return nil, err
	}
	line := []byte(`{"jsonrpc":"2.0",`)
	if id != nil {
		line = append(append(append(line, `"id":`...), id...), ',')
	}
	line = append(append(append(line, '"'), member...), `":`...)
	return append(append(line, encoded...), "}\n"...), nil
}

// refusal returns the line that answers the request of that id with one of our errors. Those can always be encoded.
func refusal(id json.RawMessage, f *mcp.JSONRPCErrorDetails) []byte {
	line, _ := reply(id, "error", f)
	return line
}

// encode returns v as JSON on one line. It leaves & < > as they are: some clients show results unchanged, and an escaped &
// breaks a URL.
func encode(v any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return unescapeHTML(bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))), nil
}

// unescapeHTML replaces \u0026, \u003c and \u003e in encoded JSON, in place. mcp-go's MarshalJSON methods always write these
// escapes, even when the encoder around them does not. A backslash occurs only in strings, and always with what it escapes.
// So no parsing is needed.
func unescapeHTML(encoded []byte) []byte {
	out := encoded[:0]
	for {
		at := bytes.IndexByte(encoded, '\\')
		if at < 0 {
			return append(out, encoded...)
		}
		out = append(out, encoded[:at]...)
		encoded = encoded[at:]
		switch string(encoded[:min(6, len(encoded))]) {
		case `\u0026`:
			out, encoded = append(out, '&'), encoded[6:]
		case `\u003c`:
			out, encoded = append(out, '<'), encoded[6:]
		case `\u003e`:
			out, encoded = append(out, '>'), encoded[6:]
		default:
			out, encoded = append(out, encoded[:2]...), encoded[2:]
		}
	}
}
