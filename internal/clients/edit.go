package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/tailscale/hujson"

	"stripe-mcp/internal/hint"
)

// document is a client's file, which is JSON, maybe with comments and trailing commas. All that is not edited is
// packed again as it was, to the byte.
type document struct {
	tree   hujson.Value
	root   *hujson.Object
	layout layout
}

func parse(text []byte) (document, error) {
	tree, err := hujson.Parse(text)
	if err != nil { // its own words quote the text
		return document{}, hint.Errorf("repair that file", "it is not valid JSON, not even with comments")
	}
	root, ok := tree.Value.(*hujson.Object)
	if !ok {
		return document{}, hint.Errorf("repair that file", "it is not an object")
	}
	return document{tree, root, layoutOf(text)}, nil
}

// entry returns our entry in the section.
func (d document) entry(section string) (entry Entry, found bool, err error) {
	servers, found, err := objectIn(d.root, section)
	if !found || err != nil {
		return Entry{}, false, err
	}
	i := memberOf(servers, name)
	if i < 0 || isEmpty(servers.Members[i].Value) {
		return Entry{}, false, nil
	}
	if err := decode(servers.Members[i].Value, &entry); err != nil {
		return Entry{}, false, hint.Errorf("rename or remove that entry", "its entry %q is not one that starts a program", name)
	}
	return entry, true, nil
}

// put makes entry ours in the section. Members of an entry that is there already keep their places.
func (d document) put(section string, entry Entry) error {
	servers, found, err := objectIn(d.root, section)
	if err != nil {
		return err
	}
	if !found {
		d.set(d.root, section, map[string]Entry{name: entry}, 1)
		return nil
	}
	old, found, err := objectIn(servers, name)
	if err != nil {
		return err
	}
	if !found {
		d.set(servers, name, entry, 2)
		return nil
	}
	for _, want := range []struct {
		name  string
		value any
		empty bool
	}{
		{"type", entry.Type, entry.Type == ""},
		{"command", entry.Command, false},
		{"args", entry.Args, len(entry.Args) == 0},
		{"env", entry.Env, len(entry.Env) == 0},
	} {
		i := memberOf(old, want.name)
		switch {
		case i < 0 && !want.empty:
			d.add(old, want.name, want.value, 3)
		case i >= 0 && !want.empty && !sameValue(old.Members[i].Value, want.value):
			old.Members[i].Value.Value = d.layout.value(want.value, 3).Value
		case i >= 0 && want.empty && want.name != "type":
			remove(old, i)
		}
	}
	return nil
}

// set adds a member to an object, or gives it its value where it is there with none.
func (d document) set(object *hujson.Object, member string, value any, depth int) {
	if i := memberOf(object, member); i >= 0 {
		object.Members[i].Value.Value = d.layout.value(value, depth).Value
		return
	}
	d.add(object, member, value, depth)
}

// add adds a member to an object, after any comment before its closing brace. It ends in a comma if that is the style
// there.
func (d document) add(object *hujson.Object, member string, value any, depth int) {
	comments := bytes.TrimRight(object.AfterExtra, blank)
	end := object.AfterExtra[len(comments):]
	if !bytes.Contains(end, []byte("\n")) {
		end = []byte(d.layout.indent(depth - 1))
	}
	added := hujson.ObjectMember{Name: hujson.Value{Value: hujson.String(member)}, Value: d.layout.value(value, depth)}
	added.Name.BeforeExtra = slices.Concat(comments, []byte(d.layout.indent(depth)))
	added.Value.BeforeExtra = hujson.Extra(" ")
	if last := len(object.Members) - 1; last >= 0 && object.Members[last].Value.AfterExtra != nil {
		added.Value.AfterExtra = hujson.Extra{}
	}
	object.Members = append(object.Members, added)
	object.AfterExtra = slices.Clone(end)
}

// remove takes a member out of an object. Comments around it stay.
func remove(object *hujson.Object, i int) {
	removed := object.Members[i]
	kept := slices.Concat(bytes.TrimRight(removed.Name.BeforeExtra, blank), removed.Value.AfterExtra)
	next := &object.AfterExtra
	if i+1 < len(object.Members) {
		next = &object.Members[i+1].Name.BeforeExtra
	} else if i > 0 { // the one before becomes the last, and has a comma only if this one had
		before := &object.Members[i-1].Value
		if removed.Value.AfterExtra == nil {
			kept = slices.Concat(before.AfterExtra, kept)
			before.AfterExtra = nil
		} else if before.AfterExtra == nil {
			before.AfterExtra = hujson.Extra{}
		}
	}
	*next = slices.Concat(kept, *next)
	object.Members = slices.Delete(object.Members, i, i+1)
}

const blank = " \t\r\n"

// decode decodes what tree says into value.
func decode(tree hujson.Value, value any) error {
	standard := tree.Clone()
	standard.Standardize()
	return json.Unmarshal(standard.Pack(), value)
}

func sameValue(tree hujson.Value, value any) bool {
	var is, wanted any
	text, err := json.Marshal(value)
	return err == nil && json.Unmarshal(text, &wanted) == nil && decode(tree, &is) == nil && reflect.DeepEqual(is, wanted)
}

// objectIn returns the object that a member of parent holds. One that holds nothing counts as absent.
func objectIn(parent *hujson.Object, member string) (*hujson.Object, bool, error) {
	i := memberOf(parent, member)
	if i < 0 || isEmpty(parent.Members[i].Value) {
		return nil, false, nil
	}
	object, ok := parent.Members[i].Value.Value.(*hujson.Object)
	if !ok {
		return nil, false, fmt.Errorf("its %s is not an object", member)
	}
	return object, true, nil
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

// memberOf returns the index of the member of that name, or -1. Of several the last one counts, as for the readers of JSON.
func memberOf(object *hujson.Object, member string) int {
	for i, m := range slices.Backward(object.Members) {
		if literal, ok := m.Name.Value.(hujson.Literal); ok && literal.String() == member {
			return i
		}
	}
	return -1
}
