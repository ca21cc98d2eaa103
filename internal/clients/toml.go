package clients

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"stripe-mcp/internal/hint"
)

// tomlFormat is TOML with a table of servers. It is edited as text, where our entry has a table of its own.
type tomlFormat struct{ section string }

func (f tomlFormat) lines(name string, entry Entry) string {
	d := &tomlDocument{format: f, newline: "\n"}
	return strings.TrimRight(d.table(name, entry), "\n")
}

func (f tomlFormat) parse(text []byte) (document, error) {
	d := &tomlDocument{format: f, newline: "\n"}
	if bytes.Contains(text, []byte("\r\n")) {
		d.newline = "\r\n"
	}
	return d, d.become(text)
}

// tomlDocument is a file of that format.
type tomlDocument struct {
	format  tomlFormat
	newline string
	source  []byte
	parts   []statement
	says    map[string]any
}

// become gives the document another text.
func (d *tomlDocument) become(text []byte) error {
	d.source, d.parts, d.says = text, scan(text), nil
	if err := toml.Unmarshal(text, &d.says); err != nil {
		return d.invalid(err)
	}
	if servers, found := d.says[d.format.section]; found {
		if _, ok := servers.(map[string]any); !ok {
			return hint.Errorf("repair that file", "its %s is not a table", d.format.section)
		}
	}
	return nil
}

// invalid says what is wrong with a text that is no TOML. The decoder's own words quote it.
func (d *tomlDocument) invalid(err error) error {
	lines := map[string]int{}
	for _, part := range d.parts {
		path, line := strings.Join(part.path, "."), lineOf(d.source, part.start)
		if part.list || len(part.path) == 0 || part.path[0] != d.format.section {
			continue
		}
		if first, twice := lines[path]; twice {
			return hint.Errorf("keep one of them", "[%s] stands twice in it, in line %d and in line %d", path, first, line)
		}
		lines[path] = line
	}
	if failed, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ := failed.Position()
		return uncertain("line %d of it is not valid TOML", line)
	}
	return uncertain("it is not valid TOML")
}

func (d *tomlDocument) text() []byte { return d.source }

func (d *tomlDocument) servers() map[string]any {
	servers, _ := d.says[d.format.section].(map[string]any)
	return servers
}

func (d *tomlDocument) names() []string { return slices.Sorted(maps.Keys(d.servers())) }

func (d *tomlDocument) entry(name string) (entry Named, found bool, err error) {
	value, found := d.servers()[name]
	if !found {
		return Named{}, false, nil
	}
	table, ok := value.(map[string]any)
	if !ok {
		return Named{}, false, errNoProgram(name)
	}
	entry.Name = name
	for _, want := range []member{{"command", &entry.Command, false}, {"args", &entry.Args, false}, {"env", &entry.Env, false}} {
		if value, found := table[want.name]; found && json.Unmarshal([]byte(encode(value, "", "")), want.value) != nil {
			return entry, false, errNoProgram(name)
		}
	}
	enabled, said := table["enabled"].(bool)
	entry.Disabled = said && !enabled
	return entry, true, nil
}

func (d *tomlDocument) copy() document {
	other := *d // of which an edit replaces each part
	return &other
}

func (d *tomlDocument) alike(other document, name string, whole bool) bool {
	o, ok := other.(*tomlDocument)
	return ok && reflect.DeepEqual(d.others(name, whole), o.others(name, whole))
}

// others returns what the file says besides.
func (d *tomlDocument) others(name string, whole bool) map[string]any {
	all, servers := map[string]any{}, map[string]any{}
	maps.Copy(all, d.says)
	maps.Copy(servers, d.servers())
	if entry, ok := servers[name].(map[string]any); ok && !whole {
		entry = maps.Clone(entry)
		for _, key := range []string{"command", "args", "env"} {
			delete(entry, key)
		}
		servers[name] = entry
	} else {
		delete(servers, name)
	}
	delete(all, d.format.section)
	if len(servers) > 0 {
		all[d.format.section] = servers
	}
	return all
}

func (d *tomlDocument) put(name string, entry Entry) error {
	old, found, err := d.entry(name)
	if err != nil {
		return err
	}
	if !found {
		return d.append(name, entry)
	}
	main := d.header(name)
	if main < 0 {
		return uncertain("its entry %q has no table of its own", name)
	}
	wants := []member{{"command", entry.Command, false}, {"args", entry.Args, len(entry.Args) == 0}}
	same := len(entry.Env) == 0 && len(old.Env) == 0 || reflect.DeepEqual(entry.Env, old.Env)
	env := d.header(name, "env")
	if !same && env < 0 {
		wants = append(wants, member{"env", entry.Env, len(entry.Env) == 0})
	}
	if err := d.change(main, wants); err != nil || same || env < 0 {
		return err
	}
	if env = d.header(name, "env"); len(entry.Env) == 0 {
		return d.become(d.without(env))
	}
	wants = nil
	all := map[string]string{}
	maps.Copy(all, entry.Env)
	maps.Copy(all, old.Env)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		value, kept := entry.Env[key]
		wants = append(wants, member{key, value, !kept})
	}
	return d.change(env, wants)
}

func (d *tomlDocument) drop(name string) error {
	if d.header(name) < 0 {
		return uncertain("its entry %q has no table of its own", name)
	}
	ours := func(s statement) bool {
		return len(s.path) > 1 && s.path[0] == d.format.section && s.path[1] == name
	}
	for i := slices.IndexFunc(d.parts, ours); i >= 0; i = slices.IndexFunc(d.parts, ours) {
		d.source = d.without(i)
		d.parts = scan(d.source)
	}
	return d.become(d.source)
}

func (*tomlDocument) tidy() {} // an entry's table is all of it
