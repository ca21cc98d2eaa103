package clients

import (
	"bytes"
	"cmp"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/tailscale/hujson"

	"stripe-mcp/internal/hint"
)

// jsonFormat is JSON, maybe with comments and trailing commas, with an object of servers.
type jsonFormat struct {
	section string // the member that holds the servers
	kind    string // the type of our entry, where the client wants to be told
	list    bool   // an entry has the program and its arguments in one list
	env     string // the member of an entry that holds variables
	nested  string // the member of an entry that may hold all that instead
	further object // what else a new entry says
}

// members returns what an entry says, in order. What is empty can be left out.
func (f jsonFormat) members(entry Entry) object {
	var all object
	if f.kind != "" {
		all = append(all, member{"type", f.kind, false})
	}
	if f.list {
		all = append(all, member{"command", append([]string{entry.Command}, entry.Args...), false})
	} else {
		all = append(all, member{"command", entry.Command, false}, member{"args", entry.Args, len(entry.Args) == 0})
	}
	return append(all, member{f.env, entry.Env, len(entry.Env) == 0})
}

// whole returns all that a new entry says.
func (f jsonFormat) whole(entry Entry) object {
	return append(slices.DeleteFunc(f.members(entry), func(m member) bool { return m.empty }), f.further...)
}

func (f jsonFormat) lines(name string, entry Entry) string {
	return encode(object{{f.section, object{{name, f.whole(entry), false}}, false}}, "", "  ")
}

func (f jsonFormat) parse(text []byte) (document, error) {
	if len(text) == 0 {
		text = []byte("{}\n")
	}
	d := &jsonDocument{format: f, source: text, layout: layoutOf(text), open: !bytes.HasSuffix(text, []byte("\n"))}
	if d.open { // the parser wants a line break after a comment
		text = append(slices.Clip(text), '\n')
	}
	var err error
	if d.tree, err = hujson.Parse(text); err != nil { // its own words quote the text
		return nil, hint.Errorf("repair that file", "it is not valid JSON, not even with comments")
	}
	if literal, ok := d.tree.Value.(hujson.Literal); ok && literal.Kind() == 'n' {
		d.tree.Value = &hujson.Object{}
	}
	root, ok := d.tree.Value.(*hujson.Object)
	if !ok {
		return nil, hint.Errorf("repair that file", "it is not an object")
	}
	d.root = root
	d.servers, err = d.objectIn(root, f.section)
	return d, err
}

// jsonDocument is a file of that format.
type jsonDocument struct {
	format  jsonFormat
	source  []byte
	open    bool // its last line does not end
	layout  layout
	tree    hujson.Value
	root    *hujson.Object
	servers *hujson.Object // nil where there are none
}

func (d *jsonDocument) text() []byte {
	text := d.tree.Pack()
	if d.open {
		text = bytes.TrimSuffix(text, []byte("\n"))
	}
	return text
}

func (d *jsonDocument) names() []string {
	var names []string
	if d.servers != nil {
		for _, m := range d.servers.Members {
			names = append(names, nameOf(m))
		}
	}
	return names
}

func (d *jsonDocument) entry(name string) (entry Named, found bool, err error) {
	if d.servers == nil {
		return Named{}, false, nil
	}
	i, err := d.memberOf(d.servers, name)
	if err != nil || i < 0 || isEmpty(d.servers.Members[i].Value) {
		return Named{}, false, err
	}
	object, ok := d.servers.Members[i].Value.Value.(*hujson.Object)
	if !ok {
		return Named{}, false, errNoProgram(name)
	}
	entry, err = d.read(name, object)
	return entry, err == nil, err
}

// read returns what an object says of how a server is started.
func (d *jsonDocument) read(name string, whole *hujson.Object) (entry Named, err error) {
	entry.Name = name
	object, err := d.start(whole)
	if err != nil {
		return entry, err
	}
	command, enabled := any(&entry.Command), true
	var list []string
	if d.format.list {
		command = &list
	}
	for _, want := range []struct {
		name  string
		value any
	}{{"command", command}, {"args", &entry.Args}, {d.format.env, &entry.Env}} {
		i, err := d.memberOf(object, want.name)
		if err != nil {
			return entry, err
		}
		if i >= 0 && decode(object.Members[i].Value, want.value) != nil {
			return entry, errNoProgram(name)
		}
	}
	if len(list) > 0 {
		entry.Command, entry.Args = list[0], list[1:]
	}
	for flag, value := range map[string]*bool{"disabled": &entry.Disabled, "enabled": &enabled} {
		if i, err := d.memberOf(whole, flag); err == nil && i >= 0 {
			_ = decode(whole.Members[i].Value, value) // what is no boolean says nothing
		}
	}
	entry.Disabled = entry.Disabled || !enabled
	return entry, nil
}

