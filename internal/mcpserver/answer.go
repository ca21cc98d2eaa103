package mcpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	methodListTools = string(mcp.MethodToolsList)
	methodCallTool  = string(mcp.MethodToolsCall)
	methodDiscover  = string(mcp.MethodServerDiscover)
	methodListen    = string(mcp.MethodSubscriptionsListen)
	methodCancelled = string(mcp.MethodNotificationCancelled)
)

// answer returns the line that answers a request. It returns false when the line only says that there is no answer.
func (s *Server) answer(ctx context.Context, request message) ([]byte, bool) {
	line, err := s.respond(ctx, request)
	if err != nil {
		s.log.ErrorContext(ctx, "internal error: a request has no answer",
			slog.String("method", request.method), slog.Any("error", err))
		return refusal(request.id, fault(mcp.INTERNAL_ERROR, "internal error; see the log")), false
	}
	return line, true
}

// respond lets mcp-go answer a request, except where mcp-go would answer wrongly.
func (s *Server) respond(ctx context.Context, request message) ([]byte, error) {
	params := request.params
	switch request.method {
	case methodDiscover:
		if !declaresVersion(request.params) {
			return refusal(request.id, fault(mcp.INVALID_PARAMS, "params._meta must have "+mcp.MetaKeyProtocolVersion)), nil
		}
	case methodListen:
		return refusal(request.id, fault(mcp.METHOD_NOT_FOUND, "nothing to subscribe to: the tools never change")), nil
	case methodListTools:
		s.offer()
	case methodCallTool:
		s.offer()
		params = exchangeFrom(ctx).takeArguments(request.params)
	}
	if params == nil {
		params = json.RawMessage("{}")
	}
	// Any id will do, because HandleMessage returns the answer. The client's own id would not survive, because mcp-go reads
	// ids as floating-point numbers.
	line := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":%s,"params":%s}`, request.quoted, params)
	switch answer := s.protocol.HandleMessage(ctx, line).(type) {
	case mcp.JSONRPCResponse:
		return reply(request.id, "result", answer.Result)
	case mcp.JSONRPCError:
		return reply(request.id, "error", answer.Error)
	default:
		return nil, fmt.Errorf("unexpected answer %T", answer)
	}
}

// declaresVersion reports whether params name the request's protocol version (MCP 2026-07-28, server/discover).
func declaresVersion(params json.RawMessage) bool {
	var declared struct {
		Meta struct {
			Version string `json:"io.modelcontextprotocol/protocolVersion"`
		} `json:"_meta"`
	}
	return json.Unmarshal(params, &declared) == nil && declared.Meta.Version != ""
}
