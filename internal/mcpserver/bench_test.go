package mcpserver

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"testing"

	"stripe-mcp/internal/secret"
)

func benchServer() *Server {
	schema := json.RawMessage(`{"type":"object","properties":{"customer":{"type":"string","description":"The customer's id."},` +
		`"limit":{"type":"integer","minimum":1,"maximum":100}},"required":["customer"],"additionalProperties":false}`)
	tools := make([]Tool, 10)
	for i := range tools {
		tools[i] = Tool{Name: "tool_" + strconv.Itoa(i), Description: "does something", Schemas: schemas(schema, schema)}
	}
	scrubber := &secret.Scrubber{}
	scrubber.Learn(secret.New("sk_test_MadeUpKeyOfAUsualLength"))
	return New(Options{Tools: tools, Call: toolFunc(echo).handle, Scrub: scrubber.Scrub})
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