// start returns what of an entry says how the server is started.
func (d *jsonDocument) start(entry *hujson.Object) (*hujson.Object, error) {
	if d.format.nested == "" {
		return entry, nil
	}
	nested, err := d.objectIn(entry, d.format.nested)
	return cmp.Or(nested, entry), err
}

func errNoProgram(name string) error {
	return hint.Errorf("rename or remove that entry", "its entry %q is not written as one that starts a program", name)
}

func (d *jsonDocument) put(name string, entry Entry) error {
	if d.servers == nil {
		return d.set(d.root, d.format.section, object{{name, d.format.whole(entry), false}}, 1)
	}
	old, err := d.objectIn(d.servers, name)
	if err != nil {
		return err
	}
	if old == nil {
		return d.set(d.servers, name, d.format.whole(entry), 2)
	}
	if old, err = d.start(old); err != nil {
		return err
	}
	for _, want := range d.format.members(entry) {
		i, err := d.memberOf(old, want.name)
		switch {
		case err != nil:
			return err
		case i < 0 && !want.empty:
			d.add(old, want.name, want.value, 3)
		case i >= 0 && !want.empty && !sameValue(old.Members[i].Value, want.value):
			old.Members[i].Value.Value = d.layout.value(want.value, 3).Value
		case i >= 0 && want.empty && !isBare(old.Members[i].Value):
			remove(old, i)
		}
	}
	return nil
}

func (d *jsonDocument) drop(name string) error {
	i, err := d.memberOf(d.servers, name)
	if err == nil {
		remove(d.servers, i)
	}
	return err
}

func (d *jsonDocument) tidy() {
	if i, _ := d.memberOf(d.root, d.format.section); i >= 0 && isBare(d.root.Members[i].Value) {
		remove(d.root, i)
	}
}

func (d *jsonDocument) others(name string, whole bool) map[string]any {
	var members map[string]any
	if decode(d.tree, &members) != nil {
		return nil
	}
	servers, _ := members[d.format.section].(map[string]any)
	if entry, ok := servers[name].(map[string]any); ok && !whole {
		start, nested := entry[d.format.nested].(map[string]any)
		if !nested {
			start = entry
		}
		for _, m := range d.format.members(Entry{}) {
			delete(start, m.name)
		}
	} else {
		delete(servers, name)
	}
	if len(servers) == 0 {
		delete(members, d.format.section)
	}
	return members
}

// objectIn returns the object that a member of parent holds. One that holds nothing counts as absent.
func (d *jsonDocument) objectIn(parent *hujson.Object, name string) (*hujson.Object, error) {
	i, err := d.memberOf(parent, name)
	if err != nil || i < 0 || isEmpty(parent.Members[i].Value) {
		return nil, err
	}
	object, ok := parent.Members[i].Value.Value.(*hujson.Object)
	if !ok {
		return nil, hint.Errorf("repair that file", "its %s is not an object", name)
	}
	return object, nil
}

// memberOf returns the index of the member of that name, or -1. Readers of JSON do not agree on which of two counts.
func (d *jsonDocument) memberOf(object *hujson.Object, name string) (int, error) {
	found := -1
	for i, m := range object.Members {
		if nameOf(m) != name {
			continue
		}
		if found >= 0 {
			first, second := lineOf(d.source, object.Members[found].Name.StartOffset), lineOf(d.source, m.Name.StartOffset)
			return -1, hint.Errorf("keep one of them", "%q stands twice in it, in line %d and in line %d", name, first, second)
		}
		found = i
	}
	return found, nil
}

func nameOf(m hujson.ObjectMember) string {
	literal, _ := m.Name.Value.(hujson.Literal)
	return literal.String()
}

// isEmpty reports whether a value is null or a list without anything in it, as some programs write an empty object.
func isEmpty(value hujson.Value) bool {
	switch v := value.Value.(type) {
	case hujson.Literal:
		return v.Kind() == 'n'
	case *hujson.Array:
		return len(v.Elements) == 0
	}
	return false
}

// isBare reports whether a value holds nothing at all.
func isBare(value hujson.Value) bool {
	object, ok := value.Value.(*hujson.Object)
	return isEmpty(value) || ok && len(object.Members) == 0
}

// decode decodes what tree says into value.
func decode(tree hujson.Value, value any) error {
	standard := tree.Clone()
	standard.Standardize()
	return json.Unmarshal(standard.Pack(), value)
}

func sameValue(tree hujson.Value, value any) bool {
	var is, wanted any
	return json.Unmarshal([]byte(encode(value, "", "")), &wanted) == nil && decode(tree, &is) == nil && reflect.DeepEqual(is, wanted)
}
