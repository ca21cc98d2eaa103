package simulator

import (
	"encoding/json"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
)

// state keeps all there is, and only it knows how. It hands out copies: a change counts once the object is put back.
type state struct{ kept record }

// record is the state as it is written to its file.
type record struct {
	Version string              `json:"version"` // another one each time it is saved; it comes first in the file
	Ahead   int64               `json:"ahead"`   // seconds by which its clock is ahead of the machine's
	Key     string              `json:"key"`     // what the forms of the pages are signed with
	Objects map[string][]Object `json:"objects"` // by type, oldest first
	Lines   map[string][]Object `json:"lines"`   // line items by session
	Answers map[string]answer   `json:"answers"` // by idempotency key
}

func newState() *state {
	return &state{record{
		Key: newID("", 32), Objects: map[string][]Object{}, Lines: map[string][]Object{}, Answers: map[string]answer{},
	}}
}

// readState reads what encode made.
func readState(from io.Reader) (*state, error) {
	st := &state{}
	d := json.NewDecoder(from)
	d.UseNumber()
	err := d.Decode(&st.kept)
	if err == nil && (st.kept.Objects == nil || st.kept.Lines == nil || st.kept.Answers == nil) {
		err = errors.New("a part is missing")
	}
	return st, err
}

func (st *state) encode() ([]byte, error) { return json.Marshal(st.kept) }

// Ahead is by how many seconds the clock is ahead of the machine's.
func (st *state) Ahead() int64 { return st.kept.Ahead }

func (st *state) moveClock(seconds int64) { st.kept.Ahead += seconds }

// Secret is what the forms of the pages are signed with.
func (st *state) Secret() string { return st.kept.Key }

// Get returns an object, nil if there is none.
func (st *state) Get(kind, id string) Object {
	if i := st.index(kind, id); i >= 0 {
		return st.kept.Objects[kind][i].plain()
	}
	return nil
}

func (st *state) index(kind, id string) int {
	return slices.IndexFunc(st.kept.Objects[kind], func(o Object) bool { return o.Text("id") == id })
}

// put stores objects, each by its type and id. One that was not there becomes the newest of its type.
func (st *state) put(objects ...Object) {
	for _, o := range objects {
		kind := o.Text("object")
		if i := st.index(kind, o.Text("id")); i >= 0 {
			st.kept.Objects[kind][i] = o.plain()
		} else {
			st.kept.Objects[kind] = append(st.kept.Objects[kind], o.plain())
		}
	}
}

func (st *state) remove(kind, id string) {
	if i := st.index(kind, id); i >= 0 {
		st.kept.Objects[kind] = slices.Delete(st.kept.Objects[kind], i, i+1)
	}
}

// Newest walks the objects of a type, newest first.
func (st *state) Newest(kind string) iter.Seq[Object] { return st.walk(kind, "", false) }

// walk begins beside the object of an id, if there is one, and goes from there to older ones, or to newer ones.
func (st *state) walk(kind, from string, toNewer bool) iter.Seq[Object] {
	rows, at := st.kept.Objects[kind], st.index(kind, from)
	walk := slices.Backward(rows)
	switch {
	case toNewer:
		walk = slices.All(rows[at+1:])
	case at >= 0:
		walk = slices.Backward(rows[:at])
	}
	return func(yield func(Object) bool) {
		for _, o := range walk {
			if !yield(o.plain()) {
				return
			}
		}
	}
}

// Portal is the portal session whose page has a path, nil if there is none.
func (st *state) Portal(path string) Object {
	for o := range st.Newest("billing_portal.session") {
		if strings.Contains(o.Text("url"), path+"#") {
			return o
		}
	}
	return nil
}

// Of are the objects of a type that belong to a customer, newest first.
func (st *state) Of(customer, kind string) (rows []Object) {
	for _, o := range slices.Backward(st.kept.Objects[kind]) {
		if o.Text("customer") == customer {
			rows = append(rows, o.plain())
		}
	}
	return rows
}

// due are the objects that time changes, up to now.
func (st *state) due(now int64) (rows []Object) {
	for _, kind := range []string{"checkout.session", "subscription"} {
		for _, o := range st.kept.Objects[kind] {
			if dueAt(o) <= now {
				rows = append(rows, o.plain())
			}
		}
	}
	return rows
}

// Lines are the line items of a session.
func (st *state) Lines(session string) (lines []Object) {
	for _, line := range st.kept.Lines[session] {
		lines = append(lines, line.plain())
	}
	return lines
}

func (st *state) addLines(session string, lines []Object) {
	for _, line := range lines {
		st.kept.Lines[session] = append(st.kept.Lines[session], line.plain())
	}
}

// answered is the answer that an idempotency key got.
func (st *state) answered(key string) (a answer, found bool) {
	a, found = st.kept.Answers[key]
	return a, found
}

func (st *state) remember(key string, a answer) { st.kept.Answers[key] = a }

// forget lets go of the answers that were given up to a time.
func (st *state) forget(until int64) {
	maps.DeleteFunc(st.kept.Answers, func(_ string, a answer) bool { return a.At <= until })
}
