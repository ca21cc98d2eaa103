package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"regexp"
	"strings"

	"github.com/tailscale/hujson"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

// Edit is what setup changes in a configuration file. Everything else in it stays as it is, comments included.
type Edit struct {
	AllowLiveWrites bool // set allow_live_writes to true
	DropKey         bool // remove stripe_secret_key
}

// newFile is the beginning of a new configuration file.
const newFile = "# The README of stripe-mcp lists the keys that can stand here. The Stripe key is not here but encrypted beside it.\n"

// Write makes the edit in the configuration file, which it creates where there is none, and reports whether that changed
// anything. With dry it only finds out. A new file is 0600 in a folder of 0700. An error says that nothing was changed.
func (c Config) Write(edit Edit, dry bool) (changed bool, err error) {
	if c.path == "" {
		return false, hint.Errorf("name one with --config", "there is no folder for a configuration file")
	}
	text, _, err := local.ReadFile(c.path, maxFile)
	isNew := errors.Is(err, fs.ErrNotExist)
	switch {
	case isNew && formatOf(c.path) != "json":
		text = []byte(newFile)
	case err != nil && !isNew:
		return false, err
	}
	made, err := edit.apply(formatOf(c.path), text)
	if err != nil {
		return false, fmt.Errorf("%s %w", c.path, err)
	}
	changed = isNew || !bytes.Equal(made, text)
	if dry || !changed {
		return changed, nil
	}
	return true, local.WriteFile(c.path, made)
}

// apply returns text with the edit made. It decodes the result, which must differ from text in nothing else.
func (e Edit) apply(format string, text []byte) ([]byte, error) {
	if format == "json" && len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}\n")
	}
	before, err := decode(format, text)
	if err != nil {
		return nil, err
	}
	want := map[string]any{}
	maps.Copy(want, before)
	var steps []string
	if _, there := want[secretKey]; there && e.DropKey {
		delete(want, secretKey)
		text = withoutKey(format, text)
		steps = append(steps, "remove "+secretKey)
	}
	if e.AllowLiveWrites && want[allowLive] != true {
		_, there := want[allowLive]
		want[allowLive] = true
		text = allowing(format, text, there)
		steps = append(steps, "set "+allowLive+" to true")
	}
	got, err := decode(format, text)
	if err != nil || len(steps) > 0 && !maps.EqualFunc(got, want, reflect.DeepEqual) {
		return nil, hint.Errorf(strings.Join(steps, " and ")+" yourself, then run setup again", "cannot be changed without touching the rest of it")
	}
	return text, nil
}

// withoutKey returns text without its stripe_secret_key, if that stands on a line of its own.
func withoutKey(format string, text []byte) []byte {
	if format == "json" {
		return patched(text, `[{"op": "remove", "path": "/`+secretKey+`"}]`)
	}
	return regexp.MustCompile(`(?m)^`+secretKey+`[ \t]*[:=].*(?:\n|\z)`).ReplaceAll(text, nil)
}

// allowing returns text with allow_live_writes, which may be there already, set to true.
func allowing(format string, text []byte, there bool) []byte {
	switch {
	case format == "json":
		return patched(text, `[{"op": "add", "path": "/`+allowLive+`", "value": true}]`)
	case there:
		return regexp.MustCompile(`(?m)^(`+allowLive+`[ \t]*[:=][ \t]*)\w+`).ReplaceAll(text, []byte("${1}true"))
	case format == "toml": // a line at its end could belong to a table
		return append([]byte(allowLive+" = true\n"), text...)
	case len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")):
		text = append(bytes.Clone(text), '\n')
	}
	return append(bytes.Clone(text), allowLive+": true\n"...)
}

// patched returns JSON with a patch (RFC 6902) applied, or as it was where that is impossible.
func patched(text []byte, patch string) []byte {
	tree, err := hujson.Parse(text)
	if err == nil {
		err = tree.Patch([]byte(patch))
	}
	if err != nil {
		return text
	}
	return tree.Pack()
}
