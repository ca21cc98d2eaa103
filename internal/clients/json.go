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

// copy shares with d what no edit touches: the file can be large.
func (d *jsonDocument) copy() document { return d.clone() }

func (d *jsonDocument) clone() *jsonDocument {
	other := *d
	other.root = &hujson.Object{Members: slices.Clone(d.root.Members), AfterExtra: d.root.AfterExtra}
	other.tree.Value = other.root
	if i, _ := d.memberOf(d.root, d.format.section); i >= 0 {
		other.root.Members[i].Value = copyOf(d.root.Members[i].Value)
	}
	other.servers, _ = other.objectIn(other.root, d.format.section) // as in d
	return &other
}

// copyOf copies the objects in a value, which is all that an edit touches. Clone of the library would forget commas.
func copyOf(value hujson.Value) hujson.Value {
	if object, ok := value.Value.(*hujson.Object); ok {
		members := slices.Clone(object.Members)
		for i := range members {
			members[i].Value = copyOf(members[i].Value)
		}
		value.Value = &hujson.Object{Members: members, AfterExtra: object.AfterExtra}
	}
	return value
}

func (d *jsonDocument) alike(other document, name string, whole bool) bool {
	o, ok := other.(*jsonDocument)
	return ok && sameTree(d.others(name, whole), o.others(name, whole))
}

// others returns the tree of what the file says besides.
func (d *jsonDocument) others(name string, whole bool) hujson.Value {
	other := d.clone()
	if other.servers != nil {
		other.servers.Members = slices.DeleteFunc(other.servers.Members, func(m hujson.ObjectMember) bool {
			return nameOf(m) == name && (whole || !other.forgetStart(m.Value))
		})
	}
	if other.servers == nil || len(other.servers.Members) == 0 {
		other.root.Members = slices.DeleteFunc(other.root.Members, func(m hujson.ObjectMember) bool { return nameOf(m) == d.format.section })
	}
	return other.tree
}

// forgetStart takes out of an entry how it starts a program. It reports whether it is one.
func (d *jsonDocument) forgetStart(entry hujson.Value) bool {
	object, ok := entry.Value.(*hujson.Object)
	if !ok {
		return false
	}
	if start, err := d.start(object); err == nil {
		start.Members = slices.DeleteFunc(start.Members, func(m hujson.ObjectMember) bool {
			return slices.ContainsFunc(d.format.members(Entry{}), func(known member) bool { return known.name == nameOf(m) })
		})
	}
	return true
}

// sameTree reports whether two values are written alike but for comments and white space. A decoder would take more time, and
// not know each number.
func sameTree(a, b hujson.Value) bool {
	switch x := a.Value.(type) {
	case *hujson.Object:
		y, ok := b.Value.(*hujson.Object)
		return ok && slices.EqualFunc(x.Members, y.Members, func(m, n hujson.ObjectMember) bool {
			return sameTree(m.Name, n.Name) && sameTree(m.Value, n.Value)
		})
	case *hujson.Array:
		y, ok := b.Value.(*hujson.Array)
		return ok && slices.EqualFunc(x.Elements, y.Elements, sameTree)
	case hujson.Literal:
		y, ok := b.Value.(hujson.Literal)
		return ok && bytes.Equal(x, y)
	}
	return false
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
