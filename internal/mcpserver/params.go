package mcpserver

import (
	"encoding/json"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
)

// withBatches is the one protocol version that wants batches answered. It is not offered: no client in use sends a batch, and
// one answer to many calls would be delivered, cancelled or lost as a whole. A client that asks for it gets the version
// before, which has all that this server uses and which the clients of that time know.
const withBatches = mcp.ProtocolVersion20250326

// versions returns the protocol versions that are offered.
func versions() []string {
	return slices.DeleteFunc(slices.Clone(mcp.ValidProtocolVersions), func(version string) bool { return version == withBatches })
}

// fields are the members of a JSON object.
type fields map[string]json.RawMessage

// members returns the members of a JSON object, and nil for anything else.
func members(raw json.RawMessage) fields {
	var found fields
	if len(raw) == 0 || json.Unmarshal(raw, &found) != nil {
		return nil
	}
	return found
}

// text returns the member of that name when it is a string, and "" otherwise.
func (f fields) text(name string) string {
	var text string
	if isString(f[name]) {
		_ = json.Unmarshal(f[name], &text) // it was read before
	}
	return text
}

func (f fields) has(name string) bool {
	raw, given := f[name]
	return given && string(raw) != "null"
}

// keep copies the member of that name when it is a string that says something.
func (f fields) keep(name string, from fields) {
	if raw := from[name]; isString(raw) && string(raw) != `""` {
		f[name] = raw
	}
}

// json returns the object. Its names need no escape, because they are our own.
func (f fields) json() json.RawMessage {
	object := []byte{'{'}
	for name, value := range f {
		if len(object) > 1 {
			object = append(object, ',')
		}
		object = append(append(append(append(object, '"'), name...), `":`...), value...)
	}
	return append(object, '}')
}

// needed returns the part of a request's params that this server reads, in shapes that mcp-go takes. mcp-go would refuse a
// whole message for a member that nobody reads here, such as a capability that a PHP client writes as [].
func needed(method string, given, meta fields) json.RawMessage {
	kept := fields{}
	if meta.text(mcp.MetaKeyProtocolVersion) != "" {
		kept["_meta"] = neededMeta(meta)
	}
	switch method {
	case methodInitialize:
		kept["protocolVersion"] = quote(versionFor(given.text("protocolVersion")))
		kept["capabilities"] = neededCapabilities(given["capabilities"])
		kept["clientInfo"] = neededInfo(given["clientInfo"])
	case methodCallTool:
		kept.keep("name", given)
		kept.keep("requestState", given)
		if members(given["inputResponses"]) != nil {
			kept["inputResponses"] = given["inputResponses"]
		}
	}
	return kept.json()
}

// neededMeta returns what a request of protocol version 2026-07-28 says of itself and of its client.
func neededMeta(given fields) json.RawMessage {
	kept := fields{}
	kept.keep(mcp.MetaKeyProtocolVersion, given)
	if info := given[mcp.MetaKeyClientInfo]; info != nil {
		kept[mcp.MetaKeyClientInfo] = neededInfo(info)
	}
	if capabilities := given[mcp.MetaKeyClientCapabilities]; capabilities != nil {
		kept[mcp.MetaKeyClientCapabilities] = neededCapabilities(capabilities)
	}
	return kept.json()
}

// neededInfo returns a client's name, where it has one.
func neededInfo(info json.RawMessage) json.RawMessage {
	kept := fields{}
	kept.keep("name", members(info))
	return kept.json()
}

// neededCapabilities returns what a client says of forms, which is all that is used of its capabilities. A declaration of
// another shape than MCP's declares nothing. An empty one means forms, because older clients know nothing else.
func neededCapabilities(capabilities json.RawMessage) json.RawMessage {
	elicitation := members(members(capabilities)["elicitation"])
	forms := elicitation != nil && !elicitation.has("url")
	if elicitation.has("form") {
		forms = members(elicitation["form"]) != nil
	}
	if !forms {
		return json.RawMessage("{}")
	}
	return json.RawMessage(`{"elicitation":{"form":{}}}`)
}

// versionFor returns the version to agree on with a client that asks for one.
func versionFor(asked string) string {
	switch asked {
	case withBatches:
		return mcp.ProtocolVersion20241105
	case "":
		return mcp.LATEST_LEGACY_PROTOCOL_VERSION
	}
	return asked
}

func quote(text string) json.RawMessage {
	quoted, _ := json.Marshal(text) //nolint:errchkjson // a string
	return quoted
}

// wrong returns what is wrong with the params of a request, in words for whoever wrote the client, or nil.
func (s *Server) wrong(method string, given, meta fields) *mcp.JSONRPCErrorDetails {
	switch {
	case method == methodDiscover && meta.text(mcp.MetaKeyProtocolVersion) == "":
		return fault(mcp.INVALID_PARAMS, "params._meta must have "+mcp.MetaKeyProtocolVersion)
	case mcp.IsModernProtocol(meta.text(mcp.MetaKeyProtocolVersion)) && meta[mcp.MetaKeyClientCapabilities] == nil:
		return fault(mcp.INVALID_PARAMS, "params._meta must have "+mcp.MetaKeyClientCapabilities)
	case method == methodListen:
		return fault(mcp.METHOD_NOT_FOUND, "nothing to subscribe to: the tools never change")
	case method == methodListTools && given.text("cursor") != "":
		return fault(mcp.INVALID_PARAMS, "params.cursor is unknown: tools/list has one page")
	case method == methodCallTool:
		return s.tools.wrong(given.text("name"))
	}
	return nil
}
