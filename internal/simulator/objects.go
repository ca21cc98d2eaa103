package simulator

import (
	"bytes"
	"crypto/rand"
	"embed"
	"encoding/json"
	"maps"
	"strings"
)

// Object is one of Stripe's, field by field as it is answered.
type Object map[string]any

// Text is the text in a field, empty if there is none.
func (o Object) Text(name string) string {
	s, _ := o[name].(string)
	return s
}

// Number is the integer in a field, 0 if there is none.
func (o Object) Number(name string) int64 {
	switch n := o[name].(type) {
	case int64:
		return n
	case json.Number:
		v, _ := n.Int64()
		return v
	}
	return 0
}

// Child is the object in a field, nil if there is none.
func (o Object) Child(name string) Object { return asObject(o[name]) }

// Items are those of a subscription that was stored.
func (o Object) Items() []Object { return o.Rows("items") }

// Rows are those of a list in a field of an object that was stored.
func (o Object) Rows(name string) (all []Object) {
	switch rows := o.Child(name)["data"].(type) {
	case []any:
		for _, row := range rows {
			all = append(all, asObject(row))
		}
	case []Object:
		all = append(all, rows...)
	}
	return all
}

func asObject(v any) Object {
	switch o := v.(type) {
	case Object:
		return o
	case map[string]any:
		return o
	}
	return nil
}

// shapes are the types of objects, as Stripe answers them when nothing is set. An id is shown with its length.
//
//go:embed shapes/*.json
var shapes embed.FS

// create makes an object without storing it, so that a refusal leaves nothing behind. It has these fields set.
func (a *Account) create(kind string, set Object) Object {
	shape, err := shapes.ReadFile("shapes/" + kind + ".json")
	if err != nil {
		panic(err) // they are part of the program
	}
	made := asObject(decoded(shape))
	prefix := strings.TrimRight(made.Text("id"), "x")
	made["id"] = newID(prefix, len(made.Text("id"))-len(prefix))
	if made["created"] != nil {
		made["created"] = a.Now
	}
	maps.Copy(made, set)
	return made
}

// newID draws an id of Stripe's kind that cannot be guessed.
func newID(prefix string, length int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	id := []byte(prefix)
	for b := make([]byte, 1); len(id) < len(prefix)+length; {
		_, _ = rand.Read(b) // never fails
		if i := b[0] & 63; int(i) < len(alphabet) {
			id = append(id, alphabet[i])
		}
	}
	return string(id)
}

func (o Object) plain() Object { return asObject(plain(o)) }

// plain is a deep copy in JSON's own types.
func plain(v any) any {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // objects hold nothing that JSON does not
	}
	return decoded(body)
}

// decoded is JSON that we wrote, numbers as they are written.
func decoded(body []byte) (tree any) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		panic(err)
	}
	return tree
}

// orNull is a text, or null for an empty one.
func orNull(text any) any {
	if text == "" {
		return nil
	}
	return text
}
