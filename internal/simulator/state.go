package simulator

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// state keeps all there is, and only it knows how. It hands out copies: a change counts once the object is put back.
// Nothing here takes longer because there is more. These are its keys, with a zero between their parts:
//
//	ahead, secret                      the clock, and what the pages are signed with
//	object KIND ID                     the age of an object and the object
//	age KIND AGE, field KIND F V AGE   its id, to list what there is, or what has a value in a field
//	due TIME KIND ID                   nothing, to find what time changes next
//	lines ID                           what Lines returns of a session, a subscription or an invoice
//	answer KEY                         what an idempotency key got
//	balance CURRENCY                   what the account has
type state struct{ rows store }

const ageSize = 32 // of an age: the second in which an object was made, and its number of its type in that second

func key(parts ...string) string { return strings.Join(parts, "\x00") }

// ordered is a number as a text of sixteen digits, which sorts as numbers do.
func ordered(n int64) string { return fmt.Sprintf("%016x", n) }

// fromOrdered is the number in such a text, 0 if there is none.
func fromOrdered(text string) int64 {
	n, _ := strconv.ParseInt(text, 16, 64)
	return n
}

// Ahead is by how many seconds the clock is ahead of the machine's.
func (st *state) Ahead() int64 { return fromOrdered(string(st.rows.get("ahead"))) }

func (st *state) moveClock(seconds int64) { st.rows.put("ahead", []byte(ordered(st.Ahead()+seconds))) }

// Secret is what the forms of the pages are signed with.
func (st *state) Secret() string { return string(st.rows.get("secret")) }

func (st *state) setSecret(secret string) { st.rows.put("secret", []byte(secret)) }

// Get returns an object, nil if there is none.
func (st *state) Get(kind, id string) Object {
	_, o := st.stored(kind, id)
	return o
}

func (st *state) stored(kind, id string) (age string, o Object) {
	value := st.rows.get(key("object", kind, id))
	if value == nil {
		return "", nil
	}
	return string(value[:ageSize]), asObject(decoded(value[ageSize:]))
}

// put stores objects, each by its type and id. One that was not there becomes the newest of its second.
func (st *state) put(objects ...Object) {
	for _, o := range objects {
		kind, id := o.Text("object"), o.Text("id")
		age, old := st.stored(kind, id)
		if old == nil {
			age = st.newAge(kind, o.Number("created"))
		}
		st.index(age, old, o)
		st.rows.put(key("object", kind, id), append([]byte(age), encoded(o)...))
	}
}

// newAge is that of the newest object of a type in its second.
func (st *state) newAge(kind string, created int64) string {
	second := key("age", kind, ordered(created))
	last, _ := st.rows.before(second + "\xff")
	number, found := strings.CutPrefix(last, second)
	if !found {
		return ordered(created) + ordered(0)
	}
	return ordered(created) + ordered(fromOrdered(number)+1)
}

// remove deletes an object without a trace.
func (st *state) remove(kind, id string) {
	if age, old := st.stored(kind, id); old != nil {
		st.index(age, old, nil)
		st.rows.remove(key("object", kind, id))
	}
}

// index replaces the entries that lead to an object as it was by those that lead to it as it is.
func (st *state) index(age string, old, o Object) {
	before, after := entries(age, old), entries(age, o)
	for name := range before {
		if _, stays := after[name]; !stays {
			st.rows.remove(name)
		}
	}
	for name, value := range after {
		if was, there := before[name]; !there || was != value {
			st.rows.put(name, []byte(value))
		}
	}
}

// entries are the keys and values that lead to an object.
func entries(age string, o Object) map[string]string {
	all := map[string]string{}
	if o == nil {
		return all
	}
	kind, id := o.Text("object"), o.Text("id")
	all[key("age", kind, age)] = id
	for _, field := range indexed(kind) {
		if value := lookedUp(o, field); value != "" {
			all[key("field", kind, field, value, age)] = id
		}
	}
	if due := dueAt(o); due < math.MaxInt64 {
		all[key("due", ordered(due), kind, id)] = ""
	}
	return all
}

// indexed are the fields by whose value objects of a type are found.
func indexed(kind string) []string {
	return map[string][]string{
		"customer": {"email"}, "checkout.session": {"customer", "subscription", "status"}, "subscription": {"customer"},
		"invoice": {"customer", "subscription"}, "charge": {"customer", "payment_intent"}, "refund": {"charge", "payment_intent"},
		"dispute": {"charge", "payment_intent"}, "payment_method": {"customer"}, "price": {"product", "lookup_key"}, "billing_portal.session": {"url"},
		"payment_link": {"url"}, "promotion_code": {"code"},
	}[kind]
}

// lookedUp is the text by which an object is found: of an address only the path, as its host may change, and of a code its capitals.
func lookedUp(o Object, field string) string {
	text := o.Text(field)
	if u, err := url.Parse(text); field == "url" && err == nil {
		return u.EscapedPath()
	}
	if field == "code" {
		return strings.ToUpper(text)
	}
	return text
}

