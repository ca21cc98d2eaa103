package simulator

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"slices"
)

// object is one of Stripe's, field by field as it is answered.
type object map[string]any

func (o object) text(name string) string {
	s, _ := o[name].(string)
	return s
}

func (o object) number(name string) int64 {
	switch n := o[name].(type) {
	case int64:
		return n
	case json.Number:
		v, _ := n.Int64()
		return v
	}
	return 0
}

func (o object) child(name string) object {
	switch child := o[name].(type) {
	case object:
		return child
	case map[string]any:
		return child
	}
	return nil
}

// state is all there is. It is the same after a journey through JSON.
type state struct {
	Version string              `json:"version"` // another one each time it is saved
	Ahead   int64               `json:"ahead"`   // seconds by which its clock is ahead of the machine's
	Key     string              `json:"key"`     // what the forms of the pages are signed with
	Objects map[string][]object `json:"objects"` // by type, oldest first
	Lines   map[string][]object `json:"lines"`   // line items by session
	Answers map[string]answer   `json:"answers"` // by idempotency key
}

func (st *state) add(made ...object) {
	for _, o := range made {
		kind := o.text("object")
		st.Objects[kind] = append(st.Objects[kind], o.plain())
	}
}

// row returns an object itself, so that changing it changes the state; nil if there is none.
func (st *state) row(kind, id string) object {
	i := slices.IndexFunc(st.Objects[kind], func(o object) bool { return o.text("id") == id })
	if i < 0 {
		return nil
	}
	return st.Objects[kind][i]
}

// find returns an object that a request may refer to: not a deleted one, but a test card out of nothing.
func (c *call) find(kind, id string) object {
	if kind == "payment_method" {
		if card := c.testCard(id); card != nil {
			return card
		}
	}
	if o := c.row(kind, id); o["deleted"] == nil {
		return o
	}
	return nil
}

// create makes an object without storing it, so that a refusal leaves nothing behind.
func (c *call) create(kind string, fields object) object {
	shape := map[string]struct {
		prefix string
		random int
	}{
		"customer": {"cus_", 14}, "checkout.session": {"cs_test_a1", 56}, "subscription": {"sub_1", 23}, "invoice": {"in_1", 23}, "price": {"price_1", 23},
		"product": {"prod_", 14}, "payment_method": {"pm_1", 23}, "billing_portal.session": {"bps_1", 23}, "item": {"li_1", 23}, "subscription_item": {"si_", 14},
	}[kind]
	fields["id"], fields["object"] = newID(shape.prefix, shape.random), kind
	if kind != "item" {
		fields["created"], fields["livemode"] = c.now, false
	}
	return fields
}

// newID draws an id of Stripe's kind that nobody can guess.
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

func (o object) plain() object {
	copied, _ := plain(o).(map[string]any)
	return copied
}

// plain is a deep copy in JSON's own types, numbers as they are written.
func plain(v any) (tree any) {
	body, err := json.Marshal(v)
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		err = d.Decode(&tree)
	}
	if err != nil {
		panic(err) // objects hold nothing that JSON does not
	}
	return tree
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
