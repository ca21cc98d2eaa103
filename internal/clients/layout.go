package clients

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/tailscale/hujson"
)

// layout is how a file breaks and indents its lines.
type layout struct{ newline, step string }

func layoutOf(text []byte) layout {
	l := layout{"\n", "  "}
	if bytes.Contains(text, []byte("\r\n")) {
		l.newline = "\r\n"
	}
	firstMember := regexp.MustCompile(`\{[ \t]*\r?\n([ \t]+)["/]`) // shows how deep one step is
	if found := firstMember.FindSubmatch(text); found != nil {
		l.step = string(found[1])
	}
	return l
}

// indent returns a line break and what begins a line at that depth.
func (l layout) indent(depth int) string { return l.newline + strings.Repeat(l.step, depth) }

// value returns value as it is written at that depth.
func (l layout) value(value any, depth int) hujson.Value {
	text := strings.ReplaceAll(encode(value, strings.Repeat(l.step, depth), l.step), "\n", l.newline)
	tree, _ := hujson.Parse([]byte(text)) // it is JSON
	return tree
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
	empty bool // its value says nothing
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	members := make([]string, len(o))
	for i, m := range o {
		members[i] = encode(m.name, "", "") + ":" + encode(m.value, "", "")
	}
	return []byte("{" + strings.Join(members, ",") + "}"), nil
}

// encode returns value as JSON.
func encode(value any, prefix, step string) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(prefix, step)
	_ = encoder.Encode(value) //nolint:errchkjson // texts, and lists and maps of them, can always be encoded
	return strings.TrimRight(text.String(), "\n")
}
