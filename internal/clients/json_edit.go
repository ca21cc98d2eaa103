package clients

import (
	"bytes"
	"slices"

	"github.com/tailscale/hujson"
)

const blank = " \t\r\n"

// set adds a member to an object, or gives it its value where it is there with none.
func (d *jsonDocument) set(object *hujson.Object, name string, value any, depth int) error {
	i, err := d.memberOf(object, name)
	switch {
	case err != nil:
		return err
	case i >= 0:
		object.Members[i].Value.Value = d.layout.value(value, depth).Value
	default:
		d.add(object, name, value, depth)
	}
	return nil
}

// add adds a member to an object, after any comment before its closing brace. It ends in a comma if that is the style
// there.
func (d *jsonDocument) add(object *hujson.Object, name string, value any, depth int) {
	comments := bytes.TrimRight(object.AfterExtra, blank)
	end := object.AfterExtra[len(comments):]
	if !bytes.Contains(end, []byte("\n")) {
		end = []byte(d.layout.indent(depth - 1))
	}
	added := hujson.ObjectMember{Name: hujson.Value{Value: hujson.String(name)}, Value: d.layout.value(value, depth)}
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
