package simulator

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
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
	case int:
		return int64(n)
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

// Rows are the objects of a field that holds a list.
func (o Object) Rows(name string) (rows []Object) {
	switch data := o.Child(name)["data"].(type) {
	case []Object:
		return data
	case []any:
		for _, row := range data {
			rows = append(rows, asObject(row))
		}
	}
	return rows
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

// idShape is how the ids of a type begin, and how many random characters follow.
func idShape(kind string) (prefix string, random int) {
	short := map[string]string{"customer": "cus_", "product": "prod_", "subscription_item": "si_"}
	long := map[string]string{
		"billing_portal.session": "bps_1", "invoice": "in_1", "item": "li_1",
		"payment_method": "pm_1", "price": "price_1", "subscription": "sub_1",
	}
	switch {
	case kind == "checkout.session":
		return "cs_test_a1", 56
	case short[kind] != "":
		return short[kind], 14
	}
	return long[kind], 23
}

// create makes an object without storing it, so that a refusal leaves nothing behind. Nulls names its fields without a value.
func (a *Account) create(kind, nulls string, fields Object) Object {
	for name := range strings.FieldsSeq(nulls) {
		fields[name] = nil
	}
	fields["id"], fields["object"] = newID(idShape(kind)), kind
	if kind != "item" {
		fields["created"], fields["livemode"] = a.Now, false
	}
	return fields
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
