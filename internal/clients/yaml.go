package clients

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"stripe-mcp/internal/hint"
)

// yamlFormat is YAML with a mapping of servers. It is read, and left to people to edit.
type yamlFormat struct{ section string }

// seconds is how long such a client waits for a call, which is more than a call takes by default.
const seconds = "60"

func (f yamlFormat) lines(name string, entry Entry) string {
	variables := make([]string, 0, len(entry.Env))
	for _, key := range slices.Sorted(maps.Keys(entry.Env)) {
		variables = append(variables, "      "+encode(key, "", "")+": "+encode(entry.Env[key], "", ""))
	}
	none := ""
	if len(variables) == 0 {
		none = " {}"
	}
	lines := []string{
		f.section + ":", "  " + name + ":", "    name: " + name, "    type: stdio", "    enabled: true", "    timeout: " + seconds,
		"    cmd: " + encode(entry.Command, "", ""), "    args: " + encode(append([]string{}, entry.Args...), "", ""), "    envs:" + none,
	}
	return strings.Join(slices.Concat(lines, variables), "\n")
}

func (f yamlFormat) parse(text []byte) (document, error) {
	var says map[string]yaml.Node
	var servers map[string]yaml.Node
	err := yaml.Unmarshal(text, &says)
	if section, found := says[f.section]; err == nil && found {
		err = section.Decode(&servers)
	}
	if err != nil { // its own words quote the text
		return nil, hint.Errorf("repair that file", "its %s cannot be read", f.section)
	}
	return yamlDocument{source: text, servers: servers}, nil
}

// yamlDocument is a file of that format.
type yamlDocument struct {
	source  []byte
	servers map[string]yaml.Node
}

func (d yamlDocument) text() []byte { return d.source }

func (d yamlDocument) names() []string { return slices.Sorted(maps.Keys(d.servers)) }

func (d yamlDocument) entry(name string) (Named, bool, error) {
	node, found := d.servers[name]
	if !found {
		return Named{}, false, nil
	}
	says := struct {
		Cmd     string
		Args    []string
		Envs    map[string]string
		Enabled bool
	}{Enabled: true}
	if node.Decode(&says) != nil {
		return Named{}, false, errNoProgram(name)
	}
	return Named{Name: name, Entry: Entry{says.Cmd, says.Args, says.Envs}, Disabled: !says.Enabled}, true, nil
}

func (d yamlDocument) copy() document { return d }

func (yamlDocument) put(string, Entry) error { return uncertain("it is not edited") }

func (yamlDocument) drop(string) error { return uncertain("it is not edited") }

func (yamlDocument) tidy() {}

func (yamlDocument) alike(document, string, bool) bool { return true }
