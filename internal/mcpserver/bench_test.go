package mcpserver

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"testing"
)

func benchServer() *Server {
	schema := json.RawMessage(`{"type":"object","properties":{"customer":{"type":"string","description":"The customer's id."},` +
		`"limit":{"type":"integer","minimum":1,"maximum":100}},"required":["customer"],"additionalProperties":false}`)
	tools := make([]Tool, 10)
	for i := range tools {
		tools[i] = Tool{Name: "tool_" + strconv.Itoa(i), Description: "does something", Schemas: schemas(schema, schema)}
	}
	return New(Options{Tools: tools, Call: toolFunc(echo).handle})
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		benchServer()
	}
}

// BenchmarkCalls measures whole calls, from bytes to bytes.
func BenchmarkCalls(b *testing.B) {
	server := benchServer()
	line := call("1", "tool_3", `{"customer":"cus_test","limit":10}`) + "\n"
	b.ReportAllocs()
	if err := server.Serve(b.Context(), strings.NewReader(strings.Repeat(line, b.N)), io.Discard); err != nil {
		b.Fatal(err)
	}
}