// walk walks the objects of a type that have a value in an indexed field, or with no field all of them. It begins beside
// the object of an id, or at the newest one, and goes from there to older ones, or to newer ones.
func (st *state) walk(kind, field, value, from string, toNewer bool) iter.Seq[Object] {
	prefix := key("age", kind, "")
	if field != "" {
		prefix = key("field", kind, field, value, "")
	}
	age, _ := st.stored(kind, from)
	return func(yield func(Object) bool) {
		for _, id := range st.span(prefix, age, toNewer) {
			if !yield(st.Get(kind, string(id))) {
				return
			}
		}
	}
}

// span walks the keys that begin with a prefix and end with an age, from one age on.
func (st *state) span(prefix, age string, toNewer bool) iter.Seq2[string, []byte] {
	step, at := st.rows.before, prefix+age
	switch {
	case toNewer:
		step = st.rows.after
	case age == "":
		at = prefix + "\xff"
	}
	return func(yield func(string, []byte) bool) {
		for name, value := step(at); strings.HasPrefix(name, prefix); name, value = step(name) {
			if age := name[len(prefix):]; len(age) == ageSize && !yield(age, value) {
				return
			}
		}
	}
}

// Shown walks what a person looks at, newest first, from beyond a place on; an empty one is the beginning. It yields each
// object with its own place, which is its age and the rank of its type among those of the same age.
func (st *state) Shown(place string) iter.Seq2[string, Object] {
	kinds := []string{"customer", "checkout.session", "subscription", "invoice", "billing_portal.session"}
	if len(place) != ageSize+1 {
		place = strings.Repeat("~", ageSize+1) // beyond the newest one
	}
	return func(yield func(string, Object) bool) {
		for at := place; ; {
			next, kind, id := "", "", ""
			for rank, k := range kinds {
				prefix, from, digit := key("age", k, ""), at[:ageSize], strconv.Itoa(rank)
				if digit < at[ageSize:] {
					from += "\x00" // one of the same age comes after that of a higher rank
				}
				name, value := st.rows.before(prefix + from)
				if age, found := strings.CutPrefix(name, prefix); found && age+digit > next {
					next, kind, id = age+digit, k, string(value)
				}
			}
			if next == "" {
				return
			}
			o := st.Get(kind, id)
			if at = next; o["deleted"] == nil && !yield(next, o) {
				return
			}
		}
	}
}

// first is the newest object that has a value in an indexed field, nil if there is none.
func (st *state) first(kind, field, value string) Object {
	for o := range st.walk(kind, field, value, "", false) {
		return o
	}
	return nil
}

// Portal is the portal session whose page has a path, nil if there is none.
func (st *state) Portal(path string) Object { return st.first("billing_portal.session", "url", path) }

// Of are the objects of a type that belong to a customer, newest first.
func (st *state) Of(customer, kind string) []Object {
	return slices.Collect(st.walk(kind, "customer", customer, "", false))
}

// due is what time changes first, up to now; nil if that is nothing.
func (st *state) due(now int64) Object {
	name, _ := st.rows.after(key("due", ""))
	rest, found := strings.CutPrefix(name, key("due", ""))
	if !found || rest[:len(ordered(now))] > ordered(now) {
		return nil
	}
	kind, id, _ := strings.Cut(rest[len(ordered(now))+1:], "\x00")
	return st.Get(kind, id)
}

// Lines are the line items of a session or a draft invoice, or what a subscription's next invoice bills besides.
func (st *state) Lines(of string) (lines []Object) {
	if value := st.rows.get(key("lines", of)); value != nil {
		for _, line := range decoded(value).([]any) { //nolint:forcetypeassert // as it was put
			lines = append(lines, asObject(line))
		}
	}
	return lines
}

func (st *state) setLines(of string, lines []Object) {
	if len(lines) == 0 {
		st.rows.remove(key("lines", of))
		return
	}
	st.rows.put(key("lines", of), encoded(lines))
}

// answered is the answer that an idempotency key got after a time.
func (st *state) answered(idempotencyKey string, since int64) (a answer, found bool) {
	value := st.rows.get(key("answer", idempotencyKey))
	if value == nil || json.Unmarshal(value, &a) != nil {
		return a, false
	}
	return a, a.At > since
}

// remember keeps an answer, and lets go of some that were given up to a time: of more than are added, so that they do not
// pile up. It looks at those whose keys follow, from the first one again after the last one.
func (st *state) remember(idempotencyKey string, a answer, until int64) {
	const most = 8
	name := key("answer", idempotencyKey)
	st.rows.put(name, encoded(a))
	for range most {
		next, _ := st.rows.after(name)
		if !strings.HasPrefix(next, key("answer", "")) {
			next, _ = st.rows.after(key("answer", ""))
		}
		if _, recent := st.answered(strings.TrimPrefix(next, key("answer", "")), until); !recent {
			st.rows.remove(next)
		}
		name = next
	}
}

func encoded(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // there is nothing here that JSON does not hold
	}
	return text
}
