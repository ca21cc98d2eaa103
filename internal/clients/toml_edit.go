package clients

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"stripe-mcp/internal/hint"
)

// table returns the text of a new entry.
func (d *tomlDocument) table(name string, entry Entry) string {
	lines := []string{"[" + tomlKey(d.format.section) + "." + tomlKey(name) + "]", "command = " + tomlValue(entry.Command)}
	if len(entry.Args) > 0 {
		lines = append(lines, "args = "+tomlValue(entry.Args))
	}
	if len(entry.Env) > 0 {
		lines = append(lines, "", "["+tomlKey(d.format.section)+"."+tomlKey(name)+".env]")
	}
	for _, key := range slices.Sorted(maps.Keys(entry.Env)) {
		lines = append(lines, tomlKey(key)+" = "+tomlValue(entry.Env[key]))
	}
	return strings.Join(lines, d.newline)
}

// tomlKey returns a key as TOML writes it.
func tomlKey(key string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(key) {
		return key
	}
	return tomlValue(key)
}

// tomlValue returns a value as TOML writes it. Its strings are those of JSON, but for one character.
func tomlValue(value any) string {
	switch v := value.(type) {
	case []string:
		texts := make([]string, len(v))
		for i, text := range v {
			texts[i] = tomlValue(text)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	case map[string]string:
		var texts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			texts = append(texts, tomlKey(key)+" = "+tomlValue(v[key]))
		}
		return "{ " + strings.Join(texts, ", ") + " }"
	}
	return strings.ReplaceAll(encode(value, "", ""), "\x7f", `\u007f`)
}

// append adds the table of a new entry at the end.
func (d *tomlDocument) append(name string, entry Entry) error {
	if d.says[d.format.section] != nil && d.inline() {
		value := "{ command = " + tomlValue(entry.Command) + ", args = " + tomlValue(entry.Args) + " }"
		return uncertainError{hint.Errorf("write this inside its braces", "its %s is written in braces", d.format.section), tomlKey(name) + " = " + value}
	}
	if d.says[d.format.section] != nil && !slices.ContainsFunc(d.parts, func(s statement) bool { return len(s.path) > 0 && s.path[0] == d.format.section }) {
		return uncertain("its %s is not written as tables", d.format.section)
	}
	text, table := string(d.source), d.table(name, entry)
	switch {
	case text == "":
		text = table + d.newline
	case strings.HasSuffix(text, "\n"):
		text += d.newline + table + d.newline
	default: // removing the entry then gives back a text without a last line break
		text += d.newline + d.newline + table
	}
	return d.become([]byte(text))
}

// inline reports whether the servers stand in braces, in which no table of the file can be added.
func (d *tomlDocument) inline() bool {
	return slices.ContainsFunc(d.parts, func(s statement) bool {
		key, _ := keyOf(d.source[s.start:s.said])
		return !s.header && key == d.format.section
	})
}

// header returns the index of the statement that begins the table of an entry, or one below it; -1 where there is none.
func (d *tomlDocument) header(below ...string) int {
	path := append([]string{d.format.section}, below...)
	return slices.IndexFunc(d.parts, func(s statement) bool { return !s.list && slices.Equal(s.path, path) })
}

// blockEnd returns the index after the last statement that says something in the table that begins at a header.
func (d *tomlDocument) blockEnd(header int) int {
	end := header + 1
	for i := end; i < len(d.parts) && !d.parts[i].header; i++ {
		if d.parts[i].says() {
			end = i + 1
		}
	}
	return end
}

// without returns the text without the table that begins at a header, and without the empty line in front of it.
func (d *tomlDocument) without(header int) []byte {
	start, end := d.parts[header].start, d.parts[d.blockEnd(header)-1].end
	if header > 0 && strings.TrimSpace(string(d.source[d.parts[header-1].start:start])) == "" {
		start = d.parts[header-1].start
	}
	before, after := string(d.source[:start]), string(d.source[end:])
	if after == "" && !strings.HasSuffix(string(d.source), "\n") {
		before = strings.TrimSuffix(strings.TrimSuffix(before, "\n"), "\r")
	}
	return []byte(before + after)
}

// change gives keys of the table that begins at a header their values, and takes out those that are empty.
func (d *tomlDocument) change(header int, wants []member) error {
	for _, want := range wants {
		place := header // after which a new key stands
		found := -1
		for i := header + 1; i < d.blockEnd(header); i++ {
			if key, _ := keyOf(d.source[d.parts[i].start:d.parts[i].said]); key == want.name {
				found = i
			} else if key == "command" {
				place = i
			}
		}
		var start, end int
		text := tomlValue(want.value)
		switch {
		case found < 0 && want.empty:
			continue
		case found < 0:
			start = d.parts[place].end
			end, text = start, tomlKey(want.name)+" = "+text+d.newline
			if start > 0 && d.source[start-1] != '\n' {
				text = d.newline + strings.TrimSuffix(text, d.newline)
			}
		case want.empty:
			start, end, text = d.parts[found].start, d.parts[found].end, ""
		case d.has(d.parts[found], want):
			continue
		default:
			_, value := keyOf(d.source[d.parts[found].start:d.parts[found].said])
			start, end = d.parts[found].start+value, d.parts[found].said
		}
		if d.become(slices.Concat(d.source[:start], []byte(text), d.source[end:])) != nil {
			return errUnclear()
		}
	}
	return nil
}

// has reports whether a statement gives its key that value already.
func (d *tomlDocument) has(s statement, want member) bool {
	var says map[string]any
	return toml.Unmarshal(d.source[s.start:s.said], &says) == nil && encode(says[want.name], "", "") == encode(want.value, "", "")
}
