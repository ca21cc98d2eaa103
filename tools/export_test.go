package tools

import "encoding/json"

// Derive returns the schemas that published is made from.
func (t Tool) Derive() (input, output json.RawMessage) { return t.derive() }
