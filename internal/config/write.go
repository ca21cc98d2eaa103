package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/google/renameio/v2/maybe"
)

// Edit is what setup changes in a configuration file. Everything else in it stays as it is, comments included.
type Edit struct {
	AllowLiveWrites bool // set allow_live_writes to true
	DropKey         bool // remove stripe_secret_key
}

// newFile is what a configuration file begins with.
const newFile = "# The README of stripe-mcp lists the keys that can stand here. The Stripe key is not here but encrypted beside it.\n"

// Write makes the edit in the configuration file, which it creates where there is none, and reports whether that changed
// anything. With dry it only finds out. A new file is 0600 in a folder of 0700. An error says that nothing was changed.
func (c Config) Write(edit Edit, dry bool) (changed bool, err error) {
	if c.path == "" {
		return false, errors.New("there is no folder for a configuration file; name one with --config")
	}
	path, err := filepath.EvalSymlinks(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		path, err = c.path, nil
	}
	if err != nil {
		return false, err
	}
	old, mode, err := readRegular(path, maxFile)
	isNew := isMissing(path)
	if isNew {
		old, mode, err = nil, 0o600, nil
		if formatOf(path) != "json" {
			old = []byte(newFile)
		}
	}
	if err != nil {
		return false, err
	}
	text, err := edit.apply(formatOf(path), old)
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	if dry || !isNew && bytes.Equal(text, old) {
		return isNew || !bytes.Equal(text, old), nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	return true, maybe.WriteFile(path, text, mode.Perm())
}

func isMissing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// apply returns text with the edit made. It decodes what it made, and only what then says exactly what was meant counts.
func (e Edit) apply(format string, text []byte) ([]byte, error) {
	if format == "json" && len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}\n")
	}
	var err error
	if e.DropKey {
		text, err = firstThat(format, text, "remove the line with "+secretKey, withoutKey(format, text), func(values map[string]any) { delete(values, secretKey) })
	}
	if e.AllowLiveWrites && err == nil {
		text, err = firstThat(format, text, "set "+allowLive+" to true", allowing(format, text), func(values map[string]any) { values[allowLive] = true })
	}
	return text, err
}

// firstThat returns the first candidate that decodes to what text does, changed as meant.
func firstThat(format string, text []byte, what string, candidates [][]byte, meant func(map[string]any)) ([]byte, error) {
	old, err := decode(format, text)
	if err != nil {
		return nil, err
	}
	want := map[string]any{}
	maps.Copy(want, old)
	meant(want)
	for _, candidate := range append([][]byte{text}, candidates...) {
		got, err := decode(format, candidate)
		if err == nil && (reflect.DeepEqual(got, want) || len(got) == 0 && len(want) == 0) {
			return candidate, nil
		}
	}
	return nil, errors.New("cannot be changed without touching the rest of it; " + what + " yourself, then run setup again")
}

// withoutKey returns text without its stripe_secret_key, in the ways in which that may be right.
func withoutKey(format string, text []byte) [][]byte {
	cut := func(pattern string) []byte { return regexp.MustCompile(pattern).ReplaceAll(text, nil) }
	if format == "json" {
		const member = `"` + secretKey + `"\s*:\s*"[^"]*"`
		return [][]byte{cut(member + `\s*,\s*`), cut(`,\s*` + member), cut(member)}
	}
	return [][]byte{cut(`(?m)^` + secretKey + `[ \t]*[:=].*(?:\n|\z)`)}
}

// allowing returns text with allow_live_writes set to true, in the ways in which that may be right.
func allowing(format string, text []byte) [][]byte {
	replace := func(pattern, with string) []byte { return regexp.MustCompile(pattern).ReplaceAll(text, []byte(with)) }
	switch format {
	case "json":
		return [][]byte{
			replace(`("`+allowLive+`"\s*:\s*)false`, "${1}true"),
			bytes.Replace(text, []byte("{"), []byte("{\n  \""+allowLive+"\": true,"), 1),
			bytes.Replace(text, []byte("{"), []byte("{\n  \""+allowLive+"\": true\n"), 1),
		}
	case "toml": // a new line at its end could belong to a table
		return [][]byte{replace(`(?m)^(`+allowLive+`[ \t]*=[ \t]*)false`, "${1}true"), append([]byte(allowLive+" = true\n"), text...)}
	default:
		separator := "\n"
		if len(text) == 0 || strings.HasSuffix(string(text), "\n") {
			separator = ""
		}
		return [][]byte{replace(`(?m)^(`+allowLive+`[ \t]*:[ \t]*)\w+`, "${1}true"), append(bytes.Clone(text), separator+allowLive+": true\n"...)}
	}
}
