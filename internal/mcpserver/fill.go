package mcpserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// mcp-go encodes a result several times over, one time for each level. So it gets the long parts of a result empty, and they
// are filled in afterwards. They are JSON already.

// fill puts value into the place of empty after name, which is the first of that name in line.
func fill(line []byte, name, empty string, value json.RawMessage) ([]byte, error) {
	at := bytes.Index(line, []byte(name+empty))
	if at < 0 {
		return nil, fmt.Errorf("there is no place for %s", name)
	}
	at += len(name)
	filled := make([]byte, 0, len(line)+len(value))
	filled = append(append(filled, line[:at]...), value...)
	return append(filled, line[at+len(empty):]...), nil
}

// fill puts a call's result, if it has one, into the line that answers the call.
func (x *exchange) fill(line []byte) ([]byte, error) {
	if x.result == nil {
		return line, nil
	}
	if !json.Valid(x.result.JSON) {
		return nil, errors.New("the result is not JSON")
	}
	text, err := encode(x.result.Words + string(x.result.JSON))
	if err == nil {
		line, err = fill(line, `"type":"text","text":`, `""`, text)
	}
	if err == nil && !x.result.IsError {
		line, err = fill(line, `"structuredContent":`, `{}`, x.result.JSON)
	}
	return line, err
}
