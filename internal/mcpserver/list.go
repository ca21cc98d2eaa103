package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// List returns the result of tools/list, by asking as a client would.
func (s *Server) List(ctx context.Context) (json.RawMessage, error) {
	var lines bytes.Buffer
	if err := s.Serve(ctx, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`), &lines); err != nil {
		return nil, err
	}
	var answer struct {
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
		return nil, fmt.Errorf("read the list of tools: %w", err)
	}
	return answer.Result, nil
}
