package mcpserver

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	methodInitialize = string(mcp.MethodInitialize)
	methodListTools  = string(mcp.MethodToolsList)
	methodCallTool   = string(mcp.MethodToolsCall)
	methodDiscover   = string(mcp.MethodServerDiscover)
	methodListen     = string(mcp.MethodSubscriptionsListen)
	methodCancelled  = string(mcp.MethodNotificationCancelled)
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

// respond lets mcp-go answer a request, of which it gets what this server reads.
func (s *Server) respond(ctx context.Context, request message) ([]byte, error) {
	params := members(request.params)
	meta := members(params["_meta"])
	if wrong := s.wrong(request.method, params, meta); wrong != nil {
		return refusal(request.id, wrong), nil
	}
	switch request.method {
	case methodListTools:
		s.offer()
	case methodCallTool:
		s.offer()
		exchangeFrom(ctx).takeArguments(params)
	}
	// Any id will do, because HandleMessage returns the answer. The client's own id would not survive, because mcp-go reads
	// ids as floating-point numbers.
	line := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":%s,"params":%s}`, request.quoted, needed(request.method, params, meta))
	switch answer := s.protocol.HandleMessage(ctx, line).(type) {
	case mcp.JSONRPCResponse:
		line, err := reply(request.id, "result", answer.Result)
		switch {
		case err != nil:
			return nil, err
		case request.method == methodListTools:
			return fill(line, `"tools":`, `[]`, s.listed())
		case request.method == methodCallTool:
			return exchangeFrom(ctx).fill(line)
		}
		return line, nil
	case mcp.JSONRPCError:
		return reply(request.id, "error", answer.Error)
	default:
		return nil, fmt.Errorf("unexpected answer %T", answer)
	}
}
