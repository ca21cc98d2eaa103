package simulator

import (
	"maps"
	"net/url"
	"strconv"
	"strings"
)

const deepest = 8

// parseForm decodes a form, a[b][0]=c, into objects and texts. An array is an object whose fields are 0, 1, 2.
func parseForm(encoded string) (Object, error) {
	root := Object{}
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
func (o Object) set(path []string, value string) bool {
	if len(path) > deepest {
		return false
	}
	last := len(path) - 1
	for i := range last {
		name := o.position(path, i)
		if o[name] == nil {
			o[name] = Object{}
		}
		if o = o.Child(name); o == nil {
			return false
		}
	}
	name := o.position(path, last)
	if o.Child(name) != nil {
		return false
	}
	o[name] = value
	return true
}

// position is where a step of a path leads. a[]=x appends, and a[][b]=x does only when the last element has its b.
func (o Object) position(path []string, i int) string {
	if path[i] != "" || i == 0 {
		return path[i]
	}
	n := len(o)
	if last := o[strconv.Itoa(n-1)]; last != nil && i+1 < len(path) && asObject(last)[path[i+1]] == nil {
		n--
	}
	return strconv.Itoa(n)
}

// integer is the number in a parameter that its contract knows to be one.
func (o Object) integer(name string, absent int64) int64 {
	n, err := strconv.ParseInt(o.Text(name), 10, 64)
	if err != nil {
		return absent
	}
	return n
}

// elements are those of an array, which counts from 0.
func elements(array any) (all []any) {
	o := asObject(array)
	for e := o["0"]; e != nil; e = o[strconv.Itoa(len(all))] {
		all = append(all, e)
	}
	return all
}

// merged applies metadata to what is there: an empty value removes its key, an empty parameter removes all.
func merged(sent any, old Object) Object {
	result := Object{}
	if sent != "" {
		maps.Copy(result, old)
	}
	for key, value := range asObject(sent) {
		if result[key] = value; value == "" {
			delete(result, key)
		}
	}
	return result
}
