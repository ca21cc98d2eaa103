package clients

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/tailscale/hujson"
)

// document is the text of a client's file, which is JSON, maybe with comments and trailing commas.
type document struct {
	text []byte
	root *hujson.Object
	end  int // of root
}

var errBroken = errors.New("it is not valid JSON, not even with comments")

func parse(text []byte) (document, error) {
	tree, err := hujson.Parse(text)
	if err != nil {
		return document{}, errBroken // its own words quote the text
	}
	root, ok := tree.Value.(*hujson.Object)
	if !ok {
		return document{}, errors.New("it is not an object")
	}
	return document{text, root, tree.EndOffset}, nil
}

// entry returns our entry in the section.
func (d document) entry(section string) (entry Entry, found bool, err error) {
	servers, found, err := objectIn(d.root, section)
	if !found || err != nil {
		return Entry{}, false, err
	}
	i := memberOf(servers, name)
	if i < 0 {
		return Entry{}, false, nil
	}
	standard, err := hujson.Standardize(bytes.Clone(d.valueOf(servers.Members[i])))
	if err == nil {
		err = json.Unmarshal(standard, &entry)
	}
	if err != nil {
		return Entry{}, false, fmt.Errorf("its entry %q is not one that starts a program", name)
	}
	return entry, true, nil
}

func (d document) valueOf(member hujson.ObjectMember) []byte {
	return d.text[member.Value.StartOffset:member.Value.EndOffset]
}

// with returns the text with our entry in the section. Members of an entry that is there already keep their places.
func (d document) with(section string, entry Entry) ([]byte, error) {
	servers, found, err := objectIn(d.root, section)
	if err != nil {
		return nil, err
	}
	layout := layoutOf(d.text)
	if !found {
		value := map[string]Entry{name: entry}
		return d.append(d.root, d.end, section, layout.render(value, 1), layout, 1), nil
	}
	if memberOf(servers, name) < 0 {
		end := d.root.Members[memberOf(d.root, section)].Value.EndOffset
		return d.append(servers, end, name, layout.render(entry, 2), layout, 2), nil
	}
	for _, want := range entry.members() {
		text, err := d.set(section, want, layout)
		if err != nil {
			return nil, err
		}
		if d, err = parse(text); err != nil { // what follows must be looked for anew
			return nil, err
		}
	}
	return d.text, nil
}

// member is one member of an entry.
type member struct {
	name  string
	value any
	empty bool // not worth adding
}

func (e Entry) members() []member {
	return []member{
		{"type", e.Type, e.Type == ""},
		{"command", e.Command, false},
		{"args", e.Args, len(e.Args) == 0},
		{"env", e.Env, len(e.Env) == 0},
	}
}

// set returns the text with one member of our entry, which is there, as wanted.
func (d document) set(section string, want member, layout layout) ([]byte, error) {
	servers, _, err := objectIn(d.root, section)
	if err != nil {
		return nil, err
	}
	entry, _, err := objectIn(servers, name)
	if err != nil {
		return nil, err
	}
	i := memberOf(entry, want.name)
	switch {
	case want.empty && (i < 0 || want.name == "type"), i >= 0 && sameValue(d.valueOf(entry.Members[i]), want.value):
		return d.text, nil
	case i < 0:
		end := servers.Members[memberOf(servers, name)].Value.EndOffset
		return d.append(entry, end, want.name, layout.render(want.value, 3), layout, 3), nil
	}
	old := entry.Members[i].Value
	return splice(d.text, old.StartOffset, old.EndOffset, layout.render(want.value, 3)), nil
}

func sameValue(text []byte, value any) bool {
	standard, err := hujson.Standardize(bytes.Clone(text))
	if err != nil {
		return false
	}
	wanted, err := json.Marshal(value)
	if err != nil {
		return false
	}
	var a, b any
	return json.Unmarshal(standard, &a) == nil && json.Unmarshal(wanted, &b) == nil && reflect.DeepEqual(a, b)
}

// append adds a member to an object that ends at end, before its closing brace and after any comment there.
func (d document) append(object *hujson.Object, end int, member, value string, layout layout, depth int) []byte {
	brace := end - 1
	place := len(bytes.TrimRight(d.text[:brace], " \t\r\n"))
	added := layout.indent(depth) + quote(member) + ": " + value
	comma := -1 // where the last member so far needs one
	if len(object.Members) > 0 {
		last := object.Members[len(object.Members)-1].Value
		if trailingComma(d.text, last, brace) {
			added += "," // that is the style here
		} else {
			comma = last.EndOffset
		}
	}
	if !bytes.Contains(d.text[place:brace], []byte("\n")) {
		added += layout.indent(depth - 1)
	}
	text := splice(d.text, place, place, added)
	if comma >= 0 {
		text = splice(text, comma, comma, ",")
	}
	return text
}

// without returns the text without our entry in the section.
func (d document) without(section string) []byte {
	servers, found, err := objectIn(d.root, section)
	if !found || err != nil {
		return d.text
	}
	i := memberOf(servers, name)
	if i < 0 {
		return d.text
	}
	member := servers.Members[i]
	from := len(bytes.TrimRight(d.text[:member.Name.StartOffset], " \t\r\n"))
	to := member.Value.EndOffset
	brace := d.root.Members[memberOf(d.root, section)].Value.EndOffset - 1
	switch {
	case i+1 < len(servers.Members) || trailingComma(d.text, member.Value, brace):
		comma := to + len(member.Value.AfterExtra) // comments stay
		text := splice(d.text, comma, comma+1, "")
		return splice(text, from, to, "")
	case i > 0:
		before := servers.Members[i-1].Value
		comma := before.EndOffset + len(before.AfterExtra)
		text := splice(d.text, from, to, "")
		return splice(text, comma, comma+1, "")
	}
	return splice(d.text, from, to, "")
}

// trailingComma reports whether a comma stands between the last value of an object and its closing brace.
func trailingComma(text []byte, last hujson.Value, brace int) bool {
	at := last.EndOffset + len(last.AfterExtra)
	return at < brace && text[at] == ','
}

// objectIn returns the object that a member of parent holds.
func objectIn(parent *hujson.Object, member string) (*hujson.Object, bool, error) {
	i := memberOf(parent, member)
	if i < 0 {
		return nil, false, nil
	}
	object, ok := parent.Members[i].Value.Value.(*hujson.Object)
	if !ok {
		return nil, false, fmt.Errorf("its %s is not an object", member)
	}
	return object, true, nil
}

// memberOf returns the index of the member of that name, or -1.
func memberOf(object *hujson.Object, member string) int {
	for i, m := range object.Members {
		if literal, ok := m.Name.Value.(hujson.Literal); ok && literal.String() == member {
			return i
		}
	}
	return -1
}

// splice returns text with what lies from from to to replaced.
func splice(text []byte, from, to int, with string) []byte {
	return bytes.Join([][]byte{text[:from], []byte(with), text[to:]}, nil)
}

func quote(text string) string { return strings.TrimSpace(encode(text, "", "")) }
