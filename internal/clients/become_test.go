package clients

import "testing"

// TestBecome: whatever an edit does wrong, nothing of the file may change but our entry, and nothing is written then.
func TestBecome(t *testing.T) {
	t.Parallel()
	json, toml := jsonFormat{section: "mcpServers", env: "env"}, tomlFormat{"mcp_servers"}
	for why, tt := range map[string]struct {
		format format
		before string
		text   string
		whole  bool
		fits   bool
	}{
		"our entry is new":              {json, `{"a":1}`, `{"a":1,"mcpServers":{"stripe":{"command":"s"}}}`, true, true},
		"something else changes":        {json, `{"a":1}`, `{"a":2,"mcpServers":{"stripe":{"command":"s"}}}`, true, false},
		"a number that is too large":    {json, `{"a":1e999999}`, `{"a":1e999998,"mcpServers":{"stripe":{"command":"s"}}}`, true, false},
		"another entry goes":            {json, `{"mcpServers":{"b":{}}}`, `{"mcpServers":{"stripe":{"command":"s"}}}`, true, false},
		"it starts another program":     {json, `{"mcpServers":{"stripe":{"command":"s","timeout":1}}}`, `{"mcpServers":{"stripe":{"command":"t","timeout":1}}}`, false, true},
		"what its owner added goes":     {json, `{"mcpServers":{"stripe":{"command":"s","timeout":1}}}`, `{"mcpServers":{"stripe":{"command":"t"}}}`, false, false},
		"it is no JSON any more":        {json, `{"a":1}`, `{"a":1,,}`, true, false},
		"TOML":                          {toml, "a = 1\n", "a = 1\n[mcp_servers.stripe]\ncommand = 's'\n", true, true},
		"a key of TOML changes":         {toml, "a = 1\n", "a = 2\n[mcp_servers.stripe]\ncommand = 's'\n", true, false},
		"what its owner added to TOML":  {toml, "[mcp_servers.stripe]\ncommand = 's'\nb = 1\n", "[mcp_servers.stripe]\ncommand = 's'\n", false, false},
		"a byte-order mark stays first": {json, byteOrderMark + `{}`, `{"mcpServers":{"stripe":{"command":"s"}}}`, true, true},
	} {
		was, err := tt.format.parse(withoutMark([]byte(tt.before)))
		if err != nil {
			t.Fatal(err)
		}
		c := Change{Client: Client{format: tt.format, latest: &latest{}}, Name: "stripe", before: []byte(tt.before), after: []byte(tt.before), was: was}
		_, err = c.become([]byte(tt.text), tt.whole)
		if (err == nil) != tt.fits || err != nil && string(c.after) != tt.before {
			t.Errorf("%s: %v, and it becomes %s", why, err, c.after)
		}
	}
}
