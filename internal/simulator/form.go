package simulator

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const deepest = 8

// params is a decoded form, a[b][0]=c, as a tree: a node has a value, or children by name or index.
// A nil node is an absent parameter, and can be asked for anything.
type params struct {
	value    string
	children map[string]*params
}

func parseForm(encoded string) (*params, error) {
	root := &params{children: map[string]*params{}}
	for pair := range strings.SplitSeq(encoded, "&") {
		if pair == "" {
			continue
		}
		left, right, _ := strings.Cut(pair, "=")
		key, keyErr := url.QueryUnescape(left)
		value, valueErr := url.QueryUnescape(right)
		if keyErr != nil || valueErr != nil {
			return nil, invalid("", "", "Invalid request: the parameters are not form-encoded")
		}
		if !root.set(splitKey(key), value) {
			return nil, invalid(key, "", crossed)
		}
	}
	return root, nil
}

// splitKey turns a[b][0] into a, b, 0. A key that is not well-formed stays whole, and is then unknown.
func splitKey(key string) []string {
	name, rest, nested := strings.Cut(key, "[")
	if !nested || name == "" || !strings.HasSuffix(rest, "]") {
		return []string{key}
	}
	path := append([]string{name}, strings.Split(strings.TrimSuffix(rest, "]"), "][")...)
	if strings.ContainsAny(strings.Join(path, ""), "[]") {
		return []string{key}
	}
	return path
}

// set puts a value at the end of a path; false if the path is too long or crosses a value.
func (p *params) set(path []string, value string) bool {
	if len(path) > deepest {
		return false
	}
	for i, name := range path {
		if name == "" && i > 0 { // a[]=x appends; a[][b]=x only when the last element has its b
			n := len(p.children)
			if last := p.at(strconv.Itoa(n - 1)); last != nil && i+1 < len(path) && last.at(path[i+1]) == nil {
				n--
			}
			name = strconv.Itoa(n)
		}
		next, leaf := p.children[name], i == len(path)-1
		if next == nil {
			next = &params{}
			if !leaf {
				next.children = map[string]*params{}
			}
			p.children[name] = next
		}
		if leaf != (next.children == nil) {
			return false
		}
		p = next
	}
	p.value = value
	return true
}

// MarshalJSON gives equal trees equal bytes, whatever the order they were sent in.
func (p *params) MarshalJSON() ([]byte, error) {
	if p.children == nil {
		return json.Marshal(p.value)
	}
	return json.Marshal(p.children)
}

func (p *params) at(name string) *params {
	if p == nil {
		return nil
	}
	return p.children[name]
}

// text is the value of a parameter, empty if it is absent or unset.
func (p *params) text(name string) string {
	if n := p.at(name); n != nil {
		return n.value
	}
	return ""
}

// number is the value of a parameter that its contract knows to be an integer.
func (p *params) number(name string, absent int64) int64 {
	n, err := strconv.ParseInt(p.text(name), 10, 64)
	if err != nil {
		return absent
	}
	return n
}

// names lists the children in order.
func (p *params) names() []string {
	if p == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(p.children))
}

// elements are those of an array, which counts from 0.
func (p *params) elements() []*params {
	var all []*params
	for e := p.at("0"); e != nil; e = p.at(strconv.Itoa(len(all))) {
		all = append(all, e)
	}
	return all
}

// merged applies metadata to what is there: an empty value removes its key, an empty parameter removes all.
func (p *params) merged(old Object) Object {
	result := Object{}
	if p == nil || p.children != nil {
		maps.Copy(result, old)
	}
	for _, key := range p.names() {
		if result[key] = p.text(key); result[key] == "" {
			delete(result, key)
		}
	}
	return result
}
