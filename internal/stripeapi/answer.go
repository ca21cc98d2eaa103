package stripeapi

import (
	"cmp"
	"encoding/json"
	"reflect"

	"github.com/stripe/stripe-go/v79"
)

// answer takes Stripe's objects out of what it answered. They are read once, to see whether they can be read, and the caller
// gets what was read then.
type answer interface {
	// take reads one more object. It reports false for one that cannot be read, or that has a null in a list: whoever shows the
	// list would fall over it.
	take(body []byte) bool
	drop() // forgets the objects of an earlier attempt
}

// objects is an answer of objects that stripe-go knows as T.
type objects[T any] struct{ all []T }

func (o *objects[T]) take(body []byte) bool {
	var object T
	if json.Unmarshal(body, &object) != nil || hasNull(reflect.ValueOf(object)) {
		return false
	}
	if keeps, ok := any(object).(stripe.LastResponseSetter); ok {
		keeps.SetLastResponse(&stripe.APIResponse{RawJSON: body}) // for what stripe-go reads as 0 and Stripe sent as null
	}
	o.all = append(o.all, object)
	return true
}

func (o *objects[T]) drop() { o.all = nil }

// check decides whether body answers the call: with the object that was asked for, in a shape that can be understood. It
// notes what the journal keeps.
func (c *call) check(body []byte, read *object) troubleKind {
	if c.answer != nil {
		c.answer.drop()
	}
	if c.list {
		return c.checkList(body)
	}
	switch err := json.Unmarshal(body, read); {
	case read.Object == "" || read.ID == "" && !c.asked.nameless && read.Object != c.asked.object:
		return foreign
	case read.ID == "" && !c.asked.nameless:
		return misshapen
	case c.asked.object != "" && read.Object != c.asked.object, c.asked.id != "" && read.ID != c.asked.id:
		return unrelated
	case err != nil, c.answer != nil && !c.answer.take(body):
		return misshapen
	}
	return noTrouble
}

// checkList is check for a list, of which it leaves out the rows that cannot be understood.
func (c *call) checkList(body []byte) troubleKind {
	var read struct {
		stripe.ListMeta

		Object json.RawMessage   `json:"object"`
		Data   []json.RawMessage `json:"data"`
	}
	err := json.Unmarshal(body, &read)
	switch {
	case string(read.Object) != `"list"`:
		return foreign
	case err != nil, read.Data == nil:
		return misshapen
	}
	c.hasMore, c.lastRow, c.leftOut = read.HasMore, "", nil
	for _, row := range read.Data {
		c.checkRow(row)
	}
	if len(c.leftOut) > 0 && len(c.leftOut) == len(read.Data) {
		return misshapen
	}
	return noTrouble
}

func (c *call) checkRow(row []byte) {
	var read struct {
		Object string `json:"object"`
		ID     string `json:"id"`
	}
	_ = json.Unmarshal(row, &read) // an id that cannot be read is empty
	if read.ID != "" {
		c.lastRow = read.ID
	}
	if c.answer != nil && (read.ID == "" || read.Object != c.asked.object || !c.answer.take(row)) {
		c.leftOut = append(c.leftOut, cmp.Or(read.ID, "one without an id"))
	}
}

// hasNull reports whether a list at or below v has a null in it. Whoever shows the list would fall over it.
func hasNull(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && hasNull(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() { //nolint:modernize // Fields allocates for each field
			if hasNull(v.Field(i)) {
				return true
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Pointer {
			return false
		}
		for i := range v.Len() {
			if item := v.Index(i); item.IsNil() || hasNull(item) {
				return true
			}
		}
	default:
	}
	return false
}
